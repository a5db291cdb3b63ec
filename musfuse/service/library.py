"""What a library holds: tracks that a query finds, folders of the drive, what is not shown."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from musfuse.drive.branches.port import Entry
from musfuse.drive.tree import Tree
from musfuse.errors import NoEntryError, NotAFolderError, NotFoundError
from musfuse.library.albums import is_in_set
from musfuse.library.catalog import Nodes, Reports
from musfuse.library.names import rendition_extension
from musfuse.library.neighbours import did_you_mean
from musfuse.library.selection import Selected, Selection
from musfuse.library.template_fields import Subject
from musfuse.library.templates import Line
from musfuse.library.thoughts import Thoughts
from musfuse.library.userdb.plays import Heard
from musfuse.library.userdb.ratings import Rating
from musfuse.model import NodeKind
from musfuse.platform import system
from musfuse.service.handlers import Handlers
from musfuse.service.port import Asked
from musfuse.service.requests.library import (
    FindLines,
    FindTracks,
    Folder,
    FolderEntry,
    FoundTrack,
    ListFolders,
    ListReport,
    Opinion,
    Opinions,
    ReportLine,
)

_INSTEAD: Mapping[str, Callable[[str, str], str]] = {
    ".search": lambda query, _: f"`musfuse search {query or 'QUERY'}` finds the same",
    ".collections": lambda name, _: (
        f"`musfuse collection show {name}` and `musfuse playlist show {name}` list one's tracks"
        if name
        else "`musfuse collection list` and `musfuse playlist list` tell which there are"
    ),
    ".prefetch": lambda _, path: (
        f"`musfuse prefetch {system.as_typed([path]) if path else 'TARGET'}` makes the same ready"
    ),
}
"""What does the same as a look at a folder which only a drive has, by what stands below it."""
Shown = tuple[Tree, Nodes]
"""What a view shows."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """Reads what is kept. `shown` gives a view by its name, `previewed` one as it would be by a template; `problems`
    are reported beside those of originals."""

    selection: Selection
    thoughts: Thoughts
    shown: Callable[[str], Shown]
    previewed: Callable[[str, str], Shown]
    reports: Reports
    problems: Callable[[], Iterable[ReportLine]] = tuple

    def answer(self, handlers: Handlers) -> None:
        """Answer the requests about what a library holds."""
        handlers.on_listing(FindTracks, self._tracks)
        handlers.on_listing(FindLines, lambda listing: self.lines(listing.template, listing.targets))
        handlers.on_listing(
            ListFolders, lambda listing: self.folders(listing.path, listing.recursive, listing.view, listing.template)
        )
        handlers.on_listing(ListReport, lambda _: self.report())

    def find(self, targets: Sequence[Asked]) -> Iterator[Selected]:
        """The tracks that targets mean, all where there are none. Raises NotFoundError where a target means nothing."""
        row = None
        for row in self.selection.of(targets) if targets else self.selection.everything():
            yield row
        if row is None:
            raise NotFoundError(f"{' '.join(text for text, _ in targets) or 'the library'}: no tracks there")

    def _tracks(self, listing: FindTracks) -> Iterator[FoundTrack]:
        if listing.opinions is Opinions.NONE:
            return map(found_track, self.find(listing.targets))
        if listing.opinions is Opinions.ALL:
            return starmap(found_track, self.thoughts.of(self.find(listing.targets)))
        return self._thought_of(listing.targets)

    def _thought_of(self, targets: Sequence[Asked]) -> Iterator[FoundTrack]:
        """The tracks of which somebody thinks something. Raises NotFoundError where there is none."""
        rows = self.find(targets) if targets else self.thoughts.tracks(self.selection.known_as)
        track = None
        for row, rating, heard in self.thoughts.of(rows):
            if rating != Rating() or heard is not None:
                yield (track := found_track(row, rating, heard))
        if track is None:
            named = " ".join(text for text, _ in targets) or "the library"
            raise NotFoundError(f"{named}: nothing there is rated, starred or was played")

    def lines(self, template: str, targets: Sequence[Asked]) -> Iterator[str]:
        """A line for each track that `find` gives, made by a template. Raises TemplateError."""
        line = Line(template)
        return (line.render(_subject(row)) for row in self.find(targets))

    def folders(self, path: str, recursive: bool = False, view: str = "main", template: str = "") -> Iterator[Folder]:
        """A folder and, if `recursive`, all below it, each before those in it; one folder of each level is held at a
        time. Raises NoEntryError, NotAFolderError, ConfigError where there is no such view or template."""
        tree, nodes = self.previewed(view, template) if template else self.shown(view)
        try:
            node = tree.lookup(path)
        except NoEntryError as error:
            raise NoEntryError(_unlisted(path) or f"{error}{did_you_mean(nodes, path)}") from error
        if node.kind is not NodeKind.FOLDER:
            raise NotAFolderError(f"{path}: not a folder; `musfuse info` tells about a file")
        return _below(tree, node, path, recursive)

    def report(self) -> Iterator[ReportLine]:
        """What is not shown, or is shown with a remark."""
        yield from (ReportLine(row.kind.value, row.path, row.reason) for row in self.reports.lines())
        yield from self.problems()


def _unlisted(path: str) -> str:
    """What to type for a path that only a mounted drive has; nothing for all others."""
    top, _, rest = path.partition("/")
    inside, command = system.as_typed([rest.partition("/")[0]]) if rest else "", _INSTEAD.get(top)
    return f"{path}: a mounted drive alone lists `{top}`; {command(inside, rest)}" if command else ""


def _below(tree: Tree, folder: Entry[Any], path: str, recursive: bool) -> Iterator[Folder]:
    children = list(tree.children(folder))
    yield Folder(path, tuple(map(_listed, children)))
    for child in children:
        if recursive and child.kind is NodeKind.FOLDER:
            yield from _below(tree, child, f"{path}/{child.name}".lstrip("/"), recursive)


def _listed(entry: Entry[Any]) -> FolderEntry:
    return FolderEntry(entry.name, entry.kind.value, entry.size if entry.kind is NodeKind.FILE else None)


def _subject(row: Selected) -> Subject:
    return Subject(
        row.tags, row.format, row.inside, rendition_extension(row.rendition, row.inside),
        is_in_set(row.tags, row.several_discs), row.root, row.various, row.path,
    )  # fmt: skip


def found_track(row: Selected, rating: Rating | None = None, heard: Heard | None = None) -> FoundTrack:
    """A track as it is answered, with what is thought of it where that is told (`rating`)."""
    fmt = row.format
    return FoundTrack(
        row.path, row.source, row.part, fmt.container, fmt.codec, fmt.sample_rate, fmt.channels,
        fmt.sample_bits or None, fmt.duration_ns, {name: list(values) for name, values in row.tags.items()},
        None if rating is None else _opinion(rating, heard),
    )  # fmt: skip


def _opinion(rating: Rating, heard: Heard | None) -> Opinion:
    plays = (heard.plays, heard.first_ns, heard.last_ns) if heard is not None else ()
    return Opinion(rating.stars, rating.starred_ns, *plays)
