"""Which tracks are meant by what a playlist names: by path, wherever the playlist was written, and whatever became of
the files since. Paths are looked up among those that the catalog knows, never opened.

A path counts as it stands, from where the playlist lies or from a root; then by its end, since the playlist may come
from another machine. Each time a name counts before one in another case, and that before one with another extension.
"""

import posixpath
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from musfuse.library.catalog.playlists import FoundPlaylists, PlaylistRow
from musfuse.library.collections.folderkeys import FolderKeys
from musfuse.library.exchange.reading import is_stream
from musfuse.library.names import name_key
from musfuse.lru import Lru

_REMEMBERED, _DEEPEST = 256, 40
_Files = dict[str, tuple[int, ...]]
_NOTHING: tuple[int, ...] = ()


class _Folder:
    """The files of a folder by their names: as they are, whatever their case, and without their extension."""

    def __init__(self, files: Sequence[tuple[str, tuple[int, ...]]]) -> None:
        self._exact: _Files = dict(files)
        self._keys: _Files = {}
        self._stems: _Files = {}
        for name, items in files:
            self._keys.setdefault(name_key(name), items)
            self._stems.setdefault(name_key(name.rpartition(".")[0] or name), items)

    def find(self, name: str) -> tuple[int, ...]:
        """The tracks of the file that a name means, none where it means none."""
        stem = name_key(name.rpartition(".")[0] or name)
        return self._exact.get(name) or self._keys.get(name_key(name)) or self._stems.get(stem) or _NOTHING


class Matcher:
    """For one look at playlists: it remembers folders, and all folders of a source that one was not found in by its
    path as it is."""

    def __init__(self, found: FoundPlaylists) -> None:
        self._found, self._roots = found, found.roots()
        self._folders: Lru[tuple[int, str], _Folder | None] = Lru(_REMEMBERED)
        self._keys = dict[int, FolderKeys]()

    def matched(self, playlist: PlaylistRow) -> Iterator[tuple[str, tuple[int, ...]]]:
        """What a playlist names, each with its tracks, none where there is no such file. Raises StoreError."""
        for place in self._found.places(playlist.id):
            yield place, self._tracks(playlist, place)

    def _tracks(self, playlist: PlaylistRow, place: str) -> tuple[int, ...]:
        if is_stream(place):
            return _NOTHING
        plain = place.replace("\\", "/")
        decoded = unquote(plain, errors="surrogateescape")
        for path in dict.fromkeys((place, plain, decoded)):
            if tracks := self._exactly(playlist, path):
                return tracks
        for path in dict.fromkeys((plain, decoded)):
            if tracks := self._by_end(playlist, path):
                return tracks
        return _NOTHING

    def _exactly(self, playlist: PlaylistRow, path: str) -> tuple[int, ...]:
        """The tracks of the file at a path, from where the playlist lies."""
        if path.startswith("/") or path[1:3] == ":/":
            return self._at_absolute(path)
        whole = posixpath.normpath(posixpath.join(playlist.path, path))
        if not whole.startswith(".."):
            return self._at(playlist.source, whole)
        return self._at_absolute(posixpath.join(playlist.root.replace("\\", "/"), whole))

    def _at_absolute(self, path: str) -> tuple[int, ...]:
        whole = posixpath.normpath(path)
        for source, root in self._roots:
            base = root.replace("\\", "/").rstrip("/") + "/"
            if name_key(whole[: len(base)]) == name_key(base) and (tracks := self._at(source, whole[len(base) :])):
                return tracks
        return _NOTHING

    def _by_end(self, playlist: PlaylistRow, path: str) -> tuple[int, ...]:
        """The tracks of the file whose path ends so: as much of it as there is, a folder and a name at least. A name
        alone counts beside the playlist."""
        parts = [part for part in posixpath.normpath(path).split("/") if part not in ("", ".", "..")][-_DEEPEST:]
        if not parts:
            return _NOTHING
        sources = sorted(self._roots, key=lambda root: root[0] != playlist.source)
        for begin in range(1 if path.startswith("/") or ":" in parts[0][1:2] else 0, max(len(parts) - 1, 0)):
            for source, _ in sources:
                if tracks := self._at(source, "/".join(parts[begin:])):
                    return tracks
        return self._at(playlist.source, posixpath.join(playlist.path, parts[-1]))

    def _at(self, source: int, path: str) -> tuple[int, ...]:
        folder, _, name = path.rpartition("/")
        known = (source, folder)
        if known not in self._folders:
            self._folders.put(known, self._look(source, folder))
        files = self._folders.get(known)
        return files.find(name) if files is not None and name else _NOTHING

    def _look(self, source: int, path: str) -> _Folder | None:
        number = self._found.folder(source, path) if source not in self._keys else None
        if number is None:
            number = self._keys_of(source).find(path)
        return _Folder(list(self._found.files(number))) if number is not None else None

    def _keys_of(self, source: int) -> FolderKeys:
        known = self._keys.get(source)
        if known is None:
            known = self._keys[source] = FolderKeys(self._found.folders(source), self._found.folder_path)
        return known
