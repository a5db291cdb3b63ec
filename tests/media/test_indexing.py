"""Worker processes: indexes come back, hostile files and crashes are answers, priorities hold."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sound
from conftest import manifest

from musfuse.errors import MusfuseError
from musfuse.media.indexing import IndexPool, Priority
from musfuse.media.indexing.protocol import Answer, Job
from musfuse.model import AudioFormat, SourceFile, Stamp
from musfuse.origins import LocalOrigin, MemoryOrigin, origin_from_spec


@pytest.fixture
def pool() -> Iterator[IndexPool]:
    made = IndexPool(1, 1024)
    yield made
    made.close()


def job(origin: LocalOrigin, name: str, fmt: AudioFormat | None = None) -> Job:
    return Job(origin.spec(), sound.source_file(origin, name), fmt or sound.format_of(origin, name), 5, 2)


def test_an_index_comes_back(music: Path, origin: LocalOrigin, pool: IndexPool) -> None:
    sound.write(music / "caf\udce9.wav", 60_000)
    answer = pool.submit("k", job(origin, "caf\udce9.wav"), Priority.DEMAND).result(60)
    assert answer.index is not None
    assert answer.index.total_samples == 60_000


def test_the_same_key_is_the_same_job(music: Path, origin: LocalOrigin, pool: IndexPool) -> None:
    sound.write(music / "a.wav", 60_000)
    first = pool.submit("k", job(origin, "a.wav"), Priority.BACKGROUND)
    assert pool.submit("k", job(origin, "a.wav"), Priority.DEMAND) is first
    assert first.result(60).index is not None


def test_demand_goes_first(music: Path, origin: LocalOrigin, pool: IndexPool) -> None:
    order: list[str] = []
    for name in ("a", "b", "c", "d"):
        sound.write(music / f"{name}.wav", 60_000)
    futures = []
    for name, priority in (("a", 2), ("b", 2), ("c", 1), ("d", 2), ("b", 0)):
        future = pool.submit(name, job(origin, f"{name}.wav"), Priority(priority))
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
    gone = Job(origin.spec(), SourceFile("src", "gone.wav", Stamp(1, 1)), fmt, 5, 1)
    changed = Job(origin.spec(), SourceFile("src", "a.wav", Stamp(1, 1)), fmt, 5, 1)
    memory = Job(MemoryOrigin().spec(), SourceFile("src", "a.wav", Stamp(1, 1)), fmt, 5, 1)
    answers = [
        pool.submit(str(n), j, Priority.DEMAND).result(60)
        for n, j in enumerate((gone, changed, memory, job(origin, "bad.wav", fmt)))
    ]
    assert all(a.index is None and a.error for a in answers)
    assert answers[1].may_retry
    assert not answers[3].may_retry
    assert "bad.wav" in answers[3].error


@pytest.mark.skipif(not Path("/proc").exists(), reason="finds the worker in /proc")
def test_a_worker_that_dies_is_an_answer_and_the_next_job_works(
    music: Path, origin: LocalOrigin, pool: IndexPool
) -> None:
    sound.write(music / "long.wav", 44_100 * 300, bits=16)
    future = pool.submit("long", job(origin, "long.wav"), Priority.DEMAND)
    deadline = time.monotonic() + 20
    while not future.done() and time.monotonic() < deadline:
        for process in list(pool._processes):
            os.kill(process.pid, signal.SIGSEGV)
        time.sleep(0.01)
    answer = future.result(30)
    assert answer.index is None
    assert "crashed" in answer.error
    sound.write(music / "a.wav")
    assert pool.submit("a", job(origin, "a.wav"), Priority.DEMAND).result(60).index is not None


def test_closing_answers_everyone(music: Path, origin: LocalOrigin) -> None:
    pool = IndexPool(1, 1024)
    for n in range(4):
        sound.write(music / f"{n}.wav", 44_100 * 60)
    futures = [pool.submit(str(n), job(origin, f"{n}.wav"), Priority.BACKGROUND) for n in range(4)]
    pool.close()
    answers = [future.result(20) for future in futures]
    assert all(a.index is not None or a.may_retry for a in answers)
    with pytest.raises(MusfuseError):
        pool.submit("x", job(origin, "0.wav"), Priority.DEMAND)


def test_lines_round_trip(origin: LocalOrigin) -> None:
    made = Job(
        origin.spec(),
        SourceFile("u", "caf\udce9/ü.wav", Stamp(1, 2), "i"),
        AudioFormat("wav", "x", 1, 2, 16, None, "int"),
        5,
        2,
    )
    assert Job.from_line(made.to_line()) == made
    assert b"\n" not in made.to_line()[:-1]
    assert Answer.from_line(Answer(None, "why", True).to_line()) == Answer(None, "why", True)
    assert origin_from_spec(made.origin).name == str(origin.name)


def test_malformed_files_of_the_corpus_neither_hang_nor_crash_the_pool(corpus: Path, pool: IndexPool) -> None:
    origin = LocalOrigin("c", str(corpus))
    for row in manifest():
        if row["note"].startswith(("valid", "stub")) or row["format"] in ("cue", "oracle", "id3-tag"):
            continue
        # Whatever the file is, each decoder gets to see it.
        for container in ("wav", "mp4", "ape", "tta", "wavpack", "caf"):
            codec = "alac" if container in ("mp4", "caf") else container
            fmt = AudioFormat(container, codec, 44_100, 2, 16, 100, "int")
            answer = pool.submit(row["path"], job(origin, row["path"], fmt), Priority.DEMAND).result(60)
            assert answer.index is not None or row["path"].rsplit("/", 1)[-1] in answer.error
