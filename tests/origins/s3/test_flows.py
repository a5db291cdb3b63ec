"""Files that stream by, where a server gives no ranges."""

from collections.abc import Iterator

from musfuse.origins.s3.flows import Flows

DATA = bytes(range(256)) * 1000


class Whole:
    """What obstore gives of an object."""

    meta = "meta"
    begun = 0

    def stream(self, min_chunk_size: int) -> Iterator[bytes]:
        Whole.begun += 1
        for start in range(0, len(DATA), 10_000):
            yield DATA[start : start + 10_000]


def test_who_reads_on_gets_the_same_stream() -> None:
    flows, came = Flows(), list[int]()
    Whole.begun = 0
    for offset in range(0, 200_000, 50_000):
        assert flows.read("a", offset, 50_000, Whole, came.append) == ("meta", DATA[offset : offset + 50_000])
    assert Whole.begun == 1
    assert sum(came) == 200_000
    assert flows.read("a", 7, 20, Whole, came.append) == ("meta", DATA[7:27])
    assert Whole.begun == 2
    assert flows.read("a", len(DATA) - 5, 20, Whole, came.append) == ("meta", DATA[-5:])
    assert flows.read("a", len(DATA) + 5, 20, Whole, came.append) == ("meta", b"")


def test_two_readers_have_streams_of_their_own() -> None:
    flows = Flows()
    Whole.begun = 0
    for offset in range(0, 100_000, 10_000):
        for base in (0, 100_000):
            assert flows.read("a", base + offset, 10_000, Whole, lambda _: None)[1] == DATA[base + offset :][:10_000]
    assert Whole.begun == 2
    flows.clear()
    flows.read("a", 100_000, 1, Whole, lambda _: None)
    assert Whole.begun == 3
