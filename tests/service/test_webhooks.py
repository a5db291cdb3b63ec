"""Webhooks as they are kept, listed, added and removed; what can be none."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from musfuse.config.secrets import Secret
from musfuse.errors import ConfigError, StoreError
from musfuse.library.userdb import UserDatabase, WebhookTable
from musfuse.library.webhooks import MOST, WebhookSpec
from musfuse.service.requests.webhooks import AddWebhook, ListTries
from musfuse.service.webhooks import Webhooking
from musfuse.store.eventtable import EventTable, Said
from musfuse.store.outbox import Attempt, Outbox

URL = "https://example.com/hook"


@pytest.fixture
def user(tmp_path: Path) -> Iterator[UserDatabase]:
    with closing(UserDatabase(tmp_path / "user.db")) as made:
        yield made


@pytest.fixture
def hooks(user: UserDatabase, tmp_path: Path) -> Webhooking:
    return Webhooking(WebhookTable(user), list, tmp_path / "events.db")


def test_one_is_kept_as_it_was_added(hooks: Webhooking, user: UserDatabase) -> None:
    adopted: list[int] = []
    hooks.adopt = lambda: adopted.append(len(hooks.all()))
    added = hooks.add(AddWebhook(URL + "?key=1", "env:A", ("file_added", "file_added"), 2, 700, True))
    (spec,) = WebhookTable(user).all()
    assert spec == WebhookSpec(added.id, URL + "?key=1", Secret.kept_at("env:A", ""), ("file_added",), 2, 700, True)
    (told,) = hooks.list()
    assert (told.url, told.secret, told.state, told.waiting) == (URL + "?***", "env:A", "idle", 0)
    assert hooks.remove(URL + "?key=1").dropped == 0
    assert (hooks.list(), adopted) == ((), [1, 0])


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (AddWebhook("ftp://a/", "env:A"), "must begin with"), (AddWebhook(URL, "whsec_abc"), "a secret is named"),
        (AddWebhook(URL, "env:A", ("loud",)), "no such event"), (AddWebhook(URL, "env:A", retry_count=-1), "0 to 10"),
        (AddWebhook(URL, "env:A", timeout_ms=1), "100 to 60000"), (AddWebhook("https://u:p@a/", "env:A"), "holds a password"),
    ],
)  # fmt: skip
def test_what_can_be_none(hooks: Webhooking, asked: AddWebhook, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        hooks.add(asked)
    assert words in str(caught.value)
    assert "whsec_abc" not in str(caught.value)
    assert hooks.list() == ()


def test_there_is_an_end_to_their_number(hooks: Webhooking) -> None:
    for n in range(MOST):
        hooks.add(AddWebhook(f"{URL}/{n}", "env:A"))
    with pytest.raises(ConfigError, match="at most"):
        hooks.add(AddWebhook(URL, "env:A"))
    with pytest.raises(ConfigError, match="already"):
        hooks.add(AddWebhook(f"{URL}/1", "env:A"))


def test_what_waits_is_dropped_with_it(hooks: Webhooking, tmp_path: Path) -> None:
    added = hooks.add(AddWebhook(URL, "env:A"))
    with closing(EventTable(tmp_path / "events.db", recipients={added.id: ()})) as table:
        table.add([Said("file_added", {}, "1"), Said("file_added", {}, "2")])
    assert hooks.list()[0].waiting == 2
    assert hooks.tries(ListTries(added.id)) == ()
    assert hooks.remove(added.id).dropped == 2
    for act in (hooks.remove, hooks.test):
        with pytest.raises(ConfigError, match="no webhook of this library"):
            act(added.id)


def test_what_cannot_be_read_is_an_error(hooks: Webhooking, user: UserDatabase) -> None:
    hooks.add(AddWebhook(URL, "env:A"))
    for events, secret in (("{", "env:A"), ("[1]", "env:A"), ("[]", "whsec_shown")):
        user.execute("UPDATE webhook SET events = ?, secret = ?", events, secret)
        with pytest.raises(StoreError, match="cannot be read") as caught:
            hooks.list()
        assert "whsec_shown" not in str(caught.value)


def test_what_is_not_taken_is_told_until_something_is(hooks: Webhooking, tmp_path: Path) -> None:
    events = tmp_path / "events.db"
    added = hooks.add(AddWebhook(f"{URL}?key=1", "env:A"))

    def tried(problem: str = "") -> Attempt:
        return Attempt(added.id, "msg_1", "file_added", 1, 1, 500 if problem else 204, problem, 1)

    with closing(EventTable(events, recipients={added.id: ()})) as table, closing(Outbox(events)) as box:
        table.add([Said("file_added", {}, str(n)) for n in range(3)])
        assert hooks.untold() == ()
        first = box.next(added.id)
        assert first is not None
        box.failed(first, tried("answered 500"), 100.0)
        assert hooks.untold() == (f"{URL}?***: 3 messages wait; it did not take the last one: answered 500",)
        for left in ("2 messages wait", "1 message waits", "did not take what it was sent last"):
            message = box.next(added.id) or first
            box.failed(message, tried("answered 500"), None)
            assert left in hooks.untold()[0]
        table.add([Said("file_added", {}, "4")])
        message = box.next(added.id)
        assert message is not None
        box.taken(message, tried())
        assert hooks.untold() == ()
        box.disable(tried("answered 410"))
        (told,) = hooks.untold()
        assert f"musfuse webhook test {added.id}" in told
        assert "key=1" not in told
    events.write_bytes(b"no database at all" * 1000)
    assert str(events) in hooks.untold()[0]
