"""Names of users, and what users may; how they are kept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musfuse.errors import ConfigError, ForbiddenError, StoreError
from musfuse.server.tables.users import UserTable
from musfuse.server.users import MAX_NAME, Role, User, checked_name, name_key
from server.serving import Desk


@pytest.mark.parametrize(
    "name",
    ["", " ", "a" * (MAX_NAME + 1), " a", "a ", "a\n", "a\0b", "a/b", "a:b", "..", "a\u202eb", "\ud800", "a\tb", "<b>"],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ConfigError):
        checked_name(name)


@pytest.mark.parametrize(
    "name", ["a", "Ada Lovelace", "ada@example.org", "Ünsal", "渡辺", "O'Neill", "x+y_z-1", "नमस्ते"]
)
def test_what_people_are_called_is_a_name(name: str) -> None:
    assert checked_name(name) == name


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=8))
def test_a_name_that_is_kept_is_the_name_of_itself(name: str) -> None:
    try:
        kept = checked_name(name)
    except ConfigError:
        return
    assert checked_name(kept) == kept
    assert name_key(kept) == name_key(name) == name_key(name_key(kept))
    assert name_key(kept.upper()) == name_key(kept.upper().lower())


def test_who_is_no_admin_may_change_only_what_is_his() -> None:
    admin = User(1, "a", Role.ADMIN, True, None, 0)
    user = User(2, "b", Role.USER, False, frozenset({"x"}), 0)
    admin.check_admin()
    admin.check_is(2)
    user.check_is(2)
    for check in (user.check_admin, lambda: user.check_is(1)):
        with pytest.raises(ForbiddenError):
            check()
    assert admin.sees("y")
    assert user.sees("x")
    assert not user.sees("y")


def test_the_first_is_the_owner_and_no_id_is_given_twice(desk: Desk) -> None:
    table = UserTable(desk.server.database)
    assert table.is_empty()
    first = table.add("Ada", Role.ADMIN, "hash", None, 5)
    second = table.add("Bob", Role.USER, "", {"x", "y"}, 6)
    assert (first.owner, second.owner) == (True, False)
    assert second.sources == {"x", "y"}
    assert [user.name for user in table.all()] == ["Ada", "Bob"]
    assert table.named("ADA") == first
    assert (table.password_of(first.id), table.password_of(0)) == ("hash", "")
    with pytest.raises(StoreError):
        table.add("bOB", Role.USER, "", None, 7)
    table.remove(second.id)
    assert table.add("Bob", Role.USER, "", (), 7).id > second.id
    bob = table.named("bob")
    assert bob is not None
    assert bob.sources == frozenset()  # none at all, which is not all
    assert table.admins() == 1


def test_preferences_are_counted(desk: Desk) -> None:
    table, user = UserTable(desk.server.database), desk.owner()
    table.put_preference(user.id, "theme", '"dark"')
    table.put_preference(user.id, "theme", '"light"')
    assert table.preference(user.id, "theme") == '"light"'
    assert table.preference_size(user.id) == (1, 12)
    table.put_preference(user.id, "theme", None)
    assert list(table.preferences(user.id)) == []
