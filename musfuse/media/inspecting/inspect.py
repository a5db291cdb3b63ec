"""Looking into a file. Runs in a worker; every failure is an Inspection too."""

import logging
from dataclasses import replace

from musfuse.errors import UNEXPECTED, MalformedError, MusfuseError, OriginError
from musfuse.media.art.facts import MAX_PICTURE, NOT_USED, describe_picture, refusal
from musfuse.media.embedded import EmbeddedCovers
from musfuse.media.formats import FormatRegistry
from musfuse.media.formats.port import Reading
from musfuse.media.inspecting.inspection import SHEET_EXTENSION, Inspection, InspectionKind, is_sheet
from musfuse.media.pcm import can_encode
from musfuse.media.reading import read_original, read_sheet_file
from musfuse.model import AudioFormat, SourceFile, TagSet
from musfuse.origins import Origin
from musfuse.origins.places import place_in

log = logging.getLogger(__name__)


class Inspector:
    """Inspects files of these formats, in the process that calls it."""

    def __init__(self, formats: FormatRegistry) -> None:
        self._formats, self._covers = formats, EmbeddedCovers(formats)

    def inspect(self, origin: Origin, file: SourceFile, kind: InspectionKind) -> Inspection:
        """Inspect a file. Whatever goes wrong with it is part of the answer."""
        shown = place_in(origin.name, file.path)
        try:
            return self._inspect(origin, file, kind)
        except MusfuseError as error:
            return Inspection(problem=str(error), again=isinstance(error, OriginError), error=type(error).__name__)
        except MemoryError:
            return Inspection(problem=f"{shown}: looking into it takes more memory than any sound file does")
        except Exception:
            log.exception("%s", shown)
            return Inspection(problem=f"{shown}: {UNEXPECTED}")

    def _inspect(self, origin: Origin, file: SourceFile, kind: InspectionKind) -> Inspection:
        if kind in (InspectionKind.ORIGINAL, InspectionKind.BESIDE_SHEET):
            return self._original(origin, file, beside_sheet=kind is InspectionKind.BESIDE_SHEET)
        if kind is InspectionKind.COVER:
            return Inspection(picture=self._covers.extract(origin, file))
        return _picture(origin, file, 3 if kind is InspectionKind.FRONT else 4)

    def _original(self, origin: Origin, file: SourceFile, beside_sheet: bool) -> Inspection:
        if is_sheet(file.path.rsplit("/", 1)[-1]):
            sheet = read_sheet_file(origin, file)
            return Inspection(Reading(AudioFormat("", ""), TagSet(), sheets=((SHEET_EXTENSION, sheet),)))
        reading = read_original(self._formats, origin, file, self._covers.peek)
        cut = beside_sheet or bool(reading.sheets)
        if can_encode(reading.format) and (reading.format.codec != "flac" or cut):
            found = self._covers.extract(origin, file)
            notes = (*reading.notes, NOT_USED) if reading.picture and not found else reading.notes
            return Inspection(replace(reading, notes=notes, picture=found.picture if found else None), found)
        if reading.picture is not None and reading.picture.size > MAX_PICTURE:
            reading = replace(reading, notes=(*reading.notes, NOT_USED), picture=None)
        return Inspection(reading)


def _picture(origin: Origin, file: SourceFile, kind: int) -> Inspection:
    if file.stamp.size > MAX_PICTURE:
        over = f"over {MAX_PICTURE // 1_000_000} MB they are not used"
        raise MalformedError(f"a picture of {file.stamp.size} bytes; {over}")
    data = origin.read(file.path, 0, file.stamp.size, file.stamp)
    found = describe_picture(data, kind)
    return Inspection(picture=found) if found else Inspection(problem=refusal(data))
