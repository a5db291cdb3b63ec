"""Streams over HTTP: the bytes of the drive, whatever ranges of them are asked for."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from email.message import Message
from email.parser import BytesParser
from typing import Any
from urllib.parse import quote

import pytest
import sound
from hypothesis import given, settings
from hypothesis import strategies as st
from musfuse_http.streaming import PIECE, StreamAnswer
from musfuse_http.work import Work
from patient import until

from musfuse.model import Rendition
from over_http.running import SECONDS, Answered, Server

PATHS = ("Band a/Album a/01 - Title 1.flac", "Band a/Album a/02 - Title 2.flac", "Band b/Album b/03 - Title 3.mp3")


def whole(server: Server, path: str, rendition: Rendition | None = None) -> bytes:
    row = server.drive.row(path)[1]
    assert row is not None
    opened = server.drive.open_item(row.track.id, rendition)
    try:
        return server.drive.read_at(opened.handle, 0, opened.size)
    finally:
        server.drive.close(opened.handle)


def stream(
    server: Server, path: str, rendition: str = "", method: str = "GET", who: str = "bob key", **headers: str
) -> Answered:
    url = f"/api/v1/tracks/{server.track(path)}/stream?rendition={quote(rendition)}"
    return server.ask(method, url, headers={name.replace("_", "-"): value for name, value in headers.items()}, who=who)


def test_all_of_a_track_is_what_the_drive_has(server: Server) -> None:
    for path in PATHS:
        got = stream(server, path)
        assert got.status == 200
        assert got.body == whole(server, path)
        assert got.headers["accept-ranges"] == "bytes"
        assert got.headers["content-length"] == str(len(got.body))
    assert stream(server, PATHS[0]).headers["content-type"] == "audio/flac"
    assert stream(server, PATHS[2]).headers["content-type"] == "audio/mpeg"
    for path, rendition in ((PATHS[0], "original"), (PATHS[1], "wav")):
        assert stream(server, path, rendition).body == whole(server, path, Rendition(rendition))
    until(lambda: server.drive.open_handles == 0)  # an answer is whole before its track is let go


def test_no_play_comes_of_it(server: Server) -> None:
    from musfuse.service.requests.plays import ListPlays

    for path in PATHS:
        stream(server, path)
    assert list(server.context.service.rows(ListPlays())) == []


RENDITIONS = (
    (PATHS[0], ""), (PATHS[0], "original"), (PATHS[1], ""), (PATHS[1], "wav"), (PATHS[2], ""), (PATHS[0], "opus:128"),
    (PATHS[1], "opus:128"), (PATHS[0], "mp3:128"), (PATHS[1], "mp3:128"),
)  # fmt: skip


END = st.integers(0, 1100)
"""Thousandths of a track; some of them lie behind its end."""


@settings(max_examples=60)
@given(st.sampled_from(RENDITIONS), st.tuples(END, END), st.integers(0, 9), st.sampled_from("fls"))
def test_any_range_is_that_of_the_whole(
    server: Server, which: tuple[str, str], ends: tuple[int, int], beside: int, how: str
) -> None:
    path, rendition = which
    data = whole(server, path, Rendition(rendition) if rendition else None)
    first, last = (end * len(data) // 1000 + (beside if end else 0) for end in sorted(ends))
    wanted, text = {
        "f": (data[first : last + 1], f"bytes={first}-{last}"),
        "l": (data[first:], f"bytes={first}-"),
        "s": (data[-last:] if last else b"", f"bytes=-{last}"),
    }[how]
    got = stream(server, path, rendition, Range=text)
    if wanted:
        assert (got.status, got.body) == (206, wanted)
        start = len(data) - len(wanted) if how == "s" else first
        assert got.headers["content-range"] == f"bytes {start}-{start + len(wanted) - 1}/{len(data)}"
    else:
        assert (got.status, got.headers["content-range"]) == (416, f"bytes */{len(data)}")


def parts(got: Answered) -> list[tuple[str, bytes]]:
    """The ranges and bytes of the parts of an answer, as Python's own parser of mail has them."""
    message = BytesParser().parsebytes(
        b"Content-Type: " + got.headers["content-type"].encode() + b"\r\n\r\n" + got.body
    )
    assert isinstance(message, Message)
    boundary = re.search(r"boundary=(\w+)", got.headers["content-type"])
    assert boundary
    found = []
    for part in got.body.split(b"\r\n--" + boundary[1].encode())[1:-1]:
        head, _, body = part.partition(b"\r\n\r\n")
        ranged = re.search(rb"Content-Range: (bytes \d+-\d+/\d+)", head)
        assert ranged
        found.append((ranged[1].decode(), body))
    return found


def test_several_ranges(server: Server) -> None:
    data = whole(server, PATHS[0])
    got = stream(server, PATHS[0], Range="bytes=0-9, 100000-100999, -5")
    size = len(data)
    assert got.status == 206
    assert int(got.headers["content-length"]) == len(got.body)
    assert parts(got) == [
        (f"bytes 0-9/{size}", data[:10]),
        (f"bytes 100000-100999/{size}", data[100_000:101_000]),
        (f"bytes {size - 5}-{size - 1}/{size}", data[-5:]),
    ]
    one = stream(server, PATHS[0], Range=f"bytes=5-6,{size + 5}-{size + 9}")
    assert (one.status, one.body) == (206, data[5:7])
    for odd in (
        "bytes=0-5,3-9",
        "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 40, 2)),
        "bytes=9-1",
        "lines=1-2",
        "bytes=a-",
    ):
        assert stream(server, PATHS[0], Range=odd).status == 200, odd
    huge = "bytes=" + "9" * 30 + "-"
    assert stream(server, PATHS[0], Range=huge).status == 200


