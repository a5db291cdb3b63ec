"""Names of the drive that are gone, or another entry's, since somebody asked: for faces whose system remembers names.

A trigger of the writer's connection tells of every node of a shown tree that is deleted, moved or renamed, whoever
does that. Paths are found out later: a folder whose own name is gone is taken by the name that it had.
"""

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass

LIMIT = 20_000
"""Names that are remembered; further ones are not told."""

_TRIGGERS = """
CREATE TEMP TRIGGER node_deleted AFTER DELETE ON main.node
  WHEN EXISTS (SELECT 1 FROM main.view WHERE tree = OLD.tree)
  BEGIN SELECT note_gone(OLD.id, OLD.parent, OLD.name, OLD.item IS NULL); END;
CREATE TEMP TRIGGER node_renamed AFTER UPDATE OF parent, name ON main.node
  WHEN (OLD.parent <> NEW.parent OR OLD.name <> NEW.name) AND EXISTS (SELECT 1 FROM main.view WHERE tree = OLD.tree)
  BEGIN SELECT note_gone(OLD.id, OLD.parent, OLD.name, OLD.item IS NULL); END;
"""


@dataclass(frozen=True, slots=True)
class Went:
    """Paths that are gone, or another entry's; and folders that are elsewhere now, or spelled in another way, each as
    it was and as it is: systems that know the old path know paths below that."""

    paths: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()


class Gone:
    """Notes names that go; may be used from many threads. What a transaction that is rolled back noted is told
    nevertheless: who hears of it looks again, and finds what was there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: dict[int, tuple[int, str]] = {}
        self._folders = set[int]()

    def watch(self, writer: sqlite3.Connection) -> None:
        """Have the connection that writes nodes tell of names that go."""
        writer.create_function("note_gone", 4, self._note)
        writer.executescript(_TRIGGERS)

    def take(self, above: Callable[[int], tuple[int, str] | None]) -> Went:
        """What went since it was taken last. `above` gives the folder (0 for a root) and the name that a node has now,
        None where there is none."""
        with self._lock:
            names, self._names = self._names, {}
            folders, self._folders = self._folders, set()
        before: dict[int, str] = {0: ""}
        after: dict[int, str] = {0: ""}

        def was(node: int) -> str:
            if node not in before:
                folder, name = names.get(node) or above(node) or (0, "")
                before[node] = f"{was(folder)}/{name}".lstrip("/")
            return before[node]

        def is_now(node: int) -> str:
            if node not in after:
                folder, name = above(node) or (0, "")
                after[node] = f"{is_now(folder)}/{name}".lstrip("/")
            return after[node]

        return Went(
            tuple(was(node) for node in names),
            tuple((was(node), is_now(node)) for node in names if node in folders and above(node) is not None),
        )

    def _note(self, node: int, parent: int, name: str, folder: int) -> None:
        with self._lock:
            if name and node not in self._names and len(self._names) < LIMIT:
                self._names[node] = parent, name
                if folder:
                    self._folders.add(node)
