"""Stars and favourites: all tracks that targets mean, or none."""

from pathlib import Path

import pytest
import sound
from drive.albums import target
from drive.conftest import Make, make_library  # noqa: F401 - a fixture

from musfuse.app.library import Library
from musfuse.errors import BusyError, ConfigError, NotFoundError
from musfuse.library.userdb import Rating
from musfuse.service.ratings import Ratings
from musfuse.service.requests.ratings import Rated, RateTracks, RatingChange, RatingTold, StarTracks

ALL, ONE = target("album:best"), target("title:one")
NOTHING = RatingTold(0, False)


@pytest.fixture
def library(make_library: Make, music: Path) -> Library:
    for title in ("One", "Two"):
        sound.write(music / f"{title}.flac", 5000, artist="Ann", album="Best", title=title)
    return make_library(index__background=False, view__policy="original")


def of(library: Library, title: str) -> Rating:
    _, row = library.drive.row(f"Ann/Best/{title}.flac")
    assert row is not None
    return library.playing.ratings.of(row.public)


def test_they_are_given_told_of_beforehand_and_taken_back(library: Library) -> None:
    service = library.handlers()
    dry = RateTracks(targets=tuple(ALL), stars=4, dry_run=True)
    assert dry.reads
    told = service.call(dry)
    assert told == Rated(2, 2, tuple(
        RatingChange(f"Ann/Best/{title}.flac", NOTHING, RatingTold(4, False)) for title in ("One", "Two")
    ))  # fmt: skip
    assert of(library, "One") == Rating()
    assert service.call(RateTracks(targets=tuple(ALL), stars=4)) == told
    assert (of(library, "One"), of(library, "Two")) == (Rating(4), Rating(4))
    assert service.call(RateTracks(targets=tuple(ALL), stars=4)) == Rated(2, 0, ())
    assert service.call(RateTracks(targets=tuple(ONE), stars=0)).changed == 1
    assert (of(library, "One"), of(library, "Two")) == (Rating(), Rating(4))


def test_a_track_that_nobody_knows_yet_gets_none_and_nor_do_others(library: Library) -> None:
    with library.catalog.database.write() as db:
        db.execute("UPDATE item SET public = NULL WHERE id = (SELECT max(id) FROM item)")
    for asked in (RateTracks(targets=tuple(ALL), stars=4), StarTracks(targets=tuple(ALL))):
        with pytest.raises(BusyError, match="try again"):
            library.handlers().call(asked)
    assert not list(library.playing.ratings.rated(1))


def test_a_favourite_keeps_its_stars_and_since_when_it_is_one(library: Library) -> None:
    times = iter((5, 6, 7))
    ratings = Ratings(library.playing.ratings, library.tagging.selection, now_ns=lambda: next(times))
    ratings.rate(RateTracks(targets=tuple(ONE), stars=3))
    assert ratings.star(StarTracks(targets=tuple(ONE))).changed == 1
    assert ratings.star(StarTracks(targets=tuple(ALL))).changed == 1
    assert (of(library, "One"), of(library, "Two")) == (Rating(3, 5), Rating(0, 6))
    assert ratings.star(StarTracks(targets=tuple(ALL), starred=False)).changed == 2
    assert (of(library, "One"), of(library, "Two")) == (Rating(3), Rating())


def test_where_a_target_means_nothing_nothing_is_changed(library: Library) -> None:
    service = library.handlers()
    with pytest.raises(NotFoundError):
        service.call(RateTracks(targets=(*target("Ann/Best"), *target("title:nobody")), stars=5))
    assert of(library, "One") == Rating()
    for stars in (-1, 6):
        with pytest.raises(ConfigError, match="1 to 5 stars"):
            service.call(RateTracks(targets=tuple(ALL), stars=stars))


def test_thousands_are_one_transaction(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []
    execute = library.stores.user.kv.execute

    def noted(sql: str, *values: object) -> object:
        statements.append(sql)
        return execute(sql, *values)

    monkeypatch.setattr(library.stores.user.kv, "execute", noted)
    library.handlers().call(RateTracks(targets=tuple(ALL), stars=2))
    assert [sql for sql in statements if sql.split()[0] in ("BEGIN", "COMMIT")] == ["BEGIN IMMEDIATE", "COMMIT"]
