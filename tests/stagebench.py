"""A catalog with all built-in stages and one of the tests' own, filled without reading a file."""

import itertools
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from toystage import ToyStage

from musfuse.library.catalog import CatalogSources, Database, FileRow, Files, trees
from musfuse.library.catalog.cuesheets import CueSheets
from musfuse.library.catalog.identities import Identities
from musfuse.library.catalog.todo import Watch
from musfuse.library.naming import Settled, ViewRules
from musfuse.library.options import DEFAULT_TEMPLATE
from musfuse.library.overlay import MetaCollector
from musfuse.library.overlay.collector import Delta
from musfuse.library.overlay.value import overlay_key
from musfuse.library.pipeline import Pipeline, Stage, browse, cue, entities, identity, overlay, place, search
from musfuse.library.pipeline.built_in import built_in
from musfuse.library.pipeline.cue import Cue
from musfuse.library.pipeline.identity import Identifying
from musfuse.library.pipeline.overlay import Overlaying
from musfuse.library.templates import Template
from musfuse.library.userdb import UserDatabase
from musfuse.library.userdb.sources import source_uid
from musfuse.media.cue.options import CueOptions
from musfuse.model import AudioFormat, Rendition, SourceFile, Stamp, TagSet, TagSource
from musfuse.store import MemoryKv

FORMAT = AudioFormat("wav", "pcm_16", 44_100, 2, 16, 100_000, "int")
SHEET = b"""PERFORMER "Band"
TITLE "Image"
FILE "image.wav" WAVE
  TRACK 01 AUDIO
    TITLE "First"
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "Second"
    INDEX 01 00:01:00
"""


def rendition_of(fmt: AudioFormat, policy: str, cut: bool = False) -> Rendition:
    return {"flac": Rendition.FLAC, "wav": Rendition.WAV}.get(policy, Rendition.ORIGINAL)


@dataclass
class Wrapped:
    """A stage with something else of its own."""

    stage: Stage
    batch: Callable[[], bool]
    rules: str
    name: str
    after: Sequence[str]
    watches: Sequence[Watch]

    @classmethod
    def of(cls, stage: Stage, **changed: Any) -> "Wrapped":
        fields = ("batch", "rules", "name", "after", "watches")
        return cls(stage, **{name: getattr(stage, name) for name in fields} | changed)


