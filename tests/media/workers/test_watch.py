"""How long a worker may take: progress counts, time alone does not."""

from musfuse.media.workers.failures import FailureKind
from musfuse.media.workers.watch import Patience, Watch

PATIENCE = Patience()
SIZE = 100 << 20


def kind(watch: Watch, now: float) -> FailureKind | None:
    failure = watch.verdict(now)
    return failure.kind if failure else None


def beats(watch: Watch, until: float, bytes_a_second: float, waiting: bool, start: float = 0) -> FailureKind | None:
    """A beat every 5 s; the first verdict against the worker."""
    now = start
    while now < until:
        now += 5
        watch.beat(int(now * bytes_a_second), waiting, now)
        found = kind(watch, now)
        if found:
            return found
    return None


def test_a_source_that_gives_64_kib_in_30_s_is_waited_for_for_hours() -> None:
    assert beats(Watch(PATIENCE, SIZE, 0), 10_000, (64 << 10) / 25, waiting=True) is None


def test_one_that_gives_less_is_at_fault_and_not_its_file() -> None:
    assert beats(Watch(PATIENCE, SIZE, 0), 10_000, 100, waiting=True) is FailureKind.SOURCE


def test_a_decoder_that_does_not_read_on_is_the_files_fault() -> None:
    assert beats(Watch(PATIENCE, SIZE, 0), 10_000, 100, waiting=False) is FailureKind.FILE


def test_a_file_that_was_read_to_its_end_may_take_its_time() -> None:
    watch = Watch(PATIENCE, 1000, 0)
    watch.beat(1000, False, 5)
    assert beats(watch, 250, 0, waiting=False, start=5) is None
    assert beats(watch, 1000, 0, waiting=False, start=250) is FailureKind.FILE


def test_there_is_a_ceiling_on_work_but_not_on_waiting() -> None:
    fast = 1 << 20
    assert beats(Watch(PATIENCE, SIZE, 0), 100_000, fast, waiting=False) is FailureKind.FILE
    assert beats(Watch(PATIENCE, SIZE, 0), 100_000, fast, waiting=True) is None


def test_a_worker_that_says_nothing_does_not_wait() -> None:
    watch = Watch(PATIENCE, SIZE, 0)
    watch.asked(1)
    assert kind(watch, 29) is None
    assert kind(watch, 32) is FailureKind.FILE
