"""Rounds of kills and of damage over a real library, for the suite (a few) and for scripts/bench/care.py (many)."""

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path

import sound
from damaging import pages, spoil

from musfuse.app.care.caring import Caring
from musfuse.app.care.checking import Checking
from musfuse.app.care.damage import told_of_damage
from musfuse.app.library import Library, open_library
from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.errors import StoreError
from musfuse.jobs import JobContext
from musfuse.library.userdb.backups import Backups
from musfuse.service.requests.library import FindLines
from musfuse.service.tagging import Who
from musfuse.store import KvNamespace
from musfuse.store.integrity import problems

ACTS = ("vacuum", "backup", "restore")
ACT = """
import sys, time
from pathlib import Path
from musfuse.app.care.caring import Caring
from musfuse.app.library import open_library
from musfuse.app.state import StateFolder
from musfuse.config import Config
from musfuse.jobs import JobContext

what, state, file = sys.argv[1], StateFolder(Path(sys.argv[2])), Path(sys.argv[3])
library = open_library(state.path, Config()) if what == "vacuum" else None
print("at it", flush=True)
began = time.perf_counter()
if library is not None:
    library.upkeep.vacuum(JobContext({}, lambda *_: None, lambda: False, lambda: True))
elif what == "backup":
    Caring(state).back_up(file)
else:
    Caring(state).restore(file)
print(time.perf_counter() - began, flush=True)
"""
BALLAST = 3 << 20


class Desk:
    """A library whose tracks all have a genre that was set, `Rock`, and a copy of its user.db in which that is `Pop`."""

    def __init__(self, folder: Path, tracks: int, chance: random.Random) -> None:
        self.tracks, self.chance = tracks, chance
        self.state, self._kept, self._pop = StateFolder(folder / "library"), folder / "kept", folder / "pop.db"
        self._took: dict[str, float] = {}
        music = folder / "music"
        for number in range(tracks):
            tags = {"artist": "Ann", "album": f"Album {number // 10}", "title": str(number)}
            sound.write(music / f"{number // 10}/{number}.flac", 1000, **tags)
        with ExitStack() as closing_:
            library = open_library(self.state.path, Config(), closing_, sources=[music])
            library.scan_all(library.scanner())
            library.stores.user.kv.put(KvNamespace.CHOSEN_ART, "ballast", random.Random(0).randbytes(BALLAST))
            for genre in ("Pop", "Rock"):
                library.tagging.set([("artist:ann", "")], [f"genre={genre}"], Who("bench"))
                if genre == "Pop":
                    Caring(self.state).back_up(self._pop)
            with library.catalog.database.write() as db:
                db.execute("CREATE TABLE waste (x)")
                db.executemany("INSERT INTO waste VALUES (?)", [(bytes(1000),)] * 3000)
            with library.catalog.database.write() as db:
                db.execute("DROP TABLE waste")
        Backups(self.state.user).make()
        shutil.copytree(self.state.path, self._kept)

    def reset(self) -> None:
        """Have the library as it was made."""
        shutil.rmtree(self.state.path)
        shutil.copytree(self._kept, self.state.path)

    def kill(self, act: str) -> bool:
        """A round: whether the kill met its victim at work. Raises AssertionError where anything was lost."""
        if act not in self._took:
            self.reset()
            self._took[act] = float(self._run(act, None))
        self.reset()
        finished = self._run(act, self.chance.uniform(0, self._took[act] * 1.2))
        if act == "backup":
            self._look_at_copy()
        genre = self._genre()
        assert genre == "Rock" or act == "restore", genre
        assert Checking(self.state).check().sound
        if act == "backup":
            Caring(self.state).back_up(self._copy.with_suffix(".later.db"))
        return not finished

    def damage(self, database: str, path: str) -> str:
        """A round: noise on a page or two, then a `repair`, or only the next `owner`; what came of it: `mended`, or
        `unused` where no page in use was met. Raises AssertionError where anything was lost, or was not said."""
        self.reset()
        damaged = self.state.catalog if database == "catalog" else self.state.user
        with closing(sqlite3.connect(damaged)) as db:
            db.execute("VACUUM")  # most of its pages were of a table that is gone
        for _ in range(self.chance.choice((1, 1, 2))):
            spoil(damaged, self.chance.randrange(pages(damaged)), self.chance.randrange(1 << 30))
        checked = Checking(self.state).check()
        if checked.sound:
            assert not problems(damaged)
            assert self._genre() == "Rock"
            return "unused"
        if path == "repair":
            assert Caring(self.state).repair().done
        else:
            self._own()
        assert self._genre() == "Rock"
        assert Checking(self.state).check().sound
        assert any(str(damaged) in said and "is set aside" in said for said in told_of_damage(self.state))
        assert f"{damaged} was damaged" in self.state.log.read_text()
        return "mended"

    @property
    def _copy(self) -> Path:
        return self._pop.with_name("copy.db")

    def _own(self) -> None:
        """What an owner does: it scans, and looks after its databases when nothing else is to be done."""
        with ExitStack() as closing_:
            try:
                library = open_library(self.state.path, Config(), closing_)
                library.scan_all(library.scanner())
                library.upkeep.care(JobContext({}, lambda *_: None, lambda: False, lambda: True))
            except StoreError:
                return

    def _run(self, act: str, seconds: float | None) -> str:
        """Have an act done by another process; what that took, '' where it was killed before, after some seconds."""
        for old in self._copy.parent.glob("*copy*"):
            old.unlink()
        file = self._pop if act == "restore" else self._copy
        with subprocess.Popen(
            [sys.executable, "-c", ACT, act, self.state.path, file], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "at it\n"
            if seconds is not None:
                time.sleep(seconds)
                process.kill()
            took = process.stdout.read().strip()
            assert process.wait() in (0, -signal.SIGKILL)
        return took

    def _look_at_copy(self) -> None:
        if self._copy.exists():
            assert problems(self._copy) == []
            with closing(sqlite3.connect(self._copy)) as db:
                assert db.execute("SELECT count(*) FROM kv WHERE namespace = 'track'").fetchone() == (self.tracks,)

    def _genre(self) -> str:
        """The one genre that all tracks have, on the drive and in user.db, after a scan."""
        with ExitStack() as closing_:
            library = open_library(self.state.path, Config(), closing_)
            library.scan_all(library.scanner())
            shown = list(library.handlers().rows(FindLines("$genre", ())))
            assert len(shown) == self.tracks
            said = [_said(library, key) for key in list(library.collector.keys())]
            assert len(said) == self.tracks
        assert set(shown) == set(said), (set(shown), set(said))
        (genre,) = set(shown)
        return genre


def _said(library: Library, key: str) -> str:
    found = library.collector.load_overlay(key).said("genre")
    assert found is not None
    return found[1][0]
