"""Edits of views as people read them."""

from musfuse.cli.common import when
from musfuse.service.requests.edits import EditTold

_WHAT = {"move": "moved", "remove": "removed", "make": "made", "hide": "hidden", "copy": "copied"}


def edit_told(told: EditTold) -> str:
    """An edit in a line."""
    return f"edit {told.edit}, {when(told.time_ns)}: {_what(told)}"


def edit_row(told: EditTold) -> tuple[str, ...]:
    """An edit as the cells of a row: number, when, how many tracks, what."""
    return str(told.edit), when(told.time_ns), str(told.tracks), _what(told)


def _what(told: EditTold) -> str:
    to = f" to {told.target}" if told.target else ""
    return f"{told.path} {_WHAT.get(told.what, told.what)}{to}"
