"""What passes through to the origin below."""

from far import FarOrigin

from musfuse.sources.over import OverOrigin


def test_all_but_bytes_passes_through() -> None:
    far = FarOrigin({"a": b"some", "b": b"bytes"})
    over = OverOrigin(far)
    assert (over.uid, over.name, over.traits) == (far.uid, far.name, far.traits)
    assert [entry.name for entry in over.list("")] == ["a", "b"]
    assert over.stat("a") == far.stat("a")
    assert over.spec() == far.spec()
    over.let_go()
    over.close()
    assert not hasattr(over, "read")
