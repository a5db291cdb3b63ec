"""Options of the Opus files made here."""

from dataclasses import dataclass
from typing import Literal

from musfuse.config.option import option
from musfuse.config.sections import Section


@dataclass(frozen=True, slots=True)
class OpusOptions:
    """The Opus files made here."""

    header_gain: Literal["off", "track", "album"] = option(
        "off", "gain that every player applies, from the ReplayGain tags: off leaves it to tags, track, or album (the"
        " track's where there is none)",
    )  # fmt: skip


OPUS = Section("opus", OpusOptions)
