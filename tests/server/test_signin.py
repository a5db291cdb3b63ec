"""Who comes in: by a password, a session, a key, an app password, or on a proxy's word; and who does not."""

import hashlib

import pytest

from musfuse.errors import ConfigError, NotSignedInError, TooManyTriesError
from musfuse.server.passwords import Argon2Parameters, Passwords
from musfuse.server.signin import SigningIn
from musfuse.server.tables.users import UserTable
from musfuse.server.users import Means
from server.serving import DAY_NS, PASSWORD, Desk

HOME, AWAY = "192.0.2.1", "198.51.100.7"


def test_a_password_begins_a_session_that_lets_in(desk: Desk) -> None:
    desk.owner()
    signed = desk.server.signing_in.by_password("ADA", PASSWORD, HOME, "Browser 1", "laptop")
    caller = desk.server.signing_in.by_secret(signed.secret, HOME)
    assert caller == signed.caller
    assert caller.device is not None
    assert (caller.user.name, caller.means, caller.device.client, caller.device.address) == (
        "Ada", Means.SESSION, "Browser 1", HOME,
    )  # fmt: skip
    assert signed.secret.encode() not in (desk.path / "server.db").read_bytes()
    assert ("Ada", "signed_in", "Ada") in desk.changes()
    assert signed.secret not in str(desk.told)


def test_what_is_wrong_is_refused_in_the_same_words(desk: Desk) -> None:
    desk.owner()
    said = set()
    for name, password in (
        ("Ada", "wrong horse battery"),
        ("Nobody", PASSWORD),
        ("Ada", ""),
        ("", ""),
        ("Ada\0", PASSWORD),
    ):
        with pytest.raises(NotSignedInError) as error:
            desk.server.signing_in.by_password(name, password, HOME)
        said.add(str(error.value))
    assert len(said) == 1
    assert desk.recorder.total("musfuse_sign_ins") == 5


def test_a_name_that_nobody_has_costs_as_much_work(desk: Desk) -> None:
    """Counted, not timed: one verification by Argon2id each, of a hash with the same parameters."""
    desk.owner()
    verified: list[str] = []

    class Counting(Passwords):
        def verify(self, kept: str, password: str) -> bool:
            with self._turn():
                verified.append((kept or self._nobody).rpartition("$")[0].rpartition("$")[0])
            return super().verify(kept, password)

    server = desk.server
    from server.serving import QUICK

    counting = SigningIn(
        UserTable(server.database),
        server.devices,
        Counting(QUICK),
        server.signing_in._telling,
        now_ns=lambda: desk.now_ns,
    )
    for name in ("Ada", "Nobody"):
        with pytest.raises(NotSignedInError):
            counting.by_password(name, "wrong horse battery", HOME)
    assert len(verified) == 2
    assert len(set(verified)) == 1
    assert len(server.devices.app_texts(0)) == len(server.devices.app_texts(desk.owner().id)) == 20


def test_sessions_slide_and_end(desk: Desk) -> None:
    desk.owner()
    signing, begun = desk.server.signing_in, desk.now_ns
    used = signing.by_password("Ada", PASSWORD, HOME).secret
    idle = signing.by_password("Ada", PASSWORD, HOME).secret
    for _ in range(18):
        desk.now_ns += 20 * DAY_NS
        signing.by_secret(used, HOME)
    with pytest.raises(NotSignedInError):
        signing.by_secret(idle, HOME)
    desk.now_ns = begun + 365 * DAY_NS - 1
    signing.by_secret(used, HOME)
    desk.now_ns += 1
    with pytest.raises(NotSignedInError):
        signing.by_secret(used, HOME)
    assert desk.server.devices.sweep() == 2
    desk.now_ns = begun - 400 * DAY_NS  # a clock that was wrong lets nobody out
    signing.by_secret(signing.by_password("Ada", PASSWORD, HOME).secret, HOME)


def test_where_a_device_was_is_noted_now_and_then(desk: Desk) -> None:
    desk.owner()
    signing = desk.server.signing_in
    secret = signing.by_password("Ada", PASSWORD, HOME).secret
    (device,) = desk.server.devices.all(desk.owner())
    desk.now_ns += 10**9
    signing.by_secret(secret, HOME, "App 2")
    assert desk.server.devices.of(device.id) == device
    signing.by_secret(secret, AWAY, "App 2")
    moved = desk.server.devices.of(device.id)
    assert moved is not None
    assert (moved.address, moved.client, moved.seen_ns) == (AWAY, "App 2", desk.now_ns)


@pytest.mark.parametrize(
    "secret", ["", "mfs_", "mfs_" + "A" * 43, "mfk_" + "A" * 43, "\ud800", "mfs_" + "A" * 100_000, "mfa-aaaaaaaa"]
)
def test_what_is_no_secret_lets_nobody_in(desk: Desk, secret: str) -> None:
    desk.owner()
    with pytest.raises(NotSignedInError):
        desk.server.signing_in.by_secret(secret, HOME)


