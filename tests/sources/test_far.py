"""A far source as each sees it who asks."""

from far import FarOrigin

from musfuse.sources.far import FarSource
from musfuse.sources.lane import Lane
from musfuse.sources.urgency import Urgency


def test_all_share_what_was_fetched() -> None:
    far = FarOrigin({"a": b"0123456789"})
    source = FarSource(Lane(far))
    stamp = far.stat("a").stamp
    before = far.calls
    for urgency in Urgency:
        assert source.seen_by(urgency) is source.seen_by(urgency)
        assert source.seen_by(urgency).read("a", 0, 5, stamp) == b"01234"
    assert far.calls == before + 1
    source.close()
