"""Smaller pictures, made by Pillow."""

import io
from contextlib import suppress
from typing import TYPE_CHECKING

from musfuse.media.art.facts import opened_picture

if TYPE_CHECKING:
    from PIL import Image

QUALITY = 85


def scaled_jpeg(data: bytes, longest: int) -> bytes:
    """A JPEG of a picture whose longer side is `longest` pixels at most (0: as it is; never larger than it was).

    Raises MalformedError where the picture cannot be decoded. What is decoded is bounded: four bytes a pixel, once.
    """
    from PIL import Image, ImageOps

    with opened_picture(data) as opened:
        if longest:
            opened.draft("RGB", (longest * 2, longest * 2))  # JPEG decodes at a fraction of its size
        image = _with_true_colours(opened)
        if longest:  # before anything else that copies it
            image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
        with suppress(Exception):  # damaged EXIF says nothing of how the picture lies
            ImageOps.exif_transpose(image, in_place=True)
        if image.mode == "RGBA":
            white = Image.new("RGBA", image.size, (255, 255, 255, 255))
            image = Image.alpha_composite(white, image)
        out = io.BytesIO()
        image.convert("RGB").save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _with_true_colours(image: "Image.Image") -> "Image.Image":
    """The image in a mode that can be resampled and has its transparency as a channel."""
    if image.mode in ("RGB", "RGBA", "L"):
        return image
    transparent = image.mode in ("LA", "PA") or "transparency" in image.info
    return image.convert("RGBA" if transparent else "RGB")
