"""What was put on a device, written down there: two files in `.musfuse-sync`, of which the newer one that is whole
counts.

A file holds a header, a line for each file that is there or is to be put there, and an end; then, as they come, lines
of what was done. It is on the disk before any file gets its name, so what a kill or an unplug leaves is known as ours.
The older file is written over, never the one that counts: FAT replaces no file as one step. What stands in these files
is foreign: it may have been changed by anybody who had the device.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from musfuse.errors import DeviceError
from musfuse.library.names import name_key
from musfuse.platform.trees import Tree

FOLDER = ".musfuse-sync"
VERSION = 1
MOST = 500_000
"""Files that are put on one device, at most."""
_LONGEST, _LONGEST_PATH = 1 << 16, 4096
_LARGEST = 1 << 29
_LAST_GENERATION = 1 << 53
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_NO_PART = re.compile(r'.*[\\:*?"<>|\0-\x1f\ud800-\udfff].*|.*[. ]|', re.DOTALL)
"""Names that `naming` gives no file and takes no folder by: none may lead to another drive, a stream of a file (both
with a colon, on Windows) or the folder above, and each is one that the system takes."""


@dataclass(frozen=True, slots=True)
class Put:
    """A file that was put on the device, or is to be: of the track with the public id `item`, 0 for a playlist.

    `wish` is the path that it would have if nobody else had it, `path` the one it has. `version` tells what its bytes
    are made of, `digest` is their hash, '' where it was not written yet. `mtime_ns` is as the device told it, 0 where
    that keeps no times.
    """

    path: str
    item: int
    wish: str
    size: int
    version: str
    mtime_ns: int = 0
    digest: str = ""


@dataclass(slots=True)
class Known:
    """What the manifest says: files that are there by their paths, those that were to be put there by paths, and the
    folders that were made for them. `direct` are paths of those that were being written under their names, where a
    device renames nothing. `device` names it, to tell it from others that come to the same place."""

    library: str
    device: str
    files: dict[str, Put] = field(default_factory=dict)
    planned: dict[str, Put] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    direct: set[str] = field(default_factory=set)


def checked_name(name: str) -> str:
    """A name of what is put on a device apart from all else. Raises DeviceError for one that no file may have."""
    if not _NAME.fullmatch(name):
        raise DeviceError(f"{name[:40]!r}: small letters, digits, - and _ make a name, 32 at most")
    return name


class Manifest:
    """The manifest of one library on a device, under a name. For one thread at a time."""

    def __init__(self, tree: Tree, library: str, name: str) -> None:
        self._tree, self._library, self._name = tree, library, name
        self._base = f"{FOLDER}/{library}-{name}"
        self._generation = 0
        self._out = -1
        self.parts = f"{self._base}.parts"
        """The folder of files that have no name of their own yet."""

    def read(self) -> Known | None:
        """What is known; None where nothing was put there. Raises DeviceError where both files are damaged, OSError."""
        found = [(number, self._read(self._path(number))) for number in (0, 1)]
        whole = [(generation, number, known) for number, read in found if read for generation, known in [read]]
        if whole:
            self._generation, _, known = max(whole, key=lambda each: each[0])
            return known
        if any(self._tree.facts(self._path(number)) is not None for number in (0, 1)):
            raise DeviceError(
                f"{FOLDER}: what was written there of the files on this device cannot be read; --new begins anew, and"
                " leaves what is there alone"
            )
        return None

    def read_generation(self) -> int:
        """Find out which file is the older one, whatever the newer one says; how often they were written. Raises
        OSError."""
        found = [read[0] for number in (0, 1) if (read := self._read(self._path(number))) is not None]
        self._generation = max(found, default=0)
        return self._generation

    def others(self) -> list[str]:
        """The ids of other libraries that put files here under this name. Raises OSError."""
        names = self._tree.names(FOLDER) if self._tree.facts(FOLDER) is not None else []
        bases = {
            name.removesuffix(f".{number}.jsonl") for name in names for number in (0, 1) if name.endswith(".jsonl")
        }
        ids = (base.removesuffix(f"-{self._name}") for base in bases if base.endswith(f"-{self._name}"))
        return sorted(one for one in ids if one.isalnum() and one != self._library)

    def forget(self) -> None:
        """Remove what is written here; the files that it tells of stay. Raises OSError."""
        self.close()
        for number in (0, 1):
            if self._tree.facts(self._path(number)) is not None:
                self._tree.remove(self._path(number))
        facts = self._tree.facts(self.parts)
        for name in self._tree.names(self.parts) if facts is not None and facts.is_folder else ():
            self._tree.remove(f"{self.parts}/{name}")
        if facts is not None and facts.is_folder:
            self._tree.remove_folder(self.parts)

    def write(self, known: Known) -> None:
        """Write all that is known, so that it is on the disk when this returns. Raises OSError."""
        self.close()
        for folder in (FOLDER, self.parts):
            if self._tree.facts(folder) is None:
                self._tree.make_folder(folder)
        generation = self._generation + 1
        path = self._path(generation % 2)
        if self._tree.facts(path) is not None:
            self._tree.remove(path)
        self._out = self._tree.create(path)
        for chunk in _chunks(_lines(known, generation)):
            _write(self._out, chunk)
        self._generation = generation
        self._flush()
        self._tree.flush(FOLDER)

    def note(self, put: Put) -> None:
        """Note that a file is there now. It need not be on the disk at once: it was planned."""
        self._append({"f": _row(put)})

    def note_direct(self, path: str) -> None:
        """Note that a file is being written under its name; on the disk when this returns."""
        self._append({"w": path})
        self._flush()

    def note_folder(self, path: str) -> None:
        """Note that a folder is made, before it is."""
        self._append({"d": path})

    def note_gone(self, path: str) -> None:
        """Note that a file is there no more."""
        self._append({"g": path})

    def close(self) -> None:
        """Close its file."""
        if self._out >= 0:
            out, self._out = self._out, -1
            with suppress(OSError):
                os.fsync(out)
            os.close(out)

    def _append(self, line: dict[str, Any]) -> None:
        _write(self._out, _json(line))

    def _flush(self) -> None:
        with suppress(OSError):  # what has no such call writes at once, or when the file is closed
            os.fsync(self._out)

    def _path(self, number: int) -> str:
        return f"{self._base}.{number}.jsonl"

    def _read(self, path: str) -> tuple[int, Known] | None:
        facts = self._tree.facts(path)
        if facts is None or not facts.is_file or facts.size > _LARGEST:
            return None
        with os.fdopen(self._tree.open(path), "rb") as file:
            return _known(_rows(iter(lambda: file.readline(_LONGEST + 1), b"")), self._library)


def _rows(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The lines as far as they can be read: the end is torn where the device was unplugged."""
    for line in lines:
        if len(line) > _LONGEST or not line.endswith(b"\n"):
            return
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(row, dict):
            return
        yield row


