"""What is said of originals follows them, and their ids with it, also where a kill came in between."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from library.conftest import Desk
from library.test_naming import tags
from musfuse.library.catalog.departures import Departure, Departures, named
from musfuse.library.catalog.identities import Identities
from musfuse.library.following import Following
from musfuse.library.overlay import Delta, MetaCollector, overlay_key
from musfuse.library.pipeline import Pipeline
from musfuse.library.pipeline.overlay import Overlaying
from musfuse.library.userdb import UserDatabase
from musfuse.library.userdb.identities import IdentityTable
from musfuse.model import SourceFile, TagSource


class House:
    """A catalog over a real user.db."""

    def __init__(self, folder: Path, desk: Desk) -> None:
        self.desk, self.user = desk, UserDatabase(folder / "user.db")
        self.collector = MetaCollector(self.user.kv)
        self.overlaying = Overlaying(desk.database, self.collector)
        self.naming = Pipeline(desk.database, [self.overlaying, *desk.naming_over(desk.database)])
        self.ids, self.departures = IdentityTable(self.user), Departures(desk.database)
        self.following = Following(
            self.user, self.collector, self.overlaying, self.departures, Identities(desk.database), desk.tracks
        )

    def put(self, path: str, public: int | None = None, content: str = "") -> SourceFile:
        self.desk.put(path, tags(title=path))
        row = self.desk.tracks.at(self.desk.source().uid, path, 0)
        assert row is not None
        with self.desk.database.write() as db:
            db.execute("UPDATE item SET public = ?, content = ? WHERE id = ?", (public, content, row.track.id))
        return row.track.file

    def say(self, file: SourceFile, genre: str, part: int = 0) -> None:
        deltas = [Delta(overlay_key(file, part), {"genre": (genre,)})]
        change = self.collector.apply_delta(deltas, TagSource.USER, "tester", "test")
        self.overlaying.adopt(change.seq, self.collector.keys_of(change.seq))

    def said(self, file: SourceFile, part: int = 0) -> str | None:
        found = self.collector.load_overlay(overlay_key(file, part)).said("genre")
        return found[1][0] if found else None

    def gone(self) -> dict[str, Departure]:
        return {departure.file.path: departure for departure in self.departures.of(self.desk.source().id)}

    def settle(self, **now: SourceFile | None) -> None:
        """Files, by their names without extension, are elsewhere now, or nowhere."""
        gone = self.gone()
        fates = [(gone[f"{name}.wav"], file) for name, file in now.items()]
        self.following.settle(fates, named(list(gone.values())))

    def served(self, path: str) -> str | None:
        self.naming.run()
        row = self.desk.tracks.at(self.desk.source().uid, path, 0)
        assert row is not None
        return row.track.tags.first("genre")


@pytest.fixture
def house(tmp_path: Path, desk: Desk) -> Iterator[House]:
    made = House(tmp_path, desk)
    yield made
    made.user.close()


def test_tags_and_id_are_where_the_file_is(house: House) -> None:
    old = house.put("a.wav", 77)
    house.say(old, "Rock")
    house.desk.remove("a.wav")
    new = house.put("b.wav")
    house.settle(a=new)
    assert (house.said(old), house.said(new)) == (None, "Rock")
    assert house.ids.id_of(overlay_key(new, 0)) == 77
    assert house.ids.id_of(overlay_key(old, 0)) != 77
    assert house.gone() == {}
    assert house.served("b.wav") == "Rock"
    change = house.collector.change(house.collector.last())
    assert change.moved
    assert change.departures.startswith(f"{old.source_uid}:")  # what a start after a kill has to settle


def test_what_was_said_of_each_part_goes_along(house: House) -> None:
    old = house.put("a.wav", 77)
    for part in (0, 1, 12):
        house.say(old, f"G{part}", part)
    neighbour = house.put("a.wav.wav")
    house.say(neighbour, "its own", 3)
    house.desk.remove("a.wav")
    new = house.put("b.wav")
    house.settle(a=new)
    assert [house.said(new, part) for part in (0, 1, 12)] == ["G0", "G1", "G12"]
    assert (house.said(neighbour, 3), house.said(new, 3)) == ("its own", None)


def test_two_that_changed_places_take_theirs_along(house: House) -> None:
    a, b = house.put("a.wav", 1), house.put("b.wav", 2)
    house.say(a, "of a")
    house.say(b, "of b")
    house.desk.remove("a.wav")
    house.desk.remove("b.wav")
    house.settle(a=house.put("b.wav"), b=house.put("a.wav"))
    assert (house.said(a), house.said(b)) == ("of b", "of a")
    assert [house.ids.id_of(overlay_key(file, 0)) for file in (a, b)] == [2, 1]
    assert (house.served("a.wav"), house.served("b.wav")) == ("of b", "of a")


def test_an_id_of_what_is_lost_is_nobody_elses_and_is_known_by_its_sound(house: House) -> None:
    old = house.put("a.wav", 77, "pcm:x")
    house.put("mute.wav", 78, "-")
    house.say(old, "Rock")
    for path in ("a.wav", "mute.wav"):
        house.desk.remove(path)
    house.settle(a=None, mute=None)
    (vanished,) = house.ids.of_content("pcm:x")
    assert (vanished.id, vanished.key) == (77, overlay_key(old, 0))
    assert list(house.ids.of_content("-")) == []  # that is no sound
    assert house.said(old) == "Rock"  # it may come back
    assert house.gone() == {}


def test_a_file_that_was_replaced_in_its_place_is_not_lost(house: House) -> None:
    house.put("a.wav", 77, "pcm:x")
    house.desk.remove("a.wav")
    house.put("a.wav", 77, "pcm:y")
    house.settle(a=None)
    assert list(house.ids.of_content("pcm:x")) == []
    assert house.gone() == {}


def test_a_kill_between_both_databases_only_repeats_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    old = house.put("a.wav", 77)
    house.say(old, "Rock")
    house.desk.remove("a.wav")
    new = house.put("b.wav")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Overlaying, "adopt", killed)
        with pytest.raises(KeyboardInterrupt):
            house.settle(a=new)
    assert house.gone()  # the catalog has not heard of it
    last = house.collector.last()
    house.settle(a=new)
    assert house.collector.last() == last
    assert not house.overlaying.catch_up()
    assert (house.said(old), house.said(new)) == (None, "Rock")
    assert house.ids.id_of(overlay_key(new, 0)) == 77
    assert house.gone() == {}
    assert house.served("b.wav") == "Rock"


def test_what_nobody_said_anything_of_is_no_change(house: House) -> None:
    house.put("a.wav", 77)
    house.desk.remove("a.wav")
    house.settle(a=house.put("b.wav"))
    assert house.collector.last() == 0
    assert house.gone() == {}
