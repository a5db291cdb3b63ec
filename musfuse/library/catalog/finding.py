"""What the index finds, and what is asked of items one by one.

Everything here runs on a connection that the caller has, within a time that the caller gives.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from musfuse.errors import TooSlowError
from musfuse.library.catalog.nodes import TREE
from musfuse.library.catalog.rows import from_blob, join, load_format, load_tags
from musfuse.library.catalog.search import STAGE
from musfuse.model import AudioFormat, SampleRange, TagSet
from musfuse.origins.places import place_in

# `+i.hidden`: else SQLite takes the index of items that are not hidden, and walks through all there are.

_STEPS = 5000
"""Instructions of SQLite's machine between two looks at the clock: some 100 µs."""
_PAGE = 500
_ITEMS = """
SELECT i.id, coalesce(t.merged, t.embedded), i.facts, o.root, o.path, o.name, i.part, i.born_ns, i.first_sample,
       i.samples
  FROM item i JOIN item_tags t ON t.item = i.id JOIN original o ON o.file = i.file WHERE +i.hidden = 0
"""
_TAGGED = """
SELECT i.id, coalesce(t.merged, t.embedded), i.born_ns FROM item i JOIN item_tags t ON t.item = i.id WHERE +i.hidden = 0
"""
_NOTHING = AudioFormat("", "", 0, 0)
_SHOWN = f"EXISTS (SELECT 1 FROM place p WHERE p.item = i.id AND p.tree = {TREE})"


@dataclass(frozen=True, slots=True)
class Found:
    """An item as a query sees it, and what answers are sorted by: `path` is that of its original as people write it,
    `length_ns` how long it plays, None where that is not known."""

    id: int
    tags: TagSet
    format: AudioFormat
    path: str
    part: int
    born_ns: int
    length_ns: int | None


class Deadline:
    """A time by which something has to be done, so many seconds from now; None: whenever."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return self._end is not None and time.monotonic() > self._end

    def check(self) -> None:
        """Raise TooSlowError where the time is over."""
        if self.is_over:
            raise TooSlowError(f"the search took over {self._seconds:g} s and was given up; ask for something narrower")

    @contextmanager
    def over(self, db: sqlite3.Connection) -> Iterator[None]:
        """Have what a connection does end when the time is over. Raises TooSlowError then."""
        self.check()
        if self._end is None:
            yield
            return
        db.set_progress_handler(lambda: self.is_over, _STEPS)
        try:
            yield
        except sqlite3.OperationalError:
            self.check()
            raise
        finally:
            db.set_progress_handler(None, 0)


def rules(db: sqlite3.Connection) -> str:
    """The rules by which the documents of the index were made; '' where there is none."""
    row = db.execute("SELECT value FROM meta WHERE key = 'search_rules'").fetchone()
    return row[0] if row is not None else ""


def matching(db: sqlite3.Connection, expression: str, most: int = -1) -> Iterator[list[int]]:
    """The ids of items that an expression of FTS5 finds, in their order, a page at a time; some may be gone."""
    rows = db.execute("SELECT rowid FROM search WHERE search MATCH ? LIMIT ?", (expression, most))
    while page := rows.fetchmany(_PAGE):
        yield [row[0] for row in page]


def any_matches(db: sqlite3.Connection, expression: str) -> bool:
    """Whether an expression finds anything."""
    return next(matching(db, expression, 1), None) is not None


def waiting(db: sqlite3.Connection, most: int = -1) -> list[int]:
    """Ids of items of which the index does not tell what is so now."""
    return [row[0] for row in db.execute("SELECT key FROM todo WHERE stage = ? LIMIT ?", (STAGE, most))]


def shown(db: sqlite3.Connection, items: Iterable[int], view: int | None) -> list[int]:
    """Those of these items, in order, that are tracks, and that a view shows, if one is named."""
    where, values = ("", ()) if view is None else (f" AND {_SHOWN}", (view,))
    rows = db.execute(
        "SELECT i.id FROM json_each(?) k CROSS JOIN item i ON i.id = k.value WHERE +i.hidden = 0" + where,
        (json.dumps(list(items)), *values),
    )
    return [row[0] for row in rows]


def these(
    db: sqlite3.Connection, items: Sequence[int], view: int | None, *, tags_alone: bool = False
) -> Iterator[Found]:
    """As `shown`, with what is asked of them; `tags_alone`: their tags and when they came, but nothing else."""
    where, values = ("", ()) if view is None else (f" AND {_SHOWN}", (view,))
    selected = _TAGGED if tags_alone else _ITEMS
    sql = f"{selected} AND i.id IN (SELECT value FROM json_each(?)){where} ORDER BY i.id"
    yield from map(_tagged if tags_alone else _found, db.execute(sql, (json.dumps(items), *values)))


def tags_of(db: sqlite3.Connection, items: Sequence[int], needles: Sequence[str] = ()) -> dict[int, TagSet]:
    """The tags that are served of items, by id: of those that are there, and whose tags may hold all of these texts."""
    held, texts = holding(needles)
    rows = db.execute(
        "SELECT t.item, coalesce(t.merged, t.embedded) FROM item_tags t"
        f" WHERE t.item IN (SELECT value FROM json_each(?)) AND {held}",
        (json.dumps(items), *texts),
    )
    return {item: load_tags(text) for item, text in rows}


def behind(db: sqlite3.Connection, after: int, needles: Sequence[str], view: int | None, most: int) -> list[Found]:
    """So many items behind one, in order of id, whose tags may hold all of these texts, which are those of
    Query.needles."""
    where = f" AND {_SHOWN}" if view is not None else ""
    values: tuple[object, ...] = () if view is None else (view,)
    sql, texts = holding(needles)
    rows = db.execute(f"{_ITEMS} AND i.id > ?{where} AND {sql} ORDER BY i.id LIMIT ?", (after, *values, *texts, most))
    return [_found(row) for row in rows]


def holding(needles: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The condition that tags hold texts in ASCII, with its values. Tags are JSON: in those that have a letter beyond
    ASCII, it may be one that stands for others."""
    escaped = [text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for text in needles]
    tags = "coalesce(t.merged, t.embedded)"
    held = " AND ".join([f"{tags} LIKE ? ESCAPE '\\'"] * len(escaped))
    return (f"(instr({tags}, '\\u') OR ({held}))" if held else "1"), [f"%{text}%" for text in escaped]


def _found(row: Any) -> Found:
    number, tags, facts, root, folder, name, part, born, first, samples = row
    path, fmt = place_in(from_blob(root), join(from_blob(folder), from_blob(name))), load_format(facts)
    length = SampleRange.counted(first, samples).count_of(fmt.total_samples)
    plays = None if length is None or not fmt.sample_rate else length * 1_000_000_000 // fmt.sample_rate
    return Found(number, load_tags(tags), fmt, path, part, born, plays)


def _tagged(row: Any) -> Found:
    number, tags, born = row
    return Found(number, load_tags(tags), _NOTHING, "", 0, born, None)
