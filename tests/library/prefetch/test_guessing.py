"""What is guessed after a track, and with which priority."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from musfuse.library.prefetch.guessing import HourOfDay, Learned, NextOfAlbum, NextOfOpened, NextOfPlaylist, guessed
from musfuse.library.prefetch.queue import Wanted
from musfuse.library.userdb import Play, PlaylistTable, PlayTable, UserDatabase
from musfuse.store import SqliteKv

MINUTE = 60 * 10**9


def row(item: int) -> Any:
    """A track whose public id is a hundred times its own."""
    return SimpleNamespace(public=item * 100, track=SimpleNamespace(id=item))


class Known:
    """Items by public ids; those from 900 on are gone."""

    def holders(self, publics: Sequence[int]) -> list[Any]:
        return [SimpleNamespace(id=public // 100, public=public) for public in publics if public < 900]


def table(*tracks: int, hour: int = 7) -> PlayTable:
    """What was played, five minutes each, by the numbers of items."""
    made = PlayTable(UserDatabase(path=Path("none"), kv=SqliteKv.temporary()))
    made.add([Play(item * 100, number * 5 * MINUTE, hour) for number, item in enumerate(tracks)])
    return made


def test_the_next_of_the_album_fall_in_priority() -> None:
    albums: Any = SimpleNamespace(after=lambda item, count: [item + ahead for ahead in range(1, count + 1)])
    assert list(NextOfAlbum(albums, 4)(row(1))) == [Wanted(2, 8), Wanted(3, 7), Wanted(4, 6), Wanted(5, 6)]


def test_a_sequence_is_learned_from_the_second_time_on() -> None:
    known: Any = Known()
    once = table(1, 5, 2, 7)
    assert list(Learned(once, known, 3)(row(1))) == []
    twice = table(1, 5, 2, 7, 1, 5, 2, 7)
    assert list(Learned(twice, known, 3)(row(1))) == [Wanted(5, 10), Wanted(2, 9), Wanted(7, 8)]
    assert list(Learned(twice, known, 1)(row(1))) == [Wanted(5, 10)]
    assert list(Learned(table(1, 2, 1, 2, 1, 2), known, 3)(row(1))) == [Wanted(2, 10)]  # it goes round
    assert list(Learned(table(1, 9, 1, 9), known, 3)(row(1))) == []  # what follows is gone


def test_what_is_played_at_this_hour() -> None:
    known: Any = Known()
    plays = table(3, 3, 4, 4, 4, 5, 1, 1, hour=0)
    at_midnight = HourOfDay(plays, known, 2, lambda: 0)
    from musfuse.library.playlog import hour_of

    expected = [Wanted(4, 5), Wanted(3, 5)] if hour_of(0) == 0 else []
    assert sorted(at_midnight(row(1)), key=lambda w: -w.item) == expected


def test_the_next_of_the_playlist_that_is_played_or_that_was_changed_last() -> None:
    known: Any = Known()
    times = iter(range(1, 99))
    lists = PlaylistTable(UserDatabase(path=Path("none"), kv=SqliteKv.temporary()), lambda: next(times))
    for name, items in (("a", (5, 1, 2, 9, 3)), ("b", (1, 4))):
        lists.append(lists.add(name, name).id, [(item * 100, "") for item in items])
    assert list(NextOfPlaylist(lists, table(), known, 3)(row(1))) == [Wanted(4, 6)]
    assert list(NextOfPlaylist(lists, table(7, 5), known, 3)(row(1))) == [Wanted(2, 9), Wanted(3, 8)]
    assert list(NextOfPlaylist(lists, table(5, 1), known, 1)(row(1))) == [Wanted(2, 9)]  # its play is noted already
    assert list(NextOfPlaylist(lists, table(5), known, 3)(row(8))) == []


def test_the_next_of_a_list_that_was_opened() -> None:
    opened = NextOfOpened(2)
    assert list(opened(row(1))) == []
    opened.note([1, 2, 3])
    opened.note([5, 1, 4])
    assert list(opened(row(1))) == [Wanted(4, 9)]
    opened.note([1, 2, 3])
    assert list(opened(row(1))) == [Wanted(2, 9), Wanted(3, 8)]
    assert list(opened(row(4))) == []
    for number in range(9):
        opened.note([number + 20, number])
    assert list(opened(row(5))) == []  # so long ago


def test_each_is_guessed_once_at_its_highest_priority_and_never_the_track_itself() -> None:
    def one(_: Any) -> Iterable[Wanted]:
        return [Wanted(2, 6), Wanted(3, 5), Wanted(1, 15)]

    def other(_: Any) -> Iterable[Wanted]:
        return [Wanted(3, 9), Wanted(4, 5)]

    assert guessed([one, other], row(1)) == [Wanted(3, 9), Wanted(2, 6), Wanted(4, 5)]
    assert guessed([], row(1)) == []
