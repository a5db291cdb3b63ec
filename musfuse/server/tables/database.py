"""server.db, brought to this program's schema step by step: each step is one transaction, with a backup before it."""

import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from musfuse.errors import StoreError
from musfuse.library.userdb.backups import Backups
from musfuse.store.tables import SqliteTables

_STEP = re.compile(r"([0-9]{3})\.sql")
TABLE = "user"
"""A table that every server.db has."""


@dataclass(frozen=True, slots=True)
class Step:
    """A file of the schema: the version that it brings tables to, and its SQL."""

    version: int
    sql: str


@cache
def steps() -> tuple[Step, ...]:
    """The steps in order, from 1 on without a gap."""
    folder = resources.files("musfuse.server").joinpath("schema")
    found = sorted((file.name, file) for file in folder.iterdir() if _STEP.fullmatch(file.name))
    made = tuple(Step(int(name[:3]), file.read_text("utf-8")) for name, file in found)
    assert [step.version for step in made] == list(range(1, len(made) + 1)), "a step of the schema is missing"
    return made


class ServerDatabase:
    """server.db at a path, made where it is not there. May be used from many threads. Raises StoreError where it cannot
    be opened or written, or is of a newer musfuse."""

    def __init__(self, path: Path, wanted: Sequence[Step] | None = None) -> None:
        self.path, self._steps = path, steps() if wanted is None else wanted
        _make_private_file(path)
        self._tables = SqliteTables(path, foreign_keys=True)
        try:
            self._migrate()
        except BaseException:
            self._tables.close()
            raise

    @classmethod
    def for_reading(cls, path: Path) -> "ServerDatabase":
        """One that will not be written. Where there is none it is empty, and none is made; one of an older schema is
        not changed, for its owner may be at work. Raises StoreError."""
        made = cls.__new__(cls)
        made.path, made._steps = path, steps()
        if not path.exists():
            made._tables = SqliteTables.temporary()
            made._apply(0)
            return made
        made._tables = SqliteTables(path, read_only=True)
        version = made.version
        if version != len(made._steps):
            made._tables.close()
            raise (
                made._newer(version)
                if version > len(made._steps)
                else StoreError(
                    f"{path}: of an older musfuse; `musfuse serve`, or whatever changes accounts, brings it up to date"
                )
            )
        return made

    @property
    def version(self) -> int:
        """The last step that was taken."""
        return int(self.execute("PRAGMA user_version")[0][0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is done in the block takes effect together at its end, or not at all when it raises."""
        with self._tables.in_transaction():
            yield

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """One statement; its rows. Raises StoreError."""
        return self._tables.execute(sql, *values)

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """One statement, once for each row of values. Raises StoreError."""
        self._tables.execute_many(sql, rows)

    def vacuum(self, shrink: Callable[[sqlite3.Connection], None]) -> None:
        """Have `shrink` make the file smaller; nobody else uses it meanwhile. Raises StoreError."""
        self._tables.vacuum(shrink)

    def close(self) -> None:
        """Close it."""
        self._tables.close()

    def _migrate(self) -> None:
        version = self.version
        if version > len(self._steps):
            raise self._newer(version)
        self._apply(version)

    def _apply(self, version: int) -> None:
        for step in self._steps[version:]:
            if step.version > 1:
                self._back_up(step.version - 1)
            self._tables.run_script(f"{step.sql}\nPRAGMA user_version={step.version};")

    def _back_up(self, version: int) -> None:
        """Keep what there is before its tables change: no step leads back. Without a copy nothing is changed."""
        try:
            Backups(self.path, table=TABLE).make(f"schema{version}")
        except (StoreError, OSError) as error:
            raise StoreError(
                f"{self.path}: its tables are to change for this musfuse, and no copy can be made before: {error}"
            ) from error

    def _newer(self, version: int) -> StoreError:
        return StoreError(
            f"{self.path}: made by a newer musfuse (schema {version}, known is {len(self._steps)}); update musfuse"
        )


def _make_private_file(path: Path) -> None:
    """Have nobody else read it, from its first byte on; the folder of a library is private by itself on Windows."""
    with suppress(OSError):  # what is wrong is told when it is opened
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
