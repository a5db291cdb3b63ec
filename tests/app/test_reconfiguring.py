"""Options of a host that runs: set by one, read anew by SIGHUP; what cannot be changed is said."""

import logging
import re
import socket
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import sound
from musfuse_grpc.options import GrpcOptions
from patient import until

from app.hosting import no_mounter
from musfuse.app.host import Host
from musfuse.app.library import open_library
from musfuse.app.reconfiguring import WAYS, Reconfiguring
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.config.load import Stated
from musfuse.errors import ConfigError, FaceError
from musfuse.platform import system
from musfuse.service.requests.configuration import OptionSet

DOCS = Path(__file__).parents[2] / "docs/configuration.md"
SECTIONS = default_sections()


class Bench:
    """A host on a thread, whose configuration is a file."""

    def __init__(self, folder: Path, music: Path, closing: ExitStack, text: str = "") -> None:
        import threading

        self.file = folder / "config.toml"
        self.write(text)
        read = lambda: load_config(SECTIONS, self.file, env={}).config  # noqa: E731
        library = open_library(folder / "state", read(), closing, sources=[music])
        self.host, ready = Host(library, no_mounter, stays=True, stated=Stated(read(), read)), threading.Event()
        thread = threading.Thread(target=lambda: self.host.run((), lambda _: ready.set()))
        thread.start()
        closing.callback(thread.join)
        closing.callback(self.host.stop)
        assert self.host.ready.wait(60)

    @property
    def options(self) -> Reconfiguring:
        return self.host._options

    def write(self, text: str) -> None:
        self.file.write_text("[index]\nbackground = false\n[follow]\nenabled = false\n" + text)

    def set(self, option: str, text: str) -> OptionSet:
        return self.options.set(option, text)


@contextmanager
def taken_place() -> Iterator[str]:
    """An address that somebody listens at meanwhile. Processes that were forked meanwhile have that socket open, too:
    it listens no more all the same."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield f"127.0.0.1:{taken.getsockname()[1]}"
        taken.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    """What systemd is told, each time since the last."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        address = str(tmp_path / "n")
        heard.bind(address)
        heard.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", address)

        def take() -> list[str]:
            said = [heard.recv(4096).decode()]
            while not said[-1].startswith("READY"):
                said.append(heard.recv(4096).decode())
            return said

        yield take


