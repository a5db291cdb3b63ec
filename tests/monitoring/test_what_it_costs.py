"""What watching costs: nothing where nobody watches, and a read takes no further lock, query or memory where everybody does."""

import sqlite3
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sound
from prometheus_client.parser import text_string_to_metric_families

from monitoring.conftest import Watch, watch  # noqa: F401 - a fixture
from musfuse.app.host import Host
from musfuse.events.originals import FileAccessed
from musfuse.service.requests.monitoring import ShowFigures
from musfuse.service.requests.webhooks import AddWebhook

EVERYTHING = {"metrics__record": True, "metrics__listen": "127.0.0.1:0", "events__keep": True}
READS = 100


class Counted:
    """Counts what one thread does: locks that it takes, statements that it has SQLite run."""

    def __init__(self) -> None:
        self.thread, self.locks, self.queries = 0, 0, 0

    def take(self) -> None:
        self.locks += threading.get_ident() == self.thread

    def query(self, _: str) -> None:
        self.queries += threading.get_ident() == self.thread


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Every lock and every connection that is made from now on counts."""
    count, connect, allocate = Counted(), sqlite3.connect, threading._allocate_lock  # type: ignore[attr-defined]

    class Lock:
        def __init__(self) -> None:
            inner = allocate()
            self.release, self.locked, self._acquire = inner.release, inner.locked, inner.acquire

        def acquire(self, *given: Any, **named: Any) -> bool:
            count.take()
            return self._acquire(*given, **named)

        def __enter__(self) -> bool:
            return self.acquire()

        def __exit__(self, *_: object) -> None:
            self.release()

    class RLock(threading._PyRLock):  # type: ignore[name-defined,misc]
        def acquire(self, *given: Any, **named: Any) -> bool:
            count.take()
            return bool(super().acquire(*given, **named))

        __enter__ = acquire

    def connected(*given: Any, **named: Any) -> sqlite3.Connection:
        made = connect(*given, **named)
        made.set_trace_callback(count.query)
        return made

    monkeypatch.setattr(threading, "Lock", Lock)
    monkeypatch.setattr(threading, "RLock", RLock)
    monkeypatch.setattr(sqlite3, "connect", connected)
    return count


@contextmanager
def traced() -> Iterator[Callable[[], int]]:
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1] - tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def costs(host: Host, counted: Counted) -> tuple[int, int, int]:
    """Locks and queries of some reads, each of which is told of, and the most that a read holds besides what it gives:
    the least of many, since other threads can only add to it."""
    drive = host.library.drive
    counted.thread, counted.locks, counted.queries = threading.get_ident(), 0, 0
    opened = drive.open("Ann/Lib/T1.flac")
    drive.read_at(opened.handle, 0, opened.size)  # what is made once is made now
    assert counted.locks > 0  # as an open does: else nothing is counted
    assert counted.queries > 0
    counted.locks = counted.queries = 0
    known, held = drive._accesses._open[opened.handle], list[int]()
    with traced() as peak:
        for n in range(READS):
            known.told = None  # a minute went by
            tracemalloc.reset_peak()
            drive.read_at(opened.handle, opened.size // 2 + n * 64, 512)
            held.append(peak())
    counted.thread = 0
    drive.close(opened.handle)
    return counted.locks, counted.queries, min(held)


def test_a_read_takes_nothing_more_with_everything_on(watch: Watch, counted: Counted) -> None:
    off = watch(prefetch__enabled=False)
    locks, queries, held = costs(off, counted)
    on = watch("other", prefetch__enabled=False, **EVERYTHING)
    on._service().call(AddWebhook("http://127.0.0.1:9/", "env:NONE"))
    assert on.library.events.wants(FileAccessed)
    more_locks, more_queries, more_held = costs(on, counted)
    assert more_locks <= locks
    assert more_queries <= queries
    assert more_held - held <= 1024


def test_a_page_has_at_most_500_series(watch: Watch, tmp_path: Path) -> None:
    host = watch(**EVERYTHING, metrics__compat="musicfs")
    for n in range(120):
        (tmp_path / "more" / str(n)).mkdir(parents=True)
    host.library.add_sources([tmp_path / "more" / str(n) for n in range(120)])
    text = host._service().call(ShowFigures()).text
    series = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    assert 300 < len(series) <= 500
    assert {sample.value for sample in series if sample.name == "musfuse_origins"} == {121}


QUIET = """
import sys, threading
from contextlib import ExitStack
from pathlib import Path
from app.hosting import run_host
from musfuse.platform import system
system.on_terminate = lambda stop: None
with ExitStack() as closing:
    host = run_host(Path(sys.argv[1]) / "state", Path(sys.argv[2]), closing, index__background=False)
    host.jobs.runner.wait(host.jobs.runner.asked("scan"), 60)
    opened = host.library.drive.open("Ann/Lib/T1.flac")
    host.library.drive.read_at(opened.handle, 0, 10)
    host._service()  # as whoever asks for anything has it put together
    threads = {thread.name.split()[0] for thread in threading.enumerate()}
    needless = {
        "musfuse.app.webhooks", "musfuse.app.reconfiguring", "musfuse.service.webhooks", "musfuse.store.eventtable",
        "musfuse.store.outbox", "musfuse.metrics.exposition", "musfuse_metrics.face", "musfuse_metrics.listener", "musfuse_webhooks.delivery",
        "musfuse_webhooks.sending", "musfuse_grpc.face",
        "musfuse_otel.face", "opentelemetry", "grpc", "ssl", "http",
    }
    print(sorted(needless & set(sys.modules)), sorted(threads & {"events", "webhooks", "metrics", "accesses"}))
print(sorted(path.name for path in (Path(sys.argv[1]) / "state").iterdir() if "event" in path.name))
"""


def test_where_nobody_watches_there_is_nothing_of_it(tmp_path: Path, music: Path) -> None:
    sound.write(music / "1.wav", artist="Ann", album="Lib", title="T1")
    argv = [sys.executable, "-c", QUIET, str(tmp_path), str(music)]
    path = f"{Path(__file__).parents[1]}:{':'.join(sys.path)}"
    done = subprocess.run(argv, capture_output=True, text=True, env={"PYTHONPATH": path, "HOME": str(tmp_path)})
    assert done.stdout == "[] []\n[]\n", done.stdout + done.stderr
