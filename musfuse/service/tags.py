"""Tags as they are, and what is said of them, for who only reads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from musfuse.errors import NoEntryError
from musfuse.library.overlay import MetaCollector
from musfuse.library.overlay.value import ART
from musfuse.library.selection import Selected, Selection
from musfuse.model import TagSource
from musfuse.service.assignments import checked_field, parse_assignments
from musfuse.service.handlers import Handlers
from musfuse.service.history import history, last_standing
from musfuse.service.port import Asked
from musfuse.service.requests.changes import CountChanged, CountTracks, ListChanges
from musfuse.service.requests.metadata import MetadataTold, ShowMetadata
from musfuse.service.requests.tags import (
    CheckAssignments,
    CheckFields,
    ExportTags,
    FieldTold,
    ImportPlan,
    PlanImport,
    ShowTags,
    TrackRow,
    TrackTags,
)


def printable(path: str) -> str:
    """A path as text, whatever its bytes are."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Tags:
    """Reads the catalog and the overlays. What tables and slips need is loaded when they are asked for."""

    selection: Selection
    collector: MetaCollector

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests that only read."""
        handlers.on_listing(ShowTags, lambda listing: self.show(listing.targets, listing.fields))
        handlers.on_listing(ExportTags, lambda listing: self.rows(listing.targets))
        handlers.on_listing(ListChanges, lambda listing: history(self.collector, self.selection, listing.targets))
        handlers.on(CountTracks, lambda request: sum(1 for _ in self.selection.of(request.targets)))
        handlers.on(CountChanged, lambda request: self.changed(request.number))
        handlers.on(ShowMetadata, self.metadata)
        handlers.on(PlanImport, lambda request: self.plan(request.path))
        handlers.on(CheckAssignments, lambda request: self.odd_assignments(request.assignments))
        handlers.on(CheckFields, lambda request: self.odd_fields(request.fields))

    def show(self, targets: Sequence[Asked], fields: Sequence[str] = ()) -> Iterator[TrackTags]:
        """Each track with its tags, and who says what. Raises ConfigError for what is no name of a field."""
        wanted = {checked_field(name) for name in fields}
        return (self._told(row, wanted) for row in self.selection.of(targets))

    def metadata(self, asked: ShowMetadata) -> MetadataTold:
        """A track. Raises NoEntryError."""
        if asked.id:
            where, found = str(asked.id), self.selection.known_as([asked.id]).get(asked.id)
        elif asked.source:
            where, found = asked.source, self.selection.of_original(asked.source)
        else:
            where, found = asked.path, self.selection.track(asked.path, asked.view)
        if found is None:
            raise NoEntryError(f"{where}: the library has no such track")
        fmt = found.format
        return MetadataTold(
            found.public, found.path, printable(found.source), found.part, found.source_bytes, fmt.container, fmt.codec,
            fmt.sample_rate, fmt.channels, fmt.sample_bits or None, fmt.duration_ns, dict(found.tags),
        )  # fmt: skip

    def rows(self, targets: Sequence[Asked]) -> Iterator[TrackRow]:
        """Tracks as they are written to files, all where there are no targets."""
        for row in self.selection.of(targets) if targets else self.selection.everything():
            yield TrackRow(printable(row.source), row.part, row.path, dict(row.tags))

    def changed(self, number: int = 0) -> int:
        """How many tracks a change changed, the last one that stands for 0."""
        return self.collector.change(number or last_standing(self.collector)).tracks

    def plan(self, path: Path) -> ImportPlan:
        """What a file would change. Raises ConfigError where it cannot be read."""
        from musfuse.service.tagfiles import plan_import

        return plan_import(self.selection, path).told()

    def odd_assignments(self, assignments: Sequence[str]) -> tuple[str, ...]:
        """What is odd about FIELD=VALUE texts."""
        from musfuse.service.cautions import cautions

        return tuple(cautions(parse_assignments(assignments), self.selection.vocabulary()))

    def odd_fields(self, names: Sequence[str]) -> tuple[str, ...]:
        """Which fields that are named without a value may be slips."""
        from musfuse.service.cautions import odd_field

        checked, vocabulary = [checked_field(name) for name in names], self.selection.vocabulary()
        return tuple(filter(None, (odd_field(name, vocabulary) for name in checked)))

    def _told(self, row: Selected, wanted: set[str]) -> TrackTags:
        overlay, fields = self.collector.load_overlay(row.key), dict[str, FieldTold]()
        names = {*row.tags, *(name for name in overlay.fields if not name.startswith(ART))}
        for name in sorted(names & wanted if wanted else names):
            said = overlay.said(name)
            source = said[0] if said else TagSource.EMBEDDED
            fields[name] = FieldTold(row.tags.get(name, ()), source, overlay.is_locked(name))
        art = {kind.value: len(pictures) for kind, pictures in overlay.art()}
        return TrackTags(row.source, row.part, row.path, fields, art)
