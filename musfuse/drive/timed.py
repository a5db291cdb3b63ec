"""A drive whose calls are counted and timed, for who wants figures of it."""

from collections.abc import Iterator
from itertools import chain, islice
from time import perf_counter
from typing import Any

from musfuse.drive.answers import Attr, DirEntry, Opened, VolumeInfo
from musfuse.drive.drive import Drive
from musfuse.metrics import Recorder


class _Call:
    """One kind of call, by the name that FUSE has for it."""

    __slots__ = ("_count", "_times")

    def __init__(self, recorder: Recorder, op: str) -> None:
        self._count = recorder.counter("musfuse_fuse_ops", "Calls of the drive, through whatever face.", op=op)
        self._times = recorder.histogram(
            "musfuse_fuse_latency_seconds", "How long they took; of a listing, until its first entry.", op=op
        )

    def since(self, began: float) -> None:
        """A call ends that began then, as `perf_counter` tells it; one that fails counts as well."""
        self._count.add()
        self._times.observe(perf_counter() - began)


class TimedDrive(Drive):
    """Made as a Drive is, with a recorder in front. What it takes of a call is a microsecond; it takes no lock."""

    def __init__(self, recorder: Recorder, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._getattr, self._opendir, self._readdir = (_Call(recorder, op) for op in ("getattr", "opendir", "readdir"))
        self._open, self._read, self._release = (_Call(recorder, op) for op in ("open", "read", "release"))
        self._statfs = _Call(recorder, "statfs")

    def attr(self, path: str) -> Attr:
        began = perf_counter()
        try:
            return super().attr(path)
        finally:
            self._getattr.since(began)

    def visit(self, path: str) -> bool:
        began = perf_counter()
        try:
            return super().visit(path)
        finally:
            self._opendir.since(began)

    def list(self, path: str, after: str = "", sized: bool = False) -> Iterator[DirEntry]:
        began = perf_counter()
        try:
            entries = super().list(path, after, sized)
            first = list(islice(entries, 1))
        finally:
            self._readdir.since(began)
        return chain(first, entries)

    def open(self, path: str) -> Opened:
        began = perf_counter()
        try:
            return super().open(path)
        finally:
            self._open.since(began)

    def read_at(self, handle: int, offset: int, size: int) -> bytes:
        began = perf_counter()
        try:
            return super().read_at(handle, offset, size)
        finally:
            self._read.since(began)

    def close(self, handle: int) -> None:
        began = perf_counter()
        try:
            super().close(handle)
        finally:
            self._release.since(began)

    def statvfs(self) -> VolumeInfo:
        began = perf_counter()
        try:
            return super().statvfs()
        finally:
            self._statfs.since(began)
