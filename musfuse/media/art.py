"""Pictures out of originals. Tags are hostile data: sizes are checked before anything is decoded."""

import hashlib
import io
import logging
from dataclasses import dataclass
from typing import Any, Protocol

from musfuse.model import Picture, SourceFile
from musfuse.origins import Origin, open_reader

log = logging.getLogger(__name__)

MAX_PICTURE = 10 * 1000 * 1000
MAX_PIXELS = 100_000_000
_MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif", b"BM": "image/bmp"}


@dataclass(frozen=True, slots=True)
class ExtractedPicture:
    """A picture and its bytes."""

    picture: Picture
    data: bytes


class CoverExtractor(Protocol):
    """Finds the cover of an original."""

    def extract(self, origin: Origin, file: SourceFile) -> ExtractedPicture | None:
        """The front cover, or the first picture there is; None where there is none that can be used."""


class EmbeddedCovers:
    """CoverExtractor over the tags inside the file, read by mutagen."""

    def extract(self, origin: Origin, file: SourceFile) -> ExtractedPicture | None:
        """The embedded front cover, or the first embedded picture."""
        import mutagen

        try:
            with open_reader(origin, file) as reader:
                opened = mutagen.File(reader)
        except Exception as error:  # noqa: BLE001 - mutagen raises anything on hostile tags
            log.debug("%s/%s: no pictures read: %s", origin.name, file.path, error)
            return None
        found = _pictures(opened)
        found.sort(key=lambda picture: picture[0] != 3)
        for kind, description, data in found:
            made = describe_picture(data, kind, description)
            if made:
                return made
        return None


def describe_picture(data: bytes, kind: int = 3, description: str = "") -> ExtractedPicture | None:
    """A picture with the facts that a PICTURE block wants; None for what is too large or no picture."""
    mime = next((m for magic, m in _MAGIC.items() if data.startswith(magic)), "")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        mime = "image/webp"
    if not mime or len(data) > MAX_PICTURE:
        return None
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:  # reads the header only
            width, height = image.size
            depth = {"1": 1, "L": 8, "P": 8, "RGBA": 32, "CMYK": 32}.get(image.mode, 24)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return None
    if width * height > MAX_PIXELS:
        return None
    digest = hashlib.blake2b(data, digest_size=20).hexdigest()
    return ExtractedPicture(Picture(digest, len(data), mime, kind, description[:1000], width, height, depth), data)


def _pictures(opened: Any) -> list[tuple[int, str, bytes]]:
    """(type, description, bytes) of each picture that mutagen found, whatever the container."""
    if opened is None:
        return []
    found: list[tuple[int, str, bytes]] = [(p.type, p.desc, p.data) for p in getattr(opened, "pictures", None) or []]
    tags = opened.tags
    if tags is None:
        return found
    if hasattr(tags, "getall"):
        found += [(int(p.type), p.desc, p.data) for p in tags.getall("APIC")]
    if hasattr(tags, "get"):
        covers = tags.get("covr") if "covr" in tags else None
        found += [(3, "", bytes(c)) for c in covers or []]
    return found
