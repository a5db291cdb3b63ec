"""Originals are looked at again when somebody resolves them: each at most once a second, and never doubted because a
disk is away."""

from collections.abc import Iterator

import pytest
from library.conftest import Desk, desk  # noqa: F401 - a fixture
from library.test_naming import tags
from patient import HandClock

from musfuse.drive.branches import freshness
from musfuse.drive.branches.freshness import Freshness
from musfuse.errors import UnavailableError
from musfuse.library.catalog import Node, Renditions
from musfuse.model import Stamp
from musfuse.origins import Entry, MemoryOrigin, SourceStat, Traits


class Place(MemoryOrigin):
    """Counts what it is asked, and may be away or unmounted."""

    asked, away, unmounted = 0, False, False

    def stat(self, path: str) -> SourceStat:
        self.asked += 1
        if self.away:
            raise UnavailableError("the disk is unplugged")
        return super().stat(path)

    def list(self, path: str) -> Iterator[Entry]:
        return iter(()) if self.unmounted else super().list(path)


class Looked:
    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk, self.place, self.clock = desk, Place("m", {"a.wav": b"1", "b.wav": b"22"}), HandClock()
        monkeypatch.setattr(freshness.time, "monotonic", self.clock)
        self.refreshed: list[str] = []
        for path in ("a.wav", "b.wav"):
            self.read(path)
        self.fresh = Freshness(desk.tracks, lambda _: self.place, lambda uid, path: self.refreshed.append(path))

    def read(self, path: str) -> None:
        """As a scan reads a file."""
        facts, source = self.place.stat(path), self.desk.source()
        self.desk.put(path, tags(title=path))
        known = self.desk.files.known(self.desk.files.folder(source.id, "", 1))[path]
        with self.desk.database.write() as db:
            db.execute(
                "UPDATE file SET size = ?, mtime_ns = ?, tag = ?, ident = ? WHERE id = ?",
                (facts.stamp.size, facts.stamp.mtime_ns, facts.stamp.tag, facts.ident, known.id),
            )
        self.desk.naming.run()
        self.place.asked = 0

    def node(self, path: str = "a.wav") -> Node:
        found = self.desk.nodes.of_original(self.desk.source().uid, path, 0)
        assert found is not None
        return found


@pytest.fixture
def looked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Looked:
    return Looked(desk, monkeypatch)


def test_an_original_is_looked_at_once_a_second(looked: Looked) -> None:
    for _ in range(5):
        assert looked.fresh.is_current(looked.node())
    assert looked.place.asked == 1
    assert looked.fresh.is_current(looked.node("b.wav"))
    assert looked.place.asked == 2
    looked.clock.now += 1.1
    assert looked.fresh.is_current(looked.node())
    looked.fresh.forget()
    assert looked.fresh.is_current(looked.node())
    assert looked.place.asked == 4
    assert looked.refreshed == []


def test_one_that_is_far_is_looked_at_as_seldom_as_it_says_and_not_by_who_passes_by(looked: Looked) -> None:
    looked.fresh.look(looked.node())
    assert looked.place.asked == 1
    looked.place.traits = Traits(stable_ids=True, freshness_seconds=10)
    looked.fresh.forget()
    looked.fresh.look(looked.node())
    assert looked.place.asked == 1
    for seconds, asked in ((0, 2), (9, 2), (2, 3)):
        looked.clock.now += seconds
        assert looked.fresh.is_current(looked.node())
        assert looked.place.asked == asked


@pytest.mark.parametrize("how", ["rewritten in place", "another file, as far as a number tells", "replaced"])
def test_one_that_changed_is_read_again_and_its_path_looked_up_again(looked: Looked, how: str) -> None:
    node = looked.node()
    data, stamp, ident = looked.place._files["a.wav"]
    if how == "replaced":
        looked.place.write("a.wav", b"1")
    elif how == "rewritten in place":
        looked.place._files["a.wav"] = (data, Stamp(stamp.size, stamp.mtime_ns + 1), ident)
    else:
        looked.place._files["a.wav"] = (data, Stamp(stamp.size, stamp.mtime_ns), "other")
    assert not looked.fresh.is_current(node)
    assert not looked.fresh.is_current(node)
    assert looked.refreshed == ["a.wav", "a.wav"]
    looked.read("a.wav")
    assert not looked.fresh.is_current(node)  # what the node tells is of before
    assert looked.fresh.is_current(looked.node())


def test_one_that_is_gone_is_read_again_unless_the_whole_place_is(looked: Looked) -> None:
    looked.place.remove("a.wav")
    looked.place.unmounted = True  # an empty folder where a disk used to be
    assert looked.fresh.is_current(looked.node())
    assert looked.refreshed == []
    looked.place.unmounted = False
    looked.clock.now += 1.1
    assert not looked.fresh.is_current(looked.node())
    assert looked.refreshed == ["a.wav"]


def test_what_is_known_stands_while_its_place_is_away(looked: Looked) -> None:
    looked.place.away = True
    looked.place.write("a.wav", b"changed")
    assert looked.fresh.is_current(looked.node())
    assert looked.refreshed == []


def test_a_node_that_tells_less_than_is_known_is_looked_up_again(looked: Looked) -> None:
    node = looked.node()
    row = looked.desk.tracks.track(node.track)
    assert row is not None
    Renditions(looked.desk.database).set_size(row.track, 1000, "token")
    assert not looked.fresh.is_current(node)
    assert looked.fresh.is_current(looked.node())
    looked.desk.remove("a.wav")
    looked.fresh.forget()
    assert not looked.fresh.is_current(node)  # and there is nothing to read again
    assert looked.refreshed == []
