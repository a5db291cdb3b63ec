"""Chunks of WAV and AIFF: found, kept, replaced; files that lie about them are refused."""

import io
import itertools
import struct
from pathlib import Path

import pytest
import sound

from musfuse.errors import MalformedError
from musfuse.media.retag.pieces import Kept
from musfuse.media.retag.riff import Chunk, chunk_body, chunks_of, junk_behind


def chunk(name: bytes, body: bytes, order: str = "<") -> bytes:
    return struct.pack(f"{order}4sI", name, len(body)) + body + b"\0" * (len(body) & 1)


def riff(*chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + sum(map(len, chunks))) + b"WAVE" + b"".join(chunks)


def names(data: bytes, order: str = "<", data_size: int | None = None) -> list[bytes]:
    return [found.name for found in chunks_of(io.BytesIO(data), len(data), order, data_size)]


def test_a_file_that_another_program_wrote(music: Path) -> None:
    wav = sound.write(music / "a.wav", 1001, channels=1, bits=8, title="One")
    data = wav.read_bytes()
    found = list(chunks_of(io.BytesIO(data), len(data), "<", None))
    assert found[0].name == b"fmt "
    audio = next(c for c in found if c.name == b"data")
    assert (audio.length, audio.end - audio.start) == (1001, 8 + 1001 + 1)  # its pad byte
    assert found[-1].end == len(data)
    assert all(a.end == b.start for a, b in itertools.pairwise(found))


def test_a_pad_byte_that_was_forgotten() -> None:
    data = riff(chunk(b"odd ", b"abc")[:-1], chunk(b"data", b"12"))
    assert names(data) == [b"odd ", b"data"]
    assert names(riff(chunk(b"data", b"123")[:-1])) == [b"data"]


def test_audio_whose_length_is_told_elsewhere() -> None:
    data = riff(struct.pack("<4sI", b"data", 0xFFFF_FFFF) + b"12345678")
    assert names(data, data_size=8) == [b"data"]
    with pytest.raises(MalformedError, match="its audio is cut short"):
        names(data, data_size=9)
    with pytest.raises(MalformedError, match="cut short"):
        names(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (riff(chunk(b"LIST", b"1234"))[:-1], "its chunk LIST reaches past the end"),
        (riff(chunk(b"data", b"")), "does not tell how long its audio is"),
        (riff(*[chunk(b"JUNK", b"")] * 10_001), "too many chunks"),
    ],
)
def test_files_that_lie(data: bytes, said: str) -> None:
    with pytest.raises(MalformedError, match=said):
        names(data)


def test_junk_behind_the_last_chunk() -> None:
    audio = riff(chunk(b"data", b"1234"))

    def behind(junk: bytes) -> list[object]:
        data = audio + junk
        found = list(chunks_of(io.BytesIO(data), len(data), "<", None))
        return list(junk_behind(io.BytesIO(data), found, len(data), b"data"))

    assert behind(b"") == behind(bytes(50)) == behind(b"TAG" + b"x" * 125) == []
    assert behind(b"\1\2\3 something") == [Kept(len(audio), 13)]
    with pytest.raises(MalformedError, match="it has no chunk data"):
        junk_behind(io.BytesIO(audio + b"x" * 9), [Chunk(b"fmt ", 12, 0, 20)], len(audio) + 9, b"data")


@pytest.mark.parametrize(("order", "audio"), [("<", b"data"), (">", b"SSND")])
def test_what_is_replaced_in_front_of_the_audio_leaves_its_place(order: str, audio: bytes) -> None:
    chunks = [
        Chunk(b"fmt ", 12, 16, 36),
        Chunk(b"LIST", 36, 9, 54),
        Chunk(audio, 54, 10, 72),
        Chunk(b"id3 ", 72, 5, 85),
    ]
    assert chunk_body(chunks, {36, 72}, order) == [
        Kept(12, 24), struct.pack(f"{order}4sI", b"JUNK", 10) + bytes(10), Kept(54, 18),
    ]  # fmt: skip
    assert chunk_body(chunks, set(), order) == [Kept(12, 24), Kept(36, 18), Kept(54, 18), Kept(72, 13), b"\0"]
