"""Sessions, keys and app passwords: bounded, listed, revoked by those who may."""

import pytest

from musfuse.errors import ConfigError, ForbiddenError, NotFoundError
from musfuse.server.devices import MOST
from musfuse.server.tables.devices import DeviceTable
from musfuse.server.users import Means
from server.serving import DAY_NS, PASSWORD, Desk


def test_only_so_many_sessions_are_kept_and_the_idlest_goes(desk: Desk) -> None:
    ada = desk.owner()
    made = []
    for _ in range(MOST[Means.SESSION] + 3):
        desk.now_ns += 1
        made.append(desk.server.devices.begin_session(ada))
    left = {device.id for device in desk.server.devices.all(ada)}
    assert left == {one.device.id for one in made[3:]}


def test_only_so_many_keys_and_app_passwords_are_made(desk: Desk) -> None:
    ada = desk.owner()
    for number in range(MOST[Means.APP]):
        desk.server.devices.make_app_password(ada, f"device {number}", "Ada")
    with pytest.raises(ConfigError, match="the most there may be"):
        desk.server.devices.make_app_password(ada, "more", "Ada")
    for number in range(MOST[Means.KEY]):
        desk.server.devices.make_key(ada, f"device {number}", "Ada")
    with pytest.raises(ConfigError, match="the most there may be"):
        desk.server.devices.make_key(ada, "more", "Ada")


@pytest.mark.parametrize("name", ["", "x" * 101, "a\nb", "\x1b[31m"])
def test_a_device_has_a_name_that_can_be_shown(desk: Desk, name: str) -> None:
    with pytest.raises(ConfigError):
        desk.server.devices.make_key(desk.owner(), name, "Ada")
    with pytest.raises(ConfigError, match="past"):
        desk.server.devices.make_key(desk.owner(), "phone", "Ada", desk.now_ns)
    session = desk.server.devices.begin_session(desk.owner(), name, name)  # as a client says it, which nobody can mend
    assert session.device.name.isprintable()
    assert len(session.device.client) <= 100


def test_a_device_is_revoked_by_its_user_or_an_admin(desk: Desk) -> None:
    ada, bob = desk.owner(), desk.user()
    eve = desk.user("Eve")
    key = desk.server.devices.make_key(bob, "phone", "Bob").device
    with pytest.raises(ForbiddenError):
        desk.server.devices.revoke(key.id, bob, eve)
    with pytest.raises(NotFoundError):
        desk.server.devices.revoke(key.id, eve, eve)  # under her own name neither
    assert desk.server.devices.revoke(key.id, bob, ada) == key
    with pytest.raises(NotFoundError):
        desk.server.devices.revoke(key.id, bob, ada)


def test_another_password_ends_sessions_but_one_and_keys_where_that_is_wanted(desk: Desk) -> None:
    ada = desk.owner()
    devices = desk.server.devices
    here, there = devices.begin_session(ada), devices.begin_session(ada)
    key, app = devices.make_key(ada, "phone", "Ada"), devices.make_app_password(ada, "old", "Ada")
    desk.server.accounts.set_password(ada, PASSWORD + "!", "Ada", here.device.id)
    assert [devices.known(one.secret) is not None for one in (here, there, key, app)] == [True, False, True, True]
    desk.server.accounts.set_password(ada, PASSWORD, revoke_all=True)
    assert [devices.known(one.secret) for one in (here, there, key, app)] == [None] * 4
    assert not (desk.path / "app-passwords.json").exists()


def test_what_is_worth_nothing_is_not_listed_and_is_dropped(desk: Desk) -> None:
    ada, table = desk.owner(), DeviceTable(desk.server.database)
    desk.server.devices.begin_session(ada)
    desk.server.devices.make_key(ada, "phone", "Ada", desk.now_ns + DAY_NS)
    kept = desk.server.devices.make_key(ada, "for good", "Ada").device
    desk.now_ns += 30 * DAY_NS
    assert desk.server.devices.all(ada) == [kept]
    assert len(table.all(ada.id)) == 3
    assert desk.server.devices.sweep() == 2
    assert table.all(ada.id) == [kept]


def test_a_removed_user_takes_all_along(desk: Desk) -> None:
    bob = desk.user()
    key, app = (
        desk.server.devices.make_key(bob, "phone", "Bob"),
        desk.server.devices.make_app_password(bob, "old", "Bob"),
    )
    desk.server.accounts.remove(bob, "Ada")
    assert [desk.server.devices.known(one.secret) for one in (key, app)] == [None, None]
    assert not (desk.path / "app-passwords.json").exists()
