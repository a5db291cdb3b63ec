"""Options of the log."""

import logging
from dataclasses import dataclass
from typing import Literal

from musfuse.config.option import option
from musfuse.config.sections import Section

Level = Literal["debug", "info", "warning", "error"]
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def levels(text: str) -> dict[str, int]:
    """Levels by area, out of `origins=debug, media.flac=error`. Raises ValueError."""
    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        area, _, level = (side.strip() for side in part.partition("="))
        if not area.replace(".", "").replace("_", "").isalnum() or level not in _LEVELS:
            raise ValueError(part)
        found[area] = _LEVELS[level]
    return found


def _are_levels(text: str) -> str | None:
    try:
        levels(text)
    except ValueError as error:
        return f"{str(error)!r}: must be AREA=LEVEL, separated by commas, as origins=debug, media.flac=error"
    return None


@dataclass(frozen=True, slots=True)
class LoggingOptions:
    """What musfuse says of itself."""

    level: Level = option("info", "what is written to the log: lines of this level and above")
    areas: str = option("", "other levels for parts of the program, as origins=debug, media.flac=error", _are_levels)
    json_output: bool = option(False, "each line as JSON, with the ids of the job or request that it belongs to")
    log_dir: str = option("", "a folder for logs, each under the name of its library's folder; empty: in that")
    journald: bool = option(True, "under systemd, to its journal as well, with fields of their own")

    @property
    def number(self) -> int:
        """The level as `logging` has it."""
        return _LEVELS[self.level]


LOGGING = Section("logging", LoggingOptions)
