"""What a picture is, from its bytes. Pictures are hostile data: sizes are checked before anything is decoded, and a
picture is believed only after all of it was."""

import hashlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musfuse.errors import MalformedError
from musfuse.model import Picture

if TYPE_CHECKING:
    from PIL import Image

MAX_PICTURE = 10 * 1000 * 1000
MAX_PIXELS = 36_000_000
NOT_USED = "its embedded picture is not used: over 10 MB, over 36 million pixels, damaged or cut short"
_MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif", b"BM": "image/bmp"}
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/bmp": "BMP", "image/webp": "WEBP"}
_MAX_SIDE = 65_500  # the most that a JPEG has, and every picture may have to become one
_MAX_WEBP_PIXELS = 12_000_000  # libwebp takes 16 bytes a pixel, the others 3 to 6
_START_OF_SCAN, _MAX_SCANS = b"\xff\xda", 64  # encoders make some ten; each costs a pass over all blocks


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
    try:
        width, height, depth = _decode(data)
    except MalformedError:
        return None
    digest = picture_digest(data)
    mime = sniff_picture(data)
    return ExtractedPicture(Picture(digest, len(data), mime, kind, description[:1000], width, height, depth), data)


def picture_digest(data: bytes) -> str:
    """The name that a picture is kept under."""
    return hashlib.blake2b(data, digest_size=20).hexdigest()


def refusal(data: bytes) -> str:
    """Why a picture is not used; empty where it is."""
    try:
        _decode(data)
    except MalformedError as error:
        return str(error)
    return ""


@contextmanager
def opened_picture(data: bytes) -> "Iterator[Image.Image]":
    """A picture whose header was read and whose size is bounded; decoding it is up to the caller.

    Raises MalformedError for what is no picture or is too large, and for whatever goes wrong within the block.
    """
    if len(data) > MAX_PICTURE:
        raise MalformedError(f"a picture of {len(data)} bytes; over {MAX_PICTURE // 1_000_000} MB they are not used")
    mime = sniff_picture(data)
    if not mime:
        raise MalformedError("no JPEG, PNG, GIF, BMP or WebP picture")
    if mime == "image/jpeg" and data.count(_START_OF_SCAN) > _MAX_SCANS:
        raise MalformedError(f"a JPEG picture of over {_MAX_SCANS} scans; save it anew with fewer")
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=(_FORMATS[mime],)) as image:
                _check_size(mime, *image.size)
                yield image
    except MalformedError:
        raise
    except Image.DecompressionBombError as error:
        raise MalformedError(f"a picture of far too many pixels; {_limit(MAX_PIXELS)}") from error
    except Exception as error:  # Pillow raises anything on hostile pictures
        raise MalformedError(f"a {_FORMATS[mime]} picture that is damaged or cut short; save it anew") from error


def _decode(data: bytes) -> tuple[int, int, int]:
    """Width, height and bits a pixel of a picture, all of whose data was decoded; raises MalformedError.

    A JPEG's codes are all read, but an eighth of its size and no colours are made of them: a third of the time.
    """
    with opened_picture(data) as image:
        width, height = image.size
        depth = {"1": 1, "L": 8, "P": 8, "RGBA": 32, "CMYK": 32}.get(image.mode, 24)
        image.draft("L", (max(1, width // 8), max(1, height // 8)))
        image.load()
    return width, height, depth


def _check_size(mime: str, width: int, height: int) -> None:
    most = _MAX_WEBP_PIXELS if mime == "image/webp" else MAX_PIXELS
    if width * height > most or max(width, height) > _MAX_SIDE:
        raise MalformedError(f"a picture of {width} x {height} pixels; {_limit(most)}, nor sides over {_MAX_SIDE}")


def _limit(most: int) -> str:
    return f"over {most // 1_000_000} million they are not used"
