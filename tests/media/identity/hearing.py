"""Content ids of files on disk and in memory."""

from collections.abc import Callable
from pathlib import Path

import sound
from sound import FORMATS

from musfuse.media.encoded import encoded_content
from musfuse.media.reading import read_original
from musfuse.model import AudioFormat
from musfuse.origins import LocalOrigin, MemoryOrigin


def heard(path: Path) -> str | None:
    """The content id of a file's encoded audio, found as what a scan finds it to be."""
    origin = LocalOrigin("heard", str(path.parent))
    try:
        file = sound.source_file(origin, path.name)
        return encoded_content(FORMATS, origin, file, read_original(FORMATS, origin, file).format)
    finally:
        origin.close()


def heard_in(data: bytes, container: str = "", proceed: Callable[[], None] = lambda: None) -> str | None:
    """The same of bytes, as a container."""
    origin = MemoryOrigin("m", {"a": data})
    return encoded_content(FORMATS, origin, sound.source_file(origin, "a"), AudioFormat(container, container), proceed)


def told(path: Path) -> str:
    """The content id that a scan finds in a file's header."""
    origin = LocalOrigin("told", str(path.parent))
    try:
        return read_original(FORMATS, origin, sound.source_file(origin, path.name)).content
    finally:
        origin.close()