def _known(rows: Iterator[dict[str, Any]], library: str) -> tuple[int, Known] | None:
    head = next(rows, {})
    generation, device = head.get("generation"), head.get("device")
    if head.get("musfuse_sync") != VERSION or type(generation) is not int or not isinstance(device, str):
        return None
    if not 0 <= generation < _LAST_GENERATION:
        return None
    known, whole = Known(library, device), False
    for row in rows:
        if sum(map(len, (known.files, known.planned, known.folders, known.direct))) > 4 * MOST:
            return None
        whole = whole or "end" in row
        _take(known, row)
    return (generation, known) if whole else None


def _take(known: Known, row: dict[str, Any]) -> None:
    """Take what a line says; nothing of one that says what no line does."""
    if (put := _put(row.get("f"))) is not None:
        known.files[put.path] = put
        known.planned.pop(put.path, None)
        known.direct.discard(put.path)
    elif (put := _put(row.get("p"))) is not None:
        known.planned[put.path] = put
    elif _is_path(row.get("w")):
        known.direct.add(row["w"])
    elif _is_path(row.get("d")):
        known.folders.add(row["d"])
    elif _is_path(row.get("g")):
        known.files.pop(row["g"], None)


def _lines(known: Known, generation: int) -> Iterator[bytes]:
    head = {"musfuse_sync": VERSION, "generation": generation, "device": known.device}
    yield _json(head)
    for put in known.files.values():
        yield _json({"f": _row(put)})
    for put in known.planned.values():
        yield _json({"p": _row(put)})
    for folder in sorted(known.folders):
        yield _json({"d": folder})
    yield _json({"end": True})


def _row(put: Put) -> list[Any]:
    wish = "" if put.wish == put.path else put.wish
    return [put.path, put.item, wish, put.size, put.version, put.mtime_ns, put.digest]


def _put(row: Any) -> Put | None:
    if not isinstance(row, list) or [type(each) for each in row] != [str, int, str, int, str, int, str]:
        return None
    put = Put(*row)
    return replace(put, wish=put.wish or put.path) if _is_path(put.path) and put.size >= 0 else None


def _is_path(text: Any) -> bool:
    """Whether a text is a path below a folder: no line of the manifest leads out of it, or to itself."""
    if not isinstance(text, str) or len(text) > _LONGEST_PATH:
        return False
    parts = text.split("/")
    return not any(map(_NO_PART.fullmatch, parts)) and name_key(parts[0]) != name_key(FOLDER)


def _json(line: dict[str, Any]) -> bytes:
    return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def _chunks(lines: Iterable[bytes], most: int = 1 << 20) -> Iterator[bytes]:
    held = bytearray()
    for line in lines:
        held += line
        if len(held) >= most:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def _write(out: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(out, view) :]
