"""A format that only the tests know: nothing elsewhere has a line about it."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import mutagen
import pytest
import sound
import toyformat
from drive.albums import ME, names, read, target

from app.test_toy_source import scan, shown
from musfuse.app.connection import Connection
from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import Config, load_config
from musfuse.errors import ConfigError
from musfuse.library.grammar import QueryError
from musfuse.media.encoded import encoded_content
from musfuse.media.formats import BUILT_IN, FormatRegistry
from musfuse.media.indexing.pool import Priority
from musfuse.media.reading import read_original
from musfuse.model import Rendition
from musfuse.origins import MemoryOrigin
from musfuse.service.requests.library import FindTracks

FORMATS = FormatRegistry((*BUILT_IN, "toyformat"))
SAMPLES = 100_000
COVER = sound.picture()


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def pcm() -> bytes:
    return (sound.pcm(SAMPLES) * 30_000).astype("<i2").tobytes()


@pytest.fixture
def originals(music: Path, pcm: bytes) -> Path:
    toyformat.write(music / "a.toy", pcm, picture=COVER, title="T1", artist="A", album="B", tracknumber="1")
    sound.write(music / "b.wav", 20_000, title="T2", artist="A", album="B", tracknumber="2")
    (music / "c.toysound").write_bytes(b"TOYSOUND and nothing else")
    return music


def opened(tmp_path: Path, originals: Path, closing: ExitStack, **flags: str) -> Library:
    values = {"index.background": False, "index.wait_seconds": 60, "identity.lossy": "idle"}
    values |= {name.replace("_", ".", 1): value for name, value in flags.items()}
    library = open_library(
        tmp_path / "state",
        load_config(default_sections(), flags=values).config,
        closing,
        sources=[originals],
        formats=FORMATS,
    )
    assert scan(library) == [""]
    return library


def test_it_is_scanned_named_indexed_and_played(
    tmp_path: Path, originals: Path, pcm: bytes, closing: ExitStack
) -> None:
    library = opened(tmp_path, originals, closing)
    done, failed = library.backlog().run(Priority.BACKGROUND, lambda done, left: None, lambda: None)
    assert (done, failed) == (2, 0)
    (path,) = (path for path in shown(library) if "T1" in path)
    assert path.endswith(".flac")
    served = tmp_path / "served.flac"
    served.write_bytes(read(library, path))
    sound.flac_test(served)
    assert sound.flac_raw(served) == pcm
    tags = mutagen.File(served)
    assert (tags["title"], tags["album"]) == (["T1"], ["B"])
    assert tags.pictures[0].data == COVER
    (line,) = library.catalog.reports.lines()
    assert line.path.endswith("c.toysound")
    assert "cut short within its header" in line.reason
    assert len(list(library.tagging.selection.of(target("format:toy")))) == 1


def test_it_takes_tags(tmp_path: Path, originals: Path, closing: ExitStack) -> None:
    library = opened(tmp_path, originals, closing)
    library.tagging.set(target("title:T1"), ["title=New", "genre=Jazz"], ME)
    (path,) = (path for path in shown(library) if "New" in path)
    served = tmp_path / "served.flac"
    served.write_bytes(read(library, path))
    assert mutagen.File(served)["genre"] == ["Jazz"]


def test_it_is_served_as_it_is_with_other_tags(tmp_path: Path, originals: Path, pcm: bytes, closing: ExitStack) -> None:
    library = opened(tmp_path, originals, closing, view_policy="original")
    before = (originals / "a.toy").read_bytes()
    (path,) = (path for path in shown(library) if "T1" in path)
    assert path.endswith(".toy")
    assert read(library, path) == before
    library.tagging.set(target("title:T1"), ["title=New"], ME)
    (path,) = (path for path in shown(library) if "New" in path)
    data = read(library, path)
    served = MemoryOrigin("m", {"a.toy": data})
    tags = read_original(FORMATS, served, sound.source_file(served, "a.toy")).tags
    assert (tags.first("title"), tags.first("album")) == ("New", "B")
    assert data.endswith(pcm)
    assert COVER in data
    assert (originals / "a.toy").read_bytes() == before


def test_it_has_a_content_id(tmp_path: Path, originals: Path, closing: ExitStack) -> None:
    library = opened(tmp_path, originals, closing, view_policy="original")
    library.hearing().run(lambda: None)
    (selected,) = library.tagging.selection.of(target("title:T1"))
    row = library.catalog.tracks.track(selected.id)
    assert row is not None
    assert row.track.rendition is Rendition.ORIGINAL
    origin = library.sources.origin(row.track.file.source_uid)
    assert row.content == encoded_content(FORMATS, origin, row.track.file, row.track.format)
    assert row.content.startswith("enc:")


@pytest.mark.parametrize("name", ["toy", "toysound", "TOY_PCM", "plaything"])
def test_queries_name_it(tmp_path: Path, originals: Path, closing: ExitStack, name: str) -> None:
    library = opened(tmp_path, originals, closing)
    wanted = FindTracks(((f"format:{name}", ""),))
    assert [row.tags["title"] for row in library.handlers().rows(wanted)] == [["T1"]]
    assert [row.tags["title"] for row in library.handlers().rows(FindTracks(((f"-format:{name}", ""),)))] == [["T2"]]
    with Connection(library.folder, Config, formats=FORMATS) as service:
        assert [row.tags["title"] for row in service.rows(wanted)] == [["T1"]]
    if name in ("toysound", "plaything"):  # which no track is called
        with Connection(library.folder, Config) as service, pytest.raises(QueryError, match="no format is called"):
            list(service.rows(wanted))


def test_without_it_its_files_are_no_music(tmp_path: Path, originals: Path, closing: ExitStack) -> None:
    config = load_config(default_sections(), flags={"index.background": False}).config
    library = open_library(tmp_path / "state", config, closing, sources=[originals])
    assert scan(library) == [""]
    assert [path for path in shown(library) if "T1" in path] == []
    assert list(library.catalog.reports.lines()) == []
    assert names(library, "")


def test_a_format_that_cannot_be_loaded_is_told_of_before_anything_is_made(tmp_path: Path, music: Path) -> None:
    config = load_config(default_sections(), flags={}).config
    with pytest.raises(ConfigError, match="nosuchformat: no format can be loaded from it"):
        open_library(tmp_path / "state", config, sources=[music], formats=FormatRegistry(("nosuchformat",)))
    assert not (tmp_path / "state").exists()
