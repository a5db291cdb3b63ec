"""Where an entry of the drive comes from, what it is made of, and why it is named so."""

from collections.abc import Callable
from typing import Any, Protocol

from musfuse.drive import Drive
from musfuse.drive.branches.port import Entry
from musfuse.errors import MusfuseError, NoEntryError, NotAFolderError
from musfuse.library.catalog import Node, Nodes, SourceRow, TrackRow
from musfuse.library.neighbours import did_you_mean
from musfuse.library.sizes import Sizes
from musfuse.library.userdb.arrangement import Edit
from musfuse.library.userdb.plays import Heard
from musfuse.library.userdb.ratings import Rating
from musfuse.media.engine import MediaEngine
from musfuse.media.layout import Layout
from musfuse.model import NodeKind
from musfuse.origins.places import place_in
from musfuse.service.edits import told
from musfuse.service.handlers import Handlers
from musfuse.service.originals import OriginalsTold, audio_told, cut_told
from musfuse.service.requests.info import Describe, FileInfo, FolderInfo, Info, PieceTold


class KnowsSources(Protocol):
    """Tells of a source by its uid."""

    def row(self, uid: str) -> SourceRow:
        """A source by its uid. Raises NotFoundError."""


class ShowsViews(Protocol):
    """Tells of views by their names. Raises ConfigError where there is no such view."""

    def drive(self, view: str) -> Drive:
        """The drive of a view."""

    def nodes(self, view: str) -> Nodes:
        """The nodes of a view."""

    def template(self, view: str) -> str:
        """The template by which a view names."""

    def explained(self, view: str, item: int, public: int, copy: int = 0) -> tuple[str, Edit | None]:
        """Where the template would have an item, and the edit by which somebody put it, or a `copy` of it,
        elsewhere."""


class Describing:
    """Answers `Describe`, by what `views` tell of the one that is asked for; `opinion` tells how a track is rated, and
    how often it was played, by its public id."""

    def __init__(
        self,
        views: ShowsViews,
        engine: MediaEngine,
        sizes: Sizes,
        sources: KnowsSources,
        originals: OriginalsTold,
        opinion: Callable[[int], tuple[Rating, Heard | None]],
    ) -> None:
        self._views, self._engine, self._sizes, self._sources = views, engine, sizes, sources
        self._originals, self._opinion = originals, opinion

    def answer(self, service: Handlers) -> None:
        """Have a service answer `Describe` with this."""
        service.on(Describe, self.describe)

    def describe(self, request: Describe) -> Info:
        """What is known of an original, or of an entry of the drive. Raises NoEntryError."""
        original = self._originals.told(request.original) if request.original else None
        if original is not None:
            return original
        try:
            return self._entry(request.path, request.view)
        except (NoEntryError, NotAFolderError) as error:
            near = type(error)(f"{error}{did_you_mean(self._views.nodes(request.view), request.path)}")
            unknown = self._originals.unknown(request.original) if request.original else None
            raise unknown or near from None

    def _entry(self, asked: str, view: str) -> FolderInfo | FileInfo:
        drive = self._views.drive(view).ignoring_case()  # people do not tell a from A, and no two names differ by that
        entry, row = drive.row(asked)
        path = drive.spelling(asked)
        if entry.kind is NodeKind.FOLDER:
            count = sum(1 for _ in entry.branch.children(entry))
            return FolderInfo(path, entry.id, count, dict(entry.facts))
        if row is not None:
            return self._track(path, entry, row, view)
        return FileInfo(path, entry.id, entry.size) if entry.item else self._file(path, entry)

    def _file(self, path: str, entry: Entry[Any]) -> FileInfo:
        """What is known of a file that shows no item."""
        content = entry.branch.layout(entry)
        if content is None:
            return FileInfo(path, entry.id, more=dict(entry.facts))
        pieces = _pieces(content.layout)
        source = ""
        if entry.original is not None:
            source = place_in(self._sources.row(entry.original.source_uid).root, entry.original.path)
        size = sum(piece.bytes for piece in pieces)
        return FileInfo(path, entry.id, size, pieces, source=source, more=dict(entry.facts))

    def _track(self, path: str, entry: Entry[Any], row: TrackRow, view: str) -> FileInfo:
        track = row.track
        pieces, problem = tuple[PieceTold, ...](), ""
        try:
            pieces = _pieces(self._engine.layout(track))
            size: int | None = sum(piece.bytes for piece in pieces)
        except MusfuseError as error:
            size, problem = self._sizes.known(row), str(error)
        rating, heard = self._opinion(row.public)
        by_template, edit = self._views.explained(view, track.id, row.public, _copy(entry.own))
        return FileInfo(
            path, entry.id, size, pieces, problem,
            source=place_in(self._sources.row(track.file.source_uid).root, track.file.path),
            source_bytes=track.file.stamp.size,
            id=row.public,
            content=row.content,
            served_as=str(track.rendition),
            format=audio_told(track.format),
            tags={name: list(values) for name, values in track.tags.items()},
            cut=cut_told(row),
            template=self._views.template(view),
            wanted=row.wanted,
            numbered=path.rsplit("/", 1)[-1] != row.wanted.rsplit("/", 1)[-1],
            problem=row.problem,
            untagged=row.untagged,
            stars=rating.stars,
            starred=rating.starred_ns is not None,
            plays=heard.plays if heard else 0,
            last_played_ns=heard.last_ns if heard else None,
            by_template=by_template,
            edit=told(edit) if edit else None,
        )  # fmt: skip


def _copy(own: object) -> int:
    """The id of a further entry of a track; 0 for another entry."""
    return own.copy if isinstance(own, Node) else 0


def _pieces(layout: Layout) -> tuple[PieceTold, ...]:
    """The pieces that a layout is made of. The layout is closed."""
    try:
        return tuple(PieceTold(segment.length, segment.describe()) for segment in layout.segments)
    finally:
        layout.close()
