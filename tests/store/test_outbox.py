"""Messages go into the outbox with their event, once, and leave it when they are taken or given up."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from musfuse.errors import StoreError
from musfuse.store import outbox
from musfuse.store.eventtable import EventTable, Said
from musfuse.store.outbox import Attempt, Outbox, next_due, read_attempts, read_recipients

SECOND = 10**9


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


@pytest.fixture
def now() -> list[int]:
    return [100 * SECOND]


@pytest.fixture
def table(path: Path, now: list[int]) -> Iterator[EventTable]:
    with closing(EventTable(path, lambda: now[0], {"all": (), "adds": ("file_added",)})) as made:
        yield made


@pytest.fixture
def box(table: EventTable, path: Path, now: list[int]) -> Iterator[Outbox]:
    table.add([])
    with closing(Outbox(path, lambda: now[0])) as made:
        yield made


def tried(hook: str, problem: str = "", tries: int = 1) -> Attempt:
    return Attempt(hook, "m", "file_added", 0, tries, 500 if problem else 200, problem, 1)


def test_each_event_lies_there_once_for_each_who_wants_it(table: EventTable, box: Outbox, path: Path) -> None:
    nudges: list[int] = []
    table.on_outbox = lambda: nudges.append(1)
    table.add([Said("file_added", {"path": "a"}, "c1"), Said("file_removed", {"path": "b"}, "c2")])
    table.add([Said("file_added", {"path": "a"}, "c1")])
    assert len(nudges) == 1
    assert {hook: one.waiting for hook, one in read_recipients(path).items()} == {"all": 2, "adds": 1}
    mine, other = box.next("all"), box.next("adds")
    assert mine is not None
    assert other is not None
    assert (mine.name, mine.data, mine.tries) == ("file_added", {"path": "a"}, 0)
    assert mine.message == other.message


def test_what_is_taken_leaves(table: EventTable, box: Outbox, path: Path) -> None:
    table.add([Said("file_added", {"n": n}, f"c{n}") for n in range(3)])
    for n in range(3):
        message = box.next("adds")
        assert message is not None
        assert message.data == {"n": n}
        box.taken(message, tried("adds"))
    assert (box.next("adds"), box.due_ns("adds")) == (None, None)
    assert read_recipients(path)["adds"][:4] == (None, 3, 0, 0)
    assert [one.problem for one in read_attempts(path, "adds")] == ["", "", ""]


def test_what_is_not_comes_back_when_it_is_due(table: EventTable, box: Outbox, now: list[int], path: Path) -> None:
    table.add([Said("file_added", {"n": n}, f"c{n}") for n in range(2)])
    first = box.next("adds")
    assert first is not None
    box.failed(first, tried("adds", "down"), 5.0)
    second = box.next("adds")
    assert second is not None
    assert second.data == {"n": 1}
    box.taken(second, tried("adds"))
    assert box.next("adds") is None
    assert box.due_ns("adds") == 105 * SECOND
    assert next_due(path) == 100 * SECOND  # for the other one
    now[0] = 105 * SECOND
    again = box.next("adds")
    assert again is not None
    assert (again.message, again.tries) == (first.message, 1)
    box.failed(again, tried("adds", "down", 2), None)
    assert box.next("adds") is None
    assert read_recipients(path)["adds"][:4] == (None, 1, 1, 0)
    assert [one.problem for one in read_attempts(path, "adds", failed=True)] == ["down", "down"]
    assert len(read_attempts(path, limit=1)) == 1


def test_who_wants_nothing_gets_nothing_until_a_test_is_taken(table: EventTable, box: Outbox, path: Path) -> None:
    table.add([Said("file_added", {}, "1"), Said("file_added", {}, "2")])
    assert box.disable(tried("adds", "gone")) == 2
    table.add([Said("file_added", {}, "3")])
    stand = read_recipients(path)["adds"]
    assert (stand.disabled_ns, stand.given_up, stand.waiting) == (100 * SECOND, 2, 0)
    box.tested(tried("adds", "still"))
    assert read_recipients(path)["adds"].disabled_ns is not None
    box.tested(tried("adds"))
    table.add([Said("file_added", {}, "4")])
    assert read_recipients(path)["adds"].waiting == 1


def test_what_is_too_old_is_given_up(table: EventTable, box: Outbox, now: list[int], path: Path) -> None:
    table.add([Said("file_added", {}, "1")])
    now[0] += SECOND
    table.add([Said("file_added", {}, "2")])
    assert box.give_up("adds", now[0]) == 1
    assert read_recipients(path)["adds"][:4] == (None, 0, 1, 1)


def test_who_is_no_receiver_any_more_leaves_nothing_behind(table: EventTable, box: Outbox, path: Path) -> None:
    table.add([Said("file_added", {}, "1")])
    table.tell({"all": ()})
    assert set(read_recipients(path)) == {"all"}
    assert box.next("adds") is None
    table.tell({})
    table.add([Said("file_added", {}, "2")])
    assert read_recipients(path) == {}


def test_receivers_are_told_in_a_file_that_took_the_place_of_a_damaged_one(
    table: EventTable, box: Outbox, path: Path
) -> None:
    table.add([Said("file_added", {}, "1")])
    table.close()
    box.close()
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError):
        table.add([Said("file_added", {}, "2")])
    table.add([Said("file_added", {}, "3")])
    assert read_recipients(path)["adds"].waiting == 1


def test_a_file_without_webhooks(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    assert (read_recipients(path), read_attempts(path), next_due(path)) == ({}, [], None)
    with closing(EventTable(path)) as table:
        table.add([Said("file_added", {}, "1")])
        assert (read_recipients(path), read_attempts(path), next_due(path)) == ({}, [], None)
        with closing(sqlite3.connect(path)) as db:
            assert not outbox.is_in(db)


def test_no_more_tries_are_remembered_than_are_to_be(box: Outbox, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "ATTEMPTS", 5)
    for n in range(12):
        box.tested(tried("all", str(n)))
    assert [one.problem for one in read_attempts(path)] == [str(n) for n in range(7, 12)]


def test_what_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Outbox(tmp_path / "none" / "events.db")
    (tmp_path / "events.db").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError):
        Outbox(tmp_path / "events.db")
    with pytest.raises(StoreError):
        next_due(tmp_path / "events.db")
