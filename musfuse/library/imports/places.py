"""Which track lies at a path that another program kept, maybe on another machine. Paths are looked up among those that
the catalog knows, never opened."""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from musfuse.errors import ConfigError
from musfuse.library.catalog.candidates import Candidate, Candidates
from musfuse.library.catalog.rows import from_blob, to_blob
from musfuse.library.collections.folderkeys import FolderKeys
from musfuse.library.names import name_key
from musfuse.lru import Lru

DRIVE = "view://main"
"""What stands in front of a path on the drive."""
_REMEMBERED = 64
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_UNTIDY = re.compile(r"//|/\.{1,2}(?:/|$)|^\.{1,2}/")
_NO_PATH = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""What stands for no byte, and for no character: JSON can say it."""
_NONE: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """What begins with `old` there begins with `new` here; '' for `old`: relative paths begin there. `guessed` tells
    that nobody said so."""

    old: str
    new: str
    guessed: bool = False

    def apply(self, path: str) -> str | None:
        """Where a path lies here; None for one that this does not map."""
        if not self.old:
            return None if is_absolute(path) else posixpath.join(self.new, path)
        if not path.startswith(self.old) and name_key(path[: len(self.old)]) != name_key(self.old):
            return None
        rest = path[len(self.old) :]
        if rest and not rest.startswith("/") and not self.old.endswith("/"):
            return None
        return posixpath.join(self.new, rest.lstrip("/")) if rest else self.new


def read_mapping(text: str) -> Mapping:
    """FROM=TO as people type it; `.` for FROM means relative paths. Raises ConfigError."""
    old, equals, new = text.partition("=")
    if not equals or not new.strip():
        raise ConfigError(f"{text}: FROM=TO is wanted: how paths begin there, and how they begin here")
    plain = tidy(old.strip())
    return Mapping("" if plain in (".", "") else plain.rstrip("/") or "/", tidy(new.strip()).rstrip("/") or "/")


def tidy(place: str) -> str:
    """A path with slashes, without what leads nowhere (`//`, `.`, `..`), and what is in no path."""
    if not place.isascii():
        place = _NO_PATH.sub("\ufffd", place)
    if "\\" in place and _WINDOWS.match(place):
        place = place.removeprefix("\\\\?\\").replace("\\", "/")
    if ("/." in place or "//" in place or place[:1] == ".") and "://" not in place and _UNTIDY.search(place):
        return posixpath.normpath(place)
    return place


def is_absolute(path: str) -> bool:
    """Whether a tidy path begins at a root, of whatever system."""
    return path.startswith("/") or path[1:3] == ":/" or "://" in path


class _Folder:
    """The tracks of a folder by the names of their files, as they are or whatever their case."""

    def __init__(self, rows: Sequence[Candidate]) -> None:
        self._exact: dict[bytes, tuple[Candidate, ...]] = {}
        for row in rows:
            self._exact[row.name] = (*self._exact.get(row.name, _NONE), row)
        self._keys: dict[str, tuple[Candidate, ...]] | None = None

    def find(self, name: str) -> tuple[Candidate, ...]:
        found = self._exact.get(to_blob(name))
        if found is not None:
            return found
        if self._keys is None:
            self._keys = {name_key(from_blob(exact)): rows for exact, rows in reversed(self._exact.items())}
        return self._keys.get(name_key(name), _NONE)


class Places:
    """For one import: it remembers folders."""

    def __init__(self, candidates: Candidates, mappings: Sequence[Mapping] = ()) -> None:
        self._candidates = candidates
        self._roots = [(source, root.replace("\\", "/").rstrip("/") + "/") for source, root in candidates.roots()]
        self.mappings = sorted(mappings, key=lambda one: -len(one.old))
        self._folders: Lru[tuple[int, str], _Folder | None] = Lru(_REMEMBERED)
        self._keys = dict[int, FolderKeys]()

    def find(self, path: str) -> tuple[Candidate, ...]:
        """The tracks of the file at a tidy path: one, several where a sheet cuts it, none where there is no such."""
        for mapping in self.mappings:
            mapped = mapping.apply(path)
            if mapped is not None:
                return self._absolute(tidy(mapped))
        if is_absolute(path):
            return self._absolute(path)
        for source, _ in self._roots:
            if found := self._at(source, path):
                return found
        return _NONE

    def map(self, mappings: Sequence[Mapping]) -> None:
        """Map paths in another way from now on."""
        self.mappings = sorted(mappings, key=lambda one: -len(one.old))

    def _absolute(self, path: str) -> tuple[Candidate, ...]:
        if path.startswith(DRIVE + "/"):
            folder, _, name = path.removeprefix(DRIVE + "/").rpartition("/")
            return tuple(self._candidates.on_drive(folder, name))
        for source, root in self._roots:
            same = path.startswith(root) or name_key(path[: len(root)]) == name_key(root)
            if same and (found := self._at(source, path[len(root) :])):
                return found
        return _NONE

    def _at(self, source: int, path: str) -> tuple[Candidate, ...]:
        folder, _, name = path.rpartition("/")
        known = (source, folder)
        files = self._folders.get(known)
        if files is None and known not in self._folders:
            files = self._look(source, folder)
            self._folders.put(known, files)
        return files.find(name) if files is not None and name else _NONE

    def _look(self, source: int, path: str) -> _Folder | None:
        rows = self._candidates.at(source, path)
        if not rows:
            number = self._folder_keys(source).find(path)
            rows = self._candidates.of_folder(number) if number is not None else []
        return _Folder(rows) if rows else None

    def _folder_keys(self, source: int) -> FolderKeys:
        known = self._keys.get(source)
        if known is None:
            known = FolderKeys(self._candidates.folders(source), self._candidates.folder_path)
            self._keys[source] = known
        return known
