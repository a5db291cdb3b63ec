"""What can be looked for in a file, and what was found. Loads no reader: those that ask need none."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musfuse.media.art.facts import ExtractedPicture
    from musfuse.media.formats.port import Reading

SHEET_EXTENSION = "cue"


class InspectionKind(StrEnum):
    """What to look for: everything that a scan keeps; the same of a file that lies beside a cue sheet, whose cover is
    wanted whatever it is; its embedded cover; or a picture that is a front cover or another one by its name."""

    ORIGINAL = "original"
    BESIDE_SHEET = "beside sheet"
    COVER = "cover"
    FRONT = "front"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found in a file, or the `problem` with it; `again` where another time more may be found, `error` is the
    name of the class of error then. `picture` comes with its bytes."""

    reading: "Reading | None" = None
    picture: "ExtractedPicture | None" = None
    problem: str = ""
    again: bool = False
    error: str = ""


def is_sheet(name: str) -> bool:
    """Whether a file is a cue sheet by its name."""
    return name.lower().endswith("." + SHEET_EXTENSION) and not name.startswith("._")
