"""How an origin tells of changes: which of its folders are to be listed again. What it says is a hint; a scan finds out
what really changed."""

from collections.abc import Collection
from typing import Protocol


class WatchListener(Protocol):
    """Who hears of changes, on the thread that reads them: it must not wait. Paths are those of the origin."""

    def changed(self, folder: str) -> None:
        """Entries of a folder came, went or are others now, or a file in it has other bytes or facts."""

    def came(self, folder: str) -> None:
        """A folder is new; nothing was told of what lies below it."""

    def made(self, path: str) -> None:
        """A file is there, or has other bytes; whether somebody goes on writing is not known."""

    def writing(self, path: str) -> None:
        """Somebody writes to a file; that it was closed will be told."""

    def written(self, path: str) -> None:
        """A file or a folder is whole: whoever wrote it closed it, or it was moved here with all below it."""

    def lost(self, why: str) -> None:
        """Changes were not told: anything may have changed."""


class Watch(Protocol):
    """Tells a listener of changes of one origin. May be used from many threads."""

    @property
    def problem(self) -> str:
        """Why some changes since the root was entered last are not told; empty where all are."""

    def enter(self, folder: str) -> None:
        """A folder is listed now: from here on changes in it are told. Whoever enters the root enters all others that
        there are, and what the problem was is forgotten."""

    def leave(self, folders: Collection[str]) -> None:
        """These folders are gone, with all below them."""

    def catch_up(self) -> None:
        """Return when the listener was told of what happened before, as far as that is known, or after a second."""

    def close(self) -> None:
        """Tell of nothing more; returns when nothing is under way."""
