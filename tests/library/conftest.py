"""A catalog with a scanner and naming over an origin in memory or on disk."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from musfuse.events import EventBus
from musfuse.library.catalog import CatalogSources, Database, FileRow, Files, Nodes, Reports, SourceRow, Tracks
from musfuse.library.catalog.companions import Companions
from musfuse.library.catalog.departures import Departures, Fate
from musfuse.library.catalog.rows import NO_TAGS
from musfuse.library.companions import CompanionFinder
from musfuse.library.inspection import FileInspector
from musfuse.library.naming import Settled, ViewRules
from musfuse.library.options import DEFAULT_TEMPLATE
from musfuse.library.overlay import MetaCollector
from musfuse.library.pipeline import Pipeline, Stage
from musfuse.library.pipeline.browse import Browsing
from musfuse.library.pipeline.building import Building
from musfuse.library.pipeline.built_in import naming
from musfuse.library.pipeline.overlay import Overlaying
from musfuse.library.pipeline.search import Searching
from musfuse.library.scanner import Scanner, ScanResult
from musfuse.library.templates import Template
from musfuse.library.userdb.sources import source_uid
from musfuse.media.formats import default_formats
from musfuse.media.inspecting import InspectPool
from musfuse.model import AudioFormat, NodeKind, Rendition, SourceFile, Stamp, TagSet
from musfuse.origins import Origin
from musfuse.store import MemoryKv, PictureStore

INSPECTORS = InspectPool(2, default_formats())
"""Shared by all tests here; its workers start when they are needed, and end some time after."""
FORMAT = AudioFormat("wav", "pcm_16", 44_100, 2, 16, 1000, "int")


def rendition_of(fmt: AudioFormat, policy: str, cut: bool = False) -> Rendition:
    return Rendition.FLAC if fmt.pcm == "int" and policy == "flac" else Rendition.ORIGINAL


class Desk:
    """The catalog and what works on it."""

    def __init__(self, path: Path, template: str = DEFAULT_TEMPLATE, policy: str = "flac") -> None:
        self.database = Database(path)
        self.files, self.nodes, self.sources = Files(self.database), Nodes(self.database), CatalogSources(self.database)
        self.tracks, self.reports = Tracks(self.database), Reports(self.database)
        self.views = [ViewRules(Template(template), policy, rendition_of)]
        self.settled = Settled()
        self.store = MemoryKv()
        self.collector = MetaCollector(self.store)
        self.overlaying = Overlaying(self.database, self.collector)
        self.naming = Pipeline(
            self.database,
            [self.overlaying, *self.naming_over(self.database), Searching(self.database), Browsing(self.database)],
        )
        self.naming.adopt_rules()
        self.dropped: list[SourceFile] = []
        self.moved: list[tuple[SourceFile, SourceFile]] = []
        self.events = EventBus()
        self._ticks = itertools.count(1)

    def source(self, root: str = "/src") -> SourceRow:
        """The source there, added last where it is new."""
        rows = self.sources.rows()
        if root not in (row.root for row in rows):
            self.sources.mirror([*((row.uid, row.root) for row in rows), (source_uid(root), root)])
        return next(row for row in self.sources.rows() if row.root == root)

    def naming_over(self, database: Database) -> list[Stage]:
        return naming(database, self.views, self.settled)

    def build(self) -> None:
        """Make the tree that the view wants by its rules of today."""
        building = Building(self.database, self.views)
        building.adopt()
        while building.step().left or building.drop():
            pass

    def scanner(self) -> Scanner:
        pictures = PictureStore(self.store)
        return Scanner(
            self.files, Departures(self.database), Companions(self.database), CompanionFinder(pictures, INSPECTORS),
            FileInspector(pictures, INSPECTORS), self.events, lambda last: self.naming.run(),
            lambda file, _: self.dropped.append(file), self.follow,
        )  # fmt: skip

    def follow(self, fates: Sequence[Fate], departures: str) -> None:
        moved = {gone.file: now for gone, now in fates if now is not None and now.path != gone.file.path}
        self.moved.extend(moved.items())
        Departures(self.database).settle(departures)

    def scan(self, origin: Origin, uri: str = "/src") -> ScanResult:
        return self.scanner().scan(self.source(uri), origin)

    def put(self, path: str, tags: TagSet = NO_TAGS, uri: str = "/src", fmt: AudioFormat = FORMAT) -> None:
        """A file as a scan would have found it, without naming it."""
        self.put_all([(path, tags)], uri, fmt)

    def put_all(self, found: Iterable[tuple[str, TagSet]], uri: str = "/src", fmt: AudioFormat = FORMAT) -> None:
        """The same of many files."""
        source, folders, rows = self.source(uri), dict[str, int](), []
        for path, tags in found:
            folder, _, name = path.rpartition("/")
            if folder not in folders:
                folders[folder] = self.files.folder(source.id, folder, 1)
            rows.append((folders[folder], FileRow(name, Stamp(1, next(self._ticks)), path, "", "", fmt, tags)))
        self.files.put_files(rows)

    def remove(self, path: str, uri: str = "/src") -> None:
        """A file that is gone."""
        folder, _, name = path.rpartition("/")
        source = self.source(uri)
        known = self.files.known(self.files.folder(source.id, folder, 1))
        self.files.remove_files([known[name].id])

    def tree(self) -> dict[str, str]:
        """Path on the drive to path of the original."""
        found: dict[str, str] = {}

        def walk(node: int, path: str) -> None:
            for child in self.nodes.children(node):
                below = f"{path}/{child.name}".lstrip("/")
                if child.kind is NodeKind.FOLDER:
                    walk(child.id, below)
                else:
                    row = self.tracks.track(child.track)
                    assert row is not None
                    found[below] = row.track.file.path

        walk(self.nodes.root().id, "")
        return found

    def folders(self) -> list[str]:
        """All folders of the drive."""
        with self.database.read() as db:
            ids = [row[0] for row in db.execute("SELECT id FROM node WHERE item IS NULL AND parent <> 0")]
        return sorted(self.nodes.path(node) for node in ids)


@pytest.fixture(scope="session", autouse=True)
def workers_end() -> Iterator[None]:
    yield
    INSPECTORS.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "catalog.db")
    yield made
    made.database.close()
