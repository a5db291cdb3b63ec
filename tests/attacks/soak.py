"""A drive under everything at once, for long: players that seek, whole copies, tags that change, files that come and go.

Nobody gets a wrong byte: what is copied decodes to the samples of its original, what is read at a seek is what the same
handle read before, and while nothing changes a file of one size and time has the same bytes as ever. And nothing grows:
memory, descriptors and threads of the process that serves.
"""

import errno
import hashlib
import io
import os
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import sound
import soundfile
from mount.conftest import Program

from musfuse.control.client import Client
from musfuse.control.protocol import endpoint

ALBUMS, TRACKS, PLAYERS = 6, 6, 3
FILES, SEEKS, COPIES = 5, 10, 6
"""In a round: files of each player, seeks in each, and copies while nothing changes."""
SUFFIXES = ("wav", "flac", "mp3")
MAY_FAIL = (errno.EIO, errno.ENOENT, errno.ESTALE, errno.EAGAIN)
"""What a reader of a file that changes or goes may hear."""
REMEMBERED = 200

State = tuple[str, int, int]
"""A path of the drive, a size and a time of change: two files of one state have the same bytes."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the process that serves takes: MiB of memory (PSS, also of its workers), descriptors, threads."""

    memory: float
    workers: float
    descriptors: int
    threads: int

    def __str__(self) -> str:
        return (
            f"{self.memory:.1f} MiB, {self.descriptors} descriptors, {self.threads} threads;"
            f" workers {self.workers:.1f} MiB"
        )


def taken(pid: int) -> Taken:
    """What a process takes now."""
    proc = Path(f"/proc/{pid}")
    threads = [path.name for path in (proc / "task").iterdir()]
    children: list[str] = []
    for thread in threads:
        try:
            children += (proc / "task" / thread / "children").read_text().split()
        except OSError:
            continue  # it ended meanwhile
    return Taken(_pss(pid), sum(map(_pss, map(int, children))), len(list((proc / "fd").iterdir())), len(threads))


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


def samples_of(data: bytes) -> str:
    """A hash of what audio decodes to."""
    return hashlib.sha256(soundfile.read(io.BytesIO(data), dtype="int16")[0].tobytes()).hexdigest()


