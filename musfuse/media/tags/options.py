"""Options of how tags are written."""

from dataclasses import dataclass
from typing import Literal

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section


@dataclass(frozen=True, slots=True)
class TagOptions:
    """Tags that are changed here, and how they are written."""

    id3: Literal["2.4", "2.3"] = option("2.4", "version of the ID3v2 tags written into MP3, WAV and AIFF files")
    padding: int = option(
        8192, "steps in which a header grows where a change of tags does not fit the original's", at_least(16), "bytes"
    )


TAGS = Section("tags", TagOptions)