@pytest.fixture
def bench(tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(system, "on_terminate", lambda stop: None)
    sound.write(music / "1.flac", title="One")
    level = logging.getLogger().level
    with ExitStack() as closing:
        closing.callback(logging.getLogger().setLevel, level)
        yield Bench(tmp_path, music, closing)


def test_what_can_be_changed_is_changed(bench: Bench, tmp_path: Path) -> None:
    host = bench.host
    assert bench.set("backup.keep", "3").effect == "now"
    assert host.library.upkeep.options.keep == 3
    assert (bench.set("logging.areas", "media=debug").before, logging.getLogger("musfuse.media").level) == (
        '""',
        logging.DEBUG,
    )
    bench.set("logging.areas", "")
    assert logging.getLogger("musfuse.media").level == logging.NOTSET
    bench.set("logging.level", "error")
    assert logging.getLogger().level == logging.ERROR
    bench.set("logging.level", "info")
    bench.set("logging.json_output", "true")
    logging.getLogger("musfuse.x").info("said as JSON")
    assert '"message": "said as JSON"' in (tmp_path / "state/musfuse.log").read_text()
    bench.set("events.keep", "true")
    host.jobs.runner.wait(host.jobs.request("scan").id, 60)
    assert (tmp_path / "state/events.db").exists()
    assert bench.set("metrics.compat", "musicfs").value == '"musicfs"'
    assert bench.set("index.background", "false").effect == "now"


def test_a_face_that_watches_comes_and_goes(bench: Bench) -> None:
    bench.set("metrics.listen", "127.0.0.1:0")
    (name,) = bench.host.faces.active()
    with urllib.request.urlopen(f"{name}/metrics", timeout=30) as page:
        assert b"musfuse_uptime_seconds" in page.read()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(FaceError, match="cannot be listened at"):
            bench.set("metrics.listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert len(bench.host.faces.active()) == 1
    assert bench.set("metrics.listen", "").before == '"127.0.0.1:0"'
    assert bench.host.faces.active() == []


def test_what_could_not_run_at_the_start_runs_after_a_reload(
    tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "on_terminate", lambda stop: None)
    level = logging.getLogger().level
    with ExitStack() as closing:
        closing.callback(logging.getLogger().setLevel, level)
        with taken_place() as place:
            bench = Bench(tmp_path, music, closing, f"[metrics]\nlisten = '{place}'\n")
            for _ in range(2):
                assert [place in said for said in bench.host.unwatched] == [True]
                bench.options.reload()
        assert bench.options.reload().now == ()
        assert (bench.host.unwatched, bench.host.faces.active()) == ([], [f"http://{place}"])


def test_what_is_sent_on_goes_elsewhere(bench: Bench) -> None:
    pytest.importorskip("opentelemetry.sdk")
    bench.set("otel.endpoint", "http://127.0.0.1:9/")
    assert bench.host.faces.active() == ["otlp http://127.0.0.1:9/"]
    bench.set("otel.endpoint", "http://127.0.0.1:9/other")
    assert bench.host.faces.active() == ["otlp http://127.0.0.1:9/other"]
    bench.set("otel.endpoint", "")
    assert bench.host.faces.active() == []


def test_grpc_comes_goes_and_stays_where_it_cannot_be_otherwise(bench: Bench, tmp_path: Path) -> None:
    pytest.importorskip("grpc_health")
    from musfuse_grpc.face import GrpcFace

    faces = bench.host.faces
    assert bench.set("grpc.enabled", "true").effect == "now"
    (first,) = faces.running(GrpcFace)
    assert first.name.startswith("unix:")
    with pytest.raises(FaceError, match=r"grpc\.certificate"):
        bench.set("grpc.listen", "localhost:0")
    assert faces.running(GrpcFace) == [first]
    assert bench.host.library.config[GrpcOptions].listen == ""
    (tmp_path / "no.pem").write_text("no certificate")
    pem = f"certificate = '{tmp_path / 'no.pem'}'\nkey = '{tmp_path / 'no.pem'}'\n"
    bench.write(f"[grpc]\nenabled = true\nlisten = 'localhost:0'\n{pem}")
    with pytest.raises(FaceError, match="have to be PEM"):
        bench.options.reload()
    (second,) = faces.running(GrpcFace)
    assert (second is first, second.name) == (False, first.name)
    bench.write("[grpc]\nenabled = true\nsubscribers = 7\n")
    assert set(bench.options.reload().now) == {"grpc.enabled", "grpc.subscribers"}
    assert bench.set("grpc.enabled", "false").before == "true"
    assert faces.active() == []


def test_what_cannot_be_changed_is_said_and_stays(bench: Bench) -> None:
    before = bench.host.library.config
    assert bench.set("flac.level", "8").effect == "start"
    assert bench.host.library.config == before
    assert bench.set("fuse.cache_seconds", "5").effect == "mount"
    for option, text in (
        ("flac.level", "9"),
        ("flac.lewel", "8"),
        ("webhooks.url", "https://a/"),
        ("events.keep", "perhaps"),
    ):
        with pytest.raises(ConfigError):
            bench.set(option, text)


@pytest.mark.expects_errors
def test_sighup_reads_it_anew(told: Callable[[], list[str]], bench: Bench) -> None:
    told()
    bench.write(
        "[flac]\nlevel = 8\n[backup]\nkeep = 2\n[fuse]\ncache_seconds = 1\n"
        "[[webhooks]]\nurl = 'http://127.0.0.1:9/'\nsecret = 'env:NONE'\n"
    )
    bench.host.reload()
    first, last = told()
    assert re.match(r"RELOADING=1\nMONOTONIC_USEC=\d+$", first)
    assert "changed: backup.keep, webhooks; for mounts that are made from now on: fuse.cache_seconds" in last
    assert "from the next start on: flac.level" in last
    assert (bench.host.library.upkeep.options.keep, len(bench.host._webhooks.webhooking.all())) == (2, 1)
    bench.file.write_text("[flac]\nlevel = 99\n")
    bench.host.reload()
    _, last = told()
    assert "stays as it was" in last
    assert "level" in last
    assert bench.host.library.upkeep.options.keep == 2
    bench.write("[flac]\nlevel = 8\n[backup]\nkeep = 2\n[fuse]\ncache_seconds = 1\n")
    bench.set("backup.keep", "9")  # by somebody, of which the file says nothing new
    bench.host.reload()
    _, last = told()
    assert "changed: webhooks" in last
    assert (bench.host.library.upkeep.options.keep, bench.host._webhooks.webhooking.all()) == (9, [])
    bench.host.reload()
    assert "nothing is other" in told()[-1]
    until(lambda: not bench.host.jobs.runner.rows("scan") or bench.host.jobs.runner.rows("scan")[0].ended)


def test_what_could_not_be_taken_over_is_tried_by_the_next_reload(bench: Bench) -> None:
    with taken_place() as place:
        bench.write(f"[backup]\nkeep = 2\n[metrics]\nlisten = '{place}'\n[[webhooks]]\nurl = 'http://127.0.0.1:9/'\nsecret = 'env:NONE'\n")  # fmt: skip
        with pytest.raises(FaceError, match="cannot be listened at"):
            bench.options.reload()
    bench.set("backup.keep", "9")  # by somebody, after the file was taken over as far as that
    assert set(bench.options.reload().now) == {"metrics.listen", "webhooks"}
    assert bench.host.library.upkeep.options.keep == 9
    assert [name for name in bench.host.faces.active() if place in name]
    assert len(bench.host._webhooks.webhooking.all()) == 1


def test_each_way_is_of_an_option_and_documented() -> None:
    assert set(WAYS) <= set(SECTIONS.options)
    section = DOCS.read_text().split("## While it runs\n")[1].split("\n## ")[0]
    for effect in ("now", "mount"):
        line = next(
            line
            for line in section.splitlines()
            if line.startswith(f"- {'At once' if effect == 'now' else 'For mounts'}")
        )
        assert set(re.findall(r"`(\w+\.\w+)`", line)) == {name for name, way in WAYS.items() if way.effect == effect}
