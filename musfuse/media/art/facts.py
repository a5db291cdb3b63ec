"""What a picture is, from its bytes. Pictures are hostile data: sizes are checked before anything is decoded."""

import hashlib
import io
from dataclasses import dataclass

from musfuse.model import Picture

MAX_PICTURE = 10 * 1000 * 1000
MAX_PIXELS = 36_000_000
NOT_USED = "its embedded picture is not used: over 10 MB, over 36 million pixels, or damaged"
_MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif", b"BM": "image/bmp"}


@dataclass(frozen=True, slots=True)
class ExtractedPicture:
    """A picture and its bytes."""

    picture: Picture
    data: bytes


def sniff_picture(head: bytes) -> str:
    """The MIME type that a picture's first 12 bytes announce, whatever a tag claims; empty for no picture."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for magic, mime in _MAGIC.items() if head.startswith(magic)), "")


def describe_picture(data: bytes, kind: int = 3, description: str = "") -> ExtractedPicture | None:
    """A picture with the facts that a PICTURE block wants; None for what `refusal` gives a reason for."""
    mime = sniff_picture(data)
    facts = _open(data) if mime and len(data) <= MAX_PICTURE else None
    if facts is None or isinstance(facts, str):
        return None
    width, height, depth = facts
    digest = hashlib.blake2b(data, digest_size=20).hexdigest()
    return ExtractedPicture(Picture(digest, len(data), mime, kind, description[:1000], width, height, depth), data)


def refusal(data: bytes) -> str:
    """Why a picture is not used; empty where it is."""
    if len(data) > MAX_PICTURE:
        return f"a picture of {len(data)} bytes; over {MAX_PICTURE // 1_000_000} MB they are not used"
    if not sniff_picture(data):
        return "no JPEG, PNG, GIF, BMP or WebP picture"
    facts = _open(data)
    return facts if isinstance(facts, str) else ""


def _open(data: bytes) -> tuple[int, int, int] | str:
    """Width, height and bits a pixel, from the header alone; or what is wrong with it."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
            depth = {"1": 1, "L": 8, "P": 8, "RGBA": 32, "CMYK": 32}.get(image.mode, 24)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        return f"a picture that cannot be decoded: {error}"
    if width * height > MAX_PIXELS:
        return f"a picture of {width} x {height} pixels; over {MAX_PIXELS // 1_000_000} million they are not used"
    return width, height, depth
