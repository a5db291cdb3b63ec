"""Which tracks there are, which are new, who they are."""

from itertools import chain

from library.conftest import Desk
from musfuse.library.catalog import membership
from musfuse.library.catalog.nodes import MAIN
from musfuse.model import TagSet


def test_hidden_ones_are_none(desk: Desk) -> None:
    for number in range(4):
        desk.put(f"{number}.wav", TagSet({"artist": ["b" if number < 2 else "A"], "title": [f"t{number}"]}))
    desk.naming.run()
    with desk.database.write() as db:
        db.execute("UPDATE item SET public = id + 100, born_ns = id, hidden = id = 2")
    with desk.database.read() as db:
        assert sorted(chain.from_iterable(membership.everything(db))) == [1, 3, 4]
        assert list(chain.from_iterable(membership.added(db, 2))) == [4, 3]
        assert membership.count_added(db, 1) == 3
        assert membership.added_among(db, [1, 2, 4, 9], 2) == [4]
        assert membership.known_as(db, [104, 999, 102, 101, 104]) == [(4, 104), (1, 101), (4, 104)]
        assert membership.in_order_of_path(db, [1, 3, 4], MAIN) == [3, 4, 1]
        plan = " ".join(str(row) for row in db.execute(f"EXPLAIN QUERY PLAN {membership._ADDED}", (5,)))
        assert "USING COVERING INDEX item_born" in plan
        assert "TEMP B-TREE" not in plan
