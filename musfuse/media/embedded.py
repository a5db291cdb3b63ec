"""Pictures out of originals."""

import logging
import struct
import threading
from dataclasses import replace
from typing import Any, BinaryIO

from musfuse.errors import ExcessiveError, MediaError, OriginError
from musfuse.lru import Lru
from musfuse.media.art.facts import MAX_PICTURE, ExtractedPicture, describe_picture, picture_digest, sniff_picture
from musfuse.media.art.locate import comment_picture
from musfuse.media.art.located import Located, TakenOut
from musfuse.media.containers.opening import open_with_mutagen
from musfuse.media.formats.registry import FormatRegistry
from musfuse.model import Picture, SourceFile
from musfuse.origins import Origin, all_or_nothing

log = logging.getLogger(__name__)

_FIRST_PICTURES = 16
_REMEMBERED = 256


class EmbeddedCovers:
    """CoverExtractor over the headers of the file; mutagen reads what they do not tell."""

    def __init__(self, formats: FormatRegistry) -> None:
        self._formats = formats
        self._lock = threading.Lock()
        self._seen: Lru[str, Picture | None] = Lru(_REMEMBERED)

    def extract(self, origin: Origin, file: SourceFile) -> ExtractedPicture | None:
        """The embedded front cover, or the first embedded picture that can be used."""
        try:
            with all_or_nothing(origin, file) as reader:
                located = locate(self._formats, reader, file.stamp.size)
                for found in (located or [])[:_FIRST_PICTURES]:
                    if found.length <= MAX_PICTURE:
                        made = self._described(found.read(reader), found.kind, found.description)
                        if made:
                            return made
                pictures = self._by_mutagen(reader, file.stamp.size) if located is None else []
        except (OriginError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - mutagen raises anything on hostile tags
            log.debug("%s/%s: no pictures read: %s", origin.name, file.path, error)
            return None
        for kind, description, data in pictures[:_FIRST_PICTURES]:
            made = self._described(data, kind, description)
            if made:
                return made
        return None

    def pictures(self, origin: Origin, file: SourceFile) -> list[Picture]:
        """What the embedded pictures are, the front first, 16 at most; one that cannot be used has no digest and no
        pixels. Raises OriginError."""
        try:
            with all_or_nothing(origin, file) as reader:
                located = locate(self._formats, reader, file.stamp.size)
                if located is None:
                    return [_facts(*found) for found in self._by_mutagen(reader, file.stamp.size)[:_FIRST_PICTURES]]
                return [
                    _facts(p.kind, p.description, p.read(reader))
                    if p.length <= MAX_PICTURE
                    else Picture("", p.length, "", p.kind, p.description[:1000])
                    for p in located[:_FIRST_PICTURES]
                ]
        except OriginError:
            raise
        except Exception as error:  # noqa: BLE001 - mutagen raises anything on hostile tags
            log.debug("%s/%s: no pictures read: %s", origin.name, file.path, error)
            return []

    def peek(self, reader: BinaryIO, size: int) -> Picture | None:
        """What `extract` would look at first in a file of `size` bytes, as cheaply as it can be told: its digest stays
        empty, and it may turn out to be no picture after all."""
        try:
            located = locate(self._formats, reader, size)
            if located is not None:
                return next((facts for found in located if (facts := found.facts(reader))), None)
            pictures = self._by_mutagen(reader, size)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001
            log.debug("no pictures read: %s", error)
            return None
        for kind, description, data in pictures:
            mime = sniff_picture(data)
            if mime:
                return Picture("", len(data), mime, kind, description[:1000])
        return None

    def _by_mutagen(self, reader: BinaryIO, size: int) -> list[tuple[int, str, bytes]]:
        known, _ = self._formats.sniff(reader)
        found = _pictures(open_with_mutagen(reader, size, known.bounds))
        return sorted(found, key=lambda picture: picture[0] != 3)

    def _described(self, data: bytes, kind: int, description: str) -> ExtractedPicture | None:
        """As `describe_picture`, for one picture at a time, and only once for those that the tracks of an album
        share."""
        digest = picture_digest(data)
        with self._lock:
            if digest not in self._seen:
                made = describe_picture(data)
                self._seen.put(digest, made.picture if made else None)
            facts = self._seen.get(digest)
        return ExtractedPicture(replace(facts, kind=kind, description=description[:1000]), data) if facts else None


def locate(formats: FormatRegistry, reader: BinaryIO, size: int) -> list[Located | TakenOut] | None:
    """The pictures of a file, the front first; None where its format does not look for them, or cannot."""
    known, start = formats.sniff(reader)
    if known.pictures is None:
        return None
    try:
        found = list(known.pictures(reader, start, size))
    except ExcessiveError:
        raise
    except (MediaError, struct.error, IndexError):
        return None
    return sorted(found, key=lambda picture: picture.kind != 3)


def _facts(kind: int, description: str, data: bytes) -> Picture:
    made = describe_picture(data, kind, description)
    return made.picture if made else Picture("", len(data), sniff_picture(data), kind, description[:1000])


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
        found += [(3, "", bytes(c)) for c in (tags.get("covr") if "covr" in tags else None) or []]
        comments = tags.get("metadata_block_picture") if type(tags).__name__.startswith("Ogg") else None
        chosen = (comments or [])[:_FIRST_PICTURES]
        found += [made for value in chosen if (made := comment_picture(str(value)))]
        for name, kind in (("Cover Art (Front)", 3), ("Cover Art (Back)", 4)):
            if type(tags).__name__ == "APEv2" and name in tags:
                found.append((kind, "", bytes(tags[name].value).partition(b"\0")[2]))
    return found
