"""An album of several kinds of files, and ways to look at what the drive makes of it."""

import hashlib
import io
from pathlib import Path

import mutagen
import mutagen.flac
import sound
from PIL import Image

from musfuse.app.library import Library
from musfuse.service.tagging import Who

ME = Who("tester")


def retag(path: Path, **tags: str) -> None:
    """Write tags into an original, as another program would."""
    opened = mutagen.File(path, easy=path.suffix != ".wav")
    if path.suffix == ".wav":
        sound.tag(path, **tags)
        return
    for name, value in tags.items():
        opened[name] = value
    opened.save()


def embed(path: Path, data: bytes, mime: str = "image/png") -> None:
    """Put a picture into a FLAC original."""
    opened = mutagen.File(path)
    made = mutagen.flac.Picture()
    made.type, made.mime, made.data = 3, mime, data
    opened.add_picture(made)
    opened.save()


def checksum(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        facts = path.stat()
        digest.update(f"{path}{facts.st_size}{facts.st_mtime_ns}".encode())
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def names(library: Library, folder: str) -> list[str]:
    return [entry.name for entry in library.drive.list(folder)]


def read(library: Library, path: str) -> bytes:
    attr = library.drive.attr(path)
    opened = library.drive.open(path)
    data = library.drive.read_at(opened.handle, 0, opened.size + 10)
    library.drive.close(opened.handle)
    assert len(data) == attr.size == opened.size
    return data


def target(text: str) -> list[tuple[str, str]]:
    return [(text, text)]


def cover(size: tuple[int, int] = (900, 600), form: str = "JPEG", color: tuple[int, int, int] = (200, 10, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, form)
    return out.getvalue()
