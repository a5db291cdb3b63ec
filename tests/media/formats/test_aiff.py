"""AIFF: facts of every sample format, tags in text chunks and the ID3 chunk, and the file that gets other ones."""

import io
import struct
from pathlib import Path

import hostile
import numpy as np
import pytest
import sound
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from mutagen.aiff import AIFF

from media.formats.reading import assembled, scanned
from musfuse.errors import MalformedError
from musfuse.media.formats.aiff import plan_aiff
from musfuse.media.tags.edit import make_edit
from musfuse.model import TagSet


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack(">I", len(body)) + body + b"\0" * (len(body) & 1)


def form(*chunks: bytes, kind: bytes = b"AIFF") -> bytes:
    body = kind + b"".join(chunks)
    return b"FORM" + struct.pack(">I", len(body)) + body


COMM = chunk(b"COMM", struct.pack(">hIh", 1, 4, 16) + b"\x40\x0e\xac\x44" + bytes(6))
SSND = chunk(b"SSND", bytes(8) + b"\1\2\3\4\5\6\7\x08")


def retagged(data: bytes, **fields: list[str]) -> bytes:
    before = scanned(data).tags
    edit = make_edit(before, TagSet({**before, **fields}), padding=64)
    return assembled(plan_aiff(io.BytesIO(data), len(data), edit), data)


@pytest.mark.parametrize(
    ("subtype", "bits", "pcm", "endian"),
    [("PCM_S8", 8, "int", "FILE"), ("PCM_U8", 8, "int", "FILE"), ("PCM_16", 16, "int", "FILE"), ("PCM_24", 24, "int", "FILE"),
     ("PCM_32", 32, "int", "FILE"), ("PCM_16", 16, "int", "LITTLE"), ("FLOAT", 32, "float", "FILE"), ("DOUBLE", 64, "float", "FILE"),
     ("ULAW", 0, "", "FILE")],
)  # fmt: skip
def test_facts_of_every_sample_format(tmp_path: Path, subtype: str, bits: int, pcm: str, endian: str) -> None:
    path = tmp_path / "a.aiff"
    soundfile.write(path, np.zeros((500, 3)), 48_000, subtype, endian, "AIFF")
    fmt = scanned(path.read_bytes()).format
    assert (fmt.container, fmt.sample_rate, fmt.channels, fmt.total_samples) == ("aiff", 48_000, 3, 500)
    assert (fmt.bits, fmt.pcm) == (bits, pcm)


def test_text_chunks_are_tags_under_those_of_the_id3_chunk(tmp_path: Path) -> None:
    path = sound.write(tmp_path / "a.aiff", 100, title="Id3")
    data = path.read_bytes()
    more = form(data[12:], chunk(b"NAME", b"Name!"), chunk(b"AUTH", b"Someone"))
    tags = scanned(more).tags
    assert (tags["title"], tags["artist"]) == (("Id3",), ("Someone",))
    only = scanned(form(COMM, SSND, chunk(b"NAME", b"Name!"), chunk(b"AUTH", b"Someone"))).tags
    assert (only["title"], only["artist"]) == (("Name!",), ("Someone",))


@pytest.mark.parametrize("kind", [b"AIFF", b"AIFC"])
def test_text_chunks_of_fields_that_change_go_and_all_else_stays(kind: bytes) -> None:
    comm = COMM if kind == b"AIFF" else chunk(b"COMM", COMM[8:26] + b"NONE\0\0")
    data = form(
        chunk(b"NAME", b"Old"),
        comm,
        chunk(b"ANNO", b"words"),
        SSND,
        chunk(b"AUTH", b"Who"),
        chunk(b"MARK", b"\0\0"),
        kind=kind,
    )
    made = retagged(data, title=["New"])
    assert struct.unpack(">I", made[4:8])[0] == len(made) - 8
    assert made[:12] == b"FORM" + made[4:8] + kind
    assert b"Old" not in made
    junk = chunk(b"JUNK", bytes(4))  # where a chunk stood before the audio, which does not move
    for kept in (comm, SSND, chunk(b"ANNO", b"words"), chunk(b"AUTH", b"Who"), chunk(b"MARK", b"\0\0"), junk):
        assert kept in made
    assert made.index(SSND) == data.index(SSND)
    tags = AIFF(io.BytesIO(made)).tags
    assert tags["TIT2"].text == ["New"]
    assert scanned(made).tags.first("title") == "New"


def test_an_id3_chunk_is_written_in_place_of_all_there_were(tmp_path: Path) -> None:
    path = sound.write(tmp_path / "a.aiff", 100, title="One", artist="Who")
    data = path.read_bytes()
    tag = data[data.index(b"ID3 ") :]
    twice = form(data[12:], tag.replace(b"One", b"Two"))
    made = retagged(twice, title=["New"])
    assert made.count(b"ID3 ") == 1
    tags = AIFF(io.BytesIO(made)).tags
    assert (tags["TIT2"].text, tags["TPE1"].text) == (["New"], ["Who"])
    assert soundfile.read(io.BytesIO(made))[0].tolist() == soundfile.read(io.BytesIO(data))[0].tolist()


def test_what_is_no_aiff_is_refused() -> None:
    edit = make_edit(TagSet(), TagSet({"title": ["x"]}))
    for data in (
        b"",
        b"FORM\0\0\0\4AIFX",
        b"RIFF\0\0\0\4AIFF",
        form(COMM, SSND)[:-3],
        form(COMM, SSND[:4] + b"\0\0\1\0" + SSND[8:]),
    ):
        with pytest.raises(MalformedError):
            plan_aiff(io.BytesIO(data), len(data), edit)


@given(
    st.lists(
        st.tuples(st.sampled_from([b"NAME", b"ANNO", b"ID3 ", b"FVER", b"(c) "]), st.binary(max_size=9)), max_size=5
    )
)
def test_any_chunks_around_the_audio(chunks: list[tuple[bytes, bytes]]) -> None:
    data = form(*(chunk(*each) for each in chunks[:2]), COMM, SSND, *(chunk(*each) for each in chunks[2:]))
    edit = make_edit(TagSet({"title": ["Old"]}), TagSet({"title": ["New"]}))
    try:
        made = assembled(plan_aiff(io.BytesIO(data), len(data), edit), data)
    except MalformedError:
        return
    assert COMM in made
    assert SSND in made
    assert len(made) == 8 + struct.unpack(">I", made[4:8])[0]
    assert [made.count(chunk(*each)) > 0 for each in chunks if each[0] == b"FVER"].count(False) == 0


def test_more_than_4_gib_with_its_tags_is_refused(tmp_path: Path) -> None:
    path, audio = tmp_path / "large.aiff", (1 << 32) - 100
    hostile.sparse(
        path, b"FORM" + struct.pack(">I", audio + 38) + b"AIFF" + COMM + b"SSND" + struct.pack(">I", audio), audio + 46
    )
    edit = make_edit(TagSet(), TagSet({"title": ["x" * 90]}), padding=0)
    with path.open("rb") as reader, pytest.raises(MalformedError, match="too large for AIFF"):
        plan_aiff(reader, path.stat().st_size, edit)
