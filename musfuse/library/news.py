"""What a scan tells of files that came, changed and went. Nothing is made where nobody wants to hear of it."""

from collections.abc import Iterable

from musfuse.events import EventBus
from musfuse.events.originals import FileAdded, FileEvent, FileModified, FileRemoved
from musfuse.library.catalog.departures import Departures
from musfuse.model import SourceFile


class FileNews:
    """Collects what a batch holds; it is told once the catalog has that. Not for several threads at once."""

    def __init__(self, events: EventBus, departures: Departures) -> None:
        self._events, self._departures = events, departures
        self._waiting: list[FileEvent] = []

    def read(self, file: SourceFile, known: bool) -> None:
        """Note that a file was looked into; `known`: it was in the catalog before."""
        self._note(FileModified if known else FileAdded, file)

    def gone(self, file: SourceFile) -> None:
        """Note that a file is not where it was."""
        self._note(FileRemoved, file)

    def left(self, files: Iterable[SourceFile]) -> None:
        """Note that files went from their places, but for places that hold another file now. All parts of an image went
        with one file."""
        if self._events.wants(FileRemoved):
            for file in {file.path: file for file in files}.values():
                if not self._departures.has_successor(file):
                    self.gone(file)

    def tell(self) -> None:
        """Publish what was collected: the catalog has it now."""
        told, self._waiting = self._waiting, []
        for event in told:
            self._events.publish(event)

    def _note(self, kind: type[FileEvent], file: SourceFile) -> None:
        if self._events.wants(kind):
            self._waiting.append(kind(file.path, file.source_uid))
