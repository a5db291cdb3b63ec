"""Overlays: whose word counts, locks, history, undo, and what a kill leaves."""

import itertools
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from musfuse.errors import ConfigError, NoEntryError
from musfuse.library.overlay import Delta, MetaCollector, Overlay, merge, overlay_key
from musfuse.media.tags.vorbis import ROOM
from musfuse.model import SourceFile, Stamp, TagSet, TagSource
from musfuse.store import KvNamespace, MemoryKv, SqliteKv

USER, PROVIDER, ORCHESTRATOR = TagSource.USER, TagSource.PROVIDER, TagSource.ORCHESTRATOR
EMBEDDED = TagSet({"title": ["File"], "artist": ["File Artist"], "genre": ["Pop"]})


@pytest.fixture
def collector(tmp_path: Path) -> MetaCollector:
    return MetaCollector(SqliteKv(tmp_path / "user.db"))


def say(collector: MetaCollector, source: TagSource, key: str = "k", **fields: str) -> None:
    values = {name: (value,) if value else () for name, value in fields.items()}
    collector.apply_delta([Delta(key, values)], source, "tester", "test")


def title(collector: MetaCollector, key: str = "k") -> str | None:
    return merge(EMBEDDED, collector.load_overlay(key)).first("title")


@pytest.mark.parametrize("order", list(itertools.permutations([USER, ORCHESTRATOR, PROVIDER])))
def test_the_strongest_source_counts_whatever_the_order(collector: MetaCollector, order: tuple[TagSource, ...]) -> None:
    for source in order:
        say(collector, source, title=source.value)
    assert title(collector) == "user"
    collector.apply_delta([Delta("k", {"title": None})], USER, "tester", "test")
    assert title(collector) == "orchestrator"
    collector.apply_delta([Delta("k", {"title": None})], ORCHESTRATOR, "tester", "test")
    assert title(collector) == "provider"
    collector.apply_delta([Delta("k", {"title": None})], PROVIDER, "tester", "test")
    assert title(collector) == "File"


def test_absent_is_a_value(collector: MetaCollector) -> None:
    say(collector, USER, genre="")
    assert "genre" not in merge(EMBEDDED, collector.load_overlay("k"))


def test_a_lock_keeps_a_value_against_every_refresh(collector: MetaCollector) -> None:
    say(collector, PROVIDER, title="Provided")
    collector.apply_delta([Delta("k", lock=frozenset({"title"}), embedded=EMBEDDED)], USER, "tester", "lock")
    change = collector.apply_delta([Delta("k", {"title": ("Refreshed",)})], PROVIDER, "p", "refresh")
    assert (change.refused, change.tracks) == (1, 0)
    assert title(collector) == "Provided"
    say(collector, USER, title="Mine")
    assert title(collector) == "Mine"
    collector.apply_delta([Delta("k", unlock=frozenset({"title"}))], USER, "tester", "unlock")
    say(collector, PROVIDER, title="Refreshed")
    assert collector.load_overlay("k").fields["title"][PROVIDER] == ("Refreshed",)


def test_a_lock_keeps_the_original_s_value_when_the_original_changes(collector: MetaCollector) -> None:
    collector.apply_delta([Delta("k", lock=frozenset({"*"}), embedded=EMBEDDED)], USER, "tester", "lock")
    rescanned = TagSet({"title": ["Another"], "artist": ["Another"]})
    assert merge(rescanned, collector.load_overlay("k")) == EMBEDDED
    say(collector, ORCHESTRATOR, title="Refreshed", mood="new")
    assert merge(rescanned, collector.load_overlay("k")) == EMBEDDED
    collector.apply_delta([Delta("k", unlock=frozenset({"*"}))], USER, "tester", "unlock")
    assert merge(rescanned, collector.load_overlay("k")) == rescanned


def test_undo_and_undo_of_the_undo(collector: MetaCollector) -> None:
    say(collector, USER, title="One")
    say(collector, USER, title="Two", artist="A")
    second = collector.last()
    undone = collector.undo(second, "tester")
    assert title(collector) == "One"
    assert "artist" not in collector.load_overlay("k").fields
    collector.undo(undone.seq, "tester")
    assert title(collector) == "Two"


