"""What a start makes of what a kill left."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import mutagen.flac
import pytest
import sound
import warm
from tests_support import fill, small_disk

from musfuse.app.library import Library, open_library
from musfuse.app.sections import default_sections
from musfuse.config import Config, load_config
from musfuse.library.catalog import FileRow
from musfuse.model import AudioFormat, NodeKind, Stamp, TagSet
from musfuse.service.tagging import Who

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills children that it forks")

ALBUMS = 75
OTHER_TEMPLATE = "Other/$artist/$album/$title"
ONE_WORKER = load_config(default_sections(), flags={"scan.threads": 1}).config

# Does the work in one child after another, each killed just before a later commit than the one before, until one lives.
# A round's state is left in the folder of its number.
KILLER = """
import itertools, json, os, shutil, signal, sys
from pathlib import Path
from warm import use_workers
from musfuse.app.library import open_library
from musfuse.app.sections import default_sections
from musfuse.service.tagging import Who
from musfuse.config import load_config
from musfuse.library.pipeline import building, entities, overlay, place

entities._BATCH = place._BATCH = overlay._BATCH = building._ITEMS = building._FOLDERS = 25
folder, what, template, music, step, workers = Path(sys.argv[1]), *sys.argv[2:]
use_workers(json.loads(workers))
flags = {"scan.threads": 1, **({"view.template": template} if template else {})}
config = load_config(default_sections(), flags=flags).config

def work(library):
    if what == "tags":
        library.tagging.set([("artist:old", "artist:old")], ["artist=New"], Who("tester"))
    elif what == "template":
        library.trees.build()
        library.trees.build()
    elif what == "remove":
        library.sourcing.remove((music, ""))
    elif what == "rank":
        library.sourcing.change((music, ""), ["priority=1"])
    else:
        library.add_sources([Path(music)])
        library.scan_all(library.scanner())

def child(number):
    library = open_library(folder / str(number), config)
    commits = itertools.count()

    def trace(sql):
        if sql == "COMMIT" and next(commits) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    for connection in (library.catalog.database._writer, library.stores.kv._backends["track"]._db):
        connection.set_trace_callback(trace)
    work(library)
    library.close()

for number in itertools.count(0, int(step)):
    shutil.copytree(folder / "before", folder / str(number))
    pid = os.fork()
    if not pid:
        child(number)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if not status:
        break
    if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
        sys.exit(f"round {number}: {status}")
"""


def kill_at_every_commit(
    folder: Path, what: str, template: str = "", music: Path | None = None, step: int = 1
) -> list[Path]:
    """The states that kills left, in order, before each commit or each `step`th; the last is that of a child that
    lived."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    args = [sys.executable, "-c", KILLER, folder, what, template, music or "", str(step), json.dumps(warm.workers())]
    subprocess.run(args, check=True, env=environment, timeout=300)
    return sorted((path for path in folder.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))


def many_albums(folder: Path, count: int = ALBUMS) -> None:
    """A library of albums of one track, written straight into the catalog."""
    library = open_library(folder, Config())
    fmt = AudioFormat("mp3", "mp3", 44_100, 2)
    (folder.parent / "originals").mkdir()
    library.add_sources([folder.parent / "originals"])
    for n in range(count):
        tags = TagSet({"title": ["T"], "artist": ["Old"], "album": [f"L{n}"]})
        where = library.catalog.files.folder(library.sources.rows()[0].id, f"{n}", 1)
        library.catalog.files.put_files([(where, FileRow("t.mp3", Stamp(1000, n), f"i{n}", format=fmt, tags=tags))])
    library.adopt_rules()
    library.close()


def shown(library: Library, path: str = "") -> set[str]:
    """All files of the drive."""
    found = set()
    for entry in library.drive.list(path):
        below = f"{path}/{entry.name}".lstrip("/")
        found |= shown(library, below) if entry.kind is NodeKind.FOLDER else {below}
    return found


def after_a_start(state: Path, config: Config) -> set[str]:
    library = open_library(state, config)
    try:
        return shown(library)
    finally:
        library.close()


def test_a_change_that_a_kill_cut_off_is_shown_whole(tmp_path: Path) -> None:
    many_albums(tmp_path / "before")
    states = kill_at_every_commit(tmp_path, "tags")
    assert len(states) > 8
    before, *others, lived = (after_a_start(state, Config()) for state in states)
    assert len(before) == len(lived) == ALBUMS
    assert before != lived
    assert all(found == lived for found in others)


