"""Lines of a log: as people read them, as JSON, and read back."""

import json
import logging
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from musfuse.ids import ids

_DATE = "%Y-%m-%dT%H:%M:%S%z"
_LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}) ([A-Z]+) ([\w.]+)((?: \w+=\S+)*): (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """A line with what goes on below it, as an error's traceback does. `level` is a number of `logging`."""

    time: str
    level: int
    area: str
    message: str
    ids: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As a program reads it, and as a log of JSON has it."""
        names = {"time": self.time, "level": logging.getLevelName(self.level), "area": self.area}
        return {**names, **self.ids, "message": self.message}


class _Text(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        record.ids = "".join(f" {name}={value}" for name, value in ids().items())
        return super().formatMessage(record)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever is in it: line ends are escaped."""
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + self.formatException(record.exc_info)
        line = Line(self.formatTime(record, _DATE), record.levelno, record.name, message, dict(ids()))
        return json.dumps(line.as_dict(), ensure_ascii=False)


def formatter(as_json: bool = False) -> logging.Formatter:
    """A line as every log has it: date and time as ISO 8601 has them, level, who says it, for which job or request."""
    return _Json() if as_json else _Text("%(asctime)s %(levelname)s %(name)s%(ids)s: %(message)s", _DATE)


def read_line(text: str) -> Line | None:
    """A line of either kind; None for one that belongs to the line above it, or is nobody's."""
    if text.startswith("{"):
        return _read_json(text)
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    time, level, area, names, message = found.groups()
    given = dict(pair.split("=", 1) for pair in names.split())
    return Line(time, _level(level), area, message, given)


def _read_json(text: str) -> Line | None:
    try:
        said = json.loads(text)
        time, level, area, message = (str(said.pop(name)) for name in ("time", "level", "area", "message"))
        datetime.fromisoformat(time)
    except (ValueError, KeyError, AttributeError, RecursionError):
        return None
    return Line(time, _level(level), area, message, {str(name): str(value) for name, value in said.items()})


def _level(name: str) -> int:
    return logging.getLevelNamesMapping().get(name, logging.INFO)