def test_undo_leaves_what_was_changed_again(collector: MetaCollector) -> None:
    say(collector, USER, title="One", artist="A")
    first = collector.last()
    say(collector, USER, title="Two")
    change = collector.undo(first, "tester")
    assert change.refused == 1
    assert title(collector) == "Two"
    assert "artist" not in collector.load_overlay("k").fields
    with pytest.raises(NoEntryError):
        collector.undo(99, "tester")


def test_history_tells_who_and_what(collector: MetaCollector) -> None:
    before = time.time_ns()
    say(collector, PROVIDER, "a", title="One")
    say(collector, USER, "b", title="Two")
    say(collector, USER, "b", title="Two")
    assert [(c.seq, c.author, c.source, c.tracks) for c in collector.history()] == [
        (2, "tester", USER, 1), (1, "tester", PROVIDER, 1),
    ]  # fmt: skip
    assert [c.seq for c in collector.history("a")] == [1]
    assert all(c.time_ns >= before for c in collector.history())


def test_a_change_is_all_or_nothing(collector: MetaCollector) -> None:
    def broken():
        yield Delta("a", {"title": ("x",)})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        collector.apply_delta(broken(), USER, "tester", "test")
    assert collector.load_overlay("a") == Overlay()
    assert collector.last() == 0


