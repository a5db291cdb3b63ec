"""Libraries that beets 1.6 and beets 2.14 made, and such that no beets makes."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from library.exchange import beetsmusic
from musfuse.errors import ConfigError
from musfuse.library.exchange.beets import Beets
from musfuse.library.exchange.foreign import ForeignTrack
from musfuse.store.foreign import foreign_database

SAMPLES = Path(__file__).with_name("samples")
OLD, NEW = SAMPLES / "beets-1.6.0.db", SAMPLES / "beets-2.14.1.db"


def tracks(path: Path) -> list[ForeignTrack]:
    with foreign_database(path) as database:
        return list(Beets(database).tracks())


@pytest.fixture
def changed(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A copy of a sample, to be changed; it is read after it is closed."""
    shutil.copyfile(NEW, tmp_path / "library.db")
    with closing(sqlite3.connect(tmp_path / "library.db")) as db:
        yield db


def test_both_layouts_say_the_same() -> None:
    old, new = tracks(OLD), tracks(NEW)
    assert [track.place for track in old] == [f"/srv/music/{path}" for path, *_ in beetsmusic.TRACKS]
    assert [track.place for track in new] == [path for path, *_ in beetsmusic.TRACKS]
    assert old[0].tags.pop("genre") == ("Rock; Noise",)  # type: ignore[attr-defined]
    assert new[0].tags.pop("genre") == ("Rock", "Noise")  # type: ignore[attr-defined]
    assert [track._replace(place="") for track in old] == [track._replace(place="") for track in new]


def test_what_is_said_of_tracks() -> None:
    one, two, crying, alone = tracks(NEW)
    assert one.tags["title"] == ("One (Live)",)
    assert one.tags["musicbrainz_trackid"] == (beetsmusic.RECORDING,)
    assert (one.tags["mood"], one.tags["shelf"]) == (("calm",), ("upstairs",))
    assert (one.plays, one.last_ns, one.stars) == (7, 1_600_000_000 * 10**9, 4)
    assert (two.tags["date"], two.tags["shelf"]) == (("2001-02",), ("upstairs",))
    assert "data_source" not in two.tags
    assert "tracktotal" not in two.tags
    assert (crying.stars, crying.tags["artist"], crying.tags.get("shelf")) == (3, ("Björk",), None)
    assert alone.tags["comment"] == ("left over",)
    assert alone.seconds == pytest.approx(beetsmusic.SECONDS, abs=0.01)


@pytest.mark.parametrize(
    ("value", "stars"), [("4", 4), ("0.8", 4), ("1", 1), ("1.0", 5), ("80", 4), ("9", 5), ("-3", 0), ("x", 0)]
)
def test_a_rating_is_a_fraction_or_stars(changed: sqlite3.Connection, tmp_path: Path, value: str, stars: int) -> None:
    changed.execute("UPDATE item_attributes SET value = ? WHERE key = 'rating' AND entity_id = 1", (value,))
    changed.commit()
    assert tracks(tmp_path / "library.db")[0].stars == stars


def test_values_of_any_type_stop_nothing(changed: sqlite3.Connection, tmp_path: Path) -> None:
    changed.execute(
        "UPDATE items SET path = 7, title = x'00ff', artist = 1.5, year = 'MMI', track = 1e300, length = 'long',"
        " rg_track_gain = 'loud', genres = '', album_id = 'x', mb_trackid = NULL WHERE id = 1"
    )
    changed.execute("INSERT INTO item_attributes (entity_id, key, value) VALUES ('one', 'a', 'b'), (2, x'01', x'02')")
    changed.execute("INSERT INTO item_attributes (entity_id, key, value) VALUES (99, 'of', 'nobody'), (2, 'a=b', 'c')")
    changed.commit()
    one, two, *_ = tracks(tmp_path / "library.db")
    assert (one.place, one.seconds, one.tags["artist"]) == ("", None, ("1.5",))
    assert one.tags.keys() & {"title", "date", "tracknumber", "genre", "replaygain_track_gain"} == set()
    assert two.tags["title"] == ("Two",)


def test_gains_are_written_as_taggers_write_them(changed: sqlite3.Connection, tmp_path: Path) -> None:
    changed.execute("UPDATE items SET rg_track_gain = -6.5, rg_track_peak = 0.98765432, comp = 1, disc = 0")
    changed.commit()
    one = tracks(tmp_path / "library.db")[0]
    assert one.tags["replaygain_track_gain"] == ("-6.50 dB",)
    assert (one.tags["replaygain_track_peak"], one.tags["compilation"]) == (("0.987654",), ("1",))


def test_any_other_database_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as db:
        db.execute("CREATE VIEW items AS SELECT 1 AS id, 2 AS path, 3 AS title, 4 AS artist")
    with pytest.raises(ConfigError, match=r"x\.db: no library of beets"):
        tracks(tmp_path / "x.db")
