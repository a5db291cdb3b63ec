"""Ogg pages that are renumbered on the way, read from anywhere."""

import io
import random
from pathlib import Path

import pytest
import sound
from mutagen.ogg import OggPage

from musfuse.media.retag.oggpages import read_page, renumbered
from musfuse.media.retag.renumber import OggPages
from musfuse.origins import LocalOrigin


@pytest.fixture
def ogg(music: Path) -> Path:
    return sound.convert(sound.write(music / "a.wav", 60_000), music / "a.ogg", "-c:a", "libvorbis")


def expected(data: bytes, start: int, shift: int, serial: int) -> bytes:
    out, at = b"", start
    while at < len(data):
        page = read_page(io.BytesIO(data), at, len(data))
        raw = data[at : page.end]
        out += renumbered(raw, shift) if page.serial == serial else raw
        at = page.end
    return out


def opened(path: Path, start: int, shift: int, serial: int) -> OggPages:
    origin = LocalOrigin("test", str(path.parent))
    file = sound.source_file(origin, path.name)
    return OggPages(origin, file, start, path.stat().st_size - start, serial, shift)


@pytest.mark.parametrize("shift", [1, -1, 70_000])
def test_any_range_is_a_range_of_the_whole(ogg: Path, shift: int) -> None:
    data = ogg.read_bytes()
    first = read_page(io.BytesIO(data), 0, len(data))
    wanted = expected(data, first.end, shift, first.serial)
    pages, rng = opened(ogg, first.end, shift, first.serial), random.Random(shift)
    assert pages.read(0, pages.length) == wanted
    for _ in range(60):
        at = rng.randrange(len(wanted))
        size = rng.choice((1, 27, 1000, 70_000))
        size = min(size, len(wanted) - at)
        assert pages.read(at, size) == wanted[at : at + size], at
    assert f"raised by {shift}" in pages.describe()
    numbers, file = [], io.BytesIO(wanted)
    while file.tell() < len(wanted):
        numbers.append(OggPage(file).sequence)
    assert numbers == [(n + 1 + shift) & 0xFFFF_FFFF for n in range(len(numbers))]


def test_pages_of_other_streams_and_what_is_none_stay_as_they_are(ogg: Path) -> None:
    data = ogg.read_bytes()
    first = read_page(io.BytesIO(data), 0, len(data))
    other = opened(ogg, first.end, 5, first.serial + 1)
    assert other.read(0, other.length) == data[first.end :]
    junk = b"no page at all" * 50
    path = ogg.with_name("junk.ogg")
    path.write_bytes(data[: first.end] + junk + data[first.end :] + junk)
    pages = opened(path, first.end, 1, first.serial)
    wanted = junk + expected(data, first.end, 1, first.serial) + junk
    assert pages.read(0, pages.length) == wanted
    for at in range(0, len(wanted) - 300, 4999):
        assert pages.read(at, 300) == wanted[at : at + 300]
