"""Webhooks of a library that is owned: from the event to the receiver, over kills and restarts."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sound
from app.hosting import run_host
from musfuse_webhooks import delivery
from musfuse_webhooks.delivery import Delivery
from musfuse_webhooks.orders import Orders
from patient import until
from standardwebhooks import Webhook

from musfuse.app.connection import Connection
from musfuse.app.host import Host
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.config.secrets import Secret
from musfuse.errors import ConfigError, StoreError
from musfuse.library.webhooks import WebhookSpec
from musfuse.platform import system
from musfuse.service.requests import webhooks as asked
from musfuse.service.requests.owner import ShowStatus
from musfuse.store.eventtable import EventTable, Said
from musfuse.store.outbox import next_due, read_attempts, read_recipients
from webhooks.receiver import SECRET, Handler, Receiver, receiver, status


@pytest.fixture
def at() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def secret(tmp_path: Path) -> str:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    return f"file:{file}"


@pytest.fixture
def host(tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setattr(system, "on_terminate", lambda stop: None)
    with ExitStack() as closing:
        flags = {"index__background": False, "follow__enabled": False}
        yield run_host(tmp_path / "state", music, closing, **flags)


@pytest.fixture
def service(tmp_path: Path, host: Host) -> Iterator[Connection]:
    del host
    with Connection(tmp_path / "state", lambda: load_config(default_sections(), env={}).config) as made:
        yield made


def scan(host: Host) -> None:
    host.jobs.runner.wait(host.jobs.request("scan").id, 60)


def test_what_happens_is_told_from_the_time_when_it_is_asked_for(
    tmp_path: Path, music: Path, host: Host, service: Connection, at: Receiver, secret: str
) -> None:
    sound.write(music / "1.flac", title="One")
    scan(host)
    assert not (tmp_path / "state/events.db").exists()  # nobody wanted to hear of it
    added = service.call(asked.AddWebhook(at.url, secret, ("file_added", "metadata_changed"), allow_private=True))
    assert (added.url, added.warning) == (at.url.replace("key=hidden", "***"), "")
    sound.write(music / "2.flac", artist="Ann", album="Lib", title="Two", seed=2)
    scan(host)
    until(lambda: at.got)
    (got,) = at.got
    told = Webhook(SECRET).verify(got.body, got.headers)
    assert (told["event_type"], told["data"]["path"]) == ("file_added", "2.flac")
    service.call(asked.RemoveWebhook(added.id))
    sound.write(music / "3.flac", title="Three", seed=3)
    scan(host)
    assert service.call(asked.ListWebhooks()) == ()
    assert (len(at.got), next_due(tmp_path / "state/events.db")) == (1, None)


@pytest.mark.expects_errors
def test_nothing_is_lost_when_what_sends_is_killed(
    music: Path, host: Host, service: Connection, at: Receiver, secret: str
) -> None:
    at.answer = lambda _: at.ended.wait(30)
    service.call(asked.AddWebhook(at.url, secret, ("file_added",), timeout_ms=30_000, allow_private=True))
    sound.write(music / "1.flac", title="One")
    scan(host)
    until(lambda: at.got)
    at.answer = status(200)
    sending = host._webhooks._delivery
    assert sending is not None
    assert sending.pid is not None
    os.kill(sending.pid, signal.SIGKILL)
    until(lambda: len(at.got) == 2)
    assert len(set(at.taken)) == 1


def test_what_stands_of_a_webhook(
    tmp_path: Path, service: Connection, at: Receiver, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    added = service.call(asked.AddWebhook(at.url, secret, ("file_added",), allow_private=True))
    with pytest.raises(Exception, match="already"):
        service.call(asked.AddWebhook(at.url, secret, allow_private=True))
    tried = service.call(asked.TestWebhook(added.id))
    assert (tried.event, tried.status, tried.problem) == ("webhook_test", 204, "")
    Webhook(SECRET).verify(at.got[0].body, at.got[0].headers)
    at.answer = status(302, Location="http://169.254.169.254/")
    assert "redirects" in service.call(asked.TestWebhook(at.url)).problem
    (told,) = service.call(asked.ListWebhooks())
    assert (told.state, told.secret, told.allow_private) == ("ready", secret, True)
    (untold,) = service.call(ShowStatus()).untold
    assert untold == f"{told.url}: did not take what it was sent last: {told.problem}"
    assert "redirects" in untold
    at.answer = status(204)
    service.call(asked.TestWebhook(added.id))
    assert service.call(ShowStatus()).untold == ()
    assert [bool(one.problem) for one in service.call(asked.ListTries(added.id))] == [False, True, False]
    log = (tmp_path / "state/musfuse.log").read_text()
    for text in (log, caplog.text):
        assert SECRET not in text
        assert "hidden" not in text


def test_one_at_a_private_address_is_told_of_when_it_is_added(service: Connection, at: Receiver, secret: str) -> None:
    added = service.call(asked.AddWebhook(at.url, secret))
    assert "--allow-private" in added.warning
    assert "private address" in service.call(asked.TestWebhook(added.id)).problem
    assert at.got == []
    missing = service.call(asked.AddWebhook("https://example.com/", "env:NO_SUCH_SECRET"))
    assert "NO_SUCH_SECRET is not set" in missing.warning


@pytest.mark.expects_errors
def test_a_process_that_cannot_be_started_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "events.db"
    table = EventTable(path, recipients={"h": ()})
    table.add([Said("file_added", {}, "1")])
    table.close()
    tries: list[int] = []

    def started(*_: object) -> None:
        tries.append(1)
        raise OSError("no room")

    monkeypatch.setattr(system, "spawn_piped", started)
    sending = Delivery(path, [WebhookSpec("h", "http://127.0.0.1:1/", Secret(SECRET))])
    sending.start()
    until(lambda: "no room" in caplog.text)
    sending.close()
    assert tries
    monkeypatch.setattr(delivery, "command", lambda _: [sys.executable, "-c", "print('{')"])
    with pytest.raises(StoreError, match="nothing was sent"):
        delivery.send_test(path, WebhookSpec("h", "http://127.0.0.1:1/", Secret(SECRET)))


SOON = """
from musfuse_webhooks import process
process._LOOK_SECONDS = 0.01
process.Post.__init__.__defaults__ = (0.0,)
process.run()
"""


def test_the_process_ends_in_order_when_nothing_is_due(tmp_path: Path) -> None:
    EventTable(tmp_path / "events.db", recipients={"h": ()}).close()
    line = Orders(tmp_path / "events.db", [WebhookSpec("h", "http://127.0.0.1:1/", Secret(SECRET))]).to_line()
    with subprocess.Popen(
        [sys.executable, "-c", SOON], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.write(line)
        process.stdin.flush()  # it stays open: its owner is there
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


SERVE = """
[events]
keep = true
[index]
background = false
[follow]
enabled = false

