"""Plain ID3v2 tags are read as mutagen reads them, or not at all."""

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mutagen import id3

from musfuse.media.containers.front import id3v2_length
from musfuse.media.tags.id3plain import read_plain
from musfuse.media.tags.read import from_id3, from_mutagen

AUDIO = b"\xff\xfb\x90\x64" + bytes(500)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)
WORDS = st.sampled_from(
    ["Title", "", "Ä ø 中島", "1/12", "17", "(17)", "Jazz", "1999", "1999-02-03", "a\0b", "\0", "CR"]
)
KINDS = ["TIT2", "TPE1", "TALB", "TRCK", "TPOS", "TCON", "TDRC", "TYER", "TDAT", "TCMP", "TXXX", "COMM", "USLT", "UFID",
         "PRIV", "WXXX", "TLEN", "TSOP", "TIPL", "APIC"]  # fmt: skip


def frame(kind: str, encoding: int, text: list[str], desc: str) -> id3.Frame:
    made = getattr(id3, kind)
    if encoding == 0 and any(char > "\xff" for char in "".join(text)):
        encoding = 1
    if kind == "UFID":
        return made(owner=desc.encode("ascii", "ignore").decode() or "http://musicbrainz.org", data=b"abc")
    if kind == "PRIV":
        return made(owner="x", data=b"TIT2")
    if kind == "APIC":
        return made(encoding=encoding, mime="image/png", type=3, desc=desc, data=b"\x89PNG")
    if kind == "WXXX":
        return made(encoding=encoding, desc=desc, url="http://example.org")
    if kind == "TIPL":
        return made(encoding=encoding, people=[["producer", "somebody"]])
    if kind == "USLT":
        return made(encoding=encoding, lang="eng", desc=desc, text=text[0])
    if kind in ("COMM", "TXXX"):
        return made(encoding=encoding, desc=desc, text=text, **({"lang": "deu"} if kind == "COMM" else {}))
    return made(encoding=encoding, text=text)


FRAMES = st.builds(
    frame, st.sampled_from(KINDS), st.sampled_from([0, 1, 2, 3]), st.lists(WORDS | TEXTS, min_size=1, max_size=3),
    st.sampled_from(["", "MusicBrainz Album Id", "iTunNORM", "ID3v1 Comment"]),
)  # fmt: skip


def tagged(frames: list[id3.Frame], version: int, v1: int) -> bytes:
    tags = id3.ID3()
    for each in frames:
        tags.add(each)
    file = io.BytesIO(AUDIO)
    try:
        tags.save(file, v1=v1, v2_version=version)
    except UnicodeEncodeError:  # a year of an ID3v1 tag has to be ASCII
        tags.save(file, v1=0, v2_version=version)
    return file.getvalue()


def plain(data: bytes) -> "tuple[object, bool] | None":
    reader = io.BufferedReader(io.BytesIO(data))
    end = id3v2_length(data)
    if not end and data.startswith(b"ID3"):
        return None  # no stream begins here
    found = read_plain(reader, end, data[-160:]) if end <= len(data) else None
    return None if found is None else (from_id3(found), found.pictures)


def by_mutagen(data: bytes) -> object:
    try:
        return from_id3(id3.ID3(io.BytesIO(data)))
    except id3.ID3NoHeaderError:
        return from_mutagen(type("Untagged", (), {"tags": None}))


def same(data: bytes) -> bool:
    """Whether a tag was read here, and then as mutagen reads it."""
    found = plain(data)
    if found is None:
        return False
    expected = by_mutagen(data)
    assert found[0] == expected
    assert list(found[0]) == list(expected)
    return True


@given(st.lists(FRAMES, max_size=8), st.sampled_from([3, 4]), st.sampled_from([0, 2]))
def test_a_plain_tag_is_what_mutagen_makes_of_it(frames: list[id3.Frame], version: int, v1: int) -> None:
    same(tagged(frames, version, v1))


@given(st.lists(FRAMES, min_size=1, max_size=6), st.sampled_from([3, 4]), st.data())
def test_a_damaged_one_is_left_to_mutagen_or_read_the_same(
    frames: list[id3.Frame], version: int, data: st.DataObject
) -> None:
    raw = bytearray(tagged(frames, version, data.draw(st.sampled_from([0, 2]))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] = data.draw(st.sampled_from([0, 1, 3, 0x40, 0x80, 0xFF, raw[at] ^ 1]))
    same(bytes(raw))


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("v1", [0, 2])
@pytest.mark.parametrize("encoding", [0, 1, 3])
def test_what_most_files_have_is_plain(version: int, v1: int, encoding: int) -> None:
    frames = [frame(kind, encoding, ["Jazz"], "x") for kind in ("TIT2", "TPE1", "TALB", "TCON", "TXXX", "COMM", "APIC")]
    frames += [frame("TRCK", encoding, ["1/12"], ""), frame("TDRC", encoding, ["1999"], "")]
    assert same(tagged(frames, version, v1))
    assert plain(tagged(frames, version, v1))[1]  # type: ignore[index]


def test_a_file_without_any_tag_is_plain() -> None:
    assert plain(AUDIO) == (by_mutagen(AUDIO), False)


def test_a_picture_larger_than_what_is_read_at_once_is_skipped() -> None:
    large = id3.APIC(encoding=3, mime="image/png", type=3, desc="", data=b"\x89PNG" + bytes(300_000))
    data = tagged([large, frame("TIT2", 3, ["Behind it"], ""), frame("TXXX", 3, ["x"], "MOOD")], 4, 0)
    assert same(data)
    assert plain(data)[1]  # type: ignore[index]


@example(b"TIT2\0\0\0\2\0\0\3")
@given(st.binary(max_size=60))
def test_any_bytes_in_a_tag(body: bytes) -> None:
    for version in (3, 4):
        head = b"ID3" + bytes((version, 0, 0, 0, 0, 0, len(body)))
        same(head + body + AUDIO)


def test_a_text_that_costs_is_left_to_readers_with_limits() -> None:
    many = tagged([id3.TPE1(encoding=3, text=["a"] * 200)], 4, 0)
    long = tagged([id3.USLT(encoding=3, lang="eng", desc="", text="a" * 20_000)], 4, 0)
    frames = tagged([id3.TXXX(encoding=3, desc=f"x{n}", text="a") for n in range(250)], 4, 0)
    assert plain(many) is None
    assert plain(long) is None
    assert plain(frames) is None