def test_a_tree_that_a_kill_cut_off_is_the_old_one_or_the_new_one_and_is_made_afterwards(tmp_path: Path) -> None:
    many_albums(tmp_path / "before")
    config = load_config(default_sections(), flags={"view.template": OTHER_TEMPLATE}).config
    states = kill_at_every_commit(tmp_path, "template", OTHER_TEMPLATE)
    assert len(states) > 12
    before = {f"Old/L{n}/T.mp3" for n in range(ALBUMS)}
    after = {f"Other/{path}" for path in before}
    found = []
    for state in states:
        library = open_library(state, config)
        try:
            found.append(shown(library))
            library.trees.build()
            library.trees.build()
            assert shown(library) == after
            assert not library.trees.is_due()
            assert not library.stages.pipeline.left_over()
            with library.catalog.database.read() as db:
                assert db.execute("SELECT count(*) FROM place").fetchone() == (ALBUMS,)
                assert db.execute("SELECT count(*) FROM tree").fetchone() == (1,)
        finally:
            library.close()
    old = found.count(before)
    assert 1 < old < len(found)
    assert found == [before] * old + [after] * (len(found) - old)


def test_a_source_that_was_removed_when_a_kill_came_is_wholly_there_or_gone(tmp_path: Path) -> None:
    many_albums(tmp_path / "before")
    found = []
    for state in kill_at_every_commit(tmp_path, "remove", music=tmp_path / "originals"):
        library = open_library(state, Config())
        found.append((len(shown(library)), len(library.sourcing.list(removed=True))))
        library.close()
    assert len(found) > 3
    assert set(found) == {(ALBUMS, 0), (0, 1)}
    assert found == sorted(found, reverse=True)


def test_a_rank_that_a_kill_cut_off_is_shown_whole(tmp_path: Path) -> None:
    many_albums(tmp_path / "before")
    library = open_library(tmp_path / "before", Config())
    (tmp_path / "more").mkdir()
    library.add_sources([tmp_path / "more"])
    where = library.catalog.files.folder(library.sources.rows()[1].id, "0", 1)
    fmt = AudioFormat("mp3", "mp3", 44_100, 2)
    tags = TagSet({"title": ["T"], "artist": ["Old"], "album": ["L0"]})
    library.catalog.files.put_files([(where, FileRow("more.mp3", Stamp(1000, 1), "more", format=fmt, tags=tags))])
    library.adopt_rules()
    library.close()
    found = []
    for state in kill_at_every_commit(tmp_path, "rank", music=tmp_path / "more"):
        library = open_library(state, Config())
        _, row = library.drive.row("Old/L0/T.mp3")
        assert row is not None
        priorities = [told.priority for told in library.sourcing.list()]
        found.append((row.track.file.path, priorities))
        library.close()
    assert len(found) > 2
    before, *others = found
    assert before == ("0/t.mp3", [100, 100])
    assert all(other in (before, ("0/more.mp3", [1, 100])) for other in others)
    assert others[-1] != before


def test_an_image_that_a_kill_caught_is_shown_as_its_tracks(tmp_path: Path, music: Path) -> None:
    sound.write(music / "a.wav", samples=44_100 * 4)
    (music / "a.cue").write_text(
        'PERFORMER "P"\nTITLE "T"\nFILE "a.wav" WAVE\n'
        "TRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:02:00\n"
    )
    open_library(tmp_path / "before", Config()).close()
    known, found = [], []
    for state in kill_at_every_commit(tmp_path, "scan", music=music, step=3):
        with closing(sqlite3.connect(state / "catalog.db")) as db:
            known.append(db.execute("SELECT count(*) FROM item WHERE part = 0").fetchone()[0])
        found.append(len(after_a_start(state, Config())))
    assert set(known) == {0, 1}
    assert found == [2 * images for images in known]


def test_tags_and_ids_that_follow_a_sound_survive_every_kill(tmp_path: Path, music: Path) -> None:
    """Both databases are written: user.db first, and the catalog catches up."""
    for number in (1, 2):
        sound.write(music / f"{number}.flac", seed=number, artist="A", title=f"T{number}")
    library = open_library(tmp_path / "before", Config())
    library.add_sources([music])
    library.scan_all(library.scanner())
    library.tagging.set([("title:T1", "title:T1")], ["genre=Jazz"], Who("tester"))
    (was,) = library.tagging.selection.of([("title:T1", "title:T1")])
    library.close()
    (music / "new").mkdir()
    for number in (1, 2):
        new = music / f"new/{number}.flac"
        shutil.copyfile(music / f"{number}.flac", new)
        tags = mutagen.flac.FLAC(new)
        tags["title"] = f"N{number}"
        tags.save()
        (music / f"{number}.flac").unlink()
    states = kill_at_every_commit(tmp_path, "scan", music=music, step=3)
    assert len(states) > 5
    for state in states:
        library = open_library(state, ONE_WORKER)
        library.scan_all(library.scanner())
        (now,) = library.tagging.selection.of([("title:N1", "title:N1")])
        assert (now.public, now.tags["genre"]) == (was.public, ("Jazz",))
        (other,) = library.tagging.selection.of([("title:N2", "title:N2")])
        assert other.public not in (0, was.public)
        assert "genre" not in other.tags
        library.close()


