"""Shares: whoever has the link hears it, for as long as it holds, and nobody else."""

import pytest

from musfuse.errors import ConfigError, NotFoundError
from musfuse.server import shares as module
from musfuse.server.playstate import Item, Kind
from musfuse.server.playstates import merge
from server.serving import DAY_NS, Desk

ITEMS = [Item(Kind.ALBUM, 5), Item(Kind.TRACK, 7), Item(Kind.TRACK, 7)]


def test_a_link_leads_to_what_was_shared_until_it_expires(desk: Desk) -> None:
    bob, shares = desk.user(), desk.server.shares
    share = shares.make(bob, ITEMS, "for Ada", desk.now_ns + DAY_NS)
    assert len(share.secret) == 43
    visited = shares.visit(share.secret)
    assert (visited.user, visited.items, visited.description) == (bob, tuple(ITEMS), "for Ada")
    assert [(one.visits, one.visited_ns) for one in shares.all(bob)] == [(1, desk.now_ns)]
    desk.now_ns += DAY_NS
    for wrong in (share.secret, "", "x" * 43, "\ud800", "x" * 100_000):
        with pytest.raises(NotFoundError, match="leads nowhere"):
            shares.visit(wrong)
    assert shares.change(share.id, bob, expires_ns=desk.now_ns + 1).description == "for Ada"
    shares.visit(share.secret)
    shares.remove(share.id, bob)
    with pytest.raises(NotFoundError):
        shares.visit(share.secret)


def test_only_who_shares_and_admins_change_a_share(desk: Desk) -> None:
    bob, eve, shares = desk.user(), desk.user("Eve"), desk.server.shares
    share = shares.make(bob, ITEMS)
    for act in (
        lambda: shares.remove(share.id, eve),
        lambda: shares.change(share.id, eve, "mine"),
        lambda: shares.remove(99, bob),
    ):
        with pytest.raises(NotFoundError):
            act()
    assert shares.all(eve) == []
    assert shares.change(share.id, desk.owner(), "seen").user == bob
    assert shares.all(bob)[0].description == "seen"
    desk.server.accounts.remove(bob)
    with pytest.raises(NotFoundError):
        shares.visit(share.secret)


def test_shares_are_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    bob, shares = desk.user(), desk.server.shares
    for items, description, expires_ns in (
        ([], "", 0), (ITEMS * 400, "", 0), (ITEMS, "x" * 1001, 0), (ITEMS, "", desk.now_ns),
    ):  # fmt: skip
        with pytest.raises(ConfigError):
            shares.make(bob, items, description, expires_ns)
    monkeypatch.setattr(module, "MOST_SHARES", 1)
    shares.make(bob, ITEMS)
    with pytest.raises(ConfigError, match="remove one"):
        shares.make(bob, ITEMS)


def test_what_is_shared_follows_its_track(desk: Desk) -> None:
    share = desk.server.shares.make(desk.user(), ITEMS)
    merge(desk.server.database, 7, 70)
    merge(desk.server.database, 5, 50)  # a track of this number; the album is another thing
    assert desk.server.shares.visit(share.secret).items == (
        Item(Kind.ALBUM, 5),
        Item(Kind.TRACK, 70),
        Item(Kind.TRACK, 70),
    )
