"""Tracks: items with all that is served of them in the main view, and those whose sizes are not known."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.nodes import MAIN, TREE
from musfuse.library.catalog.renditions import unsized
from musfuse.library.catalog.rows import (
    OF_FILE,
    SOURCE_FILE,
    at,
    join,
    load_art,
    load_format,
    load_picture,
    load_tags,
    source_file,
)
from musfuse.lru import Lru
from musfuse.model import Rendition, SampleRange, TagSet, Track

_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class TrackRow:
    """A track with what only the catalog knows; `size` is None while it is not known under `size_token`. `becomes`:
    what it is served as once its index is there, where it is its original until then; `unindexed`: how its source
    shows files without an index (original, wait, hide)."""

    track: Track
    size: int | None
    size_token: str
    problem: str
    wanted: str
    sheet: str = ""
    part: int = 0
    untagged: str = ""
    put_off: str = ""
    public: int = 0
    content: str = ""
    becomes: Rendition | None = None
    unindexed: str = "wait"

    @property
    def embedded(self) -> TagSet:
        """The tags that the original has."""
        return self.track.tags if self.track.embedded is None else self.track.embedded


RowOf = Callable[[int], TrackRow | None]
"""Tells what is known of an item as a view serves it; None where it is gone."""


class _Row(NamedTuple):
    """The columns of _TRACK, in order."""

    id: int
    version: int
    facts: str
    first_sample: int
    samples: int | None
    sheet: str
    part: int
    edited_ns: int
    public: int | None
    content: str
    embedded: str
    merged: str | None
    art: str | None
    picture: str | None
    damage: str
    rendition: str | None
    dir: str | None
    name: str | None
    size: int | None
    token: str | None
    untagged: str | None
    put_off: str | None
    problem: str
    folder_picture: str | None
    becomes: str | None
    unindexed: str
    uid: str
    folder: bytes
    file_name: bytes
    file_size: int
    mtime_ns: int
    tag: str
    ident: str
    older_name: str


_FOLDER_PICTURE = """(SELECT c.picture FROM companion c WHERE c.folder = {folder} AND c.kind = 'front'
   AND c.picture IS NOT NULL ORDER BY c.position, c.name LIMIT 1)"""
_TRACK = f"""
SELECT i.id, i.version, i.facts, i.first_sample, i.samples, i.sheet, i.part, i.edited_ns, i.public, i.content,
       t.embedded, t.merged, t.art, t.picture, t.damage, p.serve, p.dir, p.name, r.size, r.token, r.untagged, r.put_off,
       coalesce((SELECT max(problem) FROM rendition WHERE item = i.id), ''),
       coalesce({_FOLDER_PICTURE.format(folder="o.folder")}, {_FOLDER_PICTURE.format(folder="o.above")}),
       p.becomes, o.unindexed, {SOURCE_FILE}
  FROM item i JOIN item_tags t ON t.item = i.id JOIN original o ON o.file = i.file
  LEFT JOIN place p ON p.item = i.id AND p.tree = {TREE}
  LEFT JOIN rendition r ON r.item = i.id AND r.profile = p.serve
"""


class Tracks:
    """Queries over items that are tracks, as a view shows them. May be called from many threads.

    `remembers`: tracks that were asked for are kept until something is written to this database, which no other process
    may do meanwhile.
    """

    def __init__(self, database: Database, view: int = MAIN, *, remembers: bool = False) -> None:
        self._db, self._view, self._remembers = database, view, remembers
        self._lock = threading.Lock()
        self._kept: Lru[int, TrackRow] = Lru(_REMEMBERED)
        self._kept_since = 0

    def track(self, track: int) -> TrackRow | None:
        """A track by the id of its item; None where it is gone."""
        since = self._db.commits
        found = self._remembered(track, since) if self._remembers else None
        if found is not None:
            return found
        with self._db.read() as db:
            row = db.execute(f"{_TRACK} WHERE i.id = ?", (self._view, track)).fetchone()
        found = _track_row(row) if row else None
        if found is not None and self._remembers:
            with self._lock:
                if self._kept_since == since == self._db.commits:  # else it may have been read before a change
                    self._kept.put(track, found)
        return found

    def known_as(self, public: int) -> TrackRow | None:
        """A track by its public id; None where there is none now."""
        if not 0 < public < 1 << 63:
            return None
        with self._db.read() as db:
            found = db.execute("SELECT id FROM item WHERE public = ?", (public,)).fetchone()
        return self.track(found[0]) if found else None

    def _remembered(self, track: int, since: int) -> TrackRow | None:
        with self._lock:
            if self._kept_since != since:
                self._kept.clear()
                self._kept_since = since
            return self._kept.get(track)

    def at(self, source_uid: str, path: str, part: int) -> TrackRow | None:
        """The track of an original that is its `part`, 0 for all of it."""
        with self._db.read() as db:
            row = db.execute(
                f"{_TRACK} WHERE {OF_FILE} AND i.part = ?", (self._view, *at(source_uid, path), part)
            ).fetchone()
        return _track_row(row) if row else None

    def public(self, public: int) -> int | None:
        """The item with a public id; None where there is none."""
        with self._db.read() as db:
            row = db.execute("SELECT id FROM item WHERE public = ?", (public,)).fetchone()
        return int(row[0]) if row else None

    def unsized(self, tokens: Mapping[Rendition, str], after: int, limit: int) -> list[TrackRow]:
        """Tracks on the drive with an id over `after` whose size is not known under these tokens, in order of id."""
        wanted, values = unsized(tokens)
        with self._db.read() as db:
            rows = db.execute(
                f"{_TRACK} WHERE i.id IN (SELECT r.item FROM rendition r"
                f" JOIN place q ON q.item = r.item AND q.tree = {TREE}"
                f" AND q.serve = r.profile WHERE r.item > ? AND {wanted} ORDER BY r.item LIMIT ?) ORDER BY i.id",
                (self._view, self._view, after, *values, limit),
            )
            return [_track_row(row) for row in rows]

    def unindexed(self, after: int, limit: int) -> list[TrackRow]:
        """Tracks on the drive with an id over `after` that are shown as their originals until their indexes are there,
        in order of id."""
        with self._db.read() as db:
            rows = db.execute(
                f"{_TRACK} WHERE i.id IN (SELECT item FROM place WHERE tree = {TREE} AND becomes <> '' AND item > ?"
                " ORDER BY item LIMIT ?) ORDER BY i.id",
                (self._view, self._view, after, limit),
            )
            return [_track_row(row) for row in rows]


def _track_row(raw: Any) -> TrackRow:
    row = _Row._make(raw)
    embedded = load_tags(row.embedded)
    samples = SampleRange.counted(row.first_sample, row.samples)
    made = Track(
        row.id,
        source_file(*row[-8:]),
        load_format(row.facts),
        load_tags(row.merged) if row.merged else embedded,
        Rendition(row.rendition) if row.rendition else Rendition.ORIGINAL,
        row.version,
        load_picture(row.picture),
        None if samples.is_whole else samples,
        embedded if row.merged else None,
        load_art(row.art) if row.art else (),
        load_picture(row.folder_picture),
        row.edited_ns,
    )
    return TrackRow(
        made, row.size, row.token or "", row.problem, join(row.dir or "", row.name or ""), row.sheet, row.part,
        row.damage or row.untagged or "", row.put_off or "", row.public or 0, row.content,
        Rendition(row.becomes) if row.becomes else None, row.unindexed,
    )  # fmt: skip
