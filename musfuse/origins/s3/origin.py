"""Originals in a bucket that speaks S3: objects are files, and what stands in front of a slash in their keys are
folders.

A version is size, time in whole seconds (listings and heads of one server may round it differently below that) and
ETag. Each range is asked for with If-Match, and what the answer says of its version is compared as well: not every
server minds If-Match.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import obstore
from obstore import exceptions

from musfuse.errors import NotFoundError, SourceChangedError, UnavailableError
from musfuse.model import NodeKind, Stamp
from musfuse.origins.beats import Came, beats
from musfuse.origins.places import place_in
from musfuse.origins.port import Entry, SourceStat, checked_path
from musfuse.origins.s3.client import NOT_PARTIAL, translated
from musfuse.origins.s3.flows import Flows
from musfuse.origins.s3.uris import S3Place
from musfuse.origins.traits import IndexWhen, Traits

FRESH_SECONDS = 30.0
"""Seconds that facts about an object are believed: each question is paid for, and each read compares the version
anyway."""
PIECE = 64 * 1024
_FOLDER = SourceStat(NodeKind.FOLDER, Stamp(0, 0))
_ERRORS = (exceptions.BaseError, OSError)


class S3Origin:
    """A folder of a bucket. `open_store` makes the client when it is first needed, and raises OriginError."""

    def __init__(
        self, uid: str, place: S3Place, open_store: Callable[[], Any], index: IndexWhen, endpoint: str = ""
    ) -> None:
        self.uid, self.name, self.endpoint = uid, place.shown, endpoint
        self.traits = Traits(index=index, freshness_seconds=FRESH_SECONDS)
        self._place, self._open_store = place, open_store
        self._lock = threading.Lock()
        self._store: Any = None
        self._flows = Flows()
        self._gives_ranges = True

    def list(self, path: str) -> Iterator[Entry]:
        """The entries of a folder, sorted by name. A key that is a folder's as well is left out, with its problem."""
        prefix = self._place.key(checked_path(path))
        try:
            found = obstore.list_with_delimiter(self._client(), prefix or None)
        except _ERRORS as error:
            raise translated(self._describe(path), error, listing=True) from None
        start = len(prefix) + 1 if prefix else 0
        folders = {one[start:]: Entry(one[start:], _FOLDER) for one in found["common_prefixes"]}
        files = {meta["path"][start:]: meta for meta in found["objects"] if meta["path"] != prefix}
        if path and not folders and not files and not found["objects"] and not self._is_listed(path):
            raise NotFoundError(f"{self._describe(path)}: no such folder")
        entries = [*folders.values()]
        for name, meta in files.items():
            if name in folders:
                said = f"{self._describe(path)}/{name}: skipped, for there is a folder of that name as well"
                entries.append(Entry(f"{name}_", None, said, misnamed=True))
            else:
                entries.append(Entry(name, SourceStat(NodeKind.FILE, _stamp(meta))))
        return iter(sorted(entries, key=lambda entry: entry.name))

    def stat(self, path: str) -> SourceStat:
        """Facts about a path. The root is a folder as long as its bucket can be listed, whatever is in it."""
        key = self._place.key(checked_path(path))
        if path:
            try:
                return SourceStat(NodeKind.FILE, _stamp(obstore.head(self._client(), key)))
            except _ERRORS as error:
                told = translated(self._describe(path), error)
                if not isinstance(told, NotFoundError):
                    raise told from None
        if not self._holds_something(path, key) and path and not self._is_listed(path):
            raise NotFoundError(f"{self._describe(path)}: no such file or folder")
        return _FOLDER

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        """Bytes of a file, of the version `stamp` where one is given."""
        came = beats()
        checked_path(path)
        if stamp is not None and (size <= 0 or offset >= stamp.size):
            self._check(path, stamp, self.stat(path).stamp)
            return b""
        wanted = size if stamp is None else min(size, stamp.size - offset)
        if wanted <= 0:
            return b""
        try:
            meta, data = self._range(path, offset, wanted, stamp, came)
        except _ERRORS as error:
            if "416 Range Not Satisfiable" in str(error):
                return self._past_the_end(path, offset, stamp)
            raise translated(self._describe(path), error) from None
        now = _stamp(meta)
        self._check(path, stamp, now)
        if len(data) != max(0, min(wanted, now.size - offset)):
            raise UnavailableError(f"{self._describe(path)}: the server gave {len(data)} bytes of {wanted}")
        return data

    def spec(self) -> Mapping[str, object]:
        """The uid alone: secrets do not leave this process."""
        return {"local": False, "uid": self.uid}

    def let_go(self) -> None:
        """End what streams by."""
        self._flows.clear()

    def close(self) -> None:
        """End what streams by, and forget the client."""
        self._flows.clear()
        with self._lock:
            self._store = None

    def _client(self) -> Any:
        with self._lock:
            if self._store is None:
                self._store = self._open_store()
            return self._store

    def _range(self, path: str, offset: int, size: int, stamp: Stamp | None, came: Came) -> tuple[Any, bytes]:
        """A range as the server has it now, with what it says of its version. Raises what obstore raises."""
        key = self._place.key(path)
        options: dict[str, Any] = {"if_match": f'"{stamp.tag}"'} if stamp is not None and stamp.tag else {}
        if self._gives_ranges:
            try:
                found = obstore.get(self._client(), key, options={**options, "range": (offset, offset + size)})
                data = bytearray()
                for piece in found.stream(min_chunk_size=PIECE):
                    data += piece
                    came(len(piece))
                    if len(data) > size:
                        break
                return found.meta, bytes(data[:size]) if found.range[0] == offset else b""
            except exceptions.GenericError as error:
                if NOT_PARTIAL not in str(error):
                    raise
                self._gives_ranges = False
        return self._streamed(path, key, offset, size, options, came)

    def _streamed(
        self, path: str, key: str, offset: int, size: int, options: Mapping[str, Any], came: Came
    ) -> tuple[Any, bytes]:
        """The same of a server that gives no ranges. Such a one says of which version an answer is, and opens the file
        after that, which may be another one by then: so it is asked once more behind the first bytes of a stream."""
        begun: list[Any] = []

        def begin() -> Any:
            begun.append(obstore.get(self._client(), key, options=options))
            return begun[0]

        meta, data = self._flows.read(key, offset, size, begin, came)
        if begun:
            self._check(path, _stamp(meta), _stamp(obstore.head(self._client(), key)))
        return meta, data

    def _past_the_end(self, path: str, offset: int, stamp: Stamp | None) -> bytes:
        """What there is of a range that the server says lies past the end of the file."""
        now = self.stat(path).stamp
        self._check(path, stamp, now)
        if offset < now.size:
            raise UnavailableError(f"{self._describe(path)}: the server denies a range that there is")
        return b""

    def _check(self, path: str, stamp: Stamp | None, now: Stamp) -> None:
        if stamp is not None and not stamp.agrees_with(now):
            raise SourceChangedError(f"{self._describe(path)}: changed since it was opened; open it again")

    def _holds_something(self, path: str, prefix: str) -> bool:
        try:
            return any(True for _ in obstore.list(self._client(), prefix or None, chunk_size=1))
        except exceptions.InvalidPathError:
            return True
        except _ERRORS as error:
            raise translated(self._describe(path), error, listing=True) from None

    def _is_listed(self, path: str) -> bool:
        """Whether a folder that holds nothing is one: servers over a file system list such folders, too."""
        above, prefix = path.rpartition("/")[0], self._place.key(path)
        try:
            found = obstore.list_with_delimiter(self._client(), self._place.key(above) or None)
        except _ERRORS as error:
            raise translated(self._describe(path), error, listing=True) from None
        return prefix in found["common_prefixes"]

    def _describe(self, path: str) -> str:
        return place_in(self.name, path)


def _stamp(meta: Any) -> Stamp:
    tag = (meta.get("e_tag") or "").removeprefix("W/").strip('"')
    return Stamp(int(meta["size"]), int(meta["last_modified"].timestamp()) * 1_000_000_000, tag)
