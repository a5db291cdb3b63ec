"""The worker's side of the wire: jobs, reads that the parent makes, and a count of what was read."""

import io
from pathlib import Path

import pytest

from musfuse.errors import NotFoundError, OriginError, SourceChangedError, UnavailableError
from musfuse.media.workers.child import Connection, MeteredOrigin, job_file, job_values
from musfuse.media.workers.wire import MAX_READ, Kind, Message, read_message
from musfuse.model import SourceFile, Stamp
from musfuse.origins import LocalOrigin, MemoryOrigin


class Wire(Connection):
    """A connection over memory: what the parent says is there from the begin."""

    def __init__(self, *messages: Message) -> None:
        import threading
        from collections import deque

        self._in = io.BytesIO(b"".join(message.to_bytes() for message in messages))
        self._out = io.BytesIO()
        self._sending, self._asking, self._ahead = threading.Lock(), threading.Lock(), deque()

    def said(self) -> list[Message]:
        stream, found = io.BytesIO(self._out.getvalue()), []
        while (message := read_message(stream)) is not None:
            found.append(message)
        return found


def job(number: int) -> Message:
    return Message(Kind.JOB, {"number": number})


def test_jobs_that_come_while_bytes_are_awaited_are_not_lost() -> None:
    wire = Wire(job(1), job(2), Message(Kind.BYTES, {}, b"abc"), job(3))
    jobs = wire.jobs()
    assert next(jobs).said["number"] == 1
    assert wire.read(5, 3) == b"abc"
    assert [message.said for message in wire.said()] == [{"offset": 5, "size": 3}]
    assert [message.said["number"] for message in jobs] == [2, 3]


@pytest.mark.parametrize(
    ("name", "raised"),
    [
        ("NotFoundError", NotFoundError),
        ("errno_of", UnavailableError),
        ("MediaError", UnavailableError),
        ("x", OriginError),
    ],
)
def test_an_error_of_the_parent_is_raised_as_what_it_is(name: str, raised: type[Exception]) -> None:
    wire = Wire(Message(Kind.BYTES, {"error": name, "message": "what happened"}))
    with pytest.raises(OriginError, match="what happened") as caught:
        wire.read(0, 1)
    assert type(caught.value) is raised


def test_a_parent_that_is_gone() -> None:
    with pytest.raises(UnavailableError, match="the parent process is gone"):
        Wire().read(0, 1)
    assert list(Wire().jobs()) == []


def test_reads_are_made_in_pieces_and_counted() -> None:
    wire = Wire(
        Message(Kind.BYTES, {}, b"a" * MAX_READ), Message(Kind.BYTES, {}, b"b" * 10), Message(Kind.BYTES, {}, b"")
    )
    origin = MeteredOrigin(wire, "uid", "name", None)
    assert origin.read("x", 0, MAX_READ + 10) == b"a" * MAX_READ + b"b" * 10
    assert origin.read("x", MAX_READ + 10, 5) == b""
    assert (origin.bytes_read, origin.waiting) == (MAX_READ + 10, False)
    assert [message.said["offset"] for message in wire.said()] == [0, MAX_READ, MAX_READ + 10]


def test_what_can_be_reached_is_read_here(music: Path) -> None:
    (music / "a.bin").write_bytes(b"0123456789")
    wire, local = Wire(), LocalOrigin("l", str(music))
    origin = MeteredOrigin(wire, "l", "name", local)
    stamp = local.stat("a.bin").stamp
    assert origin.read("a.bin", 2, 3, stamp) == b"234"
    (music / "a.bin").write_bytes(b"something else")
    origin.let_go()
    with pytest.raises(SourceChangedError):
        origin.read("a.bin", 2, 3, stamp)
    assert (origin.bytes_read, origin.waiting, wire.said()) == (3, False, [])


def test_a_worker_looks_nothing_up() -> None:
    origin = MeteredOrigin(Wire(), "uid", "name", None)
    with pytest.raises(UnavailableError):
        origin.list("")
    with pytest.raises(UnavailableError):
        origin.stat("a")
    assert origin.spec() == {"local": False, "uid": "uid"}


def test_a_job_tells_which_original_it_is_about(music: Path) -> None:
    file = SourceFile("uid", "caf\udce9.wav", Stamp(5, 7, "tag"), "ident", "older")
    for origin in (MemoryOrigin("m"), LocalOrigin("l", str(music))):
        values = job_values(origin, file)
        sent = read_message(io.BytesIO(Message(Kind.JOB, values).to_bytes()))
        assert sent is not None
        assert job_file(sent.said) == file
        assert sent.said["name"] == origin.name
        assert sent.said["origin"]["local"] is origin.traits.local
