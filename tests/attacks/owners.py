"""Kill -9 of the process that serves a drive, while it scans and is told of tags: what it answered for is there."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import sound
from mount.conftest import Program

from musfuse.app.library import open_library
from musfuse.config import Config
from musfuse.control.client import Client, NobodyError
from musfuse.control.protocol import endpoint
from musfuse.errors import ControlError

ALBUMS, TRACKS = 4, 6
DATABASES = ("catalog.db", "user.db", "jobs.db")
LONGEST = 2.5
"""Seconds after which an owner is killed at the latest; it answers after some half a second."""


def check_databases(library: Path, names: tuple[str, ...] = DATABASES) -> None:
    """Each database that there is opens, with what a kill left in its log, and is whole; nothing is written."""
    for name in names:
        if (library / name).exists():
            with closing(sqlite3.connect(f"{(library / name).as_uri()}?mode=ro", uri=True)) as db:
                assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)], name
                assert db.execute("PRAGMA foreign_key_check").fetchall() == [], name


class Tagger:
    """Sets the genre of one track after another, and remembers what was answered for."""

    def __init__(self, rng: random.Random) -> None:
        self._rng, self._number = rng, 0
        self.answers = threading.Event()
        self.answered = {(album, track): "g" for album in range(ALBUMS) for track in range(TRACKS)}
        self.asked: tuple[tuple[int, int], str] | None = None
        """What was asked for and not answered: it may be there or not."""
        self.sets = 0

    def run(self, library: Path, owner: "subprocess.Popen[bytes]") -> None:
        """Go on from when the owner answers until it is gone."""
        client = None
        while client is None and owner.poll() is None:
            with suppress(NobodyError):
                client = Client(endpoint(library))
            threading.Event().wait(0.01)
        if client is None:
            return
        with suppress(ControlError), closing(client):
            while True:
                self._number += 1
                album, track = key = self._rng.choice(sorted(self.answered))
                self.asked = key, f"g{self._number}"
                query = f"album:A{album} tracknumber:{track}"
                done = client.call("tag.set", targets=[[query, query]], fields=[f"genre={self.asked[1]}"], author="me")
                self.answers.set()
                if done["selected"]:  # else the catalog does not know it yet
                    assert done["selected"] == 1, done
                    self.answered[key] = self.asked[1]
                    self.sets += 1
                self.asked = None
                if self._number % 5 == 0:
                    client.call("scan", sources=[], everything=self._number % 10 == 0)

    def check(self, found: dict[tuple[int, int], str]) -> None:
        """Everything that was answered for is there; what is new then counts."""
        assert found.keys() == self.answered.keys()
        for key, genre in found.items():
            may = {self.answered[key]} | ({self.asked[1]} if self.asked and self.asked[0] == key else set())
            assert genre in may, (key, genre, may)
        self.answered, self.asked = found, None


class Owners:
    """Mounts, kills, and looks at what is left."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.music = folder / "music"
        for album in range(ALBUMS):
            for track in range(TRACKS):
                path = self.music / f"{album}/{track}.{('wav', 'flac', 'mp3')[track % 3]}"
                facts = {"album": f"A{album}", "title": f"T{track}", "tracknumber": f"{track}", "genre": "g"}
                sound.write(path, 6_000, seed=album * TRACKS + track, artist="Band", **facts)
        self.program = Program(folder, self.music)
        self.program.run("scan", "--library", self.program.library, self.music)
        self.tagger = Tagger(self.rng)
        self.done: Counter[str] = Counter()

    def round(self) -> None:
        """One owner, killed, and what it left: every other one only after it answered, however long that takes here."""
        self._change_a_source()
        owner = subprocess.Popen(
            [sys.executable, "-m", "musfuse", "mount", "--foreground", "--library", str(self.program.library),
             str(self.program.mnt)],
            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        tagging = threading.Thread(target=self.tagger.run, args=(self.program.library, owner))
        self.tagger.answers.clear()
        tagging.start()
        try:
            if self.done["killed"] % 2:
                assert self.tagger.answers.wait(60), self.program.log()[-2000:]
            with suppress(subprocess.TimeoutExpired):
                owner.wait(self.rng.uniform(0.2, LONGEST))
                raise AssertionError(f"the owner ended by itself with {owner.returncode}: {self.program.log()[-2000:]}")
        finally:
            os.killpg(owner.pid, signal.SIGKILL)
            owner.wait()
            tagging.join()
        self.done["killed"] += 1
        check_databases(self.program.library)
        self.tagger.check(self._genres())

    def finish(self) -> Counter[str]:
        """The next owner shows every original, and what was said of it."""
        self.program.mount("--wait")
        try:
            mp3 = [path for path in self.program.files() if path.suffix == ".mp3"]
            assert len(mp3) == sum(1 for path in self.music.rglob("*.mp3"))
            for path in mp3:
                assert path.stat().st_size == len(path.read_bytes())
        finally:
            self.program.unmount("--force")
        self.tagger.check(self._genres())
        assert "Traceback" not in self.program.log()
        self.done["answered"] = self.tagger.sets
        return self.done

    def _genres(self) -> dict[tuple[int, int], str]:
        """What a start shows before anything else is done."""
        with ExitStack() as stack:
            library = open_library(self.program.library, Config(), stack)
            rows = [library.catalog.tracks.track(number) for number in range(1, 2000)]
            tags = [row.track.tags for row in rows if row is not None]
            return {
                (int((one.first("album") or "")[1:]), int(one.first("tracknumber") or "")): one.first("genre") or ""
                for one in tags if one.first("artist") == "Band"
            }  # fmt: skip

    def _change_a_source(self) -> None:
        """A file of others comes, or goes."""
        others = sorted(self.music.glob("others/*"))
        if len(others) > 20:
            self.rng.choice(others).unlink()
        else:
            sound.write(self.music / f"others/{self.rng.randrange(10_000)}.mp3", 6_000, artist="Others", title="O")


def attack(folder: Path, rounds: int, seed: int) -> Counter[str]:
    """Kill so many owners; how many, and how many changes they had answered for."""
    owners = Owners(folder, seed)
    try:
        for _ in range(rounds):
            owners.round()
        return owners.finish()
    finally:
        owners.program.clean()
