"""Requests about what somebody rearranged in a view by hand: the edits in force, and how they are taken back.

With `dry_run` a request tells what would be taken back, and takes nothing back.
"""

from typing import ClassVar

from musfuse.service.port import Answer, Request
from musfuse.service.requests.views import DryRunOfOwner


class EditTold(Answer, frozen=True):
    """An edit of a view: its number, when it was made in ns since 1970, and what it was: move, copy, remove, make or
    hide, of `path` on the drive, of a move or copy to `target`. `tracks` is how many tracks it concerned."""

    edit: int
    time_ns: int
    what: str
    path: str
    target: str
    tracks: int


class EditsUndone(Answer, frozen=True):
    """How many edits of a view were taken back, and how many are in force then; `edits` are the last ones of them, the
    last one first, 100 at most."""

    view: str
    undone: int
    left: int
    edits: tuple[EditTold, ...]


class ListEdits(Request[tuple[EditTold, ...]], frozen=True):
    """The edits of a view in force, the last one first, `limit` at most, 0 for all. Raises ConfigError where there is
    no such view."""

    METHOD: ClassVar[str] = "view.log"
    name: str
    limit: int = 0

    @property
    def reads(self) -> bool:
        return True


class UndoEdits(DryRunOfOwner[EditsUndone], frozen=True):
    """Take back the last `count` edits of a view, or, where that is not 0, the edit `to` and all after it. Raises
    ConfigError where there is no such view or edit."""

    METHOD: ClassVar[str] = "view.undo"
    name: str
    count: int = 1
    to: int = 0


class ResetView(DryRunOfOwner[EditsUndone], frozen=True):
    """Take back all edits of a view, and forget them. Raises ConfigError where there is no such view."""

    METHOD: ClassVar[str] = "view.reset"
    name: str
