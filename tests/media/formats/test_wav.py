"""WAV and RF64 with other tags: INFO and ID3 say the same, the audio does not move, lengths are right."""

import io
import struct
from pathlib import Path

import hostile
import mutagen
import numpy as np
import pytest
import sound
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from tinytag import TinyTag

from media.formats.reading import assembled, scanned
from musfuse.errors import MalformedError
from musfuse.media.formats.wav import plan_wav
from musfuse.media.tags.edit import TagEdit, make_edit
from musfuse.media.tags.info import parse_info
from musfuse.model import TagSet

FMT = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16_000, 2, 16)
DATA = b"data" + struct.pack("<I", 40) + bytes(range(40))


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def info(**fields: str) -> bytes:
    return chunk(
        b"LIST", b"INFO" + b"".join(chunk(name.encode(), text.encode() + b"\0") for name, text in fields.items())
    )


def riff(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def planned(data: bytes, edit: TagEdit) -> bytes:
    made = assembled(plan_wav(io.BytesIO(data), len(data), edit), data)
    assert struct.unpack_from("<I", made, 4)[0] in (len(made) - 8, 0xFFFF_FFFF)
    return made


def change(before: dict[str, list[str]], after: dict[str, list[str]]) -> TagEdit:
    return make_edit(TagSet(before), TagSet(after), padding=64)


@pytest.mark.parametrize(
    ("subtype", "bits", "kind"),
    [("PCM_U8", 8, "int"), ("PCM_16", 16, "int"), ("PCM_24", 24, "int"), ("PCM_32", 32, "int"), ("FLOAT", 32, "float"),
     ("DOUBLE", 64, "float"), ("ULAW", 0, "")],
)  # fmt: skip
def test_facts_of_every_sample_format(tmp_path: Path, subtype: str, bits: int, kind: str) -> None:
    for endian, container in (("FILE", "WAV"), ("BIG", "WAV"), ("FILE", "WAVEX")):
        path = tmp_path / "a.wav"
        soundfile.write(path, np.zeros((300, 2)), 32_000, subtype, endian, container)
        fmt = scanned(path.read_bytes()).format
        assert (fmt.container, fmt.sample_rate, fmt.channels, fmt.total_samples) == ("wav", 32_000, 2, 300)
        assert (fmt.bits, fmt.pcm) == (bits, kind)


def test_both_tags_say_what_was_set_and_other_items_stay() -> None:
    before = {"title": ["Old"], "artist": ["Who"]}
    data = riff(
        FMT,
        info(INAM="Old", IENG="engineer"),
        DATA,
        chunk(b"bext", bytes(9)),
        info(INAM="Old", IART="Who", IENG="other"),
    )
    made = planned(data, change(before, {"title": ["New", "Two"], "artist": ["Who"], "tracknumber": ["7"]}))
    assert mutagen.wave.WAVE(io.BytesIO(made)).tags["TIT2"].text == ["New", "Two"]
    assert made.count(b"LIST") == 1
    at = made.index(b"INFO") + 4
    items = dict(parse_info(made[at:]))
    assert items == {b"IART": b"Who\0", b"IENG": b"other\0", b"INAM": b"New; Two\0", b"ITRK": b"7\0"}
    assert made.index(DATA) == data.index(DATA)
    assert chunk(b"bext", bytes(9)) in made
    assert made.index(b"id3 ") < made.index(b"LIST")
    assert TinyTag.get(filename="a.wav", file_obj=io.BytesIO(made)).title.startswith("New")


def test_a_file_without_tags_gets_both_and_loses_them_again() -> None:
    bare = riff(FMT, DATA)
    tags = {"title": ["T"], "mood": ["calm"]}
    made = planned(bare, change({}, tags))
    assert scanned(made).tags == TagSet(tags)
    again = planned(made, change(tags, {}))
    assert dict(scanned(again).tags) == {}
    assert b"INFO" not in again
    assert again.startswith(b"RIFF" + again[4:8] + b"WAVE" + FMT + DATA)


def test_an_rf64_keeps_its_lengths_in_ds64(tmp_path: Path) -> None:
    wav = sound.write(tmp_path / "a.wav", 3000)
    data = sound.convert(wav, tmp_path / "r.wav", "-rf64", "always", "-metadata", "title=Old").read_bytes()
    made = planned(data, change({"title": ["Old"]}, {"title": ["New" * 50]}))
    assert made[:4] == b"RF64"
    assert struct.unpack_from("<QQ", made, 20) == (len(made) - 8, 3000 * 4)
    assert scanned(made).tags.first("title") == "New" * 50
    (tmp_path / "out.wav").write_bytes(made)
    assert sound.ffmpeg_md5(tmp_path / "out.wav") == sound.ffmpeg_md5(wav)


def test_junk_behind_stays_behind_and_zeros_go() -> None:
    edit = change({}, {"title": ["T"]})
    whole = riff(FMT, DATA)
    assert planned_behind(whole + b"\1 some words", edit).endswith(b"\1 some words")
    assert planned_behind(whole + bytes(50), edit) == planned(whole, edit)
    assert planned_behind(whole + b"TAG" + bytes(125), edit) == planned(whole, edit)


def planned_behind(data: bytes, edit: TagEdit) -> bytes:
    return assembled(plan_wav(io.BytesIO(data), len(data), edit), data)


def test_what_is_no_wav_or_is_too_large_is_refused(tmp_path: Path) -> None:
    edit = change({}, {"title": ["x" * 90]})
    for data in (b"", riff(FMT, DATA).replace(b"RIFF", b"RIFX"), b"RF64" + riff(FMT, DATA)[4:], riff(FMT, DATA)[:-9], riff(FMT)[:20],
                 riff(FMT, b"data" + bytes(4)), b"RIFF\0\0\0\4WAVX"):  # fmt: skip
        with pytest.raises(MalformedError):
            plan_wav(io.BytesIO(data), len(data), edit)
    path, audio = tmp_path / "large.wav", (1 << 32) - 150
    hostile.sparse(path, riff(FMT) + b"data" + struct.pack("<I", audio), 44 + audio)
    with path.open("rb") as reader, pytest.raises(MalformedError, match="too large for RIFF"):
        plan_wav(reader, path.stat().st_size, edit)


@given(
    st.lists(st.tuples(st.sampled_from([b"LIST", b"id3 ", b"fact", b"cue "]), st.binary(max_size=20)), max_size=4),
    st.integers(0, 4),
)
def test_any_chunks_around_the_audio(chunks: list[tuple[bytes, bytes]], before: int) -> None:
    each = [chunk(*one) for one in chunks]
    data = riff(FMT, *each[:before], DATA, *each[before:])
    try:
        made = planned(data, change({"title": ["Old"]}, {"title": ["New"]}))
    except MalformedError:
        return
    assert made.index(DATA) == data.index(DATA)
    assert all(chunk(name, body) in made for name, body in chunks if name in (b"fact", b"cue "))
    assert b"INAM\4\0\0\0New\0" in made
