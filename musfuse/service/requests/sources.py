"""Requests about sources: the places that a library takes its music from.

With `dry_run` a request tells what would change, and changes nothing.
"""

from collections.abc import Mapping
from typing import ClassVar, TypeVar

from musfuse.service.port import Answer, Asked, Request

A = TypeVar("A")


class SourceTold(Answer, frozen=True):
    """A source; `priority`: the smaller comes first. `removed_ns`, and `days_left` until it is forgotten, tell of one
    that is removed, `state` of all others."""

    location: str
    id: str
    name: str
    priority: int
    kind: str
    removed_ns: int | None = None
    days_left: int | None = None
    state: str | None = None


class SourceShown(SourceTold, frozen=True):
    """All that is known of a source: what its URI, options and secrets are (references, never secrets), how many of its
    `tracks` are known, and for how many of them something is said (`overlays`)."""

    scheme: str = ""
    uri: str = ""
    options: Mapping[str, str] = {}
    secrets: Mapping[str, str] = {}
    added_ns: int = 0
    tracks: int = 0
    overlays: int = 0


class SourcesAdded(Answer, frozen=True):
    """Locations that are new, that were removed once, that were there already, and those of all other sources;
    `scanning` where a scan has begun."""

    added: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    scanning: bool = False


class Setting(Answer, frozen=True):
    """What a key was and is."""

    key: str
    before: str
    after: str


class SourceChanged(Answer, frozen=True):
    """What `SetSource` changed: each setting as it was and is."""

    id: str
    location: str
    changes: tuple[Setting, ...]


class SourceMoved(Answer, frozen=True, rename={"old": "from", "new": "to"}):
    """Where a source lay and lies; how many of its tracks are known, and for how many something is said."""

    id: str
    old: str
    new: str
    tracks: int
    overlays: int
    scanning: bool = False


class SourceRemoved(Answer, frozen=True):
    """A source that left the drive with its `tracks`; for `days` it can be restored."""

    id: str
    location: str
    tracks: int
    overlays: int
    days: int


class SourceRestored(Answer, frozen=True):
    """A source that was removed and is shown again."""

    id: str
    location: str
    overlays: int
    scanning: bool = False


class ListSources(Request[tuple[SourceTold, ...]], frozen=True):
    """The sources in order of priority, or those that are removed."""

    METHOD: ClassVar[str] = "source.list"
    removed: bool = False

    @property
    def reads(self) -> bool:
        return True


class ShowSource(Request[SourceShown], frozen=True):
    """All that is known of a source, removed or not."""

    METHOD: ClassVar[str] = "source.show"
    source: Asked

    @property
    def reads(self) -> bool:
        return True


class DryRun(Request[A], frozen=True, kw_only=True):
    """A change that can be told of, without making it."""

    dry_run: bool = False

    @property
    def reads(self) -> bool:
        return self.dry_run


class AddSources(DryRun[SourcesAdded], frozen=True):
    """Add places, with `assignments` as `SetSource` takes them; one that is there stays as it is, one that was removed
    is restored. All of them, or none."""

    METHOD: ClassVar[str] = "source.add"
    places: tuple[Asked, ...]
    assignments: tuple[str, ...] = ()


class SetSource(DryRun[SourceChanged], frozen=True):
    """Set KEY=VALUE: priority, name, kind, and the options and secrets of its kind of source; an empty value takes back
    what was set."""

    METHOD: ClassVar[str] = "source.set"
    source: Asked
    assignments: tuple[str, ...]


class MoveSource(DryRun[SourceMoved], frozen=True):
    """The source `old` lies at `new` now; all that is known and said of its files goes with it."""

    METHOD: ClassVar[str] = "source.move"
    old: Asked
    new: Asked


class RemoveSource(DryRun[SourceRemoved], frozen=True):
    """Take a source off the drive; it can be restored for some time, with what was said of its tracks."""

    METHOD: ClassVar[str] = "source.remove"
    source: Asked


class RestoreSource(DryRun[SourceRestored], frozen=True):
    """Bring a removed source back."""

    METHOD: ClassVar[str] = "source.restore"
    source: Asked
