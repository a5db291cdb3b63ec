"""Playlists of all users: the owner's are the library's, others lie in server.db, and both are asked for in one way."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from musfuse.errors import ConfigError, ForbiddenError, NotFoundError
from musfuse.library.userdb import PlaylistTable, UserDatabase
from musfuse.server import playlists as module
from musfuse.server.playstates import merge
from musfuse.server.users import User
from server.serving import Desk


@pytest.fixture(params=["owner", "other"])
def user(request: pytest.FixtureRequest, desk: Desk) -> User:
    desk.user("Eve")
    return desk.owner() if request.param == "owner" else desk.user()


def test_a_playlist_is_made_changed_and_removed(desk: Desk, user: User) -> None:
    lists = desk.server.playlists
    made = lists.make(user, "Evening", [3, 1, 2])
    assert (made.name, made.length, made.user, made.shared, made.comment) == ("Evening", 3, user, False, "")
    assert list(lists.tracks(made.id, user)) == [3, 1, 2]
    assert lists.change(made.id, user, add=[4, 3], take_out=[0, 2, 2]).length == 3
    assert list(lists.tracks(made.id, user)) == [1, 4, 3]
    assert lists.fill(made.id, user, range(1200)).length == 1200
    assert list(lists.tracks(made.id, user)) == list(range(1200))
    told = lists.describe(made.id, user, name="Night", comment="late", shared=True)
    assert (told.name, told.comment, told.shared, told.length) == ("Night", "late", True, 1200)
    assert lists.describe(made.id, user, comment="later").shared
    assert [one.name for one in lists.all(user)] == ["Night"]
    lists.remove(made.id, user)
    assert lists.all(user) == []
    with pytest.raises(NotFoundError):
        lists.get(made.id, user)


def test_who_sees_and_who_changes_which(desk: Desk, user: User) -> None:
    lists, eve = desk.server.playlists, desk.server.accounts.named("Eve")
    made = lists.make(user, "Evening", [1])
    acts = (
        lambda: lists.get(made.id, eve), lambda: lists.tracks(made.id, eve), lambda: lists.fill(made.id, eve, []),
        lambda: lists.remove(made.id, eve), lambda: lists.describe(made.id, eve, name="x"), lambda: lists.change(made.id, eve),
    )  # fmt: skip
    for act in acts:
        with pytest.raises(NotFoundError):
            act()
    assert lists.all(eve) == []
    lists.describe(made.id, user, shared=True)
    assert [one.id for one in lists.all(eve)] == [made.id]
    assert list(lists.tracks(made.id, eve)) == [1]
    for act in acts[2:]:
        with pytest.raises(ForbiddenError):
            act()
    lists.describe(made.id, desk.owner(), comment="an admin may")
    assert lists.get(made.id, user).comment == "an admin may"
    own = lists.make(eve, "Another")
    assert [one.id for one in lists.all(eve)] == [own.id, made.id]  # one's own first


@pytest.mark.parametrize(
    "wrong",
    ["", "1", "user-", "library-x", "user-٣", "user--1", "user-" + "9" * 30, "library-99", "user-99", "x" * 9999],
)
def test_what_is_no_playlist_is_not_found(desk: Desk, wrong: str) -> None:
    with pytest.raises(NotFoundError):
        desk.server.playlists.get(wrong, desk.owner())


def test_playlists_are_bounded(desk: Desk, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = desk.server.playlists
    made = lists.make(user, "Evening", [1])
    for act in (
        lambda: lists.make(user, "More", range(10_001)), lambda: lists.fill(made.id, user, range(10_001)),
        lambda: lists.change(made.id, user, add=range(10_000)), lambda: lists.change(made.id, user, take_out=[1]),
        lambda: lists.describe(made.id, user, comment="x" * 1001),
    ):  # fmt: skip
        with pytest.raises(ConfigError):
            act()
    bob = desk.server.accounts.named("Eve")
    for name in ("", "  ", "x" * 201, "a\nb"):
        with pytest.raises(ConfigError):
            lists.make(bob, name)
    monkeypatch.setattr(module, "MOST_PLAYLISTS", 1)
    lists.make(bob, "One")
    with pytest.raises(ConfigError, match="the most there may be"):
        lists.make(bob, "Two")


def test_the_owners_are_those_of_the_library(desk: Desk) -> None:
    ada, lists = desk.owner(), desk.server.playlists
    made = lists.make(ada, "Evening", [3, 1])
    with closing(UserDatabase(desk.path / "user.db")) as user:
        (kept,) = PlaylistTable(user).all()
        assert [(entry.id, entry.path) for entry in PlaylistTable(user).entries(kept.id)] == [
            (3, "Artist/Album/3.flac"), (1, "Artist/Album/1.flac"),
        ]  # fmt: skip
        with pytest.raises(ConfigError, match="taken"):
            lists.make(ada, "evening")
        lists.describe(made.id, ada, shared=True, comment="late")
        PlaylistTable(user).remove(kept.id)  # as `musfuse playlist delete` does
        assert lists.all(ada) == []
        user.execute("INSERT INTO playlist VALUES (?, 'Other', 'OTHER', 5, 5)", kept.id)  # as in a user.db brought back
    (other,) = lists.all(ada)
    assert (other.id, other.shared, other.comment) == (made.id, False, "")
    assert set(desk.heard) == {"lists"}


def test_of_changes_at_once_none_is_lost(desk: Desk, user: User) -> None:
    made = desk.server.playlists.make(user, "Evening")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda track: desk.server.playlists.change(made.id, user, add=[track]), range(24)))
    assert sorted(desk.server.playlists.tracks(made.id, user)) == list(range(24))


def test_tracks_follow(desk: Desk) -> None:
    bob = desk.user()
    made = desk.server.playlists.make(bob, "Evening", [1, 2, 1])
    merge(desk.server.database, 1, 9)
    assert list(desk.server.playlists.tracks(made.id, bob)) == [9, 2, 9]
