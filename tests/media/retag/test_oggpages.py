"""Ogg pages, judged by ffmpeg's and mutagen's pages."""

import io
from pathlib import Path

import pytest
import sound
from hypothesis import given
from hypothesis import strategies as st
from mutagen.ogg import OggPage

from musfuse.errors import MalformedError
from musfuse.media.retag.oggpages import (
    checksum,
    fewest_pages,
    lacing_of,
    lay_out,
    make_page,
    parse_page,
    read_page,
    renumbered,
)

PACKETS = st.lists(st.integers(0, 70_000).map(lambda n: bytes(n % 251 for _ in range(1)) * n), min_size=1, max_size=3)


def pages_of(data: bytes) -> list[OggPage]:
    file, found = io.BytesIO(data), []
    while file.tell() < len(data):
        found.append(OggPage(file))
    return found


@pytest.mark.parametrize("codec", ["libvorbis", "libopus", "flac"])
def test_pages_that_ffmpeg_wrote(music: Path, codec: str) -> None:
    rate = ("-ar", "48000") if codec == "libopus" else ()
    path = sound.convert(sound.write(music / "a.wav", 20_000), music / "a.ogg", "-c:a", codec, *rate)
    data, at, count = path.read_bytes(), 0, 0
    while at < len(data):
        page = read_page(io.BytesIO(data), at, len(data))
        raw = data[at : page.end]
        assert (page.start, page.sequence) == (at, count)
        assert checksum(raw[:22] + bytes(4) + raw[26:]) == int.from_bytes(raw[22:26], "little")
        assert make_page(page.flags, page.granule, page.serial, page.sequence, page.lacing, raw[page.head :]) == raw
        at, count = page.end, count + 1
    assert count >= 3


@given(PACKETS, st.integers(0, 40), st.integers(0, 2**31))
def test_packets_laid_out_are_those_that_readers_find(packets: list[bytes], more: int, first: int) -> None:
    count = min(fewest_pages(packets) + more, len(lacing_of(packets)))
    pages = pages_of(lay_out(packets, 7, first, count))
    assert [page.sequence for page in pages] == [(first + n) & 0xFFFF_FFFF for n in range(count)]
    assert b"".join(b"".join(page.packets) for page in pages) == b"".join(packets)
    assert pages[-1].complete
    assert not pages[0].continued
    assert OggPage.to_packets(pages, strict=False) == packets or not all(packets)


@given(st.binary(max_size=255), st.integers(-5, 2**33))
def test_another_number_changes_nothing_else(body: bytes, shift: int) -> None:
    page = make_page(0, 5, 9, 3, bytes((len(body),)) if len(body) < 255 else b"\xff\0", body)
    (found,) = pages_of(renumbered(page, shift))
    assert (found.sequence, found.serial, found.position) == ((3 + shift) & 0xFFFF_FFFF, 9, 5)
    assert b"".join(found.packets) == body
    assert renumbered(renumbered(page, shift), -shift) == page


def test_damage_is_not_hidden() -> None:
    page = bytearray(make_page(0, 5, 9, 3, b"\x03", b"abc"))
    page[-1] ^= 1
    changed = renumbered(bytes(page), 4)
    assert checksum(changed[:22] + bytes(4) + changed[26:]) != int.from_bytes(changed[22:26], "little")
    assert renumbered(changed, -4) == page


@pytest.mark.parametrize("head", [b"", b"OggS", b"OggS\1" + bytes(300), b"OggS\0" + bytes(21) + b"\xff" + bytes(9)])
def test_what_is_no_page(head: bytes) -> None:
    assert parse_page(head, 0) is None
    with pytest.raises(MalformedError, match="no whole Ogg page at byte 0"):
        read_page(io.BytesIO(head), 0, len(head))


def test_a_page_that_reaches_past_the_end() -> None:
    page = make_page(0, 5, 9, 3, b"\x03", b"abc")
    assert read_page(io.BytesIO(page), 0, len(page)).end == len(page)
    with pytest.raises(MalformedError):
        read_page(io.BytesIO(page), 0, len(page) - 1)