def test_a_key_lets_a_device_in_until_it_is_revoked_or_expires(desk: Desk) -> None:
    bob = desk.user()
    made = desk.server.devices.make_key(bob, "phone", "Ada")
    short = desk.server.devices.make_key(bob, "tablet", "Bob", desk.now_ns + DAY_NS)
    signing = desk.server.signing_in
    assert signing.by_secret(made.secret, HOME).user == bob
    assert signing.by_secret(short.secret, HOME).means is Means.KEY
    desk.now_ns += DAY_NS
    with pytest.raises(NotSignedInError):
        signing.by_secret(short.secret, HOME)
    desk.server.devices.revoke(made.device.id, bob, bob)
    with pytest.raises(NotSignedInError):
        signing.by_secret(made.secret, HOME)
    assert desk.changes()[-1] == ("Bob", "device_revoked", "Bob")


def test_an_app_password_lets_old_clients_in(desk: Desk) -> None:
    bob = desk.user()
    made = desk.server.devices.make_app_password(bob, "old phone", "Bob")
    signing, salt = desk.server.signing_in, "c19b2d"
    token = hashlib.md5((made.secret + salt).encode()).hexdigest()
    for _ in range(50):  # each request shows it
        assert signing.by_token("BOB", token, salt, HOME, "DSub").user == bob
    assert signing.by_token("bob", token.upper(), salt, HOME).means is Means.APP
    assert signing.by_app_password("bob", made.secret, HOME).device == desk.server.devices.of(made.device.id)
    for name, shown, used in (
        ("Ada", token, salt),
        ("Bob", token, salt + "0"),
        ("Bob", "", ""),
        ("Bob", "é", salt),
        ("x", token, salt),
    ):
        with pytest.raises(NotSignedInError):
            signing.by_token(name, shown, used, HOME)
    with pytest.raises(NotSignedInError):  # the account's own password is none
        signing.by_app_password("Bob", PASSWORD, HOME)
    with pytest.raises(NotSignedInError):  # and an app password none of those
        signing.by_password("Bob", made.secret, HOME)
    with pytest.raises(NotSignedInError):
        signing.by_secret(made.secret, HOME)
    desk.server.devices.revoke(made.device.id, bob)
    with pytest.raises(NotSignedInError):
        signing.by_app_password("bob", made.secret, HOME)
    assert not (desk.path / "app-passwords.json").exists()


def test_app_passwords_that_are_off_let_nobody_in(desk: Desk) -> None:
    bob = desk.user()
    made = desk.server.devices.make_app_password(bob, "old phone", "Bob")
    desk.server.devices.legacy = False
    with pytest.raises(NotSignedInError):
        desk.server.signing_in.by_app_password("Bob", made.secret, HOME)
    with pytest.raises(ConfigError, match=r"subsonic\.legacy_auth"):
        desk.server.devices.make_app_password(bob, "another", "Bob")


def test_guessing_is_slowed_down_and_does_not_lock_out_the_user(desk: Desk) -> None:
    desk.owner()
    signing = desk.server.signing_in
    secret = signing.by_password("Ada", PASSWORD, HOME).secret
    with pytest.raises(TooManyTriesError) as delayed:
        for number in range(30):
            with pytest.raises(NotSignedInError):
                signing.by_password("Ada", "wrong horse battery", f"203.0.113.{number}")
    assert delayed.value.retry_after > 0
    with pytest.raises(TooManyTriesError):  # the right password from there would tell that it is right
        signing.by_password("Ada", PASSWORD, AWAY)
    signing.by_password("Ada", PASSWORD, HOME)
    signing.by_password("Ada", PASSWORD, "127.0.0.1")
    signing.by_secret(secret, AWAY)
    assert any(sample.labels["outcome"] == "too often" for family in desk.recorder.families() for sample in family.samples
               if family.name == "musfuse_sign_ins")  # fmt: skip


def test_a_hash_with_old_parameters_is_made_anew(desk: Desk) -> None:
    ada, table = desk.owner(), UserTable(desk.server.database)
    table.set_password(ada.id, Passwords(Argon2Parameters(1, 16, 1)).hash(PASSWORD))
    desk.server.signing_in.by_password("Ada", PASSWORD, HOME)
    assert "$m=8,t=1,p=1$" in table.password_of(ada.id)
    desk.server.signing_in.by_password("Ada", PASSWORD, HOME)


def test_a_proxy_vouches_for_those_alone_who_have_an_account(desk: Desk) -> None:
    desk.owner()
    caller = desk.server.signing_in.vouched("ada")
    assert (caller.user.name, caller.means, caller.device) == ("Ada", Means.HEADER, None)
    with pytest.raises(NotSignedInError):
        desk.server.signing_in.vouched("mallory\n")


def test_who_has_no_password_signs_in_by_none(desk: Desk) -> None:
    desk.owner()
    desk.server.accounts.add("Proxied")
    for password in ("", PASSWORD):
        with pytest.raises(NotSignedInError):
            desk.server.signing_in.by_password("Proxied", password, HOME)
