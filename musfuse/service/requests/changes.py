"""Requests about changes of tags and pictures: what all of them say, those that were made, and taking one back."""

from typing import ClassVar

from msgspec import UNSET, UnsetType

from musfuse.model import TagSource
from musfuse.service.port import Answer, Asked, Listing, Request


class ChangeTold(Answer, frozen=True):
    """A change as the history keeps it: its number, 0 where nothing had to be done, on whose behalf it was made
    (`source`), how many `tracks` it changed, and how many fields of them a lock kept (`refused`)."""

    change: int
    time_ns: int
    author: str
    source: TagSource
    what: str
    tracks: int
    refused: int


class MoveTold(Answer, frozen=True, rename={"old": "from", "new": "to"}):
    """Where so many `files` of the drive lay and lie: `whole` for a folder that moves with everything in it."""

    old: str
    new: str
    files: int
    whole: bool


class FieldChange(Answer, frozen=True):
    """A field of a track before and after; None for pictures of the file's own. `locked`: whether it is now, where that
    changes."""

    path: str
    field: str
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None
    locked: bool | UnsetType = UNSET


class Changed(ChangeTold, frozen=True, kw_only=True):
    """What a change did to the tracks that were `selected`.

    The first of the files that moved, how many moves there are, and of how many files: where anything changed at all.
    `undone` is the change that was taken back. With `dry_run` nothing was changed, and `shown` are the first of so many
    `changes` of fields.
    """

    selected: int
    moves: tuple[MoveTold, ...] | UnsetType = UNSET
    move_count: int | UnsetType = UNSET
    moved_files: int | UnsetType = UNSET
    undone: int | UnsetType = UNSET
    changes: int | UnsetType = UNSET
    shown: tuple[FieldChange, ...] | UnsetType = UNSET
    dry_run: bool | UnsetType = UNSET


class Change(Request[Changed], frozen=True, kw_only=True):
    """A change that `author` makes; with `dry_run` it is told of and not made, which takes the whole library, too."""

    author: str
    dry_run: bool = False


class UndoChange(Change, frozen=True):
    """Take a change back, the last one that stands for 0. That is a change, too. Raises NoEntryError where there is
    none."""

    METHOD: ClassVar[str] = "tag.undo"
    number: int = 0


class ListChanges(Listing[ChangeTold], frozen=True):
    """Changes, the last first: all, or those of the tracks of the targets."""

    METHOD: ClassVar[str] = "tag.log"
    targets: tuple[Asked, ...] = ()


class CountTracks(Request[int], frozen=True):
    """How many tracks targets mean."""

    METHOD: ClassVar[str] = "tag.count"
    targets: tuple[Asked, ...]

    @property
    def reads(self) -> bool:
        return True


class CountChanged(Request[int], frozen=True):
    """How many tracks a change changed, the last one that stands for 0. Raises NoEntryError where there is none."""

    METHOD: ClassVar[str] = "tag.count_changed"
    number: int = 0

    @property
    def reads(self) -> bool:
        return True
