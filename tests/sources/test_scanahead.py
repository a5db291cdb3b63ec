"""A scan of a far origin finds folders and headers already there."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from far import FarOrigin
from patient import until

from musfuse.errors import AwayError, NotFoundError, OriginError
from musfuse.model import NodeKind, SourceFile, Stamp
from musfuse.origins import Entry
from musfuse.origins.port import Range
from musfuse.origins.reader import FAR_BLOCK
from musfuse.sources.far import FarSource
from musfuse.sources.lane import Lane, Limits
from musfuse.sources.scanahead import FILES, ScanAheadOrigin

FILES_OF = {
    f"{artist}/{album}/{track}.flac": bytes([track]) * 200_000
    for artist in "ab"
    for album in "xy"
    for track in range(5)
}


class Noting(FarOrigin):
    """Notes what is asked, and how much was under way at most."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(files)
        self.listed: list[str] = []
        self.asked: list[tuple[str, int, int]] = []

    def list(self, path: str) -> Iterator[Entry]:
        self.listed.append(path)
        return super().list(path)

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        self.asked.append((path, offset, size))
        return super().read(path, offset, size, stamp)


class Many(Noting):
    """Likes to be asked for eight reads at once, of which some fail."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(files)
        self.traits = replace(self.traits, at_once=8)
        self.together: list[int] = []

    def read_each(self, ranges: Sequence[Range]) -> Sequence[bytes | OriginError]:
        self.together.append(len(ranges))
        return [self._tried(wanted) for wanted in ranges]

    def _tried(self, wanted: Range) -> bytes | OriginError:
        try:
            return self.read(*wanted)
        except OriginError as error:
            return error


@pytest.fixture
def far() -> Noting:
    return Noting(FILES_OF)


@pytest.fixture
def lane(far: Noting) -> Iterator[Lane]:
    made = Lane(far, Limits(again_seconds=0.001, look_seconds=3600, soon_seconds=3600))
    yield made
    far.open.set()
    made.close()


def walk(origin: ScanAheadOrigin, path: str = "") -> Iterator[SourceFile]:
    for entry in origin.list(path):
        below = f"{path}/{entry.name}".lstrip("/")
        assert entry.stat is not None
        if entry.stat.kind is NodeKind.FOLDER:
            yield from walk(origin, below)
        else:
            yield SourceFile("far", below, entry.stat.stamp)


def test_every_folder_is_listed_once_and_ahead(far: Noting, lane: Lane) -> None:
    origin = FarSource(lane).scanned()
    assert origin.traits.expects
    assert sorted(entry.name for entry in origin.list("")) == ["a", "b"]
    until(lambda: len(far.listed) == 7), "before anybody asks for them"
    far.listed.remove("")
    assert sorted(file.path for file in walk(ScanAheadOrigin(lane))) == sorted(FILES_OF)
    assert sorted(far.listed) == sorted(["", *["a", "b", "a/x", "a/y", "b/x", "b/y"] * 2])


def test_heads_are_there_before_they_are_read_and_ends_once_they_are_known_to_be(far: Noting, lane: Lane) -> None:
    origin = ScanAheadOrigin(lane)
    files = list(walk(origin))
    for file in files[:10]:
        origin.expect(file)
    until(lambda: len(far.asked) == 10)
    assert {size for _, _, size in far.asked} == {FAR_BLOCK}, "no more travels than is read"
    for file in files[:10]:
        assert origin.read(file.path, 0, FAR_BLOCK, file.stamp) == FILES_OF[file.path][:FAR_BLOCK]
    assert len(far.asked) == 10
    assert origin.read(files[0].path, 199_000, 1000, files[0].stamp) == FILES_OF[files[0].path][199_000:]
    far.asked.clear()
    for file in files[10:]:
        origin.expect(file)
    until(lambda: len(far.asked) == 20)
    for file in files[10:]:
        assert origin.read(file.path, 199_500, 500, file.stamp) == FILES_OF[file.path][199_500:]
    assert len(far.asked) == 20


def test_what_is_asked_ahead_is_bounded_and_goes_on_as_it_is_read(far: Noting, lane: Lane) -> None:
    origin, count = ScanAheadOrigin(lane), FILES + 50
    for number in range(count):
        far.write(f"many/{number}", b"x" * 100)
    files = [SourceFile("far", f"many/{number}", far.stat(f"many/{number}").stamp) for number in range(count)]
    for file in files:
        origin.expect(file)
    until(lambda: len(far.asked) == FILES)
    for file in files[:50]:
        origin.read(file.path, 0, 100, file.stamp)
    until(lambda: len(far.asked) == count)


def test_headers_are_asked_for_together_where_an_origin_likes_that() -> None:
    far = Many(FILES_OF)
    lane = Lane(far, Limits(again_seconds=0.001))
    origin = ScanAheadOrigin(lane)
    files = list(walk(origin))
    for file in files:
        origin.expect(file)
    until(lambda: len(far.asked) == 16)
    assert far.together == [8, 8], "as many as it likes; the rest waits for more"
    for file in files[:16]:
        until(lambda file=file: origin.at_hand(file.path, 0, 100, file.stamp) is not None)
        assert origin.at_hand(file.path, 50, 100, file.stamp) == FILES_OF[file.path][50:150]
    assert origin.at_hand(files[16].path, 0, 100, files[16].stamp) is None, "it did not come yet"
    assert origin.at_hand(files[0].path, 0, 100_000, files[0].stamp) is None, "nor did all of that"
    assert origin.read(files[16].path, 0, 100, files[16].stamp) == FILES_OF[files[16].path][:100]
    assert far.together == [8, 8, 4], "until somebody waits for one of them"
    lane.close()


def test_one_that_fails_among_many_is_told_of_alone() -> None:
    far = Many(FILES_OF)
    lane = Lane(far, Limits(again_seconds=0.001))
    origin = ScanAheadOrigin(lane)
    files = list(walk(origin))[:8]
    far.remove(files[3].path)
    for file in files:
        origin.expect(file)
    until(lambda: far.together == [8])
    for number, file in enumerate(files):
        if number == 3:
            assert origin.at_hand(file.path, 0, 10, file.stamp) is None
            with pytest.raises(NotFoundError):
                origin.read(file.path, 0, 10, file.stamp)
        else:
            assert origin.read(file.path, 0, 10, file.stamp) == FILES_OF[file.path][:10]
    lane.close()


def test_an_outage_in_the_middle_is_told_to_who_asks(far: Noting, lane: Lane) -> None:
    origin = ScanAheadOrigin(lane)
    origin.list("")
    until(lambda: len(far.listed) == 7)
    far.down = AwayError
    with pytest.raises(AwayError):
        origin.stat("a/x/0.flac")
    assert list(origin.list("a")), "which was listed before"
    with pytest.raises(AwayError):
        origin.list("elsewhere")
    origin.expect(SourceFile("far", "a/x/0.flac", Stamp(200_000, 1)))


def test_a_folder_that_went_meanwhile(far: Noting, lane: Lane) -> None:
    far.open.clear()
    origin, errors = ScanAheadOrigin(lane), list[BaseException]()

    def scan() -> None:
        try:
            origin.list("gone")
        except NotFoundError as error:
            errors.append(error)

    thread = threading.Thread(target=scan)
    thread.start()
    far.open.set()
    thread.join(30)
    assert len(errors) == 1


def test_a_folder_that_changed_just_now_is_listed_once_more_when_that_is_over() -> None:
    far, now, slept = Noting({"a/1": b"x", "b/2": b"y"}), [0], list[float]()
    far.traits = replace(far.traits, mtime_step_ns=10**9)
    stamp = far.stat("a/1").stamp
    far._files["a/1"] = (b"x", Stamp(1, stamp.mtime_ns), "")  # a server that tells no more than that
    far._files["b/2"] = (b"y", Stamp(1, stamp.mtime_ns - 9 * 10**9), "")

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        far.write("a/3", b"z")

    lane = Lane(far, Limits(again_seconds=0.001))
    try:
        for apart, waits in ((0.5, [1.5]), (-1.0, [3.0]), (2.0, []), (-60.0, [])):
            now[0] = stamp.mtime_ns + int(apart * 1e9)
            origin = ScanAheadOrigin(lane, None, lambda: now[0], sleep)
            slept.clear()
            list(origin.list(""))
            assert len(list(origin.list("b"))) == 1
            assert len(list(origin.list("a"))) == (1 if not waits else 2), apart
            assert slept == waits
            far._files.pop("a/3", None)
    finally:
        lane.close()