class Bench:
    """The catalog, its stages in order, and a second view."""

    def __init__(self, path: Path, store: MemoryKv | None = None) -> None:
        self.store = store or MemoryKv()
        self.database, self.user = Database(path), UserDatabase(path.with_suffix(".user"))
        self.files, self.sources = Files(self.database), CatalogSources(self.database)
        with self.database.write() as db:
            other = trees.add_view(db, "other")
        self.views = [
            ViewRules(Template(DEFAULT_TEMPLATE), "flac", rendition_of),
            ViewRules(Template("$title - $artist"), "wav", rendition_of, view=other),
        ]
        self.collector = MetaCollector(self.store)
        self.overlaying = Overlaying(self.database, self.collector)
        cue = Cue(CueSheets(self.database), CueOptions())
        identifying = Identifying(Identities(self.database), self.user, self.collector, self.overlaying)
        made = built_in(self.database, cue, identifying, self.overlaying, self.views, Settled())
        self.pipeline = Pipeline(self.database, [*made, ToyStage(self.database)])
        self.stages = {stage.name: stage for stage in [*made, ToyStage(self.database)]}
        self._ticks = itertools.count(1)

    def put(self, path: str, uri: str = "/src", sheet: bytes = b"", **tags: str) -> None:
        """A file as a scan would have found it."""
        if uri not in (row.root for row in self.sources.rows()):
            known = [(row.uid, row.root) for row in self.sources.rows()]
            self.sources.mirror([*known, (source_uid(uri), uri)])
        source = next(row for row in self.sources.rows() if row.root == uri)
        folder, _, name = path.rpartition("/")
        found = TagSet({field: [value] for field, value in tags.items()})
        sheets = (("tag", sheet),) if sheet else ()
        row = FileRow(name, Stamp(1, next(self._ticks)), path, "", "", FORMAT, found, sheets=sheets)
        self.files.put_files([(self.files.folder(source.id, folder, 1), row)])

    def remove(self, path: str) -> None:
        """A file of the first source that is gone."""
        folder, _, name = path.rpartition("/")
        number = self.files.folder(self.sources.rows()[0].id, folder, 1)
        self.files.remove_files([self.files.known(number)[name].id])

    def say(self, path: str, **fields: str) -> None:
        """Say something over the tags of a file of the first source."""
        key = overlay_key(SourceFile(self.sources.rows()[0].uid, path, Stamp(0, 0)), 0)
        said = {field: (value,) for field, value in fields.items()}
        self.collector.apply_delta([Delta(key, said)], TagSource.USER, "me", "set")

    def fill(self) -> None:
        """Everything that stages know of: an image with a sheet, collisions, discs, a compilation, overlays."""
        self.pipeline.adopt_rules()
        self.put("image.wav", sheet=SHEET, artist="Band", album="Image")
        for number, name in enumerate(("ABBA", "Abba", "Other", "Third", "Fourth")):
            self.put(f"va/{number}.wav", artist=name, album="Mix", title="T")
        for disc in "12":
            self.put(f"discs/{disc}.wav", artist="abba", album="Two", title="D", discnumber=disc)
        self.put("same/a.wav", artist="A", album="B", title="T")
        self.put("same/b.wav", artist="A", album="B", title="T")
        self.say("same/b.wav", artist="New", title="Said")
        self.overlaying.catch_up()

    def change(self) -> None:
        """Some of it changes."""
        self.remove("va/3.wav")
        self.put("image.wav", artist="Band", album="Image")
        self.put("discs/2.wav", artist="abba", album="One", title="D")
        self.say("same/a.wav", album="Elsewhere")
        self.say("same/b.wav", artist="Newer")
        self.overlaying.catch_up()

    def todo(self) -> list[tuple[str, object]]:
        """What is still to do."""
        with self.database.read() as db:
            return db.execute("SELECT stage, key FROM todo ORDER BY stage, key").fetchall()

    def dump(self, ids: bool = True) -> dict[str, list[Any]]:
        """All that the catalog has but times, and unless `ids`, by paths instead of ids of nodes."""
        with self.database.read() as db:
            tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            tables = [name for name in tables if name not in SHADOWS and not name.startswith(PARTS)]
            found = {name: sorted(db.execute(f"SELECT {_columns(db, name)} FROM {name}"), key=repr) for name in tables}
            found["search"] = words_of(db)
            nodes = db.execute("SELECT id, tree, parent, name, item, dir_key, owner FROM node").fetchall()
        del found["sqlite_sequence"]
        found["meta"] = [row for row in found["meta"] if row[0] not in ("generation", "browse")]
        names = {row[0]: (row[2], row[3]) for row in nodes}

        def path(node: int) -> str:
            parent, name = names[node]
            return f"{path(parent)}/{name}" if parent else ""

        found["node"] = sorted(((row[0] if ids else 0, row[1], path(row[0]), *row[4:]) for row in nodes), key=repr)
        return found

    def close(self) -> None:
        self.user.close()
        self.database.close()


SHADOWS = ("search", "search_data", "search_idx", "search_config")
"""Tables of FTS5, which hold the same index in one way or another."""
PARTS = ("search_part", "artist_words_", "album_words_")


def words_of(db: sqlite3.Connection) -> list[tuple[str, str, int, int]]:
    """All that the index of words holds, (term, column, item, place), read as FTS5 reads it, and checked by it."""
    db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_terms USING fts5vocab (main, search, instance)")
    return sorted((term, column, item, at) for term, item, column, at in db.execute("SELECT * FROM search_terms"))


def _columns(db: sqlite3.Connection, table: str) -> str:
    """All of a table but when it was written, what is made of that, and the numbers of words."""
    left_out = {("search_word", "id"), ("listed", "made")}
    names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    return ", ".join(name for name in names if name != "born_ns" and (table, name) not in left_out)


def small_batches(monkeypatch: pytest.MonkeyPatch, size: int = 2) -> None:
    """Have every stage do little at a time."""
    for module, name in (
        (cue, "_BATCH"), (identity, "_BATCH"), (overlay, "_BATCH"), (entities, "_BATCH"), (entities, "_ENTITIES"), (place, "_BATCH"),
        (place, "_FOLDERS"), (search, "_BATCH"), (browse, "_BATCH"), (browse, "_ENTITIES"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, size)
