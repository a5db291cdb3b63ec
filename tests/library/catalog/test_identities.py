"""Who is who, as rows."""

from library.conftest import Desk
from library.test_naming import tags
from musfuse.library.catalog.identities import Identities


def test_no_lookup_walks_through_all_items(desk: Desk) -> None:
    desk.put("a/1.wav", tags(title="T"))
    identities, asked = Identities(desk.database), list[str]()
    with desk.database.read() as reader:  # the one that is lent next, too
        reader.set_trace_callback(asked.append)
    desk.database._writer.set_trace_callback(asked.append)
    identities.new_since("pcm:x", 0, ["a"])
    identities.holders([1, 2])
    identities.look_again("pcm:x")
    desk.database._writer.set_trace_callback(None)
    reads = [sql for sql in asked if sql.lstrip().startswith("SELECT")]
    assert len(reads) == 3
    with desk.database.read() as db:
        db.set_trace_callback(None)
        for sql in reads:
            plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")]
            assert not [step for step in plan if step.startswith(("SCAN i", "SCAN f", "SCAN o", "SCAN d"))], plan
