"""Tags and pictures of MP4: the items of an `ilst` box."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import BinaryIO

from musfuse.errors import ExcessiveError, MalformedError
from musfuse.media.art.located import Located
from musfuse.media.containers.boxes import Box, boxes, child
from musfuse.media.formats.port import Opened
from musfuse.media.tags.bounds import MAX_ENTRIES, check_entries
from musfuse.media.tags.read import from_mutagen
from musfuse.model import TagSet


def read_mp4_tags(opened: Opened) -> TagSet:
    """The tags of an MP4 whatever its sound is; none where mutagen cannot read them."""
    from mutagen.mp4 import Atoms, MP4Tags

    check_items(opened.reader, opened.size)
    try:
        opened.reader.seek(0)
        return from_mutagen(SimpleNamespace(tags=MP4Tags(Atoms(opened.reader), opened.reader)))
    except (ExcessiveError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - mutagen raises anything on hostile tags
        return TagSet()


def check_items(reader: BinaryIO, size: int) -> None:
    """Raise ExcessiveError where an MP4 has too many items of tags."""
    try:
        box: Box | None = next((b for b in boxes(reader, 0, size) if b.kind == b"moov"), None)
        for kind, skip in ((b"udta", 0), (b"meta", 0), (b"ilst", 4)):
            box = child(reader, box, kind, skip) if box else None
        for count, _ in enumerate(boxes(reader, box.body, box.end) if box else (), 1):
            if count > MAX_ENTRIES:
                check_entries(count, "atoms, at least,")
    except ExcessiveError:
        raise
    except MalformedError:
        return


def find_covers(reader: BinaryIO, start: int, size: int) -> Iterator[Located]:
    """The cover pictures of an MP4, by its `ilst` box."""
    del start
    box = next((b for b in boxes(reader, 0, size) if b.kind == b"moov"), None)
    for kind, skip in ((b"udta", 0), (b"meta", 0), (b"ilst", 4), (b"covr", 0)):
        box = child(reader, box, kind, skip) if box else None
    for data in boxes(reader, box.body, box.end) if box else ():
        if data.kind == b"data" and data.end - data.body > 8:
            yield Located(3, "", data.body + 8, data.end - data.body - 8)
