"""Smaller pictures, made by Pillow."""

import io
import warnings

from musfuse.errors import MalformedError

QUALITY = 85


def scaled_jpeg(data: bytes, longest: int) -> bytes:
    """A JPEG of a picture whose longer side is `longest` pixels at most (0: as it is; never larger than it was).

    Raises MalformedError where the picture cannot be decoded. Its header was looked at before (`describe_picture`), so
    that what is decoded is bounded.
    """
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data)) as opened:
            warnings.simplefilter("ignore")
            if longest:
                opened.draft("RGB", (longest * 2, longest * 2))  # JPEG decodes at a fraction of its size
            image: Image.Image = ImageOps.exif_transpose(opened)
            if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
                image = image.convert("RGBA")
                white = Image.new("RGBA", image.size, (255, 255, 255, 255))
                image = Image.alpha_composite(white, image)
            image = image.convert("RGB")
            if longest:
                image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
            out = io.BytesIO()
            image.save(out, "JPEG", quality=QUALITY, optimize=True)
    except Exception as error:
        raise MalformedError(f"a picture that cannot be decoded: {type(error).__name__}: {error}") from error
    return out.getvalue()
