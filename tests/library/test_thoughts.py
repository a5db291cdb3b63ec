"""What is thought of tracks, beside them."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from musfuse.library.catalog.targets import Selected
from musfuse.library.thoughts import Thoughts
from musfuse.library.userdb.database import UserDatabase
from musfuse.library.userdb.plays import Heard, PlayTable
from musfuse.library.userdb.ratings import Rating, RatingTable


@pytest.fixture
def thoughts(tmp_path: Path) -> Iterator[Thoughts]:
    with closing(UserDatabase(tmp_path / "user.db")) as database:
        thoughts = Thoughts(RatingTable(database), PlayTable(database))
        thoughts.ratings.put((track, Rating(1 + track % 5)) for track in range(-3000, 3000, 3))
        thoughts.plays.put(Heard(track, 2, 5, 9, "") for track in range(-3000, 3000, 2))
        yield thoughts


def row(public: int) -> Selected:
    return cast(Selected, SimpleNamespace(public=public))


def test_each_track_has_its_own(thoughts: Thoughts) -> None:
    wanted = [7, 6, 3, 2, 0, *range(100, 1700), 4000]
    found = list(thoughts.of(map(row, wanted)))
    assert [track.public for track, _, _ in found] == wanted
    told = {track.public: (rating.stars, heard is not None) for track, rating, heard in found}
    assert [told[public] for public in (7, 6, 3, 2, 4000)] == [(0, False), (2, True), (4, False), (0, True), (0, False)]
    assert told[0] == (0, False)  # which nobody could tell yet: it has no id
    assert told[1500] == (1, True)


def test_all_that_were_rated_or_played_come_once(thoughts: Thoughts) -> None:
    def known_as(publics: Sequence[int]) -> dict[int, Selected]:
        return {public: row(public) for public in publics if public != 12}

    found = [track.public for track in thoughts.tracks(known_as)]
    assert found == [n for n in range(-3000, 3000) if (n % 2 == 0 or n % 3 == 0) and n != 12]


def test_a_library_without_any(tmp_path: Path) -> None:
    with closing(UserDatabase.for_reading(tmp_path / "none.db")) as database:
        assert list(Thoughts(RatingTable(database), PlayTable(database)).tracks(lambda _: {})) == []
