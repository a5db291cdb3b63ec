"""Looking into a file. Runs in a worker; every failure is an Inspection too."""

import logging
from collections.abc import Callable
from dataclasses import replace

from musfuse.errors import UNEXPECTED, MalformedError, MusfuseError, OriginError
from musfuse.media.art import MAX_PICTURE, NOT_USED, EmbeddedCovers, describe_picture, refusal
from musfuse.media.containers.reading import SHEET_EXTENSION, Reading, read_original, read_sheet_file
from musfuse.media.inspecting.looks import Inspection, Look
from musfuse.media.pcm import can_encode
from musfuse.model import AudioFormat, SourceFile, TagSet
from musfuse.origins import Origin

log = logging.getLogger(__name__)

_COVERS = EmbeddedCovers()


def inspect(origin: Origin, file: SourceFile, look: Look) -> Inspection:
    """Look into a file."""
    shown = f"{origin.name}/{file.path}"
    try:
        return _LOOKS[look](origin, file)
    except MusfuseError as error:
        return Inspection(problem=str(error), again=isinstance(error, OriginError), error=type(error).__name__)
    except MemoryError:
        return Inspection(problem=f"{shown}: looking into it takes more memory than any sound file does")
    except Exception:
        log.exception("%s", shown)
        return Inspection(problem=f"{shown}: {UNEXPECTED}")


def is_sheet(name: str) -> bool:
    """Whether a file is a cue sheet by its name."""
    return name.lower().endswith("." + SHEET_EXTENSION) and not name.startswith("._")


def _original(origin: Origin, file: SourceFile, beside_sheet: bool = False) -> Inspection:
    if is_sheet(file.path.rsplit("/", 1)[-1]):
        sheet = read_sheet_file(origin, file)
        return Inspection(Reading(AudioFormat("", ""), TagSet(), sheets=((SHEET_EXTENSION, sheet),)))
    reading = read_original(origin, file, _COVERS.peek)
    cut = beside_sheet or bool(reading.sheets)
    if can_encode(reading.format) and (reading.format.codec != "flac" or cut):
        found = _COVERS.extract(origin, file)
        notes = (*reading.notes, NOT_USED) if reading.picture and not found else reading.notes
        return Inspection(replace(reading, notes=notes, picture=found.picture if found else None), found)
    if reading.picture is not None and reading.picture.size > MAX_PICTURE:
        reading = replace(reading, notes=(*reading.notes, NOT_USED), picture=None)
    return Inspection(reading)


def _cover(origin: Origin, file: SourceFile) -> Inspection:
    return Inspection(picture=_COVERS.extract(origin, file))


def _picture(origin: Origin, file: SourceFile, kind: int) -> Inspection:
    if file.stamp.size > MAX_PICTURE:
        over = f"over {MAX_PICTURE // 1_000_000} MB they are not used"
        raise MalformedError(f"a picture of {file.stamp.size} bytes; {over}")
    data = origin.read(file.path, 0, file.stamp.size, file.stamp)
    found = describe_picture(data, kind)
    return Inspection(picture=found) if found else Inspection(problem=refusal(data))


_LOOKS: dict[Look, Callable[[Origin, SourceFile], Inspection]] = {
    Look.ORIGINAL: _original,
    Look.BESIDE_SHEET: lambda origin, file: _original(origin, file, beside_sheet=True),
    Look.COVER: _cover,
    Look.FRONT: lambda origin, file: _picture(origin, file, 3),
    Look.OTHER: lambda origin, file: _picture(origin, file, 4),
}
