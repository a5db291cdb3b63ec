"""Times as people type them."""

import re
import time
from datetime import datetime, timedelta
from typing import Any

import click

_SPAN = re.compile(r"(\d{1,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Moment(click.ParamType[int]):
    """A time in ns since 1970, from `7d` (ago; m, h, d, w) or a date of the local calendar."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The ns. Fails for what is no time."""
        found = _moment(str(value), -1)
        if found is None:
            self.fail(f"{value!r} is no time; 7d, 12h, 2w or 2026-11-30 is wanted", param, ctx)
        return found


class Deadline(click.ParamType[int]):
    """A time to come in ns since 1970, from `7d` (from now on; m, h, d, w) or a date of the local calendar; 0 for
    `never`."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The ns. Fails for what is no time, or past."""
        found = 0 if value == "never" else _moment(str(value), 1)
        if found is None:
            self.fail(f"{value!r} is no time; 90d, 12h, 2w, 2027-11-30 or never is wanted", param, ctx)
        if found and found <= time.time_ns():
            self.fail(f"{value} is past", param, ctx)
        return found


def _moment(text: str, direction: int) -> int | None:
    """The ns since 1970 of a time from now in a direction, or of a date; None for what is neither."""
    span = _SPAN.fullmatch(text)
    try:
        if span:
            moment = datetime.now() + direction * timedelta(**{_UNITS[span[2]]: int(span[1])})
        else:
            moment = datetime.fromisoformat(text)
        return round(moment.timestamp() * 1e9)
    except (ValueError, OverflowError, OSError):
        return None
