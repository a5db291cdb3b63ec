"""Stars, favourites and counts: what was said here stands, and a second time changes nothing."""

from pathlib import Path

from library.imports.conftest import Planned
from musfuse.app.library import Library
from musfuse.library.exchange.foreign import ForeignTrack
from musfuse.library.imports.opinions import Opinions
from musfuse.library.userdb.plays import Heard, Play
from musfuse.library.userdb.ratings import Rating


def test_they_are_taken_once(planned: Planned, library: Library, music: Path) -> None:
    tracks = [
        ForeignTrack("1", f"{music}/Ann/Best/One.flac", {}, None, 4, 0, 10, 0, 500),
        ForeignTrack("2", f"{music}/Ann/Best/Two.flac", {}, None, 2, 77, 3, 100, 200),
        ForeignTrack("3", f"{music}/Ann/Best/Three.flac", {}),
    ]
    _, _, pairs = planned(tracks)
    one, two, three = (pairs.of_calls([name])[name][0] for name in "123")
    ratings, plays = library.playing.ratings, library.playing.table
    ratings.put([(two, Rating(5, None))])
    plays.add([Play(two, 50, 1, "x"), Play(two, 150, 1, "x")])
    dry = Opinions(ratings, plays, now_ns=9)
    dry.take(pairs, write=False)
    assert (ratings.of(one), plays.of(one)) == (Rating(), None)
    opinions = Opinions(ratings, plays, now_ns=9)
    opinions.take(pairs, write=True)
    assert [dry.rated, dry.starred, dry.kept, dry.played] == [1, 2, 1, 2]
    assert [opinions.rated, opinions.starred, opinions.kept, opinions.played] == [1, 2, 1, 2]
    assert (ratings.of(one), ratings.of(two), ratings.of(three)) == (Rating(4, 9), Rating(5, 77), Rating())
    assert plays.of(one) == Heard(one, 10, 500, 500, "Ann/Best/01 - One.flac")
    assert plays.of(two) == Heard(two, 3, 50, 200, "x")
    again = Opinions(ratings, plays, now_ns=10)
    again.take(pairs, write=True)
    assert (again.rated, again.starred, again.played) == (0, 0, 0)
    assert ratings.of(one) == Rating(4, 9)
