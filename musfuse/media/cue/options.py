"""Options of albums ripped as one image."""

import codecs
from dataclasses import dataclass
from typing import Literal

from musfuse.config.option import at_least, option
from musfuse.config.sections import Section


def _known_encoding(value: str) -> str | None:
    try:
        codecs.lookup(value or "ascii")
    except LookupError:
        return "is no encoding that Python knows"
    return None


@dataclass(frozen=True, slots=True)
class CueOptions:
    """Albums ripped as one image with a cue sheet."""

    pregap: Literal["append", "prepend", "drop"] = option(
        "append",
        "audio between INDEX 00 and INDEX 01: append it to the track before, prepend it to its own, or drop it",
    )
    hidden_seconds: int = option(
        3,
        "audio before track 1 that is longer than this becomes a hidden track 0, else it is part of track 1",
        at_least(0),
        "seconds",
    )
    keep_image: bool = option(False, "show the image too, beside its tracks")
    encoding: str = option("", "encoding of sheets without a byte order mark; empty: found out", _known_encoding)


CUE = Section("cue", CueOptions)
