"""What a scan asks of whoever follows a source between scans, and tells him."""

from collections.abc import Collection
from typing import Protocol

from musfuse.model import SourceFile


class Lookout(Protocol):
    """Called on the thread that scans. Paths are those of the source."""

    def enter(self, folder: str) -> None:
        """A folder is about to be listed."""

    def leave(self, folders: Collection[str]) -> None:
        """Folders are gone, with all below them."""

    def holds(self, file: SourceFile) -> bool:
        """Whether a file that is new or changed is still being written: what is known of it stands until later."""


class NoLookout:
    """Nobody follows the source."""

    def enter(self, folder: str) -> None:
        """Nobody is told."""

    def leave(self, folders: Collection[str]) -> None:
        """Nobody is told."""

    def holds(self, file: SourceFile) -> bool:
        """Nobody can tell."""
        del file
        return False
