"""Smaller pictures: their sides, how they lie, what is behind what is transparent; as Pillow reads them again."""

import io

import numpy as np
import pytest
from PIL import Image

from musfuse.errors import MalformedError
from musfuse.media.art.scale import scaled_jpeg


def encoded(image: Image.Image, fmt: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, fmt, **options)
    return out.getvalue()


def scaled(image: Image.Image, longest: int, fmt: str = "PNG", **options: object) -> Image.Image:
    made = Image.open(io.BytesIO(scaled_jpeg(encoded(image, fmt, **options), longest)))
    made.load()
    assert (made.format, made.mode) == ("JPEG", "RGB")
    return made


def colour(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    """A pixel, to the nearest 16 levels, which is as exact as a JPEG."""
    return tuple(round(channel / 16) for channel in image.getpixel((x, y)))  # type: ignore[union-attr]


RED, BLUE, WHITE, BLACK = (16, 0, 0), (0, 0, 16), (16, 16, 16), (0, 0, 0)


@pytest.mark.parametrize("fmt", ["PNG", "JPEG", "WEBP", "GIF"])
def test_the_longer_side_is_what_was_asked_for_and_never_more_than_it_was(fmt: str) -> None:
    wide, tall = Image.new("RGB", (600, 300), "red"), Image.new("RGB", (100, 400), "red")
    assert scaled(wide, 200, fmt).size == (200, 100)
    assert scaled(tall, 200, fmt).size == (50, 200)
    assert scaled(wide, 0, fmt).size == scaled(wide, 9000, fmt).size == (600, 300)
    assert scaled(Image.new("RGB", (3000, 1)), 100, fmt).size == (100, 1)


def test_what_is_transparent_is_white() -> None:
    half = Image.new("RGBA", (64, 64), (255, 0, 0, 255))
    half.paste((0, 0, 255, 0), (0, 0, 32, 64))
    grey = Image.new("LA", (64, 64), (0, 255))
    grey.paste((0, 0), (0, 0, 32, 64))
    palette = Image.new("P", (64, 64), 1)
    palette.putpalette([0, 0, 255, 255, 0, 0])
    palette.paste(0, (0, 0, 32, 64))
    for longest in (0, 32):
        for image, options in ((half, {}), (palette, {"transparency": 0})):
            made = scaled(image, longest, **options)
            assert (colour(made, made.width // 8, 5), colour(made, made.width - 4, 5)) == (WHITE, RED)
        made = scaled(grey, longest)
        assert (colour(made, made.width // 8, 5), colour(made, made.width - 4, 5)) == (WHITE, BLACK)


@pytest.mark.parametrize("longest", [0, 40])
def test_a_picture_is_turned_as_its_exif_says(longest: int) -> None:
    """Orientation 6 (Exif 2.3 §4.6.4 A): its first row is the right side."""
    image = Image.new("RGB", (80, 40), "blue")
    image.paste("red", (0, 0, 80, 16))
    exif = Image.Exif()
    exif[0x0112] = 6
    made = scaled(image, longest, "JPEG", exif=exif)
    assert made.size == ((20, 40) if longest else (40, 80))
    assert colour(made, made.width - 3, made.height // 2) == RED
    assert colour(made, 3, made.height // 2) == BLUE
    assert not made.getexif().get(0x0112)


def test_colours_of_every_mode_stay() -> None:
    for mode in ("RGB", "RGBA", "P", "CMYK"):
        fmt = "JPEG" if mode == "CMYK" else "PNG"
        assert colour(scaled(Image.new("RGB", (40, 40), "red").convert(mode), 20, fmt), 10, 10) in (
            RED,
            (16, 1, 1),
            (16, 0, 1),
        )
    deep = Image.fromarray(np.full((40, 40), 65_535, np.uint16))
    assert colour(scaled(deep, 20), 10, 10) == WHITE


def test_what_cannot_be_decoded_is_malformed() -> None:
    noise = Image.effect_noise((200, 200), 80)
    for data in (b"", b"no picture", encoded(noise)[:-2000], encoded(noise, "JPEG")[:-900]):
        for longest in (0, 50):
            with pytest.raises(MalformedError):
                scaled_jpeg(data, longest)
