"""Fixtures for all tests."""

import csv
import hashlib
import logging
import os
import re
import shutil
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import s3servers
import warm
from hypothesis import HealthCheck, settings
from originals import CHOICES, Originals, originals_at
from s3servers import S3Server
from sshd import Sshd, running
from warm import WarmStarts

from musfuse.origins import LocalOrigin
from musfuse.platform import system

if TYPE_CHECKING:
    from musfuse.app.library import Library

# Time limits live in benchmarks: a machine under load is not an error.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("untimed"), max_examples=2000)  # --hypothesis-profile long
settings.load_profile("untimed")

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files from other projects' test suites."""
    if not (CORPUS / "MANIFEST.tsv").exists():
        pytest.skip("the corpus of real files is not beside the project (../shared/corpus)")
    return CORPUS


def manifest() -> list[dict[str, str]]:
    """The rows of the corpus's manifest."""
    lines = (CORPUS / "MANIFEST.tsv").read_text("utf-8").splitlines()
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(autouse=True, scope="session")
def warm_workers() -> Iterator[WarmStarts]:
    """Workers start within milliseconds, where processes can be forked."""
    with closing(WarmStarts(system.spawn_piped)) as starts, pytest.MonkeyPatch.context() as patch:
        if sys.platform == "linux":
            patch.setattr(system, "spawn_piped", starts.spawn_piped)
            patch.setattr(warm, "starts", starts)
        yield starts


@pytest.fixture
def cold_workers(warm_workers: WarmStarts, monkeypatch: pytest.MonkeyPatch) -> None:
    """For who looks at workers as children of this process."""
    monkeypatch.setattr(system, "spawn_piped", warm_workers.cold)


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    """A number for each test."""
    return count()


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, numbers: Iterator[int]) -> Path:
    """As pytest's, whose number is found by a look at the folders of all tests before this one."""
    name = re.sub(r"\W", "_", request.node.name, flags=re.ASCII)[5:30]
    folder = tmp_path_factory.getbasetemp() / f"{name}{next(numbers)}"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(autouse=True)
def runtime_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, numbers: Iterator[int]
) -> None:
    """Control sockets and configuration of a test are its own."""
    folder = tmp_path_factory.getbasetemp() / f"run{next(numbers)}"
    folder.mkdir(mode=0o700)
    for name in [name for name in os.environ if name.startswith("MUSFUSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))


@pytest.fixture(autouse=True)
def no_error_logs(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that logs an error it did not expect fails; mark it with `expects_errors` otherwise."""
    yield
    if request.node.get_closest_marker("expects_errors"):
        return
    for when in ("setup", "call"):
        errors = [r for r in caplog.get_records(when) if r.levelno >= logging.ERROR]
        assert not errors, [r.getMessage() for r in errors]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test logged can be sent from a parallel run, names that are no text as well."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--originals sftp tests/faces` has the originals of tests of the drive on a server."""
    parser.addoption("--originals", choices=CHOICES, default="local", help="where originals lie")


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A real SSH server, for who only reads from it."""
    with running(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(scope="session")
def s3server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], S3Server]]:
    """Real S3 servers by their name, each started when it is first asked for."""
    with ExitStack() as stack:
        patch, running = stack.enter_context(pytest.MonkeyPatch.context()), dict[str, S3Server]()

        def start(name: str) -> S3Server:
            if name not in running:
                folder = tmp_path_factory.mktemp(name)
                running[name] = stack.enter_context(s3servers.running(name, folder, patch))
            server = running[name]
            patch.setenv("S3_TEST_ACCESS", server.access)
            patch.setenv("S3_TEST_SECRET", server.secret)
            return server

        yield start


@pytest.fixture(scope="session")
def served_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A real S3 server to which the folders of all tests are buckets."""
    with pytest.MonkeyPatch.context() as patch:
        folder, base = tmp_path_factory.mktemp("served"), tmp_path_factory.getbasetemp()
        with s3servers.running("rclone", folder, patch, base) as server:
            yield server


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """An empty folder for originals."""
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


@pytest.fixture
def where(request: pytest.FixtureRequest) -> str:
    """Where a library has its originals: one of `originals.CHOICES`."""
    return str(request.config.getoption("--originals"))


@pytest.fixture
def kept_at(where: str, music: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Originals:
    """Where the originals of the test lie."""
    for marker in request.node.iter_markers("not_over"):
        if where.partition("-")[0] in marker.args:
            pytest.skip(f"{where}: {marker.kwargs['reason']}")
    return originals_at(where, music, request.getfixturevalue, monkeypatch)


@pytest.fixture
def add_music(kept_at: Originals) -> "Callable[[Library], object]":
    """Adds `music`, or what lies there now, to a library as a source."""
    return kept_at.add


@pytest.fixture
def place(kept_at: Originals) -> Callable[[Path], str]:
    """What a file or folder below `music` is called where it lies."""
    return kept_at.place


@pytest.fixture
def origin(music: Path) -> Iterator[LocalOrigin]:
    """A local origin over `music`."""
    made = LocalOrigin("src", str(music))
    yield made
    made.close()


def fuse_works() -> bool:
    """Whether real mounts can be tried here."""
    return os.access("/dev/fuse", os.R_OK | os.W_OK) and bool(shutil.which("fusermount3"))


needs_fuse = pytest.mark.skipif(not fuse_works(), reason="no FUSE here: /dev/fuse or fusermount3 is missing")


def _corpus_checksum() -> str:
    """Names, times and bytes of every file of the corpus: no test may change an original."""
    digest = hashlib.sha256()
    for path in sorted(CORPUS.rglob("*")) if CORPUS.exists() else ():
        digest.update(f"{path}\0{path.stat().st_mtime_ns}\0".encode("utf-8", "surrogateescape"))
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


@pytest.fixture(scope="session", autouse=True)
def originals_stay() -> Iterator[None]:
    """The whole source tree is the same after the suite as before it."""
    before = _corpus_checksum()
    yield
    assert _corpus_checksum() == before, "a test changed an original"
