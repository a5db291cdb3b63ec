"""Indexes of what somebody streams from a far source, and of what may be read while nothing else is to be done."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound
from drive.albums import read
from patient import until
from toy import Toy, ToyScheme

from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.errors import ConfigError
from musfuse.media.indexing.pool import Priority
from musfuse.origins import IndexWhen, LocalScheme, Registry, SchemeOption, SftpScheme, SourceSpec, Traits
from musfuse.origins.remote import OPTIONS

CONFIG = load_config(default_sections(), flags={"index.background": False}).config
SECONDS = 3


class FarToys(ToyScheme):
    """Toys whose options are those of every far source."""

    options: dict[str, SchemeOption] = dict(OPTIONS)


@pytest.fixture
def shelf(tmp_path: Path) -> Toy:
    toy = Toy()
    toy.traits = Traits(index=IndexWhen.LAZY)
    for number, name in enumerate(("one.wav", "two.aiff"), 1):
        path = sound.write(tmp_path / name, 44_100 * SECONDS, title=f"T{number}", artist="A", album="B", seed=number)
        toy.write(name, path.read_bytes())
    return toy


@pytest.fixture
def library(tmp_path: Path, shelf: Toy) -> Iterator[Library]:
    registry = Registry([LocalScheme(), FarToys(shelf=shelf)])
    with ExitStack() as closing:
        made = open_library(tmp_path / "state", CONFIG, closing, sources=["toy://SHELF/"], registry=registry)
        made.scan_all(made.scanner())
        yield made


def names(library: Library) -> list[str]:
    return sorted(entry.name for entry in library.drive.list("A/B"))


def test_what_is_streamed_to_its_end_is_indexed_without_another_trip(library: Library, shelf: Toy) -> None:
    assert names(library) == ["T1.wav", "T2.aiff"], "far ones are as they are where nothing is said"
    opened = library.drive.open("A/B/T1.wav")
    data = b""
    while part := library.drive.read_at(opened.handle, len(data), 65_536):
        data += part
    reads = shelf.reads
    assert data == shelf.files["one.wav"][0]
    library.drive.close(opened.handle)
    until(lambda: names(library) == ["T1.flac", "T2.aiff"])
    assert shelf.reads == reads, "the index was built of what came by"
    assert len(read(library, "A/B/T1.flac")) == library.drive.attr("A/B/T1.flac").size


def run_idly(library: Library) -> int:
    return library.backlog().run(Priority.BACKGROUND, lambda *_: None, lambda: None, lazy=library.sources.indexes_idly)[
        0
    ]


def test_while_nothing_else_is_to_be_done_only_what_may_be_taken_is(library: Library) -> None:
    (row,) = library.sources.rows()
    this = ("toy://shelf", "toy://shelf")
    assert not library.sources.index_idly()
    assert run_idly(library) == 0, "nobody said what it may take"
    library.sourcing.change(this, ["bandwidth=100M", "metered=true"])
    assert run_idly(library) == 0, "it is paid for"
    library.sourcing.change(this, ["metered=false"])
    assert library.sources.index_idly()
    assert library.sources.indexes_idly(row.uid)
    assert run_idly(library) == 2
    assert names(library) == ["T1.flac", "T2.flac"]


def test_what_is_paid_for_is_not_read_before_somebody_asks() -> None:
    from musfuse.origins.remote import index_when, indexes_idly

    def spec(**options: str) -> SourceSpec:
        return SourceSpec("s", "sftp", "sftp://nas/music", options=options)

    assert index_when(spec()) is IndexWhen.LAZY
    assert index_when(spec(index="eager")) is IndexWhen.EAGER
    assert index_when(spec(index="eager", metered="true")) is IndexWhen.LAZY
    assert index_when(spec(index="never", metered="true")) is IndexWhen.NEVER
    assert [indexes_idly(spec(**options)) for options in (
        {}, {"bandwidth": "1M"}, {"bandwidth": "1M", "metered": "true"}, {"bandwidth": "1M", "index": "never"},
    )] == [False, True, False, False]  # fmt: skip
    assert Registry([SftpScheme()]).unindexed(spec(), "wait") == "original"
    assert Registry([SftpScheme()]).unindexed(spec(unindexed="hide"), "wait") == "hide"
    assert Registry([LocalScheme()]).unindexed(SourceSpec("s", "file", "file:///m"), "hide") == "hide"


def test_an_option_that_is_none_is_refused(library: Library) -> None:
    with pytest.raises(ConfigError, match="unindexed"):
        library.sourcing.change(("toy://shelf", "toy://shelf"), ["unindexed=maybe"])
