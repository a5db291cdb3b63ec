"""Automatic backups of a database that cannot be made again, user.db or server.db: a few generations in a folder beside
it, each one whole and sound."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from musfuse.store.copies import copy_database
from musfuse.store.integrity import problems

FOLDER = "backups"
"""The folder's name, beside user.db."""
_STAMP, _SHOWN = "%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M UTC"
_NEWEST = 2
"""Generations that are kept whatever day they are of, and however large they are."""
_BYTES = 1 << 30
"""All generations together take no more, but for those."""


@dataclass(frozen=True, slots=True, order=True)
class Backup:
    """One of them: when it was made, in ns, and where it lies."""

    made_ns: int
    path: Path

    def __str__(self) -> str:
        return time.strftime(_SHOWN, time.gmtime(self.made_ns / 1e9))


class Backups:
    """Those of the database at `path`, which has the table `table`; of `keep` days one is kept, 0 for none at all. For
    one thread at a time."""

    def __init__(
        self, path: Path, keep: int = 7, now_ns: Callable[[], int] = time.time_ns, *, table: str = "kv"
    ) -> None:
        self._path, self._keep, self._now_ns, self._table = path, keep, now_ns, table
        self.folder = path.parent / FOLDER

    def all(self) -> list[Backup]:
        """What there is, the newest first."""
        with suppress(OSError):
            found = (_backup(path) for path in self.folder.glob(f"{self._path.stem}-*.db"))
            return sorted((backup for backup in found if backup is not None), reverse=True)
        return []

    def sound(self) -> Iterator[Backup]:
        """Those that are sound, the newest first; each is looked at when it is asked for."""
        return (backup for backup in self.all() if not problems(backup.path, most=1))

    def is_due(self, hours: float) -> bool:
        """Whether something may have changed since the last one, which is so many hours old, or there is none.

        One of a time that is still to come was made while the clock was wrong, and tells nothing.
        """
        if not self._keep or not self._path.exists():
            return False
        now = self._now_ns()
        last = next((backup for backup in self.all() if backup.made_ns <= now), None)
        if last is None:
            return True
        return now - last.made_ns >= hours * 3600e9 and self._changed_ns() > last.made_ns

    def make(self, why: str = "") -> Backup:
        """Make one now, whose name says `why`; none is dropped, since somebody may be restoring from it. Raises
        DamagedError where the database is damaged, StoreError where it cannot be read, or nothing written."""
        now = self._now_ns()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        made = datetime.fromtimestamp(now // 10**9, UTC).strftime(_STAMP)
        target = self.folder / f"{self._path.stem}-{made}{now // 1000 % 10**6:06}Z{why and '-'}{why}.db"
        copy_database(self._path, target, table=self._table)
        return Backup(now, target)

    def thin(self) -> None:
        """Drop what is too many, and what a kill left half: kept are the newest, and of the last days the newest
        each. Those of a time that is still to come count as the oldest, so that they push out none."""
        kept, days, left, now = set[Path](), set[int](), _BYTES, self._now_ns()
        with suppress(OSError):
            for number, backup in enumerate(sorted(self.all(), key=lambda backup: backup.made_ns > now)):
                day, size = backup.made_ns // (24 * 3600 * 10**9), backup.path.stat().st_size
                wanted = day not in days and len(days) < self._keep and size <= left
                if number < _NEWEST or wanted:
                    kept.add(backup.path)
                    days.add(day)
                    left -= size
            for path in (
                *(backup.path for backup in self.all()),
                *self.folder.glob(f".{self._path.stem}-*.partial"),
            ):
                if path not in kept:
                    path.unlink(missing_ok=True)

    def _changed_ns(self) -> int:
        found = 0
        for end in ("", "-wal"):
            with suppress(OSError):
                found = max(found, self._path.with_name(self._path.name + end).stat().st_mtime_ns)
        return found


def _backup(path: Path) -> Backup | None:
    """What a name tells; None for one that is none of ours."""
    text = path.stem.partition("-")[2].partition("Z")[0]
    with suppress(ValueError):
        made = datetime.strptime(text, f"{_STAMP}%f").replace(tzinfo=UTC)
        return Backup(int(made.timestamp()) * 10**9 + made.microsecond * 1000, path)
    return None
