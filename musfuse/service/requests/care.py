"""Requests about the care of a library: what is wrong with it, to mend that, to copy what cannot be made again."""

from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from musfuse.service.port import Answer, Request
from musfuse.service.requests.owner import JobBegun


class State(StrEnum):
    """How a part of a library is. A `NOTE` asks for nothing, a `DOUBT` for a look, what is `DAMAGED` for a repair."""

    OK = "ok"
    NOTE = "note"
    DOUBT = "doubt"
    DAMAGED = "damaged"


class Finding(Answer, frozen=True):
    """What was found of a part, and what to do about it ('' for nothing)."""

    what: str
    state: State
    detail: str
    advice: str = ""


class Checked(Answer, frozen=True):
    """What was found. `sound`: nothing is damaged; `rescan`: the catalog lacks what a scan finds."""

    sound: bool
    rescan: bool
    findings: tuple[Finding, ...]


class Repaired(Answer, frozen=True):
    """What was done, or would be. `rescan`: a scan has to follow, which makes the catalog again."""

    done: tuple[str, ...]
    rescan: bool


class BackedUp(Answer, frozen=True):
    """Where the copy lies, and its bytes."""

    file: Path
    bytes: int


class Kept(Answer, frozen=True):
    """What a user.db holds: sources, tracks with tags or pictures that were set, changes, pictures that were set, views
    beside the main one, plays, tracks that were rated or starred, collections and playlists."""

    sources: int
    tracks: int
    changes: int
    pictures: int
    views: int = 0
    plays: int = 0
    rated: int = 0
    collections: int = 0
    playlists: int = 0


class Restored(Answer, frozen=True):
    """What was brought back, and what it takes the place of: None where there was nothing, or it was damaged; that lies
    in the file `before` now, None where nothing is to be kept or nothing was done yet."""

    now: Kept
    was: Kept | None
    before: Path | None


class CheckLibrary(Request[Checked], frozen=True):
    """Look at everything that a library keeps. Raises ConfigError where there is no library."""

    METHOD: ClassVar[str] = "care.check"

    @property
    def reads(self) -> bool:
        """Needs no owner, and works beside one."""
        return True


class BackUpLibrary(Request[BackedUp], frozen=True):
    """Copy what cannot be made again to a new file. Raises ConfigError where it is there, StoreError."""

    METHOD: ClassVar[str] = "care.backup"
    file: Path

    @property
    def reads(self) -> bool:
        """Of the library it only reads, so it works beside an owner."""
        return True


class RepairLibrary(Request[Repaired], frozen=True):
    """Mend what is damaged; with `dry_run` only tell how. Raises LibraryInUseError, StoreError."""

    METHOD: ClassVar[str] = "care.repair"
    dry_run: bool = False

    @property
    def reads(self) -> bool:
        """What would be done can be told beside an owner."""
        return self.dry_run

    @property
    def closed(self) -> bool:
        """What is damaged cannot be replaced while it is in use."""
        return not self.dry_run


class RestoreLibrary(Request[Restored], frozen=True):
    """Put a copy that BackUpLibrary made in the place of what is kept; with `dry_run` only tell of it. Raises
    ConfigError where there is no such file, LibraryInUseError, StoreError where it is no copy."""

    METHOD: ClassVar[str] = "care.restore"
    file: Path
    dry_run: bool = False

    @property
    def reads(self) -> bool:
        """Both can be looked at beside an owner."""
        return self.dry_run

    @property
    def closed(self) -> bool:
        """What an owner knows of the old one would not fit the new one."""
        return not self.dry_run


class BeginVacuum(Request[JobBegun], frozen=True):
    """Give back the room that databases do not need any more."""

    METHOD: ClassVar[str] = "care.vacuum"
