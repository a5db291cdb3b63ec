"""Tags behind the audio, of every kind and in any order: audio ends before them, and none takes audio along."""

import io
import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3, TIT2

from musfuse.media.containers.tails import apev2_count, apev2_items, audio_end, may_have_apev2, tags_start

AUDIO = b"\xff\xfb\x90\x64 audio " * 40
ID3V1 = b"TAG" + bytes(125)
MORE = b"TAG+" + bytes(223)
LYRICS_1 = b"LYRICSBEGIN" + b"la la " * 20 + b"LYRICSEND"
LYRICS_2 = b"LYRICSBEGININD00002" + b"10LYR00003la " + b"000032LYRICS200"


def ape(header: bool = True, count: int | None = None) -> bytes:
    """An APEv2 tag of mutagen's, without its header or with another count where asked."""
    made, out = APEv2(), io.BytesIO()
    made["Title"], made["Artist"] = "T", "A"
    made.save(out)
    tag = out.getvalue()
    if not header:
        tag = tag[32:-12] + bytes(12)
    if count is not None:
        tag = tag[:-16] + struct.pack("<I", count) + tag[-12:]
    return tag


def id3v2() -> bytes:
    """An ID3v2.4 tag with a footer (§3.4)."""
    made, out = ID3(), io.BytesIO()
    made.add(TIT2(encoding=3, text="T"))
    made.save(out, padding=lambda _: 0)
    tag = out.getvalue()
    head = tag[3:5] + b"\x10" + tag[6:10]
    return b"ID3" + head + tag[10:] + b"3DI" + head


KINDS = {"v1": ID3V1, "more": MORE + ID3V1, "lyrics 1": LYRICS_1, "lyrics 2": LYRICS_2, "ape": ape(), "bare ape": ape(header=False),
         "v2": id3v2()}  # fmt: skip


def test_lyrics_tell_their_own_length() -> None:
    """Lyrics3 v2: six digits count what stands before them."""
    assert int(LYRICS_2[-15:-9]) == len(LYRICS_2) - 15


@pytest.mark.parametrize("first", KINDS)
def test_audio_ends_before_two_tags_of_any_kinds(first: str) -> None:
    assert audio_end(io.BytesIO(AUDIO + KINDS[first]), 0, len(AUDIO + KINDS[first])) == len(AUDIO)
    for second in set(KINDS) - {first}:
        data = AUDIO + KINDS[first] + KINDS[second]
        assert audio_end(io.BytesIO(data), 0, len(data)) == len(AUDIO), second


def test_audio_ends_before_all_of_them_in_any_order() -> None:
    for names in itertools.permutations(["v1", "lyrics 2", "ape", "v2", "lyrics 1"]):
        data = AUDIO + b"".join(KINDS[name] for name in names)
        assert audio_end(io.BytesIO(data), 0, len(data)) == len(AUDIO), names


def test_a_tag_never_reaches_before_the_audio_begins() -> None:
    for name, tag in KINDS.items():
        data = b"front" + tag
        assert audio_end(io.BytesIO(data), 5, len(data)) == 5
        assert audio_end(io.BytesIO(data), 6, len(data)) == len(data) - (128 if name == "more" else 0)


def test_what_is_written_anew_begins_with_id3v1_and_apev2() -> None:
    for tail, length in ((b"", 0), (ID3V1, 128), (ape(), len(ape())), (ape() + ID3V1, len(ape()) + 128), (ID3V1 + ape(), len(ape()) + 128),
                         (ape(header=False), len(ape()) - 32), (LYRICS_2, 0), (LYRICS_2 + ID3V1, 128), (id3v2(), 0),
                         (ape()[:-32] + b"APETAGEY" + ape()[-24:], 0)):  # fmt: skip
        data = AUDIO + tail
        assert tags_start(io.BytesIO(data), len(data)) == len(data) - length


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("behind", [b"", ID3V1])
def test_items_of_an_apev2_tag(header: bool, behind: bytes) -> None:
    data = AUDIO + ape(header) + behind
    places = apev2_items(io.BytesIO(data), len(data))
    assert places is not None
    assert data[slice(*places)] == ape()[32:-32]
    assert apev2_items(io.BytesIO(AUDIO), len(AUDIO)) is None
    assert apev2_items(io.BytesIO(LYRICS_2), len(LYRICS_2)) is None


def test_items_are_counted_as_far_as_there_is_room_for_them() -> None:
    for behind in (b"", ID3V1, LYRICS_2, LYRICS_2 + ID3V1):
        data = AUDIO + ape() + behind
        assert apev2_count(io.BytesIO(data), len(data)) == 2
        lies = AUDIO + ape(count=2**32 - 1) + behind
        assert apev2_count(io.BytesIO(lies), len(lies)) == (len(ape()) - 32) // 11
        assert may_have_apev2(io.BytesIO(data), len(data))
    none = AUDIO + ID3V1
    assert apev2_count(io.BytesIO(none), len(none)) == 0
    assert not may_have_apev2(io.BytesIO(none), len(none))
    footer = ape()[-32:]
    assert apev2_count(io.BytesIO(footer), 32) == 2
    assert apev2_count(io.BytesIO(footer[1:]), 31) == 0


def test_tags_that_are_damaged_are_audio() -> None:
    for tail in (
        LYRICS_2[:-15] + b"00x032LYRICS200", LYRICS_2[1:], b"x" + LYRICS_2[1:], LYRICS_2[:-15] + b"999999LYRICS200", LYRICS_1[1:],
        LYRICS_1[:11] + bytes(5200) + b"LYRICSEND", id3v2()[:-5] + b"\0" + id3v2()[-4:], b"JD3" + id3v2()[3:],
        id3v2()[:-4] + b"\x7f\x7f\x7f\x7f", ape()[:-20] + b"\xff\xff\xff\x7f" + ape()[-16:],
        ape()[:-20] + b"\x05\0\0\0" + ape()[-16:-12] + bytes(12),
    ):  # fmt: skip
        data = AUDIO + tail
        assert audio_end(io.BytesIO(data), 0, len(data)) == len(data), tail


@given(
    st.lists(
        st.one_of(st.binary(max_size=40), st.sampled_from([*KINDS.values(), b"LYRICSEND", b"000009LYRICS200", b"TAG"])),
        max_size=5,
    )
)
def test_any_bytes(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    for start in (0, len(data) // 2):
        assert start <= audio_end(io.BytesIO(data), start, len(data)) <= len(data)
    assert 0 <= tags_start(io.BytesIO(data), len(data)) <= len(data)
    places = apev2_items(io.BytesIO(data), len(data))
    assert places is None or 0 <= places[0] <= places[1] <= len(data)
    assert apev2_count(io.BytesIO(data), len(data)) * 11 <= len(data)
