"""What a message says: JSON of `event_type`, `timestamp` and `data`, under 20 KB."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

LIMIT = 20_000
"""Bytes that a body stays under."""
_SHORT = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def body_of(event: str, time_ns: int, data: dict[str, Any]) -> bytes:
    """The body. Texts of one that were too long are cut, and named in `cut`. ASCII: bytes of names that are no text are
    escapes."""
    body = _json(event, time_ns, data)
    if len(body) < LIMIT:
        return body
    cut = sorted(name for name, value in data.items() if isinstance(value, str) and len(value) > _SHORT)
    short = {name: value[:_SHORT] if isinstance(value, str) else value for name, value in data.items()}
    body = _json(event, time_ns, {**short, "cut": cut})
    return body if len(body) < LIMIT else _json(event, time_ns, {"cut": sorted(data)[:100]})


def _json(event: str, time_ns: int, data: dict[str, Any]) -> bytes:
    told = {"event_type": event, "timestamp": _when(time_ns), "data": data}
    return json.dumps(told, separators=(",", ":")).encode("ascii")


def _when(time_ns: int) -> str:
    """RFC 3339, in UTC; the end of calendars for a clock beyond it."""
    try:
        when = _EPOCH + timedelta(microseconds=time_ns // 1000)
    except OverflowError:
        when = datetime.max.replace(tzinfo=UTC)
    return when.isoformat(timespec="microseconds").replace("+00:00", "Z")
