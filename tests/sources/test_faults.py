"""What goes wrong between here and a real server: the right bytes come or an error, in time, and it heals by itself."""

import hashlib
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import s3servers
import sshd
from middle import Middle, before
from patient import until
from s3servers import S3Server
from sshd import Sshd

from musfuse.errors import AwayError, NotLetInError, OriginError, SourceChangedError
from musfuse.origins import OpenContext, Origin, S3Scheme, SftpScheme, SourceSpec
from musfuse.sources.far import FarSource
from musfuse.sources.lane import Lane, Limits
from musfuse.sources.urgency import Urgency
from musfuse.store.chunks.store import ChunkStore

QUICK = Limits(reader_seconds=2, other_seconds=2, again_seconds=0.001, look_seconds=0.2, soon_seconds=0.01)
DATA = random.Random(7).randbytes(1_500_000)
OTHER = random.Random(8).randbytes(1_500_000)


class Far:
    """A server of a kind with one file, `a.wav`, reached through what may go wrong."""

    def __init__(self, kind: str, server: Sshd | S3Server, folder: Path, middle: Middle) -> None:
        self.kind, self.server, self.middle, self._folder = kind, server, middle, folder
        self.closing: list[Callable[[], None]] = []
        self.put(DATA)

    def put(self, data: bytes, mtime: int = 1_600_000_000) -> None:
        """Put another file in its place, by rename."""
        folder = self._folder
        if isinstance(self.server, S3Server):
            if self.server.name != "rclone":
                self.server.write("faults/a.wav", data)
                return
            # Of what is written by rclone itself it tells the tag of before for a while, when the new bytes are there.
            folder = self.server.folder / "data/music/faults"
            folder.mkdir(parents=True, exist_ok=True)
        new = folder.parent / "new"
        new.write_bytes(data)
        os.utime(new, (mtime, mtime))
        new.replace(folder / "a.wav")

    def origin(self) -> Origin:
        """The bare origin."""
        if isinstance(self.server, S3Server):
            spec = self.server.spec("s3://music/faults", endpoint=f"http://127.0.0.1:{self.middle.port}")
            return S3Scheme().open(spec, OpenContext())
        known = self._folder.parent / "known"
        known.write_text(self.server.known.read_text().replace(str(self.server.port), str(self.middle.port)))
        uri = self.server.uri(self._folder).replace(f":{self.server.port}", f":{self.middle.port}")
        spec = SourceSpec("s", "sftp", uri, options={**self.server.options, "known_hosts": str(known)})
        return SftpScheme().open(spec, OpenContext())

    def source(self, limits: Limits = QUICK, contents: ChunkStore | None = None) -> FarSource:
        """The origin as a library has it, which keeps little in memory."""
        made = FarSource(Lane(self.origin(), limits), 1 << 18, contents=contents)
        self.closing.append(made.close)
        return made


@contextmanager
def own_server(kind: str, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Sshd | S3Server]:
    """A server that a test may stop and change."""
    if kind == "sftp":
        with sshd.running(folder) as ssh:
            yield ssh
    else:
        folder.mkdir()
        with s3servers.running(kind.removeprefix("s3-"), folder, patch) as s3:
            yield s3


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Sshd | S3Server]]:
    """Servers of these tests, each started once."""
    with pytest.MonkeyPatch.context() as patch:
        made: dict[str, Sshd | S3Server] = {}
        ends = []
        folder = tmp_path_factory.mktemp("faults")

        def start(kind: str) -> Sshd | S3Server:
            if kind not in made:
                manager = own_server(kind, folder / kind, patch)
                made[kind] = manager.__enter__()
                ends.append(manager)
            return made[kind]

        yield start
        for manager in ends:
            manager.__exit__(None, None, None)


@pytest.fixture(params=["sftp", "s3-moto", "s3-rclone"])
def far(request: pytest.FixtureRequest, tmp_path: Path, servers: Callable[[str], Sshd | S3Server]) -> Iterator[Far]:
    server, folder = servers(str(request.param)), tmp_path / "root"
    folder.mkdir()
    with before(server.port) as middle:
        made = Far(str(request.param), server, folder, middle)
        yield made
        middle.passing.set()
        for close in made.closing:
            close()