def test_a_start_loads_nothing_where_nothing_is_left(tmp_path: Path, music: Path) -> None:
    sound.write(music / "a.wav", artist="A", title="T")
    library = open_library(tmp_path / "state", Config())
    library.add_sources([music])
    library.scan_all(library.scanner())
    library.close()
    program = (
        "import sys; from pathlib import Path; from musfuse.app.library import open_library;"
        "from musfuse.config import Config;"
        f"open_library(Path({str(tmp_path / 'state')!r}), Config()).close();"
        "print([m for m in sys.modules if m in ('musfuse.library.cuesheets', 'musfuse.library.scanner', 'musfuse.drive.copying')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


def files_of(library: Library) -> dict[str, tuple[int, bytes]]:
    """Size and bytes of every file of the drive, as a program gets them."""
    found = {}
    for path in sorted(shown(library)):
        size = library.drive.attr(path).size
        opened = library.drive.open(path)
        found[path] = size, library.drive.read_at(opened.handle, 0, opened.size + 1)
        library.drive.close(opened.handle)
    return found


def originals(music: Path) -> None:
    """Two tracks that are encoded here, and two that are served with a header of ours."""
    for number, suffix in enumerate(("wav", "aiff", "flac", "mp3"), 1):
        sound.write(music / f"{number}.{suffix}", 20_000, seed=number, artist="A", album="B", title=f"T{number}")
        sound.add_picture(music / f"{number}.{suffix}", sound.picture(300)) if number < 3 else None


def test_a_full_disk_stops_no_stat_and_no_read(tmp_path: Path, music: Path, caplog: pytest.LogCaptureFixture) -> None:
    originals(music)
    with small_disk(tmp_path / "state", 6000) as disk, ExitStack() as stack:
        library = open_library(disk, Config(), stack)
        library.add_sources([music])
        library.scan_all(library.scanner())
        set_genre(library, "Jazz")
        expected = files_of(library)
        set_genre(library, "Funk")  # the sizes of all are unknown again
        set_genre(library, "Jazz")
        sound.write(music / "5.wav", 20_000, seed=5, artist="A", album="B", title="T5")  # never indexed
        library.scan_all(library.scanner())
        with closing(sqlite3.connect(disk / "catalog.db")) as db:  # else its log may have room for what comes
            assert db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        filler = fill(disk)
        found = files_of(library)
        new = next(path for path in found if path not in expected)
        assert {path: found[path] for path in expected} == expected
        assert files_of(library) == found
        assert pending(library) == 5
        assert library.unwritten()
        listed = library.drive.list("A/B", sized=True)
        assert sum(1 for entry in listed if entry.size) == len(found)
        complaints = [r for r in caplog.records if r.name == "musfuse.store.complaint"]
        assert len(complaints) == 2  # of the catalog and the cache, once each
        filler.unlink()
        assert files_of(library) == found
        assert library.unwritten() == []
        assert pending(library) == 0
    sound_disk = open_library(tmp_path / "again", Config())
    sound_disk.add_sources([music])
    sound_disk.scan_all(sound_disk.scanner())
    assert files_of(sound_disk)[new] == found[new]
    sound_disk.close()


def set_genre(library: Library, genre: str) -> None:
    library.tagging.set([("artist:a", "artist:a")], [f"genre={genre}"], Who("tester"))


def pending(library: Library) -> int:
    return library.catalog.renditions.pending(library.sizes.tokens())


def test_a_full_folder_for_temporary_files_changes_nothing(tmp_path: Path) -> None:
    """SQLite spills what large statements need, also where the folder that the system names has no room for it."""
    program = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[1].split(':');"
        "from app.test_library import many_albums; many_albums(Path(sys.argv[2]), 5000)"
    )
    with small_disk(tmp_path / "full", 64) as full:
        fill(full)
        subprocess.run(
            [sys.executable, "-c", program, ":".join(sys.path), tmp_path / "state"], check=True,
            env={**os.environ, "SQLITE_TMPDIR": str(full), "TMPDIR": str(full)},
        )  # fmt: skip
    assert len(after_a_start(tmp_path / "state", Config())) == 5000
