"""What is noted for stages, and when."""

import pytest

from library.conftest import Desk
from library.test_naming import tags
from musfuse.library.catalog.todo import Key, Todo, Watch, add, done, due, mark_one

FIRST, SECOND = "first", "second"


def todo(desk: Desk, stage: str) -> list[Key]:
    with desk.database.read() as db:
        return due(db, stage, 100)


def clear(desk: Desk) -> None:
    with desk.database.write() as db:
        db.execute("DELETE FROM todo")


def test_a_stage_hears_of_what_it_watches_only(desk: Desk) -> None:
    wanted = Todo(desk.database)
    assert wanted.subscribe(FIRST, [Watch.FOLDER], "1")
    assert wanted.subscribe(SECOND, [Watch.ITEM, Watch.MEMBER], "1")
    desk.put("a/1.wav", tags(title="T"))
    row = desk.tracks.at(desk.source().uid, "a/1.wav", 0)
    assert row is not None
    folder = desk.files.folder(desk.source().id, "a", 1)
    assert (todo(desk, FIRST), todo(desk, SECOND)) == ([folder], [row.track.id])
    clear(desk)
    with desk.database.write() as db:
        mark_one(db, Watch.TAGS, row.track.id)
    assert (todo(desk, FIRST), todo(desk, SECOND)) == ([], [])
    with desk.database.write() as db:
        mark_one(db, Watch.MEMBER, row.track.id)
        mark_one(db, Watch.MEMBER, row.track.id)
    assert (todo(desk, FIRST), todo(desk, SECOND)) == ([], [row.track.id])
    desk.remove("a/1.wav")  # of what is gone only its folder is looked at
    assert (todo(desk, FIRST), todo(desk, SECOND)) == ([folder], [])


def test_who_watches_for_it_hears_of_what_is_gone(desk: Desk) -> None:
    wanted = Todo(desk.database)
    wanted.subscribe(FIRST, [Watch.ITEM, Watch.GONE], "1")
    wanted.subscribe(SECOND, [Watch.ITEM], "1")
    wanted.subscribe("third", [Watch.GONE], "1")
    desk.put("a/1.wav")
    desk.put("a/2.wav")
    ones = [desk.tracks.at(desk.source().uid, f"a/{n}.wav", 0) for n in (1, 2)]
    one, two = (row.track.id for row in ones if row is not None)
    assert (todo(desk, FIRST), todo(desk, SECOND), todo(desk, "third")) == ([one, two], [one, two], [])
    desk.remove("a/1.wav")
    assert (todo(desk, FIRST), todo(desk, SECOND), todo(desk, "third")) == ([one, two], [two], [one])
    clear(desk)
    desk.sources.mirror([])
    assert (todo(desk, FIRST), todo(desk, SECOND), todo(desk, "third")) == ([two], [], [two])
    wanted.subscribe("third", [Watch.GONE], "2")  # nobody knows what went before
    assert todo(desk, "third") == [two]


def test_a_stage_that_watches_more_than_before_looks_at_everything(desk: Desk) -> None:
    desk.put("a/1.wav")
    wanted = Todo(desk.database)
    wanted.subscribe(FIRST, [Watch.ITEM], "1")
    clear(desk)
    assert wanted.subscribe(FIRST, [Watch.ITEM, Watch.TAGS], "1")
    assert len(todo(desk, FIRST)) == 1
    assert not wanted.subscribe(FIRST, [Watch.TAGS, Watch.ITEM], "1")


def test_a_new_stage_or_one_with_new_rules_looks_at_everything(desk: Desk) -> None:
    desk.put("a/1.wav")
    desk.put("b/2.wav")
    wanted = Todo(desk.database)
    for rules in ("1", "2"):
        assert wanted.subscribe(FIRST, [Watch.ITEM], rules)
        assert len(todo(desk, FIRST)) == 2
        clear(desk)
        assert not wanted.subscribe(FIRST, [Watch.ITEM], rules)
        assert todo(desk, FIRST) == []
    assert wanted.subscribe(FIRST, [Watch.FOLDER], "3")
    assert len(todo(desk, FIRST)) == 2
    clear(desk)
    desk.put("a/3.wav")  # and it is told of nothing but what it watches now
    assert todo(desk, FIRST) == [desk.files.folder(desk.source().id, "a", 1)]


def test_keys_come_in_order_and_go_with_the_transaction(desk: Desk) -> None:
    with desk.database.write() as db:
        add(db, FIRST, [3, 1, 2, 1])
        assert due(db, FIRST, 2) == [1, 2]
    with pytest.raises(ZeroDivisionError), desk.database.write() as db:
        done(db, FIRST, [1, 2])
        raise ZeroDivisionError
    assert todo(desk, FIRST) == [1, 2, 3]
    with desk.database.write() as db:
        done(db, FIRST, [1, 3])
    assert todo(desk, FIRST) == [2]
    assert Todo(desk.database).any()
    clear(desk)
    assert not Todo(desk.database).any()


def test_moving_a_source_has_its_items_looked_at(desk: Desk) -> None:
    desk.put("1.wav", uri="/one")
    desk.put("2.wav", uri="/two")
    Todo(desk.database).subscribe(FIRST, [Watch.ITEM], "1")
    clear(desk)
    one, two = desk.sources.rows()
    desk.sources.mirror([(one.uid, "/elsewhere"), (two.uid, two.root)])
    row = desk.tracks.at(one.uid, "1.wav", 0)
    assert row is not None
    assert todo(desk, FIRST) == [row.track.id]
