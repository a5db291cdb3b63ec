"""Corners: folders of a source that are scanned while the rest of it is left alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from musfuse.errors import NotFoundError, OriginError
from musfuse.library.catalog import Files
from musfuse.library.catalog.rows import join
from musfuse.library.route import Above
from musfuse.model import NodeKind
from musfuse.origins import Entry, Origin


@dataclass(frozen=True, slots=True, order=True)
class Corner:
    """A folder, and with `deep` all below it. What is new in it is looked into with all below, either way."""

    path: str
    deep: bool = False


WHOLE = Corner("", deep=True)


def united(corners: Iterable[Corner], most: int) -> list[Corner]:
    """The corners in order, without those that others hold; the whole source where these are more than `most`."""
    found = dict[str, bool]()
    for corner in corners:
        found[corner.path] = corner.deep or found.get(corner.path, False)
    kept = [Corner(path, deep) for path, deep in sorted(found.items()) if not any(map(found.get, above(path)))]
    return kept if len(kept) <= most else [WHOLE]


def above(path: str) -> list[str]:
    """The folders above a path, from the root down; none above the root."""
    parts = path.split("/") if path else []
    return ["/".join(parts[:n]) for n in range(len(parts))]


class CornerWalk:
    """Where a scan of corners begins, and into which folders it goes on. For one walk over one source."""

    def __init__(self, files: Files, source: int, origin: Origin) -> None:
        self._files, self._source, self._origin = files, source, origin
        self._deep = set[str]()
        self.unreached = 0

    def beginnings(self, corners: Sequence[Corner]) -> list[tuple[str, Above]]:
        """Folders to begin at, with the ids of those above them.

        In place of a folder that is not there any more stands the one above it; in place of one whose folder above is
        not known yet, that. What the origin cannot tell of is left as it is.
        """
        found = dict[str, Above]()
        wanted = dict[str, bool]()
        for corner in corners:
            try:
                path, idents, deep = self._reach(corner)
            except OriginError:
                self.unreached += 1
                continue
            found[path] = idents
            wanted[path] = deep or wanted.get(path, False)
        self._deep = {path for path, deep in wanted.items() if deep}
        return [(path, idents) for path, idents in found.items() if not self._deep.intersection(above(path))]

    def _reach(self, corner: Corner) -> tuple[str, Above, bool]:
        idents: Above = ()
        way = [*above(corner.path), corner.path]
        for number, path in enumerate(way):
            try:
                stat = self._origin.stat(path)
            except NotFoundError:
                if not path:
                    raise
                return way[number - 1], idents, False
            if stat.kind is NodeKind.FILE:
                return way[number - 1], idents, False
            idents = (*idents, stat.ident)
            if path and not self._files.is_folder(self._source, path):
                return path, idents, True
        return corner.path, idents, corner.deep

    def goes_on(self, folder: str, inside: Sequence[tuple[str, Above]]) -> Sequence[tuple[str, Above]]:
        """The folders inside one that was listed that are to be walked as well: all below a deep corner, and those that
        are new there."""
        if self._is_deep(folder):
            return inside
        known = self._files.folders_in(self._source, folder)
        new = [(path, idents) for path, idents in inside if known.get(path) != idents[-1]]
        self._deep.update(path for path, _ in new)
        return new

    def gone(self, folder: str, entries: Sequence[Entry], inside: Sequence[tuple[str, Above]]) -> list[str]:
        """The folders that are known in one that was listed, and are no folders any more."""
        there = {path for path, _ in inside} | {join(folder, entry.name) for entry in entries if entry.away}
        return [path for path in self._files.folders_in(self._source, folder) if path not in there]

    def _is_deep(self, folder: str) -> bool:
        return not self._deep.isdisjoint([*above(folder), folder])
