"""Options of pictures."""

from dataclasses import dataclass
from typing import Literal

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section


@dataclass(frozen=True, slots=True)
class ArtOptions:
    """Pictures."""

    covers: bool = option(True, "show cover.jpg (or .png), cover_medium.jpg and cover_thumb.jpg in album folders")
    embed: Literal["made", "always", "never"] = option(
        "made",
        "where a cover goes that nobody set: made puts it into files made here, always also into originals that have"
        " none, never into nothing",
    )
    max_pixels: int = option(
        0,
        "longest side of a picture in served files, for devices that choke on larger ones; 0: any",
        at_least(0),
        "pixels",
    )


ART = Section("art", ArtOptions)
