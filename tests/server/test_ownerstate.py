"""The owner's stars and plays are the library's: commands and the drive know them, and hear of changes."""

import time

from musfuse.library.userdb import PlayTable, RatingTable, UserDatabase
from musfuse.library.userdb.ratings import Rating
from musfuse.server.playstate import Item, Kind, Played
from server.serving import Desk


def test_what_the_owner_does_is_in_user_db(desk: Desk) -> None:
    state = desk.server.states.of(desk.owner())
    state.star([Item(Kind.TRACK, 7), Item(Kind.ALBUM, 8)])
    state.rate([Item(Kind.TRACK, 7)], 4)
    assert desk.heard == ["heard", "heard"]
    state.rate([Item(Kind.TRACK, 7)], 4)
    state.star([Item(Kind.ALBUM, 9)])
    assert desk.heard == ["heard", "heard"]  # nothing that it knows of changed
    began = time.time_ns()
    state.scrobble([Played(7, began, "App")])
    assert desk.heard == ["heard"] * 3
    user = UserDatabase(desk.path / "user.db")
    try:
        assert RatingTable(user).of(7) == Rating(4, desk.now_ns)
        heard = PlayTable(user).of(7)
        assert heard is not None
        assert (heard.plays, heard.path) == (1, "Artist/Album/7.flac")
        (play,) = PlayTable(user).last()
        assert play.hour == time.localtime(began // 10**9).tm_hour
        RatingTable(user).put([(5, Rating(2, 3))])  # as `musfuse star` does
        assert dict(state.starred(Kind.TRACK)) == {7: desk.now_ns, 5: 3}
    finally:
        user.close()


def test_plays_of_an_owner_who_wants_none_noted_are_not(desk: Desk) -> None:
    from dataclasses import replace

    from musfuse.server.ownerstate import OwnerState

    state = desk.server.states.of(desk.owner())
    assert isinstance(state, OwnerState)
    state._library = replace(state._library, notes=False)
    state.scrobble([Played(7, 1)])
    assert list(state.plays()) == []
