"""Look into one original: what a scan wants to know of it, or the reason why nothing can be known."""

import logging
from dataclasses import replace

from musfuse.errors import UNEXPECTED, MusfuseError, OriginError
from musfuse.library.catalog import FileRow
from musfuse.media.art import MAX_PICTURE, NOT_USED, CoverExtractor
from musfuse.media.containers.reading import SHEET_EXTENSION, Reading, read_original, read_sheet_file
from musfuse.media.pcm import can_encode
from musfuse.model import Picture, SourceFile
from musfuse.origins import Origin
from musfuse.store import PictureStore

log = logging.getLogger(__name__)


def is_sheet(name: str) -> bool:
    """Whether a file is a cue sheet by its name."""
    return name.lower().endswith("." + SHEET_EXTENSION) and not name.startswith("._")


class Looker:
    """Reads headers, tags and cue sheets. May be called from many threads."""

    def __init__(self, pictures: PictureStore, covers: CoverExtractor) -> None:
        self._pictures, self._covers = pictures, covers

    def look(self, origin: Origin, file: SourceFile, beside_sheet: bool) -> FileRow:
        """Facts about a file, which may lie `beside_sheet`; every failure becomes a row with its reason."""
        name = file.path.rsplit("/", 1)[-1]
        row = FileRow(name, file.stamp, file.ident, older_name=file.older_name)
        try:
            if is_sheet(name):
                return replace(row, sheets=(("cue", read_sheet_file(origin, file)),))
            reading = read_original(origin, file, self._covers.peek)
            picture, note = self._picture(origin, file, reading, beside_sheet or bool(reading.sheets))
        except MusfuseError as error:
            again = isinstance(error, OriginError)
            return replace(row, problem=str(error), again=again)
        except Exception:
            shown = f"{origin.name}/{file.path}"
            log.exception("%s", shown)
            return replace(row, problem=f"{shown}: {UNEXPECTED}")
        notes, tags = [*reading.notes, *note], reading.tags
        return replace(
            row, note="; ".join(notes), format=reading.format, tags=tags, picture=picture,
            sheets=reading.sheets,
        )  # fmt: skip

    def _picture(
        self, origin: Origin, file: SourceFile, reading: Reading, cut: bool
    ) -> tuple[Picture | None, tuple[str, ...]]:
        """Its cover, whose bytes are kept where the file will be encoded here; and a remark where it is not used."""
        if can_encode(reading.format) and (reading.format.codec != "flac" or cut):
            found = self._covers.extract(origin, file)
            if found:
                self._pictures.keep(found.picture.digest, found.data)
                return found.picture, ()
            return None, (NOT_USED,) if reading.picture else ()
        if reading.picture is not None and reading.picture.size > MAX_PICTURE:
            return None, (NOT_USED,)
        return reading.picture, ()
