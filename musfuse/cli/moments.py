"""Times as people type them."""

import re
from datetime import datetime, timedelta
from typing import Any

import click

_AGO = re.compile(r"(\d{1,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Moment(click.ParamType[int]):
    """A time in ns since 1970, from `7d` (ago; m, h, d, w) or a date of the local calendar."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The ns. Fails for what is no time."""
        ago = _AGO.fullmatch(str(value))
        try:
            if ago:
                moment = datetime.now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
            else:
                moment = datetime.fromisoformat(str(value))
            return round(moment.timestamp() * 1e9)
        except (ValueError, OverflowError, OSError):
            self.fail(f"{value!r} is no time; 7d, 12h, 2w or 2026-11-30 is wanted", param, ctx)
