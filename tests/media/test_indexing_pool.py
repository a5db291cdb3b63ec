"""Worker processes: indexes come back, hostile files and crashes are answers, priorities hold."""

import io
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sound
from conftest import manifest
from patient import QUICK, EventfulOrigin, HandClock
from sound import FORMATS

from musfuse.errors import MusfuseError
from musfuse.media.flac.encoder import Encoder
from musfuse.media.indexing.pool import IndexPool, Priority
from musfuse.media.indexing.protocol import Answer, Job
from musfuse.media.workers.wire import read_message
from musfuse.model import AudioFormat, SourceFile, Stamp
from musfuse.origins import LocalOrigin, MemoryOrigin, Origin, default_registry


@pytest.fixture
def pool() -> Iterator[IndexPool]:
    made = IndexPool(1, 1024, FORMATS)
    yield made
    made.close()


def job(origin: Origin, name: str, fmt: AudioFormat | None = None) -> Job:
    return Job(sound.source_file(origin, name), fmt or sound.format_of(origin, name), Encoder(5), 2)


def test_an_index_comes_back(music: Path, origin: LocalOrigin, pool: IndexPool) -> None:
    sound.write(music / "caf\udce9.wav", 60_000)
    answer = pool.submit("k", origin, job(origin, "caf\udce9.wav"), Priority.DEMAND).result(60)
    assert answer.index is not None
    assert answer.index.total_samples == 60_000


def test_the_same_key_is_the_same_job(music: Path, origin: LocalOrigin, pool: IndexPool) -> None:
    sound.write(music / "a.wav", 60_000)
    first = pool.submit("k", origin, job(origin, "a.wav"), Priority.BACKGROUND)
    assert pool.submit("k", origin, job(origin, "a.wav"), Priority.DEMAND) is first
    assert first.result(60).index is not None


def test_demand_goes_first(music: Path, origin: LocalOrigin, pool: IndexPool) -> None:
    order: list[str] = []
    for name in ("a", "b", "c", "d"):
        sound.write(music / f"{name}.wav", 60_000)
    futures = []
    for name, priority in (("a", 2), ("b", 2), ("c", 1), ("d", 2), ("b", 0)):
        future = pool.submit(name, origin, job(origin, f"{name}.wav"), Priority(priority))
        if future not in futures:
            future.add_done_callback(lambda _, n=name: order.append(n))
            futures.append(future)
    for future in futures:
        future.result(60)
    assert order.index("b") < order.index("d")
    assert order.index("c") < order.index("d")


def test_missing_changed_and_malformed_files_are_answers(music: Path, origin: LocalOrigin, pool: IndexPool) -> None:
    sound.write(music / "a.wav")
    fmt = sound.format_of(origin, "a.wav")
    (music / "bad.wav").write_bytes(b"RIFF\x00\x00\x00\x00WAVEjunk")
    gone = Job(SourceFile("src", "gone.wav", Stamp(1, 1)), fmt, Encoder(5), 1)
    changed = Job(SourceFile("src", "a.wav", Stamp(1, 1)), fmt, Encoder(5), 1)
    jobs = [(origin, gone), (origin, changed), (MemoryOrigin(), gone), (origin, job(origin, "bad.wav", fmt))]
    answers = [pool.submit(str(n), where, j, Priority.DEMAND).result(60) for n, (where, j) in enumerate(jobs)]
    assert all(a.index is None and a.error for a in answers)
    assert answers[1].may_retry
    assert not answers[3].may_retry
    assert "bad.wav" in answers[3].error


@pytest.mark.skipif(not Path("/proc").exists(), reason="finds the worker in /proc")
def test_a_worker_that_dies_is_an_answer_and_the_next_job_works(
    music: Path, origin: LocalOrigin, pool: IndexPool
) -> None:
    sound.write(music / "long.wav", 44_100 * 300, bits=16)
    future = pool.submit("long", origin, job(origin, "long.wav"), Priority.DEMAND)
    deadline = time.monotonic() + 20
    while not future.done() and time.monotonic() < deadline:
        for pid in pool.pids():
            with suppress(ProcessLookupError):  # the one before has ended just now, and is not yet missed
                os.kill(pid, signal.SIGSEGV)
        time.sleep(0.01)
    answer = future.result(30)
    assert answer.index is None
    assert "crashed" in answer.error
    sound.write(music / "a.wav")
    assert pool.submit("a", origin, job(origin, "a.wav"), Priority.DEMAND).result(60).index is not None


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def patient(clock: HandClock) -> Iterator[IndexPool]:
    """A pool with the usual patience, whose time is the test's."""
    made = IndexPool(2, 1024, FORMATS, patience=QUICK, clock=clock)
    yield made
    made.close()


def eventful(folder: Path, samples: int = 200_000) -> tuple[EventfulOrigin, Job]:
    """A sound file whose reads go through this process, and its job."""
    origin = EventfulOrigin(sound.write(folder / "source.wav", samples).read_bytes())
    made = job(origin, "a.wav")
    origin.reads = 0
    return origin, made


def test_a_slow_source_is_waited_for(tmp_path: Path, patient: IndexPool, clock: HandClock) -> None:
    origin, made = eventful(tmp_path)

    def twenty_seconds_pass(_: int) -> None:
        clock.now += 20

    origin.on_read = twenty_seconds_pass
    answer = patient.submit("k", origin, made, Priority.DEMAND).result(60)
    assert answer.index is not None, answer.error
    assert clock.now > 100


