"""Changes of folders as the library watchdog tells them: by ReadDirectoryChangesW on Windows, by FSEvents on macOS.

Both watch a whole tree at once.
"""

import os
from collections.abc import Callable, Collection
from typing import Any

from musfuse.errors import UnavailableError
from musfuse.origins.watching import WatchListener

_QUIET = frozenset({"opened", "closed_no_write"})


class TreeWatch:
    """Watches all below `root`. `untold` says why the system does not tell of all changes there, if it does not;
    `observer` stands for watchdog's own. Raises UnavailableError where it cannot be watched."""

    def __init__(self, root: str, listener: WatchListener, untold: Callable[[], str], observer: Any = None) -> None:
        self._root, self._listener, self._untold, self._problem = root, listener, untold, untold()
        try:
            from watchdog.observers import Observer

            self._observer = observer or Observer()
            self._observer.schedule(self, root, recursive=True)
            self._observer.start()
        except (ImportError, OSError, RuntimeError) as error:
            raise UnavailableError(f"{root}: changes in it cannot be watched: {error}") from error

    @property
    def problem(self) -> str:
        if not self._observer.is_alive():
            return "what watched it ended"
        return self._problem

    def enter(self, folder: str) -> None:
        """All is watched already."""
        if not folder:
            self._problem = self._untold()

    def leave(self, folders: Collection[str]) -> None:
        """Nothing is kept for a folder."""

    def catch_up(self) -> None:
        """What waits is not known."""

    def close(self) -> None:
        """End its threads."""
        self._observer.stop()
        self._observer.join()

    def dispatch(self, event: Any) -> None:
        """Called by watchdog, on a thread of its own."""
        if event.event_type in _QUIET:
            return
        source, target = self._inside(event.src_path), self._inside(event.dest_path or "")
        for path in (source, target):
            if path:
                self._listener.changed(path.rpartition("/")[0])
        if event.is_directory and event.event_type in ("created", "moved") and (target or source):
            self._listener.came(target or source or "")
        if event.event_type == "moved" and target:
            self._listener.written(target)
        elif event.event_type == "closed" and source:
            self._listener.written(source)
        elif event.event_type in ("created", "modified") and source and not event.is_directory:
            self._listener.made(source)
        elif source == "":
            self._listener.changed("")

    def _inside(self, path: str | bytes) -> str | None:
        """The path in the source; None for one outside."""
        full = os.fsdecode(path)
        if full == self._root:
            return ""
        low = self._root.rstrip(os.sep) + os.sep
        return full[len(low) :].replace(os.sep, "/") if full.startswith(low) else None
