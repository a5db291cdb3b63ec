"""What holds of the play state of every user: the owner's, in user.db, and that of others, in server.db."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from server.serving import Desk, opened

from musfuse.errors import ConfigError, ConflictError
from musfuse.server.playstate import (
    MAX_COMMENT,
    MOST_BOOKMARKS,
    MOST_QUEUED,
    Count,
    Item,
    Kind,
    Played,
    PlayState,
    Queue,
    Thought,
)
from musfuse.server.playstates import merge

KINDS = list(Kind)


@pytest.fixture(params=["owner", "other"])
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path) as desk:
        desk.user("Eve")  # who has nothing to do with it
        yield desk


@pytest.fixture
def state(desk: Desk, who: str) -> PlayState:
    return state_of(desk, who)


def state_of(desk: Desk, who: str) -> PlayState:
    return desk.server.states.of(desk.owner() if who == "owner" else desk.server.accounts.add("Bob"))


@pytest.mark.parametrize("kind", KINDS)
def test_favourites_are_told_the_latest_first(desk: Desk, state: PlayState, kind: Kind) -> None:
    assert list(state.starred(kind)) == []
    start = desk.now_ns
    for number in (3, 1, 2):
        desk.now_ns += 1
        assert state.star([Item(kind, number)]) == 1
    desk.now_ns += 1
    assert state.star([Item(kind, 1), Item(kind, 4), Item(kind, 4)]) == 1  # it stays one since when it was
    assert list(state.starred(kind)) == [(4, start + 4), (2, start + 3), (1, start + 2), (3, start + 1)]
    assert state.star([Item(kind, 2), Item(kind, 9)], starred=False) == 1
    assert state.thoughts(kind, [1, 2, 9]) == {1: Thought(0, start + 2)}
    others = [other for other in KINDS if other is not kind]
    assert [list(state.starred(other)) for other in others] == [[], []]
    eve = desk.server.states.of(desk.server.accounts.named("Eve"))
    assert list(eve.starred(kind)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_ratings_are_told_the_best_first(state: PlayState, kind: Kind) -> None:
    assert state.rate([Item(kind, 1), Item(kind, 2)], 3) == 2
    assert state.rate([Item(kind, 2)], 5) == 1
    assert state.rate([Item(kind, 2)], 5) == 0
    assert state.rate([Item(kind, 7)], 0) == 0
    assert list(state.rated(kind)) == [(2, 5), (1, 3)]
    assert list(state.rated(kind, 4)) == [(2, 5)]
    state.star([Item(kind, 1)])
    thought = state.thoughts(kind, range(10))
    assert (thought[1].stars, thought[1].starred_ns is not None, thought[2]) == (3, True, Thought(5))
    state.rate([Item(kind, 1)], 0)
    assert state.thoughts(kind, [1])[1].stars == 0
    for wrong in (-1, 6, 1 << 40):
        with pytest.raises(ConfigError):
            state.rate([Item(kind, 1)], wrong)


def test_items_of_all_kinds_are_starred_at_once(state: PlayState) -> None:
    items = [Item(kind, number) for kind in KINDS for number in (1, 2)]
    assert state.star(items) == 6
    assert state.rate(items, 4) == 6
    assert all(set(state.thoughts(kind, [1, 2, 3])) == {1, 2} for kind in KINDS)
    assert state.star([]) == 0


def test_plays_are_listed_and_counted(desk: Desk, state: PlayState) -> None:
    begun = desk.now_ns
    state.scrobble([Played(1, begun, "App"), Played(2, begun + 1, "App")])
    state.scrobble([Played(1, begun + 2)])
    state.scrobble([])
    assert [(play.id, play.began_ns) for play in state.plays()] == [(1, begun + 2), (2, begun + 1), (1, begun)]
    assert [play.id for play in state.plays(begun + 2)] == [1]
    assert state.counts([1, 2, 3]) == {1: Count(1, 2, begun, begun + 2), 2: Count(2, 1, begun + 1, begun + 1)}
    assert [count.id for count in state.most_played()] == [1, 2]
    assert list(state.last_played()) == [(1, begun + 2), (2, begun + 1)]
    state.scrobble([Played(3, begun - 5)])  # one that a device tells of later
    assert list(state.last_played())[-1] == (3, begun - 5)


def test_pages_join_without_a_gap(state: PlayState) -> None:
    count = 1234
    state.star([Item(kind, number) for kind in (Kind.TRACK, Kind.ALBUM) for number in range(1, count + 1)])
    state.rate([Item(kind, number) for kind in (Kind.TRACK, Kind.ALBUM) for number in range(1, count + 1)], 2)
    state.scrobble([Played(number, number * 10) for number in range(1, 800)])
    for kind in (Kind.TRACK, Kind.ALBUM):
        assert sorted(number for number, _ in state.starred(kind)) == list(range(1, count + 1))
        assert sorted(number for number, _ in state.rated(kind)) == list(range(1, count + 1))
    assert [play.id for play in state.plays()] == list(range(799, 0, -1))
    assert [one.id for one in state.most_played()] == list(range(799, 0, -1))
    assert [track for track, _ in state.last_played()] == list(range(799, 0, -1))


def test_a_queue_goes_from_device_to_device(desk: Desk, state: PlayState) -> None:
    assert state.queue() == Queue()
    first = state.put_queue([5, 6, 5], 2, 1500, "phone", 0)
    assert first == Queue((5, 6, 5), 2, 1500, 1, desk.now_ns, "phone")
    assert state.queue() == first
    desk.now_ns += 7
    second = state.put_queue([5, 6, 5], 1, 0, "tablet", 1)
    assert (second.version, state.queue()) == (2, second)
    with pytest.raises(ConflictError):
        state.put_queue([9], 0, 0, "phone", 1)
    assert state.queue() == second
    assert state.put_queue([], -1, 0, "x" * 1000).version == 3  # who does not ask overwrites
    for tracks, current, position in (
        ([1], 1, 0),
        ([1], -2, 0),
        ([1], 0, -1),
        ([1], 0, 1 << 40),
        ([1] * (MOST_QUEUED + 1), 0, 0),
    ):
        with pytest.raises(ConfigError):
            state.put_queue(tracks, current, position, "phone")


def test_bookmarks_are_places_in_tracks(desk: Desk, state: PlayState) -> None:
    start = desk.now_ns
    state.put_bookmark(1, 1000, "here")
    desk.now_ns += 5
    second = state.put_bookmark(2, 2000)
    desk.now_ns += 5
    first = state.put_bookmark(1, 3000, "there")
    assert (first.created_ns, first.changed_ns, first.position_ms, first.comment) == (start, start + 10, 3000, "there")
    assert state.bookmarks() == [first, second]
    assert state.drop_bookmark(1)
    assert not state.drop_bookmark(1)
    assert state.bookmarks() == [second]
    for position, comment in ((-1, ""), (1 << 40, ""), (0, "x" * (MAX_COMMENT + 1))):
        with pytest.raises(ConfigError):
            state.put_bookmark(2, position, comment)
    assert MOST_BOOKMARKS == 1000


def test_two_ids_of_one_track_become_one(desk: Desk, who: str, state: PlayState) -> None:
    state.put_queue([1, 2, 3], 0, 0, "phone")
    state.put_bookmark(1, 10)
    state.put_bookmark(4, 40)
    state.put_bookmark(5, 50)
    if who == "other":  # the owner's are in user.db, and are merged there
        state.star([Item(Kind.TRACK, 1), Item(Kind.TRACK, 3), Item(Kind.ALBUM, 1)])
        state.rate([Item(Kind.TRACK, 1)], 2)
        state.scrobble([Played(1, 10), Played(9, 20), Played(1, 30)])
    for _ in range(2):  # a kill may have it said once more
        merge(desk.server.database, 1, 9)
        merge(desk.server.database, 4, 5)
    assert state.queue().tracks == (9, 2, 3)
    assert {one.id: one.position_ms for one in state.bookmarks()} == {9: 10, 5: 50}
    if who == "other":
        assert {track for track, _ in state.starred(Kind.TRACK)} == {9, 3}
        assert [number for number, _ in state.starred(Kind.ALBUM)] == [1]
        assert state.thoughts(Kind.TRACK, [1, 9])[9].stars == 2
        assert state.counts([1, 9]) == {9: Count(9, 3, 10, 30)}
        assert [play.id for play in state.plays()] == [9, 9, 9]


ACTS = st.lists(
    st.tuples(st.sampled_from(["star", "unstar", "rate", "play"]), st.integers(1, 4), st.integers(0, 5)), max_size=12
)


@settings(max_examples=12, deadline=None)
@given(ACTS)
def test_owner_and_others_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int, int]]
) -> None:
    """Whatever is done in any order, against each other."""
    with opened(tmp_path_factory.mktemp("states")) as desk:
        states = [state_of(desk, "owner"), state_of(desk, "other")]
        for what, number, value in acts:
            desk.now_ns += 1
            said = set()
            for state in states:
                if what == "play":
                    state.scrobble([Played(number, desk.now_ns + value)])
                elif what == "rate":
                    said.add(state.rate([Item(Kind.TRACK, number)], value))
                else:
                    said.add(state.star([Item(Kind.TRACK, number)], what == "star"))
            assert len(said) <= 1
        told = [
            (
                state.thoughts(Kind.TRACK, range(9)), list(state.starred(Kind.TRACK)), sorted(state.rated(Kind.TRACK)),
                [(one.id, one.began_ns) for one in state.plays()], state.counts(range(9)), list(state.most_played()),
                list(state.last_played()),
            )
            for state in states
        ]  # fmt: skip
        assert told[0] == told[1]
