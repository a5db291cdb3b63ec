"""What a library holds, asked for here, of the owner, and of another process's owner: the same rows."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
import sound

from musfuse.app.connection import Connection
from musfuse.app.library import Library, open_library
from musfuse.config import Config
from musfuse.control import Client, Server
from musfuse.control.client import RemoteError
from musfuse.control.protocol import endpoint
from musfuse.control.remote import Remote
from musfuse.errors import ConfigError, NoEntryError, NotAFolderError, NotFoundError, StoreError, TemplateError
from musfuse.library.userdb.plays import Heard
from musfuse.library.userdb.ratings import Rating
from musfuse.service.port import Service
from musfuse.service.requests.art import ShowArt
from musfuse.service.requests.changes import CountTracks
from musfuse.service.requests.library import (
    FindLines,
    FindTracks,
    Folder,
    FolderEntry,
    ListFolders,
    ListReport,
    Opinion,
    Opinions,
)


@contextmanager
def serving(library: Library) -> Iterator[None]:
    """Answer for a library on its control channel."""
    server = Server(endpoint(library.folder), {}, library.handlers)
    server.start()
    try:
        yield
    finally:
        server.close()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with ExitStack() as closing:
        for number in (1, 2):
            sound.write(tmp_path / f"music/{number}.flac", title=f"T{number}", artist="A", album="B", seed=number)
        (tmp_path / "music/broken.flac").write_bytes(b"fLaC and nothing else")
        library = open_library(tmp_path / "state", Config(), closing, sources=[tmp_path / "music"])
        library.scan_all(library.scanner())
        yield library


@pytest.fixture(params=["owner", "reader", "channel"])
def service(library: Library, request: pytest.FixtureRequest) -> Iterator[Service]:
    if request.param == "owner":
        yield library.handlers()
        return
    if request.param == "channel":
        with serving(library), Client(endpoint(library.folder)) as client:
            yield Remote(client)
        return
    with Connection(library.folder, Config) as connection:
        yield connection


def test_find(service: Service) -> None:
    found = list(service.rows(FindTracks()))
    assert [(row.path, row.tags["title"], row.bits, row.part) for row in found] == [
        ("A/B/T1.flac", ["T1"], 16, 0), ("A/B/T2.flac", ["T2"], 16, 0),
    ]  # fmt: skip
    assert [row.path for row in service.rows(FindTracks((("title:t2", ""),)))] == ["A/B/T2.flac"]
    assert list(service.rows(FindLines("$title by $artist", (("title:t2", ""),)))) == ["T2 by A"]
    with pytest.raises((NotFoundError, RemoteError), match="title:none"):
        list(service.rows(FindTracks((("title:none", ""),))))
    with pytest.raises((TemplateError, RemoteError)):
        list(service.rows(FindLines("$nothing")))


def test_what_is_thought_of_tracks(library: Library, service: Service) -> None:
    with pytest.raises((NotFoundError, RemoteError), match="the library: nothing there is rated"):
        list(service.rows(FindTracks(opinions=Opinions.ONLY)))
    one, two = library.tagging.selection.everything()
    library.playing.ratings.put([(one.public, Rating(3, 8)), (99, Rating(5))])
    assert [row.opinion for row in service.rows(FindTracks())] == [None, None]
    (first, second) = service.rows(FindTracks(opinions=Opinions.ALL))
    assert (first.opinion, second.opinion) == (Opinion(3, 8), Opinion())
    library.playing.table.put([Heard(two.public, 7, 1, 2, "")])
    every = {row.path: row.opinion for row in service.rows(FindTracks(opinions=Opinions.ONLY))}
    assert every == {"A/B/T1.flac": Opinion(3, 8), "A/B/T2.flac": Opinion(0, None, 7, 1, 2)}
    (found,) = service.rows(FindTracks((("title:t1", ""),), Opinions.ONLY))
    assert found.opinion == Opinion(3, 8)


def test_folders(service: Service) -> None:
    (top,) = service.rows(ListFolders())
    assert top == Folder("", (FolderEntry("A", "folder", None),))
    assert [folder.path for folder in service.rows(ListFolders(recursive=True))] == ["", "A", "A/B"]
    (album,) = service.rows(ListFolders("A/B"))
    assert [entry.name for entry in album.entries] == ["T1.flac", "T2.flac"]
    assert all(entry.size for entry in album.entries)
    with pytest.raises((NoEntryError, RemoteError), match="is there"):
        service.rows(ListFolders("A/C"))
    with pytest.raises((NotAFolderError, RemoteError), match="musfuse info"):
        service.rows(ListFolders("A/B/T1.flac"))


def test_report(service: Service, tmp_path: Path) -> None:
    (line,) = service.rows(ListReport())
    assert (line.kind, line.path) == ("skipped", str(tmp_path / "music/broken.flac"))


def test_a_reader_says_what_is_missing(tmp_path: Path, library: Library) -> None:
    with Connection(tmp_path / "nowhere", Config) as service, pytest.raises(ConfigError, match="no library there"):
        list(service.rows(FindTracks()))
    library.close()
    for path in library.folder.glob("catalog.db*"):
        path.unlink()
    with Connection(library.folder, Config) as service, pytest.raises(ConfigError, match="its catalog is gone"):
        list(service.rows(FindTracks()))


def test_what_only_its_owner_can_read_its_owner_reads(library: Library) -> None:
    """As after an update, while the process of the version before still serves the drive."""
    with closing(sqlite3.connect(library.folder / "catalog.db")) as other:
        other.execute("PRAGMA user_version=1000")
    with Connection(library.folder, Config) as service, pytest.raises(StoreError, match="a newer musfuse"):
        service.rows(FindTracks())
    with serving(library), Connection(library.folder, Config) as service:
        assert [row.path for row in service.rows(FindTracks())] == ["A/B/T1.flac", "A/B/T2.flac"]
        assert service.call(CountTracks((("title:t2", ""),))) == 1
        with pytest.raises(StoreError, match="a newer musfuse"):
            service.rows(ShowArt(()))  # parses originals: nothing for the owner
