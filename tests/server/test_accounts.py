"""Accounts are made, changed and removed; and each change is told, without any secret."""

import pytest

from musfuse.errors import ConfigError, ExistsError, ForbiddenError, NotFoundError
from musfuse.server import accounts as module
from musfuse.server.users import Role
from server.serving import PASSWORD, Desk


def test_the_first_account_is_the_owners(desk: Desk) -> None:
    accounts = desk.server.accounts
    assert accounts.is_empty()
    assert accounts.owner() is None
    ada = accounts.add("Ada", PASSWORD, Role.USER, {"x"})
    assert (ada.owner, ada.role, ada.sources) == (True, Role.ADMIN, None)
    bob = accounts.add("Bob", PASSWORD, Role.USER, {"x"}, "Ada")
    assert (bob.owner, bob.role, bob.sources) == (False, Role.USER, {"x"})
    assert accounts.owner() == ada
    assert accounts.all() == [ada, bob]
    assert desk.changes() == [("Ada", "added", ""), ("Bob", "added", "Ada")]
    assert PASSWORD not in str(desk.told)


def test_names_are_unique_whatever_their_case(desk: Desk) -> None:
    desk.owner()
    accounts = desk.server.accounts
    for name in ("Ada", "ADA", "\uff21da"):
        with pytest.raises(ExistsError):
            accounts.add(name, PASSWORD)
    bob = accounts.add("Bob", PASSWORD)
    with pytest.raises(ExistsError):
        accounts.rename(bob, "ada")
    assert accounts.rename(bob, "BOB").name == "BOB"
    assert accounts.rename(bob, "Carl", "Ada") == accounts.named("carl")
    with pytest.raises(NotFoundError, match="user list"):
        accounts.named("Bob")
    with pytest.raises(NotFoundError):
        accounts.of(99)


def test_what_cannot_be_an_account_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = desk.server.accounts
    for name, password in (("", PASSWORD), ("Ada", "short"), ("Ada Lovelace", "ada lovelace")):
        with pytest.raises(ConfigError):
            accounts.add(name, password)
    monkeypatch.setattr(module, "MOST_USERS", 2)
    desk.user()
    with pytest.raises(ConfigError, match="2 users at most"):
        accounts.add("Carl", PASSWORD)
    with pytest.raises(ConfigError):
        accounts.set_password(desk.owner(), "short")


def test_the_owner_stays_an_admin(desk: Desk) -> None:
    ada, bob = desk.owner(), desk.user()
    accounts = desk.server.accounts
    assert accounts.set_role(bob, Role.ADMIN).is_admin
    with pytest.raises(ConfigError, match="owner"):
        accounts.set_role(ada, Role.USER)
    with pytest.raises(ConfigError, match="owner"):
        accounts.remove(ada)
    accounts.remove(accounts.named("Bob"), "Ada")
    assert accounts.all() == [ada]
    assert desk.changes()[-1] == ("Bob", "removed", "Ada")


def test_a_user_sees_the_sources_that_it_was_given(desk: Desk) -> None:
    bob, accounts = desk.user(), desk.server.accounts
    assert bob.sources is None
    bob = accounts.set_sources(bob, {"x", "y"}, "Ada")
    assert bob.sources == {"x", "y"}
    bob = accounts.set_sources(bob, ())
    assert bob.sources == frozenset()
    assert not bob.sees("x")
    with pytest.raises(ConfigError, match="admin sees all"):
        accounts.set_sources(desk.owner(), {"x"})
    assert accounts.set_role(bob, Role.ADMIN).sources is None
    assert accounts.set_role(bob, Role.USER).sources == frozenset()


def test_preferences_are_json_and_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, accounts = desk.owner(), desk.server.accounts
    accounts.put_preference(ada, "web.theme", {"dark": True, "zoom": 1.5, "names": ["a", None]})
    accounts.put_preference(ada, "other", 1)
    accounts.put_preference(ada, "other", None)
    assert accounts.preferences(ada) == {"web.theme": {"dark": True, "zoom": 1.5, "names": ["a", None]}}
    for key, value in (("", 1), ("x" * 101, 1), ("a\n", 1), ("big", "x" * module.MAX_VALUE)):
        with pytest.raises(ConfigError):
            accounts.put_preference(ada, key, value)
    monkeypatch.setattr(module, "MAX_KEYS", 3)
    for number in range(2):
        accounts.put_preference(ada, f"key {number}", number)
    with pytest.raises(ConfigError, match="remove some"):
        accounts.put_preference(ada, "one more", 1)
    assert "one more" not in accounts.preferences(ada)
    assert accounts.preferences(desk.user()) == {}


def test_only_the_first_is_made_where_that_is_wanted(desk: Desk) -> None:
    desk.server.accounts.add("Ada", PASSWORD, only_first=True)
    with pytest.raises(ForbiddenError):
        desk.server.accounts.add("Bob", PASSWORD, only_first=True)
    assert len(desk.server.accounts.all()) == 1
