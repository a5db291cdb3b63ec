"""Pictures: described, bounded, hostile ones refused."""

import io
import random
import struct
import zlib

import numpy as np
import pytest
import sound
from PIL import Image

from musfuse.errors import MalformedError
from musfuse.media.art import facts
from musfuse.media.art.facts import opened_picture, sniff_picture
from musfuse.media.art.scale import scaled_jpeg


@pytest.mark.parametrize(
    ("fmt", "mime"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("BMP", "image/bmp"), ("WEBP", "image/webp")],
)
def test_pictures_are_described(fmt: str, mime: str) -> None:
    data = sound.picture(48, fmt)
    made = facts.describe_picture(data, 3, "front")
    assert made is not None
    assert (made.picture.mime, made.picture.width, made.picture.height, made.picture.size) == (mime, 48, 48, len(data))
    again = facts.describe_picture(data)
    assert again is not None
    assert again.picture.digest == made.picture.digest


def png(width: int, height: int) -> bytes:
    """A PNG header that claims a size, and the beginning of pixels."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body)) + b"\0\0\0\4IDAT"


@pytest.mark.parametrize(
    "data", [b"", b"text", png(40_000, 40_000), b"\xff\xd8\xff" + bytes(50), sound.picture() + bytes(10_000_001)]
)
def test_what_is_no_picture_or_too_large_is_refused(data: bytes) -> None:
    assert facts.describe_picture(data) is None


def encoded(image: Image.Image, fmt: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, fmt, **options)
    return out.getvalue()


def grain(mode: str = "RGB") -> Image.Image:
    """A picture without two like regions, 90 x 60."""
    pixels = np.random.default_rng(1).integers(0, 256, (60, 90, 3), np.uint8)
    return Image.fromarray(pixels).convert(mode)


def is_usable(data: bytes) -> bool:
    """Whether a picture is believed; what is believed can be made into every size."""
    if facts.describe_picture(data) is None:
        assert facts.refusal(data)
        return False
    for longest in (0, 40):
        assert scaled_jpeg(data, longest)
    return True


KINDS = {
    "jpeg": ("JPEG", {}), "progressive": ("JPEG", {"progressive": True}), "png": ("PNG", {}), "gif": ("GIF", {}),
    "bmp": ("BMP", {}), "webp": ("WEBP", {}), "lossless": ("WEBP", {"lossless": True}),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_is_cut_short_is_not_believed(kind: str) -> None:
    fmt, options = KINDS[kind]
    data = encoded(grain(), fmt, **options)
    assert is_usable(data)
    assert is_usable(data + b"more")
    for end in range(1, len(data) - 30, len(data) // 150 + 1):
        assert not is_usable(data[:end]), end
        is_usable(data[:end] + bytes(len(data) - end))
    for end in range(len(data) - 30, len(data)):
        is_usable(data[:end])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_believed_of_a_damaged_picture_can_be_shown(kind: str) -> None:
    fmt, options = KINDS[kind]
    data = encoded(grain(), fmt, **options)
    chance = random.Random(2)
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(chance.randrange(1, 8)):
            damaged[chance.randrange(len(data))] = chance.randrange(256)
        is_usable(bytes(damaged))


@pytest.mark.parametrize(
    ("fmt", "mode"),
    [*(("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")), ("JPEG", "L"), ("JPEG", "CMYK"),
     ("GIF", "L"), ("GIF", "P"), ("GIF", "1"), ("BMP", "1"), ("BMP", "L"), ("BMP", "P"), ("BMP", "RGBA"),
     ("WEBP", "RGBA"), ("WEBP", "L")],
)  # fmt: skip
def test_pictures_of_every_mode_can_be_shown(fmt: str, mode: str) -> None:
    image = grain("L").convert("I").convert("I;16") if mode == "I;16" else grain(mode)
    for size in ((1, 1), (7, 90), (90, 60)):
        assert is_usable(encoded(image.resize(size, Image.Resampling.NEAREST), fmt))


def test_damaged_exif_costs_no_picture() -> None:
    good = encoded(grain(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0")
    at = good.index(b"II*") + 4
    for damage in (b"\xff\xff\xff\xff", b"\x08\0\0\0\xff\xff"):
        assert is_usable(good[:at] + damage + good[at + len(damage) :])


def test_pictures_that_take_too_long_or_too_much_memory_are_refused() -> None:
    scans = encoded(Image.new("RGB", (2000, 2000)), "JPEG", progressive=True)
    last = scans.rindex(b"\xff\xda")
    assert is_usable(scans)
    assert not is_usable(scans[:-2] + scans[last:-2] * 5000 + scans[-2:])
    assert not is_usable(encoded(Image.new("L", (66_000, 1)), "BMP"))
    assert not is_usable(encoded(Image.new("RGB", (4000, 4000)), "WEBP", lossless=True, method=0))


@pytest.mark.parametrize(
    ("mode", "fmt", "depth"),
    [
        ("RGB", "PNG", 24),
        ("RGBA", "PNG", 32),
        ("L", "PNG", 8),
        ("P", "PNG", 8),
        ("1", "PNG", 1),
        ("CMYK", "JPEG", 32),
        ("L", "JPEG", 8),
    ],
)
def test_sides_and_depth_are_those_of_the_picture(mode: str, fmt: str, depth: int) -> None:
    """RFC 9639 §8.8 wants bits a pixel. A JPEG is decoded at an eighth of its size, which its sides do not show."""
    made = facts.describe_picture(encoded(grain(mode), fmt), 4, "x" * 2000)
    assert made is not None
    assert (made.picture.width, made.picture.height, made.picture.depth) == (90, 60, depth)
    assert (made.picture.kind, made.picture.description) == (4, "x" * 1000)
    assert made.picture.digest == facts.picture_digest(made.data)
    assert made.picture.digest != facts.picture_digest(made.data + b"x")


def test_a_picture_is_what_its_first_bytes_say() -> None:
    heads = {
        b"\xff\xd8\xff\xe0": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF89a": "image/gif", b"BM": "image/bmp",
        b"RIFF\0\0\0\0WEBPVP8 ": "image/webp", b"RIFF\0\0\0\0WAVE": "", b"\xff\xd8": "", b"\x89PNG": "", b"": "", b"<svg": "",
    }  # fmt: skip
    for head, mime in heads.items():
        assert sniff_picture(head) == mime
    assert not is_usable(b"\xff\xd8\xff" + encoded(grain(), "PNG"))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (sound.picture() + bytes(10_000_001), "over 10 MB"), (b"text", "no JPEG, PNG, GIF, BMP or WebP"), (png(6001, 6000), "over 36 million"),
        (png(65_501, 1), "sides over 65500"), (png(40_000, 40_000), "million"), (png(6, 6), "damaged or cut short"),
    ],
    ids=["bytes", "kind", "pixels", "side", "bomb", "damage"],
)  # fmt: skip
def test_a_refusal_says_why(data: bytes, why: str) -> None:
    assert why in facts.refusal(data)
    with pytest.raises(MalformedError, match=why), opened_picture(data) as image:
        image.load()


def test_a_picture_at_the_limits_is_used() -> None:
    assert not facts.refusal(encoded(Image.new("1", (6000, 6000)), "PNG"))
    assert not facts.refusal(encoded(Image.new("1", (65_500, 1)), "PNG"))
    data = sound.picture(32, "BMP")
    assert not facts.refusal(data + bytes(10_000_000 - len(data)))
    assert facts.refusal(data + bytes(10_000_001 - len(data)))
