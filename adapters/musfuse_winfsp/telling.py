"""Windows is told what changed on the drive, on a thread of its own: never by a callback of WinFsp."""

import logging
from collections.abc import Iterator, Mapping

from musfuse.drive import Drive
from musfuse.drive.changes import Change
from musfuse.drive.relay import Relay
from musfuse.errors import MusfuseError
from musfuse_winfsp.notices import Action, Notice, Notices
from musfuse_winfsp.shown import Mark, Shown, mark_of

log = logging.getLogger(__name__)

_AGAIN_SECONDS = 1.0
_AT_ONCE = 512


class Telling:
    """Tells Windows what changed of all that it was shown; what the driver has no time for, a second later. `close`
    ends it."""

    def __init__(self, drive: Drive, shown: Shown, notices: Notices, again_seconds: float = _AGAIN_SECONDS) -> None:
        self._drive, self._shown, self._notices, self._again = drive, shown, notices, again_seconds
        self._relay = Relay(drive.changes, self, "Windows")
        self.close = self._relay.close

    def held(self, stale: bool) -> None:
        """Nothing: all who open a file here get the version that is open."""

    def pass_on(self, change: Change, relay: Relay) -> None:
        """Tell what a change touches."""
        notices = list(self._notices_of(change))
        for at in range(0, len(notices), _AT_ONCE):
            while not self._notices.tell(notices[at : at + _AT_ONCE]):
                if relay.wait_closed(self._again):
                    return

    def _notices_of(self, change: Change) -> Iterator[Notice]:
        yield from (Notice(path, Action.NONE) for path in change.reread)
        if change.everywhere:
            for folder in sorted(self._shown.folders()):
                yield from self._changed_in(folder)
            return
        above = [path.rpartition("/")[0] for path in change.gone]
        changed = [path for path in map(self._drive.path_of, sorted(change.folders)) if path is not None]
        for folder in dict.fromkeys((*above, *changed)):
            yield from self._changed_in(folder)
        for item in sorted(change.items):
            path = self._drive.path_of_item(item)
            if path is not None:
                yield from self._file(path)

    def _changed_in(self, folder: str) -> Iterator[Notice]:
        """What became of a folder since Windows was shown it."""
        before, now = self._shown.names(folder), self._now(folder)
        if now is None:
            if before is not None:
                self._shown.drop(folder)
                yield Notice(folder, Action.REMOVED, folder=True)
            return
        if before is not None:
            yield from _between(folder, before, now)
            self._shown.replace(folder, now)
        yield Notice(folder, Action.MODIFIED, folder=True)

    def _file(self, path: str) -> Iterator[Notice]:
        """A file that changed, or that no listing showed because its size was not known."""
        folder, _, name = path.rpartition("/")
        before = self._shown.names(folder)
        if before is None or name in before:
            yield Notice(path, Action.MODIFIED)
            return
        try:
            entry = self._drive.entry(path)
        except MusfuseError as error:  # it went meanwhile, which is told of next
            log.debug("%s", error)
            return
        self._shown.note(folder, [entry])
        yield Notice(path, Action.ADDED)

    def _now(self, folder: str) -> Mapping[str, Mark] | None:
        """The names in a folder; None where there is none."""
        try:
            return {entry.name: mark_of(entry) for entry in self._drive.glance(folder)}
        except MusfuseError as error:
            log.debug("%s", error)
            return None


def _between(folder: str, before: Mapping[str, Mark], now: Mapping[str, Mark]) -> Iterator[Notice]:
    def notice(name: str, action: Action, mark: Mark) -> Notice:
        return Notice(f"{folder}/{name}".lstrip("/"), action, mark.folder)

    for name, mark in before.items():
        if name not in now or now[name].folder != mark.folder:
            yield notice(name, Action.REMOVED, mark)
    for name, mark in now.items():
        known = before.get(name)
        if known is None or known.folder != mark.folder:
            yield notice(name, Action.ADDED, mark)
        elif known != mark:
            yield notice(name, Action.MODIFIED, mark)
