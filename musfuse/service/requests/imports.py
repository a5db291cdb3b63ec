"""Requests about libraries of other programs: what would be taken over from one, and to do it."""

from pathlib import Path
from typing import ClassVar, Generic

from musfuse.model import TagSource
from musfuse.service.port import A, Answer, Request
from musfuse.service.requests.changes import FieldChange
from musfuse.service.requests.owner import JobBegun


class MissingTold(Answer, frozen=True):
    """Why so many tracks (`count`) were not found here, and where the first of them lie there."""

    reason: str
    count: int
    first: tuple[str, ...]


class MappingTold(Answer, frozen=True, rename={"old": "from", "new": "to"}):
    """How paths that begin with `old` were read: as if they began with `new`; '' are relative paths. `guessed`: nobody
    said so."""

    old: str
    new: str
    guessed: bool


class DoubtTold(Answer, frozen=True, rename={"old": "from", "new": "to"}):
    """What paths that begin with `old` may begin with here; which of these has to be said."""

    old: str
    new: tuple[str, ...]


class PlaylistTaken(Answer, frozen=True):
    """What became of a playlist: made, filled, same, kept (there is one of its name with other tracks), empty, too
    long, rule, odd (it cannot be read, for this reason). It has so many tracks; so many of there are not here."""

    name: str
    fate: str
    tracks: int
    missing: int
    reason: str = ""


class Imported(Answer, frozen=True, kw_only=True):
    """What was taken over, or would be with `dry_run`.

    Of `tracks` that there are, those that were found here are counted by how (`found`: path, id, fingerprint, tags).
    `fields` of `changed` tracks say something new; `hidden` of them a stronger source has in front, `refused` ones a
    lock kept. `change` is the number of that change of tags, 0 for none. Tracks are `rated` and `starred` anew, have
    their own stars `kept`, or other counts of plays (`played`).
    """

    program: str
    tracks: int
    found: dict[str, int]
    missing: tuple[MissingTold, ...]
    mappings: tuple[MappingTold, ...]
    doubts: tuple[DoubtTold, ...]
    change: int
    changed: int
    fields: int
    hidden: int
    refused: int
    shown: tuple[FieldChange, ...]
    rated: int
    starred: int
    kept: int
    played: int
    playlists: tuple[PlaylistTaken, ...]
    dry_run: bool


class _Asked(Request[A], Generic[A], frozen=True, kw_only=True):
    kind: str
    path: Path
    mappings: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    source: TagSource = TagSource.ORCHESTRATOR
    user: str = ""
    rules: bool = False


class PlanLibrary(_Asked[Imported], frozen=True):
    """What would be taken over from a library at `path`. Paths are mapped as FROM=TO says; `parts` (tags, ratings,
    plays, playlists) are all where none is named; `user` is whose opinions, of several people's; with `rules` also what
    playlists hold whose tracks a rule chooses. Raises ConfigError where it cannot be read."""

    METHOD: ClassVar[str] = "import.plan"

    @property
    def reads(self) -> bool:
        return True


class BeginImport(_Asked[JobBegun], frozen=True, kw_only=True):
    """Take it over as a job, whose result is an Imported: all of it or, where it fails or is cancelled, nothing. One
    that was asked for wrongly has failed with `usage` in its result."""

    METHOD: ClassVar[str] = "import.begin"
    author: str


class ImportLibrary(_Asked[Imported], frozen=True, kw_only=True):
    """Take it over at once, while whoever asks waits. Raises what PlanLibrary raises, BusyError during a scan."""

    METHOD: ClassVar[str] = "import.run"
    author: str
