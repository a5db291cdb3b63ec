"""Options of the FLAC files made here."""

from dataclasses import dataclass
from typing import Literal

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section


def _encoder_level(value: int) -> str | None:
    return (
        None if value in (0, 2, 3, 5, 6, 7, 8) else "must be 0, 2, 3, 5, 6, 7 or 8 (1 and 4 carry state between blocks)"
    )


@dataclass(frozen=True, slots=True)
class FlacOptions:
    """The FLAC files made here."""

    encoder: Literal["soundfile", "pyflac"] = option(
        "soundfile", "which libFLAC encodes: soundfile's, which is faster, or that of the extra musfuse[pyflac]"
    )
    level: int = option(5, "libFLAC compression level: 0, 2, 3, 5, 6, 7 or 8", _encoder_level)
    repair: bool = option(
        False, "make FLAC originals anew whose header or surroundings `flac -t` refuses, where all their audio decodes"
    )
    padding: int = option(8192, "PADDING in a FLAC header made here", at_least(0), "bytes")


FLAC = Section("flac", FlacOptions)
