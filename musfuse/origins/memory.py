"""An origin in memory, for tests and as the plainest statement of what the port means."""

import threading
from collections.abc import Iterator, Mapping

from musfuse.errors import NotFoundError, SourceChangedError
from musfuse.model import NodeKind, Stamp
from musfuse.origins.port import Entry, SourceStat, checked_path
from musfuse.origins.traits import Traits


class MemoryOrigin:
    """Files in a dictionary; `write` and `remove` play the part of whoever owns the originals."""

    traits = Traits(stable_ids=True)

    def __init__(self, uid: str = "memory", files: Mapping[str, bytes] | None = None) -> None:
        self.uid = uid
        self.name = f"memory:{uid}"
        self._lock = threading.Lock()
        self._clock = 1_600_000_000_000_000_000
        self._files: dict[str, tuple[bytes, Stamp, str]] = {}
        for path, data in (files or {}).items():
            self.write(path, data)

    def write(self, path: str, data: bytes, keep_mtime: bool = False) -> None:
        """Create or replace a file; its mtime moves, unless that of the file before is to be kept."""
        checked_path(path)
        with self._lock:
            self._clock += 1_000_000_000
            before = self._files.get(path) if keep_mtime else None
            mtime_ns = before[1].mtime_ns if before else self._clock
            ident = f"m{self._clock}"
            self._files[path] = (data, Stamp(len(data), mtime_ns, ident), ident)

    def remove(self, path: str) -> None:
        """Delete a file."""
        with self._lock:
            del self._files[path]

    def list(self, path: str) -> Iterator[Entry]:
        """The entries of a folder, sorted by name."""
        prefix = f"{checked_path(path)}/" if path else ""
        with self._lock:
            below = {p[len(prefix) :]: facts for p, facts in self._files.items() if p.startswith(prefix)}
        if not below and path:
            raise NotFoundError(f"{self.name}/{path}: no such folder")
        entries: dict[str, Entry] = {}
        for rest, (_, stamp, ident) in below.items():
            name, _, deeper = rest.partition("/")
            stat = SourceStat(NodeKind.FOLDER, Stamp(0, 0)) if deeper else SourceStat(NodeKind.FILE, stamp, ident)
            entries[name] = Entry(name, stat)
        return iter([entries[name] for name in sorted(entries)])

    def stat(self, path: str) -> SourceStat:
        """Facts about a path."""
        checked_path(path)
        with self._lock:
            if path in self._files:
                _, stamp, ident = self._files[path]
                return SourceStat(NodeKind.FILE, stamp, ident)
            if not path or any(p.startswith(f"{path}/") for p in self._files):
                return SourceStat(NodeKind.FOLDER, Stamp(0, 0))
        raise NotFoundError(f"{self.name}/{path}: no such file")

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        """Bytes of a file, of the version `stamp` where one is given."""
        with self._lock:
            if checked_path(path) not in self._files:
                raise NotFoundError(f"{self.name}/{path}: no such file")
            data, now, _ = self._files[path]
        if stamp is not None and not stamp.agrees_with(now):
            raise SourceChangedError(f"{self.name}/{path}: changed since it was opened; open it again")
        return data[offset : offset + size]

    def spec(self) -> Mapping[str, object]:
        """Memory cannot be shared; the uid alone is named."""
        return {"local": False, "uid": self.uid}

    def let_go(self) -> None:
        """Nothing is held."""

    def close(self) -> None:
        """Nothing is held."""
