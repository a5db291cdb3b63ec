"""Requests about tags: shown, set, given up, locked, written to files and read from them."""

from pathlib import Path
from typing import ClassVar

from musfuse.model import TagSource
from musfuse.service.port import Answer, Asked, Listing, Request
from musfuse.service.requests.changes import Change, FieldChange


class FieldTold(Answer, frozen=True):
    """The values of a field, who says so, and whether it is locked."""

    values: tuple[str, ...]
    source: TagSource
    locked: bool


class TrackTags(Answer, frozen=True):
    """A track (as FoundTrack names it) with its tags by field; `art` tells how many pictures were set of a kind, 0
    where they were taken away."""

    source: str
    part: int
    path: str
    tags: dict[str, FieldTold]
    art: dict[str, int]


class TrackRow(Answer, frozen=True):
    """A track as it is written to a file: its original, the part of it, its path on the drive, and its tags."""

    path: str
    part: int
    drive_path: str
    tags: dict[str, tuple[str, ...]]


class ImportPlan(Answer, frozen=True):
    """What a file of so many `rows` would change: the first of its `changes`, of so many `tracks`. With `errors`, the
    first ones of `error_count`, nothing of it is taken in; what is odd (`warnings`) is."""

    rows: int
    tracks: int
    changes: int
    shown: tuple[FieldChange, ...]
    errors: tuple[str, ...]
    error_count: int
    warnings: tuple[str, ...]


class ShowTags(Listing[TrackTags], frozen=True):
    """The tags of tracks: all fields, or only these."""

    METHOD: ClassVar[str] = "tag.show"
    targets: tuple[Asked, ...]
    fields: tuple[str, ...] = ()


class ExportTags(Listing[TrackRow], frozen=True):
    """The tags of the tracks that targets mean, of all where there are none."""

    METHOD: ClassVar[str] = "tag.export"
    targets: tuple[Asked, ...] = ()


class TagChange(Change, frozen=True):
    """A change of fields of the tracks that targets mean, on behalf of a source."""

    targets: tuple[Asked, ...]
    fields: tuple[str, ...]
    source: TagSource = TagSource.USER


class SetTags(TagChange, frozen=True):
    """Set FIELD=VALUE; a repeated field has several values, an empty value says that there is to be none."""

    METHOD: ClassVar[str] = "tag.set"


class ClearTags(TagChange, frozen=True):
    """Give up what was said of these fields, or of all: the original's values show again."""

    METHOD: ClassVar[str] = "tag.clear"


class LockTags(TagChange, frozen=True):
    """Keep the values that these fields have now, or all, against any refresh."""

    METHOD: ClassVar[str] = "tag.lock"


class UnlockTags(TagChange, frozen=True):
    """Take locks away."""

    METHOD: ClassVar[str] = "tag.unlock"


class ImportTags(Change, frozen=True):
    """Take in a file as it is planned, on behalf of a source; nothing where anything is wrong with it."""

    METHOD: ClassVar[str] = "tag.import"
    path: Path
    source: TagSource = TagSource.USER


class PlanImport(Request[ImportPlan], frozen=True):
    """What a file would change. Raises ConfigError where it cannot be read."""

    METHOD: ClassVar[str] = "tag.plan_import"
    path: Path

    @property
    def reads(self) -> bool:
        return True


class CheckAssignments(Request[tuple[str, ...]], frozen=True):
    """What is odd about FIELD=VALUE texts, which can be set all the same. Raises ConfigError for those that cannot."""

    METHOD: ClassVar[str] = "tag.check"
    assignments: tuple[str, ...]

    @property
    def reads(self) -> bool:
        return True


class CheckFields(Request[tuple[str, ...]], frozen=True):
    """Which names of fields may be slips. Raises ConfigError for those that no field can have."""

    METHOD: ClassVar[str] = "tag.check_fields"
    fields: tuple[str, ...]

    @property
    def reads(self) -> bool:
        return True
