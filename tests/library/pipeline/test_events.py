"""What became of files is told once each, whatever is cut off when; checked against a model that looks at everything."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from stagebench import Bench

from musfuse.library.catalog import toldfiles
from musfuse.library.catalog.toldfiles import Happened
from musfuse.library.pipeline.events import EventStage
from musfuse.library.pipeline.pipeline import Pipeline


class Kept:
    """What is kept for good: once for each change."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, str]] = {}

    def write(self, happened: Sequence[Happened]) -> None:
        for name, fields, change in happened:
            self.rows.setdefault(change, (name, str(fields["path"])))

    def take(self) -> list[tuple[str, str]]:
        taken, self.rows = sorted(self.rows.values()), {}
        return taken


def with_events(bench: Bench, kept: Kept, now_ns: int = 0) -> Pipeline:
    stages = [*bench.stages.values(), EventStage(bench.database, kept.write, lambda: now_ns)]
    bench.pipeline = Pipeline(bench.database, stages)
    bench.pipeline.adopt_rules()
    return bench.pipeline


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "catalog.db")
    yield made
    made.close()


def test_files_come_change_and_go(bench: Bench) -> None:
    kept = Kept()
    pipeline = with_events(bench, kept)
    bench.put("a/1.wav", title="One")
    bench.put("a/2.wav", title="Two")
    pipeline.run()
    assert kept.take() == [("file_added", "a/1.wav"), ("file_added", "a/2.wav")]
    pipeline.run()
    assert kept.take() == []
    bench.put("a/1.wav", title="Other")
    bench.remove("a/2.wav")
    pipeline.run()
    assert kept.take() == [("file_modified", "a/1.wav"), ("file_removed", "a/2.wav")]
    bench.say("a/1.wav", title="Said")
    bench.overlaying.catch_up()
    pipeline.run()
    assert kept.take() == [("file_modified", "a/1.wav")]
    bench.put("a/2.wav", title="Two")  # its row may have the number of the one that went
    pipeline.run()
    assert kept.take() == [("file_added", "a/2.wav")]


def test_of_what_was_there_before_nothing_is_told(bench: Bench) -> None:
    bench.pipeline.adopt_rules()
    bench.put("old.wav", title="Old")
    bench.pipeline.run()
    kept = Kept()
    pipeline = with_events(bench, kept, now_ns=1 << 62)
    pipeline.run()
    assert kept.take() == []
    bench.put("old.wav", title="New")
    pipeline.run()
    assert kept.take() == [("file_modified", "old.wav")]


def test_a_batch_that_is_cut_off_behind_the_writing_is_told_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept()
    pipeline = with_events(bench, kept)
    bench.put("1.wav", title="One")

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(toldfiles, "leave", cut_off)
        pipeline.run()
    assert len(kept.rows) == 1
    pipeline.run()
    assert kept.take() == [("file_added", "1.wav")]


class Told(RuleBasedStateMachine):
    """Files come, change and go, batches are cut off before and behind the writing: adding up what was told gives what is there, and
    nothing is told of what did not change."""

    paths = st.sampled_from(["a/1.wav", "a/2.wav", "b/1.wav"])

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.bench, self.kept = Bench(Path(self.folder.name, "catalog.db")), Kept()
        self.stage = EventStage(self.bench.database, self.kept.write, lambda: 0)
        self.bench.pipeline = Pipeline(self.bench.database, [*self.bench.stages.values(), self.stage])
        self.bench.pipeline.adopt_rules()
        self.there: set[str] = set()
        self.told: set[str] = set()
        self.seen = 0
        self.changed: set[str] = set()

    @rule(path=paths, title=st.sampled_from("xyz"))
    def put(self, path: str, title: str) -> None:
        self.bench.put(path, title=title)
        self.there.add(path)
        self.changed.add(path)

    @rule(path=paths)
    def remove(self, path: str) -> None:
        if path in self.there:
            self.bench.remove(path)
            self.there.discard(path)
            self.changed.add(path)

    @rule(behind=st.booleans())
    def cut_off(self, behind: bool) -> None:
        write = self.kept.write

        def cut(happened: Sequence[Happened]) -> None:
            if behind:
                write(happened)
            raise KeyboardInterrupt

        self.stage._write = cut
        with suppress(KeyboardInterrupt):
            self.bench.pipeline.run()
        self.stage._write = write

    @rule()
    def settle(self) -> None:
        self.bench.pipeline.run()
        happened = list(self.kept.rows.values())
        for name, path in happened[self.seen :]:
            assert path in self.changed
            if name == "file_added":
                self.told.add(path)
            elif name == "file_removed":
                self.told.discard(path)
        self.seen = len(happened)
        self.changed.clear()
        assert self.told == self.there

    @invariant()
    def no_more_is_told_than_there_is_to_tell(self) -> None:
        assert len(self.kept.rows) >= self.seen

    def teardown(self) -> None:
        self.bench.close()
        self.folder.cleanup()


TestTold = Told.TestCase
TestTold.settings = settings(
    max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
