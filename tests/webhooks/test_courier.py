"""How messages are sent in turn: what is tried again when, and when nothing is."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from musfuse_webhooks import courier as module
from musfuse_webhooks.courier import Courier
from musfuse_webhooks.schedule import pause_seconds, wait_seconds
from musfuse_webhooks.sending import Sender
from standardwebhooks import Webhook

from musfuse.config.secrets import Secret
from musfuse.library.webhooks import WebhookSpec
from musfuse.store.eventtable import EventTable, Said
from musfuse.store.outbox import Outbox, read_attempts, read_recipients
from webhooks.receiver import SECRET, Receiver, receiver, status

ID = "wh-1"


class Bench:
    """A courier over a real file and a real receiver; `put` has something to send."""

    def __init__(self, folder: Path, at: Receiver, **options: object) -> None:
        self.path, self.at = folder / "events.db", at
        self.table = EventTable(self.path, recipients={ID: ()})
        self.table.add([])
        self.outbox = Outbox(self.path)
        spec = WebhookSpec(ID, at.url, Secret(SECRET), allow_private=True, timeout_ms=2000)
        for name, value in options.items():
            object.__setattr__(spec, name, value)
        self.courier = Courier(spec, self.outbox, Sender())
        self.count = 0

    def put(self, number: int = 1) -> None:
        self.count += number
        self.table.add([Said("file_added", {"n": n}, f"c{n}") for n in range(self.count - number, self.count)])

    @property
    def stand(self) -> tuple[int, int, int]:
        return read_recipients(self.path)[ID][1:4]

    def close(self) -> None:
        self.outbox.close()
        self.table.close()


@pytest.fixture
def at() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def bench(tmp_path: Path, at: Receiver) -> Iterator[Bench]:
    with closing(Bench(tmp_path, at)) as made:
        yield made


def test_messages_go_out_in_order_and_are_signed(bench: Bench) -> None:
    bench.put(3)
    while bench.courier.step():
        pass
    assert bench.stand == (3, 0, 0)
    told = [Webhook(SECRET).verify(got.body, got.headers) for got in bench.at.got]
    assert [(one["event_type"], one["data"]) for one in told] == [("file_added", {"n": n}) for n in range(3)]
    assert bench.courier.idle_seconds(0) is None


@pytest.mark.expects_errors
def test_one_message_that_fails_does_not_hold_up_others(bench: Bench) -> None:
    bench.put(2)
    bench.at.answer = status(500)
    assert bench.courier.step()
    bench.at.answer = status(200)
    while bench.stand[2]:
        if not bench.courier.step():
            threading.Event().wait(min(bench.courier.idle_seconds(0) or 0, 0.02))
    assert bench.at.taken[0] in bench.at.taken[2:]
    assert len(set(bench.at.taken)) == 2
    assert [one.tries for one in read_attempts(bench.path, ID) if one.message == bench.at.taken[0]] == [1, 2]


@pytest.mark.expects_errors
def test_who_is_gone_is_not_told_of_anything_again(bench: Bench) -> None:
    bench.put(3)
    bench.at.answer = status(410)
    assert bench.courier.step()
    assert not bench.courier.step()
    bench.put()
    assert not bench.courier.step()
    assert bench.stand == (0, 3, 0)
    bench.at.answer = status(200)
    assert bench.courier.test().status == 200
    bench.put()
    assert bench.courier.step()


@pytest.mark.expects_errors
def test_who_asks_to_be_left_alone_is(bench: Bench) -> None:
    bench.put(2)
    bench.at.answer = status(503, Retry_After="100")
    assert bench.courier.step()
    assert not bench.courier.step()
    assert len(bench.at.got) == 1
    seconds = bench.courier.idle_seconds(0)
    assert seconds is not None
    assert seconds > 90


@pytest.mark.expects_errors
def test_a_dead_receiver_is_not_asked_for_each_message(bench: Bench) -> None:
    bench.put(20)
    bench.at.answer = status(500)
    while bench.courier.step():
        pass
    assert len(bench.at.got) == 4  # as many as are made soon; from then on it is left alone
    assert bench.stand == (0, 0, 20)


@pytest.mark.expects_errors
def test_what_is_never_taken_is_given_up_and_said(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "wait_seconds", lambda tries, quick, asked: wait_seconds(tries, quick) and 0.0)
    monkeypatch.setattr(module, "pause_seconds", lambda *_: 0.0)
    bench.put()
    bench.at.answer = status(500)
    while bench.courier.step():
        pass
    assert len(bench.at.got) == 13
    assert len(set(bench.at.taken)) == 1
    assert bench.stand == (0, 1, 0)
    assert f"webhook {ID}: 1 messages are given up" in caplog.text
    assert SECRET not in caplog.text
    assert "hidden" not in caplog.text


@pytest.mark.expects_errors
def test_a_secret_that_is_not_there_fails_a_message_that_can_be_sent_later(tmp_path: Path, at: Receiver) -> None:
    kept = tmp_path / "secret"
    with closing(Bench(tmp_path, at, secret=Secret.kept_at(f"file:{kept}", "webhook"))) as bench:
        bench.put()
        assert bench.courier.step()
        kept.write_text("nonsense")
        kept.chmod(0o600)
        assert "base64" in bench.courier.test().problem
        kept.write_text(SECRET + "\n")
        assert bench.courier.test().status == 204
    assert [bool(one.problem) for one in read_attempts(tmp_path / "events.db")] == [True, True, False]


def test_the_ladder_is_that_of_the_contract() -> None:
    ladder = [wait_seconds(tries, 3, chance=lambda: 0.0) for tries in range(1, 14)]
    assert ladder == [0.1, 0.2, 0.4, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, None]
    assert wait_seconds(4, 3, chance=lambda: 1.0) == 5.5
    assert wait_seconds(1, 0, chance=lambda: 0.0) == 5
    assert (wait_seconds(1, 3, 60.0), wait_seconds(1, 3, 1e9)) == (60.0, 86_400.0)
    assert [pause_seconds(failures, 3) for failures in (1, 3, 4, 5, 50)] == [0, 0, 5, 300, 300]
    assert pause_seconds(1, 3, 60.0) == 60.0
