"""Changes reach a system on a thread of their own, and who made one can wait for that."""

import threading
from collections.abc import Iterator

import pytest

from musfuse.drive.changes import Change, Changes
from musfuse.drive.relay import Relay
from musfuse.errors import NoEntryError


class System:
    """Takes each change when it may, and fails where it is told to."""

    def __init__(self) -> None:
        self.may, self.began = threading.Event(), threading.Event()
        self.took: list[Change] = []
        self.error: Exception | None = None

    def pass_on(self, change: Change, relay: Relay) -> None:
        self.began.set()
        self.may.wait()
        self.took.append(change)
        if self.error is not None:
            raise self.error

    def held(self, stale: bool) -> None:
        pass


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def system() -> System:
    return System()


@pytest.fixture
def relay(changes: Changes, system: System) -> Iterator[Relay]:
    relay = Relay(changes, system, "the test")
    yield relay
    system.may.set()
    relay.close()


def test_nobody_waits_where_nothing_changed(changes: Changes, relay: Relay) -> None:
    changes.caught_up(0)
    assert relay.caught_up(0)


def test_who_waits_for_a_change_returns_when_it_was_passed_on(changes: Changes, relay: Relay, system: System) -> None:
    changes.tell(Change(folders={1}))
    assert not relay.caught_up(0)
    threading.Timer(0.05, system.may.set).start()
    changes.caught_up(60)
    assert system.took == [Change(folders={1})]


def test_what_comes_meanwhile_is_passed_on_together(changes: Changes, relay: Relay, system: System) -> None:
    changes.tell(Change(folders={1}))
    system.began.wait()
    changes.tell(Change(folders={2}))
    changes.tell(Change(items={3}))
    system.may.set()
    assert relay.caught_up(60)
    assert system.took == [Change(folders={1}), Change(folders={2}, items={3})]


@pytest.mark.expects_errors
@pytest.mark.parametrize("error", [NoEntryError("gone"), ValueError("a bug")])
def test_it_goes_on_behind_a_failure(
    changes: Changes, relay: Relay, system: System, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    system.may.set()
    system.error = error
    changes.tell(Change(items={1}))
    assert relay.caught_up(60)
    changes.tell(Change(items={2}))
    assert relay.caught_up(60)
    assert len(system.took) == 2
    assert "the test" in caplog.text


def test_nobody_waits_for_one_that_is_closed(changes: Changes, relay: Relay, system: System) -> None:
    changes.tell(Change(items={1}))
    system.began.wait()
    closing = threading.Thread(target=relay.close)
    closing.start()
    assert relay.caught_up(60)
    assert relay.wait_closed(60)
    system.may.set()
    closing.join()
