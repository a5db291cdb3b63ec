"""A branch that only the tests know: a folder `#hello` at the root, with files of known bytes and a track under another
name."""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field, replace
from typing import Any

from musfuse.drive.branches.items import Items
from musfuse.drive.branches.numbers import number_of_name
from musfuse.drive.branches.port import Entry, FileContent
from musfuse.library.catalog import Database
from musfuse.library.names import name_key
from musfuse.media.layout import Inline, Layout
from musfuse.model import NodeKind

FOLDER, SONG = "#hello", "Grüße"
MTIME = 1_600_000_000_000_000_000


def first_item(database: Database, view: int) -> int | None:
    """The item of a view that a scan saw first."""
    with database.read() as db:
        found: int | None = db.execute(
            "SELECT min(item) FROM place WHERE tree = (SELECT tree FROM view WHERE id = ?)", (view,)
        ).fetchone()[0]
    return found


@dataclass(eq=False)
class ToyBranch:
    """`song` tells which item it shows, `files` what else. What is changed there is to be told to the drive."""

    items: Items
    song: Callable[[], int | None]
    files: dict[str, bytes] = field(default_factory=lambda: {"a.txt": b"hello\n", "Zwei.bin": bytes(range(256)) * 700})
    forgotten: list[Set[int] | None] = field(default_factory=list)

    def child(self, folder: Entry[Any], key: str, name: str = "") -> Entry[Any] | None:
        return next((entry for entry in self._in(folder) if name_key(entry.name) == key), None)

    def children(self, folder: Entry[Any], after_key: str = "", sized: bool = False) -> Iterator[Entry[Any]]:
        for entry in sorted(self._in(folder), key=lambda e: name_key(e.name)):
            if name_key(entry.name) > after_key:
                yield replace(entry, size=self.size(entry)) if sized and entry.size is None else entry

    def is_current(self, entry: Entry[Any]) -> bool:
        return not entry.item or self.items.is_current(entry.own)

    def size(self, entry: Entry[Any]) -> int:
        return self.items.size(entry.item) if entry.item else len(entry.own)

    def layout(self, entry: Entry[Any]) -> FileContent | None:
        if entry.item:
            return self.items.layout(entry.item)
        return FileContent(Layout([Inline(entry.own, "hello")]), entry.version, 0, entry.mtime_ns)

    def forget(self, folders: Set[int] | None) -> None:
        self.forgotten.append(folders)

    def _in(self, folder: Entry[Any]) -> Iterator[Entry[Any]]:
        if not folder.parent:
            yield Entry(self, number_of_name(folder.id, FOLDER), folder.id, FOLDER, NodeKind.FOLDER, MTIME, None, 0)
        elif folder.branch is self:
            for name, data in self.files.items():
                number = number_of_name(folder.id, name)
                yield Entry(
                    self, number, folder.id, name, NodeKind.FILE, MTIME, data, len(data), str(hash(data)),
                    facts={"toy": True},
                )  # fmt: skip
            item = self.song()
            if item is not None:
                yield self._song(folder.id, item)

    def _song(self, folder: int, item: int) -> Entry[Any]:
        node = self.items.node(item)
        name = f"{SONG}.{node.name.rpartition('.')[2]}"
        return self.items.entry(self, node, number=number_of_name(folder, name), folder=folder, name=name)


def toy_branch(database: Database, items: Items) -> ToyBranch:
    """As the library is handed it."""
    return ToyBranch(items, lambda: first_item(database, items.view))