def test_a_source_that_stalls_is_not_the_files_fault(tmp_path: Path, patient: IndexPool, clock: HandClock) -> None:
    origin, made = eventful(tmp_path)
    over = threading.Event()

    def stall(read: int) -> None:
        if read == 4:
            clock.step = 0.1
            over.wait(60)

    origin.on_read = stall
    answer = patient.submit("k", origin, made, Priority.DEMAND).result(60)
    over.set()
    assert answer.may_retry
    assert not answer.put_off
    assert "a.wav: its source gave less than 64 KiB in 30 s" in answer.error


def test_a_decoder_that_hangs_is_the_files_fault(tmp_path: Path, patient: IndexPool, clock: HandClock) -> None:
    origin, made = eventful(tmp_path)

    def hang(read: int) -> None:
        if read == 4:
            os.kill(patient.pids()[0], signal.SIGSTOP)
            clock.step = 1

    origin.on_read = hang
    answer = patient.submit("k", origin, made, Priority.DEMAND).result(60)
    assert not answer.may_retry
    assert answer.error.startswith("a.wav: it ")
    assert "for 30 s" in answer.error


def kill_at_first_read(pool: IndexPool, origin: EventfulOrigin, times: int) -> list[int]:
    """Kill the only worker, as the system does for want of memory, at the first read of so many tries."""
    killed: list[int] = []

    def kill(_: int) -> None:
        (pid,) = pool.pids()
        if len(killed) < times and pid not in killed:
            killed.append(pid)
            os.kill(pid, signal.SIGKILL)

    origin.on_read = kill
    return killed


def test_a_worker_that_the_system_killed_is_tried_once_more(tmp_path: Path, patient: IndexPool) -> None:
    origin, made = eventful(tmp_path)
    killed = kill_at_first_read(patient, origin, 1)
    assert patient.submit("k", origin, made, Priority.DEMAND).result(60).index is not None
    assert len(killed) == 1


def test_a_file_whose_worker_is_killed_twice_is_put_off(tmp_path: Path, patient: IndexPool) -> None:
    origin, made = eventful(tmp_path)
    killed = kill_at_first_read(patient, origin, 9)
    answer = patient.submit("k", origin, made, Priority.DEMAND).result(60)
    assert (answer.index, answer.may_retry, answer.put_off) == (None, True, True)
    assert "killed" in answer.error
    assert len(killed) == 2
    origin.on_read = lambda _: None
    assert patient.submit("k", origin, made, Priority.DEMAND).result(60).index is not None


def test_the_second_try_has_the_machine_to_itself(tmp_path: Path, patient: IndexPool) -> None:
    origin, made = eventful(tmp_path)
    other, long = eventful(tmp_path)
    order: list[str] = []
    pids: set[int] = set()
    began, killed, again = threading.Event(), threading.Event(), threading.Event()

    def hold(read: int) -> None:
        if read == 1:
            pids.update(patient.pids())
            began.set()
            killed.wait(60)
            again.wait(1)  # time enough for a second try, if there were one now
            order.append("other")

    def kill(_: int) -> None:
        if not killed.is_set():
            (pid,) = set(patient.pids()) - pids
            os.kill(pid, signal.SIGKILL)
            killed.set()
        else:
            again.set()
            order.append("second try")

    other.on_read, origin.on_read = hold, kill
    running = patient.submit("other", other, long, Priority.DEMAND)
    began.wait(60)
    assert patient.submit("k", origin, made, Priority.DEMAND).result(60).index is not None
    assert running.result(60).index is not None
    assert order[:2] == ["other", "second try"]


def test_closing_answers_everyone(music: Path, origin: LocalOrigin) -> None:
    pool = IndexPool(1, 1024, FORMATS)
    for n in range(4):
        sound.write(music / f"{n}.wav", 44_100 * 60)
    futures = [pool.submit(str(n), origin, job(origin, f"{n}.wav"), Priority.BACKGROUND) for n in range(4)]
    pool.close()
    answers = [future.result(20) for future in futures]
    assert all(a.index is not None or a.may_retry for a in answers)
    with pytest.raises(MusfuseError):
        pool.submit("x", origin, job(origin, "0.wav"), Priority.DEMAND)


def test_messages_round_trip(origin: LocalOrigin) -> None:
    file = SourceFile("u", "caf\udce9/ü.wav", Stamp(1, 2), "i")
    made = Job(file, AudioFormat("wav", "x", 1, 2, 16, None, "int"), Encoder(5), 2)
    sent = read_message(io.BytesIO(made.to_message(origin).to_bytes()))
    assert sent is not None
    assert Job.from_message(sent) == made
    again = default_registry().reopen(sent.said["origin"])
    assert again is not None
    assert (again.uid, again.name) == (origin.uid, origin.name)
    elsewhere = read_message(io.BytesIO(made.to_message(MemoryOrigin("m")).to_bytes()))
    assert elsewhere is not None
    assert default_registry().reopen(elsewhere.said["origin"]) is None
    assert Answer.from_message(Answer(None, "why", True).to_message()) == Answer(None, "why", True)


def test_malformed_files_of_the_corpus_neither_hang_nor_crash_the_pool(corpus: Path, pool: IndexPool) -> None:
    origin = LocalOrigin("c", str(corpus))
    for row in manifest():
        if row["note"].startswith(("valid", "stub")) or row["format"] in ("cue", "oracle", "id3-tag"):
            continue
        # Whatever the file is, each decoder gets to see it.
        for container in ("wav", "mp4", "ape", "tta", "wavpack", "caf"):
            codec = "alac" if container in ("mp4", "caf") else container
            fmt = AudioFormat(container, codec, 44_100, 2, 16, 100, "int")
            answer = pool.submit(row["path"], origin, job(origin, row["path"], fmt), Priority.DEMAND).result(60)
            assert answer.index is not None or row["path"].rsplit("/", 1)[-1] in answer.error
