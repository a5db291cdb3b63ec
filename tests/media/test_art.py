"""Pictures: described, bounded, hostile ones refused."""

import struct
import zlib
from pathlib import Path

import pytest
import sound

from musfuse.media import art
from musfuse.origins import LocalOrigin


@pytest.mark.parametrize(
    ("fmt", "mime"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("BMP", "image/bmp"), ("WEBP", "image/webp")],
)
def test_pictures_are_described(fmt: str, mime: str) -> None:
    data = sound.picture(48, fmt)
    made = art.describe_picture(data, 3, "front")
    assert made is not None
    assert (made.picture.mime, made.picture.width, made.picture.height, made.picture.size) == (mime, 48, 48, len(data))
    again = art.describe_picture(data)
    assert again is not None
    assert again.picture.digest == made.picture.digest


def png(width: int, height: int) -> bytes:
    """A PNG header that claims a size."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body)) + bytes(12)


@pytest.mark.parametrize(
    "data", [b"", b"text", png(40_000, 40_000), b"\xff\xd8\xff" + bytes(50), sound.picture() + bytes(10_000_001)]
)
def test_what_is_no_picture_or_too_large_is_refused(data: bytes) -> None:
    assert art.describe_picture(data) is None


def test_the_front_cover_is_preferred(music: Path, origin: LocalOrigin) -> None:
    from mutagen import id3

    path = sound.write(music / "a.wav", title="T")
    other, front = sound.picture(10), sound.picture(20)
    import mutagen

    opened = mutagen.File(path)
    opened.tags.add(id3.APIC(encoding=3, mime="image/png", type=4, desc="back", data=other))
    opened.tags.add(id3.APIC(encoding=3, mime="image/png", type=3, desc="front", data=front))
    opened.save()
    found = art.EmbeddedCovers().extract(origin, sound.source_file(origin, "a.wav"))
    assert found is not None
    assert found.data == front


def test_no_picture_and_broken_tags_are_none(music: Path, origin: LocalOrigin) -> None:
    sound.write(music / "a.wav")
    (music / "b.wav").write_bytes(b"RIFF....WAVEid3 \xff\xff\xff\x7f")
    for name in ("a.wav", "b.wav"):
        assert art.EmbeddedCovers().extract(origin, sound.source_file(origin, name)) is None