def test_conditions(server: Server) -> None:
    got = stream(server, PATHS[0], method="HEAD")
    assert (got.status, got.body, got.headers["content-length"]) == (200, b"", str(len(whole(server, PATHS[0]))))
    tag, date = got.headers["etag"], got.headers["last-modified"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    assert stream(server, PATHS[0], If_None_Match=tag).status == 304
    assert stream(server, PATHS[0], If_None_Match=f'"x", W/{tag}').status == 304
    assert stream(server, PATHS[0], If_None_Match='"x"').status == 200
    assert stream(server, PATHS[0], If_Modified_Since=date).status == 304
    assert stream(server, PATHS[0], If_None_Match='"x"', If_Modified_Since=date).status == 200
    assert stream(server, PATHS[0], If_Match='"x"').status == 412
    assert stream(server, PATHS[0], If_Match=tag).status == 200
    assert stream(server, PATHS[0], If_Unmodified_Since="Thu, 01 Jan 1970 00:00:00 GMT").status == 412
    assert stream(server, PATHS[0], Range="bytes=1-2", If_Range=tag).status == 206
    assert stream(server, PATHS[0], Range="bytes=1-2", If_Range='"x"').status == 200
    assert stream(server, PATHS[0], Range="bytes=1-2", If_Range=date).status == 200
    tags = {stream(server, path, rendition, method="HEAD").headers["etag"] for path, rendition in RENDITIONS}
    assert len(tags) == len(RENDITIONS)


def test_what_there_is_not(server: Server) -> None:
    for who, path, status in (
        ("", server.track(PATHS[0]), 401),
        ("bob", "tr-99999", 404),
        ("bob", server.track(PATHS[0])[3:], 404),
        ("bob", "tr-1g3", 404),
        ("bob", "tr-" + "9" * 17, 404),
        ("eve", server.track(PATHS[0]), 404),  # who sees no source of it does not hear that it is there
    ):
        assert server.get(f"/api/v1/tracks/{path}/stream", who).status == status, (who, path)
    assert stream(server, PATHS[0], "mp4:lots").json["error"]["code"] == "config"
    assert stream(server, PATHS[2], "flac").status == 404
    until(lambda: server.drive.open_handles == 0)  # an answer is whole before its track is let go


Sending = Callable[[Any], Awaitable[None]]


def answered(server: Server, path: str, sending: Sending, gone: Callable[[], bool] = lambda: False) -> None:
    """Answer with an original as `sending` takes it; the client is gone once `gone` says so."""

    async def receive() -> Any:
        while not gone():
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    async def answer() -> None:
        work, public = Work(1, 1, 4), server.public(path)
        try:
            made = StreamAnswer(lambda: server.context.streams.open(public, Rendition.ORIGINAL), work)
            await made({"method": "GET", "headers": []}, receive, sending)
        finally:
            work.close()

    asyncio.run(answer())


@pytest.mark.parametrize("cut_off", [1, 2, 3], ids=["before its first bytes", "in the first bytes", "later"])
def test_an_answer_that_is_cut_off_lets_its_track_go(server: Server, cut_off: int) -> None:
    """As the end of the server cuts off who takes nothing."""
    sent = []

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) == cut_off:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        answered(server, PATHS[0], send)
    assert len(sent) == cut_off
    until(lambda: server.drive.open_handles == 0)


def test_who_hangs_up_is_sent_no_more(server: Server) -> None:
    sent = []

    async def send(message: Any) -> None:
        sent.append(message)
        await asyncio.sleep(0.001)  # the loop turns, so that it is heard

    answered(server, PATHS[0], send, lambda: len(sent) == 2)
    size = len(whole(server, PATHS[0], Rendition.ORIGINAL))
    assert sum(len(message.get("body", b"")) for message in sent) <= 2 * PIECE < size
    assert sent[-1]["more_body"]
    assert server.drive.open_handles == 0


@pytest.mark.parametrize("how", ["written anew", "cut short"])
def test_an_original_that_changes_meanwhile_ends_its_stream(server: Server, how: str) -> None:
    path, sent = "Band c/Album c/01 - Long.flac", list[Any]()
    file = sound.write(server.music / "c.wav", 200_000, artist="Band c", album="Album c", title="Long", tracknumber="1")
    job = server.ask("POST", "/api/v1/scans", {}, who="ann").json["job"]
    server.host.jobs.runner.wait(job, SECONDS)
    before = whole(server, path, Rendition.ORIGINAL)

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) == 2:
            if how == "cut short":
                file.write_bytes(before[:1000])
            else:
                sound.write(file, 200_000, seed=9, artist="Band c", album="Album c", title="Long", tracknumber="1")

    answered(server, path, send)
    got = b"".join(message.get("body", b"") for message in sent)
    assert before.startswith(got)
    assert len(got) < len(before)
    assert sent[-1]["more_body"]  # so the connection ends, and the client knows that this is not all
    assert server.drive.open_handles == 0