[[webhooks]]
url = "{url}"
secret = "{secret}"
events = ["file_added", "file_removed"]
timeout_ms = 1000
allow_private = true
"""


def test_nothing_is_lost_when_the_owner_is_killed(tmp_path: Path, music: Path, at: Receiver) -> None:
    """Files come before each start; it is killed at some point of scanning, telling and sending, where the receiver fails now
    and then. In the end each file was told of, and more than once under one id only."""
    chance, config, state = random.Random(19), tmp_path / "config.toml", tmp_path / "state"
    config.write_text(SERVE.format(url=at.url, secret=SECRET))
    config.chmod(0o600)
    failing = [status(500), status(302), lambda handler: handler.connection.close(), lambda _: time.sleep(0.2)]

    def answer(handler: Handler) -> None:
        (chance.choice(failing) if chance.random() < 0.2 else status(200))(handler)

    at.answer = answer
    argv = [
        sys.executable,
        "-m",
        "musfuse",
        "serve",
        "--no-http",
        "--foreground",
        "--library",
        str(state),
        "--config",
        str(config),
    ]
    paths = set[str]()
    for turn in range(3):
        for n in range(6):
            sound.write(music / f"{turn}-{n}.wav", title=f"{turn} {n}", seed=turn * 10 + n, samples=2000)
            paths.add(f"{turn}-{n}.wav")
        owner = subprocess.Popen([*argv, str(music)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert owner.stdout is not None
        with owner.stdout:
            owner.stdout.readline()  # it serves now
            if turn < 2:
                time.sleep(chance.random() * 0.8)  # where the kill falls, nothing here depends on
                os.kill(owner.pid, signal.SIGKILL)
            else:
                until(lambda: paths <= told(at) and next_due(state / "events.db") is None)
                os.kill(owner.pid, signal.SIGTERM)
            owner.wait(60)
    ids: dict[str, set[str]] = {}
    for got in at.got:
        data = Webhook(SECRET).verify(got.body, got.headers)
        assert data["event_type"] == "file_added"
        ids.setdefault(data["data"]["path"], set()).add(got.id)
    assert ids.keys() == paths
    assert {len(known) for known in ids.values()} == {1}
    (stand,) = read_recipients(state / "events.db").values()
    assert (stand.given_up, stand.waiting) == (0, 0)
    assert stand.taken == len(paths)
    assert any(one.problem for one in read_attempts(state / "events.db", limit=10_000))
    assert SECRET not in (state / "musfuse.log").read_text()


def told(at: Receiver) -> set[str]:
    import json

    return {json.loads(got.body)["data"]["path"] for got in list(at.got)}


def test_those_of_the_configuration_are_removed_there(tmp_path: Path, music: Path, at: Receiver) -> None:
    config = tmp_path / "config.toml"
    config.write_text(SERVE.format(url=at.url, secret="env:HOOK"))
    loaded = load_config(default_sections(), config, env={}).config
    with Connection(tmp_path / "state", lambda: loaded, make=True) as service:
        service.call(asked.AddWebhook("https://example.com/", "env:OTHER"))
        first, second = service.call(asked.ListWebhooks())
        assert (first.configured, second.configured, first.state) == (True, False, "idle")
        with pytest.raises(ConfigError, match="in the configuration"):
            service.call(asked.RemoveWebhook(first.id))
        with pytest.raises(ConfigError, match="no webhook"):
            service.call(asked.RemoveWebhook("nothing"))
