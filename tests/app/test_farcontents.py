"""What is kept of far originals: pinned, fetched, verified, dropped."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sound
from drive.albums import read
from patient import until
from toy import Toy, ToyScheme

from musfuse.app.background import Alone
from musfuse.app.farcontents import FarContents
from musfuse.app.library import Library, open_library
from musfuse.app.overview import OwnerOverview
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.errors import ConfigError, MusfuseError, NotFoundError
from musfuse.jobs import JobContext
from musfuse.origins import LocalScheme, Registry
from musfuse.service.handlers import Handlers
from musfuse.service.requests.chunks import ClearChunks, PinTracks, ShowChunks, UnpinTracks
from musfuse.service.requests.jobs import WaitJob
from musfuse.service.requests.overview import ClearCache
from musfuse.store.chunks.lazy import LazyChunks

T1, T2 = "A/B/T1.flac", "A/B/T2.flac"


@pytest.fixture
def shelf(tmp_path: Path) -> Toy:
    toy = Toy()
    for number in (1, 2):
        path = sound.write(tmp_path / f"{number}.flac", 90_000, title=f"T{number}", artist="A", album="B", seed=number)
        toy.write(f"Album/{number}.flac", path.read_bytes())
    return toy


def opened(tmp_path: Path, shelf: Toy, closing: ExitStack, **flags: Any) -> Library:
    registry = Registry([LocalScheme(), ToyScheme(shelf=shelf)])
    config = load_config(default_sections(), flags={"index.background": False} | flags).config
    near = tmp_path / "near"
    sound.write(near / "3.flac", 5000, title="T3", artist="A", album="B")
    library = open_library(tmp_path / "state", config, closing, sources=["toy://SHELF/", str(near)], registry=registry)
    library.scan_all(library.scanner())
    return library


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def library(tmp_path: Path, shelf: Toy, closing: ExitStack) -> Library:
    return opened(tmp_path, shelf, closing)


class Asks:
    """A service of a library; the kinds of jobs that were begun."""

    def __init__(self, library: Library) -> None:
        self.begun: list[str] = []
        self.contents, self.service = FarContents(library), Handlers()
        self.contents.answer(self.service, self._begin)

    def _begin(self, kind: str) -> int:
        self.begun.append(kind)
        return len(self.begun)

    def fetch(self) -> dict[str, Any]:
        return dict(self.contents.fetch_pinned(context()))


def context() -> JobContext:
    return JobContext({}, lambda *_: None, lambda: False, lambda: True)


def test_what_is_pinned_is_fetched_and_plays_while_its_source_is_away(library: Library, shelf: Toy) -> None:
    asks = Asks(library)
    told = asks.service.call(PinTracks((("artist:A", ""),), dry_run=True))
    size = sum(len(data) for data, _ in shelf.files.values())
    assert (told.files, told.bytes, told.already, told.near, told.job) == (2, size, 0, 1, 0)
    assert asks.service.call(ShowChunks()).pinned == 0
    assert asks.service.call(PinTracks((("artist:A", ""),))).files == 2
    assert asks.begun == ["pin"]
    assert asks.fetch() == {"files": 2, "fetched": 2, "failed": 0, "problems": []}
    reads = shelf.reads
    assert asks.fetch() == {"files": 2, "fetched": 0, "failed": 0, "problems": []}
    assert shelf.reads == reads
    before = read(library, T1)
    library.media.frame_cache.close()
    library.stores.frame_files.close()
    library.sources.origin(library.sources.rows()[0].uid).let_go()
    shelf.away = True
    assert read(library, T1) == before
    assert len(read(library, T2)) > 1000
    shown = asks.service.call(ShowChunks())
    assert (shown.pinned, shown.pinned_bytes, shown.pinned_size, shown.contents) == (2, size, size, size)
    assert shown.hits > 0
    again = asks.service.call(PinTracks((("title:T1", ""),)))
    assert (again.files, again.already, again.job) == (0, 1, 2)


def test_what_changed_is_fetched_again(library: Library, shelf: Toy, tmp_path: Path) -> None:
    asks = Asks(library)
    asks.service.call(PinTracks((("title:T1", ""),)))
    asks.fetch()
    shelf.write("Album/1.flac", (tmp_path / "2.flac").read_bytes())
    library.scan_all(library.scanner())
    assert library.stores.chunks.has_pins()
    assert asks.fetch()["fetched"] == 1
    del shelf.files["Album/1.flac"]
    library.scan_all(library.scanner())
    assert asks.fetch() == {"files": 0, "fetched": 0, "failed": 0, "problems": []}


def test_a_scan_that_looks_again_at_everything_reads_what_changed_alone(library: Library, shelf: Toy) -> None:
    lane = library.sources._far[library.sources.rows()[0].uid].lane
    until(lambda: not lane._under_way), "what was asked for ahead, and not wanted, came"
    shelf.reads = 0
    library.scan_all(library.scanner(), everything=True)
    assert shelf.reads == 0
    shelf.write("Album/1.flac", shelf.files["Album/2.flac"][0])
    library.scan_all(library.scanner(), everything=True)
    assert 1 <= shelf.reads <= 4, "its header, and its end"


def test_a_source_that_is_away_is_named_once(library: Library, shelf: Toy) -> None:
    asks = Asks(library)
    asks.service.call(PinTracks((("artist:A", ""),)))
    library.sources.origin(library.sources.rows()[0].uid).let_go()
    shelf.away = True
    told = asks.fetch()
    assert (told["files"], told["fetched"], told["failed"]) == (2, 0, 1)
    assert "the shelf is away" in told["problems"][0]


def test_clearing_leaves_what_is_pinned(library: Library) -> None:
    asks = Asks(library)
    uid = library.sources.rows()[0].uid
    asks.service.call(PinTracks((("title:T1", ""),)))
    asks.fetch()
    read(library, T2)
    assert asks.service.call(ClearChunks("other")).chunks == 0
    assert asks.service.call(ClearChunks(uid)).bytes > 10_000
    shown = asks.service.call(ShowChunks())
    assert shown.contents == shown.pinned_bytes > 10_000
    assert asks.service.call(UnpinTracks((("title:T2", ""),))).files == 0
    assert asks.service.call(UnpinTracks((("title:T1", ""),))).files == 1
    asks.service.call(ClearChunks())
    assert asks.service.call(ShowChunks()).bytes == 0
    pinned = asks.service.call(PinTracks((("title:T1", ""),), collections=("Recently Added",)))
    assert (pinned.files, pinned.near) == (2, 1)
    assert asks.service.call(UnpinTracks((), ("Recently Added",))).files == 2
    asks.service.call(PinTracks((("artist:A", ""),)))
    assert asks.service.call(UnpinTracks()).files == 2


def test_who_steers_from_outside_sees_and_clears_it_too(library: Library) -> None:
    overview = OwnerOverview(SimpleNamespace(library=library))
    asks = Asks(library)
    asks.service.call(PinTracks((("title:T1", ""),)))
    asks.fetch()
    read(library, T2)
    told = overview.cache()
    assert told.content.bytes == asks.service.call(ShowChunks()).bytes
    assert told.contents >= told.content.bytes > 10_000
    overview.clear(ClearCache(chunks=True))
    left = overview.cache()
    assert left.contents == asks.service.call(ShowChunks()).pinned_bytes > 10_000


def test_caches_are_cleared_before_a_far_source_was_asked(tmp_path: Path, shelf: Toy) -> None:
    with ExitStack() as before:
        read(opened(tmp_path, shelf, before), T1)
    with ExitStack() as closing:
        config = load_config(default_sections(), flags={"index.background": False}).config
        registry = Registry([LocalScheme(), ToyScheme(shelf=shelf)])
        library = open_library(tmp_path / "state", config, closing, registry=registry)
        assert library.stores.chunks.opened() is None
        cleared = OwnerOverview(SimpleNamespace(library=library)).clear(ClearCache(chunks=True))
        assert cleared.bytes > 10_000
        assert FarContents(library).told().bytes == 0


def test_more_than_fits_is_not_pinned(tmp_path: Path, shelf: Toy, closing: ExitStack) -> None:
    library = opened(tmp_path, shelf, closing, **{"cache.content": 200_000})
    asks = Asks(library)
    with pytest.raises(ConfigError, match=r"nothing was; cache\.content is 0\.00 GiB"):
        asks.service.call(PinTracks((("artist:A", ""),)))
    assert (asks.service.call(ShowChunks()).pinned, asks.begun) == (0, [])


def test_without_a_cache_nothing_is_pinned(tmp_path: Path, shelf: Toy, closing: ExitStack) -> None:
    library = opened(tmp_path, shelf, closing, **{"cache.content": 0})
    asks = Asks(library)
    read(library, T1)
    with pytest.raises(ConfigError, match=r"cache\.content is 0"):
        asks.service.call(PinTracks((("artist:A", ""),)))
    shown = asks.service.call(ShowChunks())
    assert (shown.bytes, shown.limit, asks.service.call(ClearChunks()).bytes) == (0, 0, 0)
    assert asks.contents.verify(context()) == {"chunks": 0, "damaged": 0, "strays": 0}
    assert asks.fetch()["files"] == 0
    with pytest.raises(NotFoundError):
        Asks(opened(tmp_path / "more", shelf, closing)).service.call(PinTracks((("title:none", ""),)))


def test_what_was_kept_and_cannot_be_opened_is_neither_looked_through_nor_dropped(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = Asks(library)
    read(library, T1)
    library.stores.chunks.close()
    for name in ("store", "checking"):  # as where their packages are not installed
        monkeypatch.setitem(sys.modules, f"musfuse.store.chunks.{name}", None)
    lacking = FarContents(library)
    lacking._chunks = LazyChunks(library.stores.chunks.folder, 1 << 20)
    with pytest.raises(ConfigError, match=r"pip install 'musfuse\[cache\]'"):
        lacking.verify(context())
    asks.service = Handlers()
    lacking.answer(asks.service, lambda _: 0)
    for request in (ClearChunks(), UnpinTracks()):
        with pytest.raises(ConfigError, match=r"pip install 'musfuse\[cache\]'"):
            asks.service.call(request)
    assert "pip install" in asks.service.call(ShowChunks()).problem


def test_damage_is_found(library: Library) -> None:
    asks = Asks(library)
    asks.service.call(PinTracks((("artist:A", ""),)))
    asks.fetch()
    store = library.stores.chunks.get()
    assert store is not None
    store.recutter.wait()
    chunks = sorted(path for path in library.stores.chunks.folder.rglob("*") if len(path.name) == 64)
    chunks[0].write_bytes(b"?")
    chunks[1].with_name(chunks[1].name[:2] + "00" * 31).write_bytes(b"a stray")
    assert asks.contents.verify(context()) == {"chunks": len(chunks), "damaged": 1, "strays": 1}
    assert asks.contents.verify(context()) == {"chunks": len(chunks) - 1, "damaged": 0, "strays": 0}
    assert asks.fetch()["fetched"] == 1


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_one_that_is_cut_off_goes_on_where_it_was(library: Library, steps: int) -> None:
    asks = Asks(library)
    asks.service.call(PinTracks((("artist:A", ""),)))

    def report(*_: object) -> None:
        nonlocal steps
        steps -= 1
        if steps <= 0:
            cut.stop()

    cut = JobContext({}, report, lambda: False, lambda: True)
    before = asks.contents.fetch_pinned(cut)["fetched"]
    assert before + asks.fetch()["fetched"] == 2
    store = library.stores.chunks.get()
    assert store is not None
    assert asks.contents.verify(cut)["chunks"] == 0, "it is to stop"
    assert asks.contents.verify(context())["damaged"] == 0


def test_jobs_do_it(library: Library, closing: ExitStack) -> None:
    service = library.handlers()
    Alone(library, closing).answer(service)
    number = service.call(PinTracks((("artist:A", ""),))).job
    job = service.call(WaitJob(number, 60))
    assert (job.kind, job.state, job.result["fetched"]) == ("pin", "done", 2)
    with pytest.raises(MusfuseError):
        service.call(PinTracks((("title:none", ""),)))