def test_a_reset_in_the_middle_of_an_answer(far: Far) -> None:
    reader, draw = far.source().seen_by(Urgency.READER), random.Random(3)
    stamp = reader.stat("a.wav").stamp
    failed = 0
    for _ in range(6):
        far.middle.left = draw.randrange(1, 100_000)
        offset, size = draw.randrange(len(DATA) - 1), draw.choice((1000, 100_000, 400_000))
        try:
            assert reader.read("a.wav", offset, size, stamp) == DATA[offset : offset + size]
        except OriginError:
            failed += 1
        until(lambda at=offset: whole_again(reader, at))
    assert far.middle.resets >= 2
    assert failed < 6, "what is lost on the way is asked for again"


def whole_again(reader: Origin, offset: int) -> bool:
    """Whether a range comes, in whatever state the source is; never wrong bytes."""
    try:
        data = reader.read("a.wav", offset, 50_000)
    except OriginError:
        return False
    assert data == DATA[offset : offset + 50_000]
    return True


def test_a_link_that_hangs_fails_in_time_and_heals(far: Far) -> None:
    source = far.source()
    reader = source.seen_by(Urgency.READER)
    stamp = reader.stat("a.wav").stamp
    assert reader.read("a.wav", 0, 1000, stamp) == DATA[:1000]
    far.middle.passing.clear()

    def fails_in_time() -> bool:
        """What was sent already may still arrive, and who hears that takes the source for there."""
        began = time.monotonic()
        with pytest.raises(AwayError):
            reader.read("a.wav", 1_200_000, 1000, stamp)
        assert time.monotonic() - began < 30
        return source.lane.outage is not None

    until(fails_in_time)
    began = time.monotonic()
    for _ in range(20):
        with pytest.raises(AwayError):
            reader.read("a.wav", 1_300_000, 1000, stamp)
    assert time.monotonic() - began < 10, "nobody waits once more"
    far.middle.passing.set()
    until(lambda: whole_again(reader, 1_200_000))
    assert source.lane.outage is None


def test_a_slow_link_is_no_outage(far: Far) -> None:
    source = far.source(Limits(reader_seconds=10))
    reader = source.seen_by(Urgency.READER)
    stamp = reader.stat("a.wav").stamp
    far.middle.rate = 1_500_000
    assert reader.read("a.wav", 100_000, 700_000, stamp) == DATA[100_000:800_000]
    assert source.lane.outage is None


def test_another_file_takes_its_place_again_and_again(far: Far, tmp_path: Path) -> None:
    """By rename. Who names a version gets bytes of that version, from wherever they come, or an error."""
    store = ChunkStore(tmp_path / "chunks", 64 << 20)
    far.closing.append(store.close)
    reader, wrong, seen = far.source(contents=store).seen_by(Urgency.READER), list[str](), 0
    versions = [random.Random(number).randbytes(400_000) for number in range(25)]
    tags = [hashlib.md5(data).hexdigest() for data in versions]

    def change() -> None:
        for number, data in enumerate(versions):
            far.put(data, 1_600_000_000 + number)
            time.sleep(0.005)

    far.put(versions[0])
    changing, draw = threading.Thread(target=change), random.Random(4)
    changing.start()
    while changing.is_alive() or seen == 0:
        offset, size = draw.randrange(400_000), draw.choice((100, 70_000, 200_000))
        try:
            stamp = reader.stat("a.wav").stamp
            number = tags.index(stamp.tag) if stamp.tag else stamp.mtime_ns // 10**9 - 1_600_000_000
            data = reader.read("a.wav", offset, size, stamp)
        except OriginError:
            continue
        seen += 1
        if data != versions[number][offset : offset + size]:
            wrong.append(f"version {number} at {offset}")
    changing.join()
    assert not wrong