@dataclass
class Outcome:
    """What a soak did, and what was taken: `early` once all is warm, `late` at the end (medians of a quarter each)."""

    counts: Counter[str] = field(default_factory=Counter)
    all: list[Taken] = field(default_factory=list)

    def add(self, now: Taken) -> None:
        self.all.append(now)

    @property
    def early(self) -> Taken:
        quarter = max(1, len(self.all) // 4)
        return _median(self.all[quarter : 2 * quarter] or self.all)

    @property
    def late(self) -> Taken:
        return _median(self.all[-max(1, len(self.all) // 4) :])


def _median(all_: list[Taken]) -> Taken:
    return Taken(
        statistics.median(one.memory for one in all_), statistics.median(one.workers for one in all_),
        round(statistics.median(one.descriptors for one in all_)), round(statistics.median(one.threads for one in all_)),
    )  # fmt: skip


class Soak:
    """A mounted library, who reads of it and who changes it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng, self.outcome, self.number = random.Random(seed), Outcome(), 0
        self.music = folder / "music"
        self.samples: dict[str, str] = {}
        """What each original decodes to, by its title, also of those that are gone."""
        self.copies: dict[State, bytes] = {}
        self.lock, self.failures = threading.Lock(), list[BaseException]()
        for album in range(ALBUMS):
            for _ in range(TRACKS):
                self.add(album)
        self.program = Program(folder, self.music)
        self.program.mount("--wait=index")
        self.program.rest()
        self.pid = int(self.program.status()[0]["pid"])
        self.client = Client(endpoint(self.program.library), 300)

    def add(self, album: int) -> None:
        """One more original."""
        self.number += 1
        title, suffix = f"T{self.number}", SUFFIXES[self.number % len(SUFFIXES)]
        aside = self.music.parent / f"new.{suffix}"
        sound.write(aside, 40_000, seed=self.number, artist="Band", album=f"A{album}", title=title, genre="g")
        self.samples[title] = samples_of(aside.read_bytes())
        path = self.music / f"{album}/{title}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.replace(path)

    def round(self) -> None:
        """Everything at once, then copies while nothing changes, and a look at what it takes."""
        work: list[Callable[[random.Random], None]] = [*[self.play] * PLAYERS, self.change]
        threads = [threading.Thread(target=self._guarded, args=(one, self.rng.random())) for one in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]
        for _ in range(COPIES):
            self.copy()
        self.outcome.counts["rounds"] += 1
        self.outcome.add(taken(self.pid))

    def _guarded(self, work: Callable[[random.Random], None], seed: float) -> None:
        try:
            work(random.Random(seed))
        except BaseException as error:
            self.failures.append(error)

    def play(self, rng: random.Random) -> None:
        """Read some files, each whole and then here and there, as who loads a track and seeks in it."""
        for _ in range(FILES):
            try:
                self._play(rng, rng.choice(self._paths()))
            except OSError as error:
                if error.errno not in MAY_FAIL:
                    raise
                self._count(f"answered {errno.errorcode[error.errno or 0]}")

    def _play(self, rng: random.Random, path: Path) -> None:
        handle = os.open(path, os.O_RDONLY)
        try:
            data = self._whole(path, handle)
            for _ in range(SEEKS):
                offset, size = rng.randrange(len(data)), rng.choice((1, 4096, 65_536))
                assert os.pread(handle, size, offset) == data[offset : offset + size], f"{path}: wrong at {offset}"
                self._count("seeks")
        finally:
            os.close(handle)

    def _whole(self, path: Path, handle: int) -> bytes:
        """All bytes of an open file, which decode to what they should."""
        pieces, at = list[bytes](), 0
        while piece := os.pread(handle, 131_072, at):
            pieces.append(piece)
            at += len(piece)
        data = b"".join(pieces)
        title = path.stem.rpartition(" - ")[2]
        assert samples_of(data) == self.samples[title], f"{path}: other audio than its original"
        self._count("copies")
        return data

    def copy(self) -> None:
        """Copy a file whole while nothing changes: the same bytes as ever, as many as its size."""
        path = self.rng.choice(self._paths())
        state, data = self._settled(path)
        assert len(data) == state[1], f"{path}: {len(data)} bytes, {state[1]} were told"
        known = self.copies.setdefault(state, data)
        if len(self.copies) > REMEMBERED:
            self.copies.pop(next(iter(self.copies)))
        assert known == data, f"{path}: other bytes than the first time"
        self._count("copies compared" if known is not data else "copies kept")

    def _settled(self, path: Path) -> tuple[State, bytes]:
        """State and bytes, the same twice in a row: the kernel hears of a change a moment later than who made it."""
        last = None
        for _ in range(20):
            before = _state(path)
            with path.open("rb", buffering=0) as file:
                now = before, self._whole(path, file.fileno())
            if last == now and _state(path) == before:
                return now
            last = now
        raise AssertionError(f"{path}: changes while nothing changes")

    def _paths(self) -> list[Path]:
        return [path for path in self.program.mnt.glob("*/*/*") if not path.name.startswith("cover")]

    def change(self, rng: random.Random) -> None:
        """Change tags, or what there is, and scan."""
        query = f"album:A{rng.randrange(ALBUMS)}"
        kind = rng.choice(("tags", "tags", "undo", "files", "files", "scan"))
        if kind == "tags":
            words = "w" * rng.choice((1, 300, 9000))
            fields = [f"genre={words}{rng.randrange(1000)}"]
            self.client.call("tag.set", targets=[[query, query]], fields=fields, author="soak")
        elif kind == "undo" and self.outcome.counts["tags"] > self.outcome.counts["undo"]:
            self.client.call("tag.undo", number=0, author="soak")
        elif kind == "files":
            self.add(rng.randrange(ALBUMS))
            rng.choice([path for path in self.music.glob("*/*") if len(list(path.parent.iterdir())) > 2]).unlink()
        job = self.client.call("scan", sources=[], everything=kind == "scan")["job"]
        told = self.client.call("jobs.wait", job=job, seconds=20.0)
        while told["state"] in ("queued", "running"):
            told = self.client.call("jobs.wait", job=job, seconds=20.0)
        assert told["state"] == "done", (told, self.program.log()[-3000:])
        self._count(kind)

    def _count(self, what: str) -> None:
        with self.lock:
            self.outcome.counts[what] += 1

    def close(self) -> None:
        self.client.close()
        self.program.unmount("--force", check=False)
        self.program.clean()


def _state(path: Path) -> State:
    facts = path.stat()
    return str(path), facts.st_size, facts.st_mtime_ns


def soak(folder: Path, rounds: int, seconds: float = 0, seed: int = 1) -> Outcome:
    """So many rounds, and for so many seconds at least; raises AssertionError at the first wrong byte."""
    began, made = time.monotonic(), Soak(folder, seed)
    with closing(made):
        while made.outcome.counts["rounds"] < rounds or time.monotonic() < began + seconds:
            made.round()
        assert "Traceback" not in made.program.log(), made.program.log()[-5000:]
        scan = made.program.status()[0]["scan"]
        assert scan["state"] == "done", scan
    return made.outcome
