"""Plays of each user are bounded, and go with the user."""

from musfuse.server.playstate import Item, Kind, Played
from musfuse.server.tables.plays import PlayTable
from server.serving import Desk


def test_of_each_user_so_many_plays_are_listed_and_all_counted(desk: Desk) -> None:
    bob, eve = desk.user(), desk.user("Eve")
    table = PlayTable(desk.server.database, keep=3)
    table.add(eve.id, [Played(9, 1)])
    table.add(bob.id, [Played(1, number) for number in range(5)])
    table.add(bob.id, [Played(2, 5)])
    assert [play.began_ns for play in table.last(bob.id, None)] == [5, 4, 3]
    assert [play.id for play in table.last(eve.id, None)] == [9]
    assert table.of_all(bob.id, [1, 2])[1].plays == 5


def test_a_removed_user_leaves_nothing(desk: Desk) -> None:
    bob = desk.user()
    state = desk.server.states.of(bob)
    state.star([Item(kind, 1) for kind in Kind])
    state.rate([Item(kind, 1) for kind in Kind], 3)
    state.scrobble([Played(1, 1)])
    state.put_queue([1], 0, 0, "phone")
    state.put_bookmark(1, 0)
    desk.server.shares.make(bob, [Item(Kind.TRACK, 1)])
    desk.server.playlists.make(bob, "List", [1])
    desk.server.accounts.put_preference(bob, "a", 1)
    desk.server.devices.make_key(bob, "phone", "Bob")
    desk.server.accounts.remove(bob)
    database = desk.server.database
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    left = {name: database.execute(f"SELECT count(*) FROM {name}")[0][0] for name in names if "sqlite" not in name}
    assert {name: count for name, count in left.items() if count} == {"user": 1}


def test_every_query_finds_its_rows_by_an_index(desk: Desk) -> None:
    """None of them looks at the rows of all users."""
    database = desk.server.database
    for sql in (
        "SELECT id FROM star WHERE user = 1 AND kind = 'album' AND (starred_ns, id) < (1, 1) ORDER BY starred_ns DESC, id DESC",
        "SELECT id FROM rating WHERE user = 1 AND kind = 'album' AND stars >= 2 AND (stars, id) < (9, 9) ORDER BY stars DESC, id DESC",
        "SELECT id FROM heard WHERE user = 1 AND (plays, last_ns, id) < (1, 1, 1) ORDER BY plays DESC, last_ns DESC, id DESC",
        "SELECT id FROM heard WHERE user = 1 AND (last_ns, id) < (1, 1) ORDER BY last_ns DESC, id DESC",
        "SELECT id FROM play WHERE user = 1 AND seq < 9 ORDER BY seq DESC",
        "SELECT id FROM device WHERE hash = x'00'",
        "UPDATE queue_entry SET id = 1 WHERE id = 2",
        "UPDATE play SET id = 1 WHERE id = 2",
    ):
        plan = " ".join(row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {sql}"))
        assert "SCAN" not in plan, (sql, plan)
        assert "TEMP B-TREE" not in plan, (sql, plan)
