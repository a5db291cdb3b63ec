"""What a library holds, asked for here and of the owner: the same rows."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound

from musfuse.app.connection import Connection
from musfuse.app.library import Library, open_library
from musfuse.config import Config
from musfuse.errors import ConfigError, NoEntryError, NotAFolderError, NotFoundError, TemplateError
from musfuse.service.port import Service
from musfuse.service.requests.library import FindLines, FindTracks, Folder, FolderEntry, ListFolders, ListReport


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with ExitStack() as closing:
        for number in (1, 2):
            sound.write(tmp_path / f"music/{number}.flac", title=f"T{number}", artist="A", album="B", seed=number)
        (tmp_path / "music/broken.flac").write_bytes(b"fLaC and nothing else")
        library = open_library(tmp_path / "state", Config(), closing, sources=[tmp_path / "music"])
        library.scan_all(library.scanner())
        yield library


@pytest.fixture(params=["owner", "reader"])
def service(library: Library, request: pytest.FixtureRequest) -> Iterator[Service]:
    if request.param == "owner":
        yield library.handlers()
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
    with pytest.raises(NotFoundError, match="title:none"):
        list(service.rows(FindTracks((("title:none", ""),))))
    with pytest.raises(TemplateError):
        list(service.rows(FindLines("$nothing")))


def test_folders(service: Service) -> None:
    (top,) = service.rows(ListFolders())
    assert top == Folder("", (FolderEntry("A", "folder", None),))
    assert [folder.path for folder in service.rows(ListFolders(recursive=True))] == ["", "A", "A/B"]
    (album,) = service.rows(ListFolders("A/B"))
    assert [entry.name for entry in album.entries] == ["T1.flac", "T2.flac"]
    assert all(entry.size for entry in album.entries)
    with pytest.raises(NoEntryError, match="is there"):
        service.rows(ListFolders("A/C"))
    with pytest.raises(NotAFolderError, match="musfuse info"):
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
