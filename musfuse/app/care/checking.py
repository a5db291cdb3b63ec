"""Looks at everything that a library keeps, beside its owner or without one; writes nothing."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from musfuse.app.care.accounts import check_accounts
from musfuse.app.care.healing import lacking
from musfuse.app.state import StateFolder
from musfuse.errors import StoreError
from musfuse.library.catalog.database import SCHEMA_VERSION as CATALOG
from musfuse.library.catalog.soundness import extent, faults
from musfuse.library.overlay import Overlay
from musfuse.library.userdb.backups import Backups
from musfuse.library.userdb.database import SCHEMA_VERSION as USER
from musfuse.library.userdb.soundness import held, overlays
from musfuse.service.requests.care import Checked, Finding, State
from musfuse.store.aside import notes
from musfuse.store.integrity import problems
from musfuse.store.shrinking import bytes_of
from musfuse.store.suspicion import suspicion
from musfuse.wording import agreeing, counted

_REPAIR = "`musfuse library repair` {}"
_SCAN = "`musfuse scan` brings it up to date"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Checking:
    """Over the folder of one library. `clock` gives ns since 1970."""

    state: StateFolder
    clock: Callable[[], int] = time.time_ns

    def check(self) -> Checked:
        """What is found. Raises StoreError where the disk fails, or gives nothing to who asks."""
        accounts = check_accounts(self.state)
        found = [
            *self._catalog(), *self._user(), *accounts, *self._jobs(), *self._cache(), *self._backups(), *self._aside(),
        ]  # fmt: skip
        damaged = [finding for finding in found if finding.state is State.DAMAGED]
        rescan = any(finding.what == "catalog" and finding.state is not State.OK for finding in found)
        return Checked(not damaged, rescan, tuple(found))

    def _catalog(self) -> Iterator[Finding]:
        path, repair = self.state.catalog, _REPAIR.format("sets it aside and makes it again; nothing is lost")
        if not path.exists():
            yield Finding("catalog", State.DOUBT, f"{path.name} is not there", "`musfuse scan` makes it")
            return
        wrong = problems(path) or lacking(path) or faults(path)
        if wrong:
            yield Finding("catalog", State.DAMAGED, _told(path, wrong), repair)
            return
        if suspicion(path):
            yield Finding("catalog", State.NOTE, f"{path.name} failed once and is sound: {suspicion(path)}")
        found = extent(path)
        if found.schema != CATALOG:
            advice = "update musfuse" if found.schema > CATALOG else "`musfuse scan` or `mount` makes it anew"
            yield Finding("catalog", State.DOUBT, f"{path.name} is of schema {found.schema}", advice)
            return
        tracks = counted(found.tracks, "track")
        if found.waiting:
            changes = f"{counted(found.waiting, 'change')} {agreeing(found.waiting, 'is', 'are')}"
            said = f"{changes} not on the drive yet, as while a scan runs, or after a kill"
            yield Finding("catalog", State.NOTE, said, _SCAN)
        if found.unscanned:
            were = agreeing(found.unscanned, "was", "were")
            said = f"{counted(found.unscanned, 'source')} {were} not scanned whole yet"
            yield Finding("catalog", State.NOTE, said, _SCAN)
        if not found.waiting and not found.unscanned:
            making = f"{counted(found.making, 'view')} {agreeing(found.making, 'is', 'are')} being made"
            tracks += f"; {making}" if found.making else ""
            yield Finding("catalog", State.OK, _sound(path, tracks))

    def _user(self) -> Iterator[Finding]:
        path = self.state.user
        backup = next(Backups(path).sound(), None)
        mend = f"puts the backup of {backup} in its place" if backup else "begins a new one: there is no backup of it"
        if not path.exists():
            advice = (
                _REPAIR.format(mend) if backup else "`musfuse mount` makes it, with the sources that the catalog has"
            )
            yield Finding("user", State.DAMAGED if backup else State.NOTE, f"{path.name} is not there", advice)
            return
        wrong = problems(path) or lacking(path)
        kept = None if wrong else held(path)
        if kept is None:
            yield Finding("user", State.DAMAGED, _told(path, wrong or ["it is none of ours"]), _REPAIR.format(mend))
            return
        if suspicion(path):
            yield Finding("user", State.NOTE, f"{path.name} failed once and is sound: {suspicion(path)}")
        if kept.schema > USER:
            yield Finding("user", State.DOUBT, f"{path.name} is of schema {kept.schema}", "update musfuse")
            return
        unreadable = _unreadable(path)
        if unreadable:
            yield Finding(
                "user", State.DOUBT, f"what was said of {counted(unreadable, 'track')} cannot be read",
                "`musfuse tag clear` takes it back, `musfuse library restore` brings back a copy",
            )  # fmt: skip
        else:
            yield Finding("user", State.OK, _sound(path, f"tags or pictures of {counted(kept.tracks, 'track')}"))

    def _jobs(self) -> Iterator[Finding]:
        path = self.state.jobs
        if path.exists():
            wrong = problems(path)
            yield (
                Finding(
                    "jobs", State.DAMAGED, _told(path, wrong), _REPAIR.format("drops it; only what jobs did is lost")
                )
                if wrong
                else Finding("jobs", State.OK, _sound(path))
            )

    def _cache(self) -> Iterator[Finding]:
        path = cache_database(self.state)
        if path.exists():
            wrong = problems(path)
            advice = _REPAIR.format("drops it; indexes are built again, which takes a while")
            yield (
                Finding("cache", State.DAMAGED, _told(path, wrong), advice)
                if wrong
                else Finding("cache", State.OK, _sound(path))
            )

    def _backups(self) -> Iterator[Finding]:
        backups = Backups(self.state.user)
        there = backups.all()
        last = next(backups.sound(), None)
        if last is not None:
            yield Finding("backups", State.OK, f"{len(there)} of user.db, the last of {last}")
        elif self.state.user.exists():
            yield Finding(
                "backups", State.NOTE, "there is none of user.db yet", "`musfuse library backup` makes a copy"
            )

    def _aside(self) -> Iterator[Finding]:
        for note in notes(self.state.damaged):
            yield Finding("aside", State.NOTE, note, f"delete {self.state.damaged} when you do not need it")


def cache_database(state: StateFolder) -> Path:
    """The database of the cache of indexes and pictures, where there is one."""
    return state.cache / "cache.db"


def _unreadable(path: Path) -> int:
    """Of how many tracks it cannot be read what was said."""
    found = 0
    for value in overlays(path):
        try:
            Overlay.from_bytes(value)
        except StoreError:
            found += 1
    return found


def _told(path: Path, wrong: list[str]) -> str:
    more = f", and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return f"{path.name} is damaged: {'; '.join(wrong[:_SHOWN])}{more}"


def _sound(path: Path, what: str = "") -> str:
    return f"{path.name} is sound, {bytes_of(path) / (1 << 20):.1f} MiB{what and ', '}{what}"