def test_two_writers_cannot_race_past_the_rule(tmp_path: Path) -> None:
    """Two collectors over one database, as in two processes."""
    collectors = [MetaCollector(SqliteKv(tmp_path / "user.db")) for _ in range(2)]
    failures = []

    def write(collector: MetaCollector, source: TagSource) -> None:
        try:
            for n in range(30):
                say(collector, source, title=f"{source} {n}", **{f"f{source}{n}": "x"})
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=pair) for pair in zip(collectors, (USER, PROVIDER), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    for collector in collectors:
        collector.evict("k")
        assert title(collector) == "user 29"
        assert len(collector.load_overlay("k").fields) == 61
        assert collector.last() == 60


def test_a_kill_leaves_whole_changes_only(tmp_path: Path) -> None:
    program = textwrap.dedent(
        f"""
        from musfuse.library.overlay import Delta, MetaCollector
        from musfuse.model import TagSource
        from musfuse.store import SqliteKv
        collector = MetaCollector(SqliteKv({str(tmp_path / "user.db")!r}))
        for n in range(10_000):
            value = (str(n),)
            collector.apply_delta((Delta(f"t{{k}}", {{"title": value}}) for k in range(200)), TagSource.USER, "a", "b")
            print(n, flush=True)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=os.environ)
    assert process.stdout is not None
    for _ in range(5):
        said = int(process.stdout.readline())
    time.sleep(0.013)
    process.send_signal(signal.SIGKILL)
    said = max(said, *(int(line) for line in process.stdout.read().split() or [said]))
    process.wait()
    process.stdout.close()
    collector = MetaCollector(SqliteKv(tmp_path / "user.db"))
    values = {title(collector, f"t{k}") for k in range(200)}
    assert len(values) == 1
    assert int(values.pop() or -1) in (said, said + 1)
    assert collector.last() in (said + 1, said + 2)


def test_overlays_move_with_their_originals(collector: MetaCollector) -> None:
    say(collector, USER, "old#0", title="Mine")
    say(collector, USER, "taken#0", title="Other")
    collector.move([("old#0", "new#0"), ("none#0", "x#0"), ("old#0", "taken#0")], "scan")
    assert title(collector, "new#0") == "Mine"
    assert title(collector, "old#0") == "File"
    assert title(collector, "taken#0") == "Other"


def moved(collector: MetaCollector, *pairs: tuple[str, str]) -> None:
    collector.move(pairs, "scan")


def test_an_overlay_that_moves_back_is_there_again(collector: MetaCollector) -> None:
    say(collector, USER, "a#0", title="Mine")
    moved(collector, ("a#0", "b#0"))
    moved(collector, ("b#0", "a#0"))
    assert title(collector, "a#0") == "Mine"


def test_overlays_change_places(collector: MetaCollector) -> None:
    for key in ("a#0", "b#0", "c#0"):
        say(collector, USER, key, title=key)
    moved(collector, ("a#0", "b#0"), ("b#0", "a#0"))
    assert [title(collector, key) for key in ("a#0", "b#0")] == ["b#0", "a#0"]
    moved(collector, ("c#0", "d#0"), ("b#0", "c#0"), ("a#0", "b#0"))
    assert [title(collector, key) for key in ("a#0", "b#0", "c#0", "d#0")] == ["File", "b#0", "a#0", "c#0"]


def test_no_overlay_is_lost_where_a_place_is_taken(collector: MetaCollector) -> None:
    for key in ("a#0", "b#0", "c#0"):
        say(collector, USER, key, title=key)
    moved(collector, ("a#0", "b#0"), ("b#0", "c#0"))
    assert [title(collector, key) for key in ("a#0", "b#0", "c#0")] == ["a#0", "b#0", "c#0"]


def test_history_and_undo_follow_a_move(collector: MetaCollector) -> None:
    say(collector, USER, "a#0", title="One")
    say(collector, USER, "a#0", title="Two")
    moved(collector, ("a#0", "b#0"))
    moved(collector, ("b#0", "c#0"))
    assert [c.seq for c in collector.history("c#0")] == [4, 3, 2, 1]
    undone = collector.undo(2, "tester")
    assert (undone.refused, undone.undoes, title(collector, "c#0")) == (0, 2, "One")
    with pytest.raises(NoEntryError, match="moved"):
        collector.undo(3, "tester")


def test_no_changes_together_make_more_tags_than_a_file_carries(collector: MetaCollector) -> None:
    key = overlay_key(SourceFile("uid", "album/1.flac", Stamp(1, 1)), 0)
    half = ROOM // 2

    def fill(letter: str, size: int) -> None:
        collector.apply_delta([Delta("other", {}), Delta(key, {letter: (letter * size,)})], USER, "tester", "test")

    fill("a", half)
    with pytest.raises(ConfigError, match=r"album/1.flac: its tags would have .* nothing was changed"):
        fill("b", half)
    assert set(collector.load_overlay(key).fields) == {"a"}
    fill("a", 10)
    fill("b", half)
    with pytest.raises(ConfigError):
        collector.undo(2, "tester")  # which made room
    assert [len(merge(TagSet(), collector.load_overlay(key)).first(name) or "") for name in "ab"] == [10, half]


def test_undo_takes_locks_back(collector: MetaCollector) -> None:
    for change in (Delta("k", lock=frozenset({"title"})), Delta("k", unlock=frozenset({"title"}))):
        before = collector.load_overlay("k").locks
        seq = collector.apply_delta([change], USER, "tester", "test").seq
        assert collector.load_overlay("k").locks != before
        collector.undo(seq, "tester")
        assert collector.load_overlay("k").locks == before
        collector.apply_delta([Delta("k", lock=frozenset({"title"}))], USER, "tester", "test")


def test_edits_are_a_second_apart(collector: MetaCollector) -> None:
    """Programs that compare times by the second see each of them."""
    seconds = set()
    for n in range(4):
        say(collector, USER, title=str(n))
        seconds.add(collector.load_overlay("k").edited_ns // 1_000_000_000)
    assert len(seconds) == 4


class Interrupted(MemoryKv):
    """Something happens while a value is on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], None] | None = None

    def get(self, namespace: KvNamespace, key: str) -> bytes | None:
        found = super().get(namespace, key)
        if self.meanwhile is not None and namespace is KvNamespace.TRACK:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        return found


@pytest.mark.parametrize("how", ["changed", "evicted", "purged"])
def test_what_changes_while_it_is_loaded_is_not_remembered_as_it_was(how: str) -> None:
    store = Interrupted()
    collector = MetaCollector(store)
    say(collector, USER, "src/k", title="Old")
    collector.evict("src/k")

    def change() -> None:
        if how == "changed":
            say(collector, USER, "src/k", title="New")
        elif how == "evicted":  # another process has written it
            store.put(KvNamespace.TRACK, "src/k", Overlay().to_bytes())
            collector.evict("src/k")
        else:
            collector.purge("src")

    store.meanwhile = change
    collector.load_overlay("src/k")
    assert title(collector, "src/k") == ("New" if how == "changed" else "File")


def test_a_source_that_is_purged_takes_its_own_along_alone(collector: MetaCollector) -> None:
    for key in ("src/a#0", "src/b#0", "src2/a#0"):
        say(collector, USER, key, title=key)
    assert collector.purge("src") == 2
    assert list(collector.keys()) == ["src2/a#0"]
    assert title(collector, "src/a#0") == "File"
    assert collector.last() == 3  # the history stays
