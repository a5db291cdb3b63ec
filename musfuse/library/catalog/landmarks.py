"""Where in an order its 4096th, 8192nd, … rows are, so that who wants what is behind the first 400,000 walks over a few
thousand at most. They are found as far as somebody asks, and again when the lists changed."""

import sqlite3
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from musfuse.lru import Lru

STRIDE = 4096


@dataclass(frozen=True, slots=True)
class Order:
    """Rows of a table in an order: `columns` have to be those of an index, and tell rows apart; `where` which rows
    count, '' for all, with `values` for its parameters. `start` is a further condition that all rows behind a mark
    meet, which would only keep SQLite from beginning there."""

    table: str
    columns: tuple[str, ...]
    descending: bool = False
    where: str = ""
    values: tuple[object, ...] = ()
    start: str = ""
    start_values: tuple[object, ...] = ()

    def sql(self, behind: bool, with_mark: bool) -> str:
        """The query of the columns, in order, of rows at a mark or `behind` it, with a limit and an offset."""
        sign = ("<" if self.descending else ">") + ("" if behind else "=")
        names, turn = ", ".join(self.columns), " DESC" if self.descending else ""
        marks = ", ".join("?" * len(self.columns))
        begin = f"({names}) {sign} ({marks})" if with_mark else self.start
        conditions = [text for text in (self.where, begin) if text]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        order = ", ".join(f"{name}{turn}" for name in self.columns)
        return f"SELECT {names} FROM {self.table}{where} ORDER BY {order} LIMIT ? OFFSET ?"


Mark = tuple[object, ...]


@dataclass(slots=True)
class _Marks:
    found: list[Mark] = field(default_factory=list)
    ended: bool = False


class Landmarks:
    """Of some orders, those asked for last. May be used from many threads."""

    def __init__(self, orders: int = 64, stride: int = STRIDE) -> None:
        self._stride, self._kept, self._lock = stride, Lru[Hashable, _Marks](orders), Lock()

    def rows(self, db: sqlite3.Connection, version: int, order: Order, limit: int, offset: int) -> Sequence[Mark]:
        """So many rows of an order behind the first `offset`. `version` is another one when the lists changed."""
        with self._lock:
            key = (version, order)
            marks = self._kept.get(key)
            if marks is None:
                marks = _Marks()
                self._kept.put(key, marks)
        at = min(offset // self._stride, 1 << 20)
        while len(marks.found) < at and not marks.ended:
            last = marks.found[-1] if marks.found else ()
            hop = self._stride if not last else self._stride - 1
            values = (*order.values, *(last or order.start_values), 1, hop)
            row = db.execute(order.sql(bool(last), bool(last)), values).fetchone()
            with self._lock:
                if row is None:
                    marks.ended = True
                elif (marks.found[-1] if marks.found else ()) == last:
                    marks.found.append(row)
        if len(marks.found) < at:
            return []
        mark = marks.found[at - 1] if at else ()
        values = (*order.values, *(mark or order.start_values), limit, offset - at * self._stride)
        return db.execute(order.sql(False, bool(mark)), values).fetchall()
