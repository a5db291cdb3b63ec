"""Stars and favourites in user.db."""

from contextlib import closing
from pathlib import Path

from musfuse.library.userdb import Rating, RatingTable, UserDatabase


def test_they_are_kept_and_what_says_nothing_is_not(tmp_path: Path) -> None:
    with closing(UserDatabase(tmp_path / "user.db")) as database:
        table = RatingTable(database)
        table.put([(1, Rating(4)), (2, Rating(0, 99)), (3, Rating(5, 7))])
        assert [table.of(track) for track in range(5)] == [
            Rating(), Rating(4), Rating(0, 99), Rating(5, 7), Rating(),
        ]  # fmt: skip
        table.put([(1, Rating()), (3, Rating(2))])
        assert database.execute("SELECT id, stars, starred_ns FROM rating ORDER BY id") == [(2, 0, 99), (3, 2, None)]


def test_two_ids_of_one_track_become_one(tmp_path: Path) -> None:
    with closing(UserDatabase(tmp_path / "user.db")) as database:
        table = RatingTable(database)
        table.put([(1, Rating(4, 9)), (2, Rating(3))])
        table.merge(1, 2)
        table.merge(1, 2)  # as after a kill
        table.merge(7, 8)
        assert (table.of(1), table.of(2), table.of(8)) == (Rating(), Rating(3, 9), Rating())


def test_those_with_most_stars_come_first(tmp_path: Path) -> None:
    with closing(UserDatabase(tmp_path / "user.db")) as database:
        table = RatingTable(database)
        table.put([(track, Rating(1 + track % 5, 3)) for track in range(1, 1200)])
        table.put([(5000, Rating(0, 9))])
        assert table.of_all([5, 5000, 7000]) == {5: Rating(1, 3), 5000: Rating(0, 9)}
        found = list(table.rated(3))
        assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))
        assert (len(found), len(list(table.rated(1))), {stars for _, stars in found}) == (720, 1199, {3, 4, 5})
