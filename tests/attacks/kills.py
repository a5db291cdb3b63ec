"""Kill -9 at random points of everything that writes; what was committed is there, whole, and the work goes on."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

import sound
from mount.conftest import Program

from attacks.owners import check_databases
from musfuse.app.library import Library, open_library
from musfuse.config import Config
from musfuse.model import NodeKind

ALBUMS, TRACKS = 6, 6
ALL = "artist:Band"


def make_music(music: Path) -> None:
    for album in range(ALBUMS):
        for track in range(TRACKS):
            suffix = ("wav", "flac", "mp3")[track % 3]
            tags = {"artist": "Band", "album": f"Album {album}", "title": f"T{track}", "tracknumber": str(track + 1)}
            sound.write(music / f"{album}/{track}.{suffix}", 6_000, seed=album * TRACKS + track, genre="g", **tags)


class Kills:
    """Kills commands at random points, and looks at what they left."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.music = folder / "music"
        make_music(self.music)
        self.program = Program(folder, self.music)
        self.rng = random.Random(seed)
        self.seconds: dict[str, float] = {}
        self.done: Counter[str] = Counter()
        self.genre, self.backups = "g", folder / "backups"
        self.program.run("scan", "--library", self.program.library, self.music)
        self.program.run("index", "--library", self.program.library)

    def commands(self, number: int) -> dict[str, tuple[list[str], dict[str, str]]]:
        """Name to (arguments, environment)."""
        library = ["--library", str(self.program.library)]
        other = {"MUSFUSE_VIEW_TEMPLATE": f"{number}/{{album}}/{{track}} {{title}}"}
        return {
            "scan": (["scan", *library], {}),
            "scan all": (["scan", "--all", *library], {}),
            "index": (["index", *library], {}),
            "set": (["tag", "set", *library, ALL, "--", f"genre=g{number}"], {}),
            "undo": (["tag", "undo", *library], {}),
            "naming": (["scan", *library], other),
            "backup": (["backup", *library, str(self.backups / f"{number}")], {}),
        }

    def round(self, number: int) -> None:
        """One command, killed, and what it left."""
        self.backups.mkdir(exist_ok=True)
        name = self.rng.choice(sorted(self.commands(number)))
        arguments, env = self.commands(number)[name]
        if name not in self.seconds:  # how long it takes when nobody kills it
            began = monotonic()
            self.program.run(*arguments, env=env, check=name != "undo")
            self.seconds[name] = monotonic() - began
            self.genre = self.genres().pop()
            return
        if name == "scan":
            self.change_a_source()
        if name == "index":
            shutil.rmtree(self.program.library / "cache", ignore_errors=True)
        self.kill(arguments, env, self.rng.uniform(0.3, 1.0) * self.seconds[name])
        self.done[name] += 1
        if name == "scan":  # tags follow a file that was moved when a scan has seen where it went
            self.program.run("scan", "--library", self.program.library)
        self.check(name, number)

    def kill(self, arguments: list[str], env: dict[str, str], after: float) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "musfuse", *arguments], start_new_session=True, env={**os.environ, **env},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            process.wait(after)
            self.done["ended before"] += 1
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def check(self, name: str, number: int) -> None:
        check_databases(self.program.library)
        genres = self.genres()
        assert len(genres) == 1, f"{name} is half shown: {genres}"
        (now,) = genres
        if name == "set":
            assert now in (self.genre, f"g{number}")
        elif name != "undo":
            assert now == self.genre, (name, now, self.genre, number)
        self.genre = now
        for made in self.backups.iterdir():
            if not made.name.startswith("."):  # one that was not finished
                with sqlite3.connect(f"{made.as_uri()}?immutable=1", uri=True) as db:
                    assert db.execute("PRAGMA quick_check").fetchall() == [("ok",)], name
                    db.execute("SELECT count(*) FROM kv").fetchone()
                db.close()
                made.unlink()

    def genres(self) -> set[str]:
        """What a start shows before anything else is done."""
        with ExitStack() as closing:
            library = open_library(self.program.library, Config(), closing)
            rows = [library.catalog.tracks.track(track) for track in range(1, 1 + 20 * ALBUMS * TRACKS)]
            tags = [row.track.tags for row in rows if row is not None]
            return {one.first("genre") or "" for one in tags if one.first("artist") == "Band"}

    def change_a_source(self) -> None:
        path = self.rng.choice(sorted(p for p in self.music.rglob("*") if p.is_file()))
        how = self.rng.randrange(3)
        if how == 0:
            path.rename(path.with_name(f"r{self.rng.randrange(1000)}{path.suffix}"))
        elif how == 1:
            sound.tag(path, title=f"N{self.rng.randrange(1000)}")
        else:
            sound.write(path.with_name(f"new{self.rng.randrange(1000)}.mp3"), 6_000, artist="Others")

    def finish(self) -> None:
        """The catalog that survived shows what one that is made anew shows."""
        self.program.run("scan", "--library", self.program.library)
        survived = self.shown()
        for left in self.program.library.glob("catalog.db*"):
            left.unlink()
        self.program.run("scan", "--library", self.program.library, self.music)
        assert self.shown() == survived
        assert len(survived) >= ALBUMS * TRACKS

    def shown(self) -> dict[str, tuple[int, int]]:
        with ExitStack() as closing:
            library = open_library(self.program.library, Config(), closing)
            return dict(_walk(library, ""))


def _walk(library: Library, path: str) -> "list[tuple[str, tuple[int, int]]]":
    found = []
    for entry in library.drive.list(path):
        inside = f"{path}/{entry.name}".lstrip("/")
        if entry.kind is NodeKind.FOLDER:
            found += _walk(library, inside)
        else:
            attr = library.drive.attr(inside)
            found.append((inside, (attr.size, attr.mtime_ns)))
    return found


def attack(folder: Path, rounds: int, seed: int) -> Counter[str]:
    """Kill `rounds` commands; how many of each were killed."""
    kills = Kills(folder, seed)
    number = 0
    while sum(kills.done.values()) - kills.done["ended before"] < rounds:
        number += 1
        kills.round(number)
    kills.finish()
    return kills.done