def test_who_is_not_let_in_any_more_is_told_and_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is taken from the list of those that open the server, and put back."""
    (tmp_path / "root").mkdir()
    with sshd.running(tmp_path / "sshd") as server, before(server.port) as middle:
        far = Far("sftp", server, tmp_path / "root", middle)
        source = far.source()
        reader = source.seen_by(Urgency.READER)
        stamp = reader.stat("a.wav").stamp
        assert reader.read("a.wav", 0, 1000, stamp) == DATA[:1000]
        shutil.move(server.folder / "authorized", tmp_path / "aside")
        middle.reset()
        with pytest.raises(NotLetInError, match="lets nobody in with these keys"):
            reader.read("a.wav", 1_200_000, 1000, stamp)
        assert source.lane.outage is not None
        assert "lets nobody in" in source.lane.outage.told
        with pytest.raises(NotLetInError, match="away since"):
            reader.read("a.wav", 1_200_000, 1000, stamp)
        shutil.move(tmp_path / "aside", server.folder / "authorized")
        until(lambda: whole_again(reader, 1_200_000))
        assert source.lane.outage is None
        source.close()


def test_keys_of_a_bucket_that_are_taken_away_and_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with own_server("s3-rclone", tmp_path / "s3", monkeypatch) as server, before(server.port) as middle:
        assert isinstance(server, S3Server)
        far = Far("s3-rclone", server, tmp_path, middle)
        source = far.source()
        reader = source.seen_by(Urgency.READER)
        stamp = reader.stat("a.wav").stamp
        assert reader.read("a.wav", 0, 1000, stamp) == DATA[:1000]
        server.stop()
        monkeypatch.setattr(s3servers, "SECRET", "another one")
        server.start()
        until(lambda: refused(reader))
        assert source.lane.outage is not None
        assert "SignatureDoesNotMatch" in source.lane.outage.told
        server.stop()
        monkeypatch.setattr(s3servers, "SECRET", server.secret)
        server.start()
        until(lambda: whole_again(reader, 1_200_000))
        assert source.lane.outage is None
        source.close()


def refused(reader: Origin) -> bool:
    """Whether nobody is let in; never bytes."""
    with pytest.raises(AwayError) as caught:
        reader.read("a.wav", 1_200_000, 1000)
    return isinstance(caught.value, NotLetInError)


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_is_hours_off_hides_no_change(sshd: Sshd, tmp_path: Path, hours: int) -> None:
    """Whole seconds, of a server that is behind or ahead: another size or second is another version, an earlier one as
    well, and nothing is kept of what may change once more in the second that it tells."""
    root, store = tmp_path / "root", ChunkStore(tmp_path / "chunks", 64 << 20)
    root.mkdir()
    origin = SftpScheme().open(SourceSpec("s", "sftp", sshd.uri(root), options=sshd.options), OpenContext())
    source = FarSource(Lane(origin, QUICK), contents=store)
    reader, now = source.seen_by(Urgency.READER), int(time.time()) + hours * 3600

    def written(data: bytes, mtime: int) -> None:
        with (root / "a.wav").open("wb") as file:  # in place
            file.write(data)
        os.utime(root / "a.wav", (mtime, mtime))

    before_it = None
    for data, mtime in ((DATA, now), (OTHER, now + 1), (DATA, now - 60), (DATA[:-1], now - 60), (OTHER, now + 2)):
        written(data, mtime)
        stamp = reader.stat("a.wav").stamp
        reader.let_go()
        assert reader.read("a.wav", 100_000, 300_000, stamp) == data[100_000:400_000]
        if before_it is not None:
            assert not before_it.agrees_with(stamp)
            with suppress(SourceChangedError):
                assert reader.read("a.wav", 700_000, 1000, before_it) != data[700_000:701_000], "it was kept"
        before_it = stamp
    kept = store.kept().versions
    assert kept == 0 if hours > 0 else kept > 0
    source.close()
    store.close()


def test_a_server_that_stands_still_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    with sshd.running(tmp_path / "sshd") as server, before(server.port) as middle:
        far = Far("sftp", server, tmp_path / "root", middle)
        reader = far.source().seen_by(Urgency.READER)
        stamp = reader.stat("a.wav").stamp
        server.signal(signal.SIGSTOP)
        try:
            with pytest.raises(AwayError):
                reader.read("a.wav", 1_200_000, 1000, stamp)
        finally:
            server.signal(signal.SIGCONT)
        until(lambda: whole_again(reader, 1_200_000))
        far.closing[0]()
