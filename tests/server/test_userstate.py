"""What users other than the owner play is kept with the program that played it, and is nobody else's."""

from musfuse.server.playstate import Item, Kind, Played
from server.serving import Desk


def test_plays_know_their_client(desk: Desk) -> None:
    state = desk.server.states.of(desk.user())
    state.scrobble([Played(7, 1, "App"), Played(7, 2, "x" * 1000)])
    assert [play.client for play in state.plays()] == ["x" * 100, "App"]


def test_users_do_not_meet(desk: Desk) -> None:
    states = [desk.server.states.of(user) for user in (desk.owner(), desk.user(), desk.user("Eve"))]
    for number, state in enumerate(states):
        state.star([Item(Kind.TRACK, number)])
        state.scrobble([Played(number, 1)])
        state.put_queue([number], 0, 0, "phone")
    for number, state in enumerate(states):
        assert [track for track, _ in state.starred(Kind.TRACK)] == [number]
        assert [play.id for play in state.plays()] == [number]
        assert state.queue().tracks == (number,)
    assert desk.heard == ["heard", "heard"]  # of the owner alone
