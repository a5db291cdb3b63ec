"""`musfuse tag` and `musfuse art` as typed, on a mounted drive."""

import csv
import hashlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import mutagen
import pytest
import sound
from tests_support import needs_program

from mount.conftest import Program

Until = Callable[[Callable[[], bool], float], None]


@pytest.fixture
def album(music: Path) -> Path:
    folder = music / "Animals"
    folder.mkdir()
    needs_program("ffmpeg")
    sound.write(folder / "1.wav", samples=200_000)
    sound.convert(folder / "1.wav", folder / "2.flac")
    sound.convert(folder / "1.wav", folder / "3.mp3")
    for number, path in enumerate(sorted(folder.iterdir()), 1):
        sound.tag(path, title=f"Part {number}", artist="Pink", album="Animals", tracknumber=str(number))
    (folder / "cover.png").write_bytes(sound.picture(400))
    return folder


def test_a_retag_is_seen_at_once(program: Program, album: Path, until: Until) -> None:
    originals = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in album.iterdir()}
    program.mount()
    program.settle()
    folder = program.mnt / "Pink" / "Animals"
    with (folder / "02 - Part 2.flac").open("rb") as player:
        head = player.read(50_000)
        inode = os.fstat(player.fileno()).st_ino
        said = program.ask("tag", "set", folder, "--", "date=1977", "genre=Rock", "genre=Prog").stdout
        assert f"changed 3 tracks in the library {program.library} (change 1" in said
        new = program.mnt / "Pink" / "Animals (1977)"
        assert sorted(p.name for p in new.iterdir() if p.suffix != ".jpg") == [
            "01 - Part 1.flac", "02 - Part 2.flac", "03 - Part 3.mp3", "cover.png",
        ]  # fmt: skip
        assert not folder.exists()
        moved = new / "02 - Part 2.flac"
        assert moved.stat().st_ino == inode
        assert mutagen.File(moved)["genre"] == ["Rock", "Prog"]
        rest = player.read()
        assert head + rest == (album / "2.flac").read_bytes()
    for path in new.glob("*.flac"):
        sound.flac_test(path)
        assert sound.ffmpeg_md5(path) == sound.ffmpeg_md5(album / ("1.wav" if path.name[1] == "1" else "2.flac"))
    mtime = (new / "01 - Part 1.flac").stat().st_mtime_ns
    assert program.ask("tag", "undo", "--library", program.library).stdout.startswith("took change 1 back on 3 tracks")
    assert (folder / "01 - Part 1.flac").stat().st_mtime_ns > mtime
    program.unmount()
    assert {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in album.iterdir()} == originals


def test_rsync_sees_a_retag_of_the_same_size(program: Program, album: Path, tmp_path: Path) -> None:
    program.mount()
    program.settle()
    rsync = [needs_program("rsync"), "-a", "--checksum-choice=md5", f"{program.mnt}/", f"{tmp_path / 'copy'}/"]
    program.ask("tag", "set", "--library", program.library, "artist:pink", "comment=first")
    subprocess.run(rsync, check=True)
    program.ask("tag", "set", "--library", program.library, "artist:pink", "comment=other")
    subprocess.run(rsync, check=True)
    for path in (tmp_path / "copy").rglob("*.flac"):
        assert mutagen.File(path)["comment"] == ["other"]
        assert path.read_bytes() == (program.mnt / path.relative_to(tmp_path / "copy")).read_bytes()


def test_covers_on_the_mount(program: Program, album: Path, tmp_path: Path) -> None:
    program.mount()
    program.settle()
    folder = program.mnt / "Pink" / "Animals"
    for name in ("cover.png", "cover_medium.jpg", "cover_thumb.jpg"):
        path = folder / name
        assert path.stat().st_size == len(path.read_bytes())
    assert (folder / "cover.png").read_bytes() == sound.picture(400)
    (tmp_path / "new.png").write_bytes(sound.picture(99))
    assert "changed 3 tracks" in program.ask("art", "set", folder, tmp_path / "new.png").stdout
    assert (folder / "cover.png").read_bytes() == sound.picture(99)
    assert mutagen.File(folder / "02 - Part 2.flac").pictures[0].data == sound.picture(99)
    with pytest.raises(OSError, match="Read-only"):
        (folder / "cover.png").write_bytes(b"x")
    assert "cover.png" in program.ask("ls", "--library", program.library, "Pink/Animals").stdout
    assert "400" not in program.ask("info", folder / "cover.png").stdout


def test_show_log_export_import(program: Program, album: Path, tmp_path: Path) -> None:
    program.mount()
    program.settle()
    library = ("--library", str(program.library))
    (shown,) = json.loads(program.ask("tag", "show", *library, "--json", "title:'part 2'".replace("'", '"')).stdout)
    assert shown["tags"]["title"] == {"values": ["Part 2"], "source": "embedded", "locked": False}
    assert shown["source"] == str(album / "2.flac")
    table = tmp_path / "tags.csv"
    program.ask("tag", "export", *library, "--to", table)
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    for row in rows:
        row["genre"] = "Rock\nProg"
        row["title"] += " (live)"
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    preview = program.ask("tag", "import", *library, "--dry-run", table).stdout
    assert "6 fields of 3 tracks would change" in preview
    assert "Part 1" in preview
    assert (program.mnt / "Pink/Animals/01 - Part 1.flac").exists()
    program.ask("tag", "import", *library, "--yes", table)
    assert mutagen.File(program.mnt / "Pink/Animals/02 - Part 2 (live).flac")["genre"] == ["Rock", "Prog"]
    log = json.loads(program.ask("tag", "log", *library, "--json").stdout)
    assert [(c["change"], c["what"], c["tracks"]) for c in log] == [(1, "import tags.csv", 3)]
    # nothing of a file with one bad row is taken in
    rows[0]["title"] = "never"
    rows[1]["path"], rows[1]["drive_path"] = "/nowhere/x.flac", ""
    (tmp_path / "bad.json").write_text(json.dumps([{"path": r["path"], "tags": {"title": [r["title"]]}} for r in rows]))
    done = program.ask("tag", "import", *library, "--yes", tmp_path / "bad.json", check=False)
    assert done.returncode == 1
    assert "row 2: /nowhere/x.flac" in done.stderr
    assert "never" not in program.ask("tag", "export", *library).stdout


def test_an_export_that_nobody_touched_changes_nothing(program: Program, album: Path, tmp_path: Path) -> None:
    library = ("--library", str(program.library))
    odd = os.fsencode(album) + b"/\xff.wav"
    (album / "1.wav").rename(os.fsdecode(odd))
    opened = mutagen.File(album / "2.flac")
    opened["lyrics"] = "  indented\nline"
    opened["description"] = ["two\nlines", "and another"]
    opened["my field"] = ["a\nb"]
    opened.save()
    program.ask("scan", *library, program.music)
    for name in ("x.csv", "x.json"):
        program.ask("tag", "export", *library, "--to", tmp_path / name)
        said = program.ask("tag", "import", *library, "--yes", tmp_path / name).stdout
        assert "3 rows, 0 fields of 0 tracks would change" in said
    shown = json.loads(program.ask("tag", "show", *library, "--json", "Pink", "--", "track").stdout)
    assert [list(row["tags"]) for row in shown] == [["tracknumber"]] * 3  # by any of its names


def test_import_by_isrc(program: Program, album: Path, tmp_path: Path) -> None:
    program.ask("scan", "--library", program.library, program.music)
    library = ("--library", str(program.library))
    program.ask("tag", "set", *library, "Pink/Animals/02 - Part 2.flac", "--", "isrc=GBAYE7700001")
    (tmp_path / "x.json").write_text(json.dumps([{"tags": {"isrc": ["gbaye7700001"], "title": ["By Id"]}}]))
    program.ask("tag", "import", *library, "--yes", tmp_path / "x.json")
    assert "02 - By Id.flac" in program.ask("ls", *library, "Pink/Animals").stdout


@pytest.mark.parametrize(
    ("args", "code", "text"),
    [
        (["tag", "set", "artist:nobody", "title=x"], 1, "no track answers this"),
        (["tag", "set", "artist:pink"], 2, "FIELD=VALUE"),
        (["tag", "set", "title=x"], 2, "name a TARGET"),
        (["tag", "show", 'artist:"pink'], 2, "a quote that is not closed"),
        (["tag", "undo", "77"], 1, "change 77: there is none"),
        (["art", "set", "artist:pink", "/nowhere.png"], 2, "/nowhere.png: cannot be read"),
        (["tag", "lock", "artist:pink", "--", "a=b"], 2, "no name of a field"),
        (["tag", "export", "artist:pink", "--", "title"], 2, "nothing is wanted behind `--`"),
        (["tag", "show", "artist:pink", "--", "a=b"], 2, "no name of a field"),
        (["tag", "show", ""], 2, "an empty TARGET"),
        (["art", "set"], 2, "name a TARGET and, last, a PICTURE"),
        (["art", "set", "artist:pink", "/dev/zero"], 2, "/dev/zero: cannot be read: it is not a regular file"),
        (["tag", "import", "/dev/zero"], 2, "/dev/zero: cannot be read: it is not a regular file"),
        (["tag", "set", "--config", "/dev/zero", "artist:pink", "title=x"], 2, "not a regular file"),
    ],
)
def test_mistakes_are_explained(program: Program, album: Path, args: list[str], code: int, text: str) -> None:
    program.ask("scan", "--library", program.library, program.music)
    done = program.run(*args[:2], "--library", program.library, *args[2:], check=False)
    assert (done.returncode, text in done.stdout + done.stderr) == (code, True), done.stderr


def test_a_path_that_is_nearly_one_is_told_of(program: Program, album: Path) -> None:
    program.mount("--wait")
    commands: list[tuple[str, ...]] = [("tag", "show"), ("ls",), ("info",)]
    for command, path in itertools.product(commands, ("Pink/Animls", "Pink/Ani", program.mnt / "Pink/Animls")):
        done = program.run(*command, path, check=False)
        assert done.returncode == 1
        assert done.stderr.startswith(f"musfuse: {path}: no "), done.stderr
        assert "; did you mean Pink/Animals?" in done.stderr
    program.unmount()
    done = program.ask("tag", "show", "--library", program.library, program.mnt / "Pink/Animals", check=False)
    assert "; did you mean Pink/Animals?" in done.stderr


def test_what_looks_like_an_assignment_may_be_a_target(program: Program, music: Path) -> None:
    (music / "a=b").mkdir()
    sound.write(music / "a=b" / "x=y.wav")
    program.ask("scan", "--library", program.library, program.music)
    library = ("--library", str(program.library))
    program.ask("tag", "set", *library, music / "a=b", "title=One = Two")
    (shown,) = json.loads(program.ask("tag", "show", *library, "--json", music / "a=b" / "x=y.wav").stdout)
    assert shown["tags"]["title"]["values"] == ["One = Two"]
    program.ask("tag", "set", *library, "path:x=y", "--", "title=Three")
    assert "Three" in program.ask("tag", "show", *library, "-nothing").stdout


def test_killed_in_the_middle_of_a_change(program: Program, music: Path) -> None:
    """The change is whole or not there, and the catalog catches up."""
    sound.write(music / "a.wav", samples=3000)
    data = (music / "a.wav").read_bytes()
    for n in range(400):
        (music / f"{n:03}.wav").write_bytes(data)
    program.ask("scan", "--library", program.library, program.music)
    args = [sys.executable, "-m", "musfuse", "tag", "set", "--library", str(program.library), str(music), "--"]
    for number, delay in enumerate((0.25, 0.35, 0.45, 0.6)):
        process = subprocess.Popen([*args, f"album=Round {number}"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    program.ask("scan", "--library", program.library)
    shown = json.loads(program.ask("tag", "show", "--library", program.library, "--json", str(music)).stdout)
    albums = {tuple(row["tags"].get("album", {}).get("values", ())) for row in shown}
    assert len(shown) == 401
    assert len(albums) == 1
    (album,) = albums
    folder = f"Unknown Artist/{album[0] if album else 'music'}"
    listed = program.ask("ls", "--library", program.library, folder).stdout.splitlines()
    assert len([name for name in listed if name.endswith(".flac")]) == 401


def test_backup_and_restore(program: Program, album: Path, tmp_path: Path) -> None:
    library = ("--library", str(program.library))
    program.mount()
    program.settle()
    (tmp_path / "p.png").write_bytes(sound.picture(77))
    program.ask("tag", "set", *library, "artist:pink", "album=Kept")
    program.ask("art", "set", *library, "artist:pink", tmp_path / "p.png")
    program.run("backup", *library, tmp_path / "kept.db")
    program.ask("tag", "set", *library, "artist:pink", "album=Lost")
    refused = program.run("backup", *library, "--restore", tmp_path / "kept.db", check=False)
    assert refused.returncode == 4
    program.unmount()
    program.run("backup", *library, "--restore", tmp_path / "kept.db")
    program.mount()
    assert (program.mnt / "Pink/Kept/cover.png").read_bytes() == sound.picture(77)
    assert not (program.mnt / "Pink/Lost").exists()
    program.unmount()
    (tmp_path / "junk.db").write_bytes(b"junk" * 1000)
    assert program.run("backup", *library, "--restore", tmp_path / "junk.db", check=False).returncode == 1
    assert "album=Kept" in program.ask("tag", "log", *library).stdout


def test_a_source_that_moves_takes_its_tags_along(program: Program, album: Path, tmp_path: Path) -> None:
    library = ("--library", str(program.library))
    program.ask("scan", *library, program.music)
    program.ask("tag", "set", *library, "artist:pink", "--", "album=Kept")
    elsewhere = tmp_path / "elsewhere"
    program.music.rename(elsewhere)
    refused = program.run("source", "move", *library, "/nowhere", elsewhere, check=False)
    assert (refused.returncode, "no source of this library" in refused.stderr) == (2, True)
    assert "3 tracks" in program.run("source", "move", *library, program.music, elsewhere).stdout
    assert str(elsewhere) in program.run("source", "list", *library).stdout
    program.ask("scan", *library)
    assert "02 - Part 2.flac" in program.ask("ls", *library, "Pink/Kept").stdout
    for path in program.library.glob("catalog.db*"):
        path.unlink()
    program.ask("scan", *library, elsewhere)
    assert "02 - Part 2.flac" in program.ask("ls", *library, "Pink/Kept").stdout


def test_what_needs_no_new_index_does_not_stay_pending(program: Program, album: Path, until: Until) -> None:
    """After a change of tags, and under another configuration; nobody asks for a size."""
    library = ("--library", str(program.library))
    no_passes = {"MUSFUSE_INDEX_BACKGROUND": "false"}

    def pending() -> int:
        return int(program.status()[0]["pending"])

    program.mount(env=no_passes)
    program.settle()
    sound.write(album / "4.wav", samples=30_000, artist="Pink", album="Animals")
    program.ask("scan", *library)
    assert pending() == 1
    program.ask("tag", "set", *library, "artist:pink", "genre=Rock")
    until(lambda: pending() == 1, 60)
    program.unmount()
    program.mount(env={**no_passes, "MUSFUSE_TAGS_PADDING": "1000"})
    program.wait_for_scan()
    until(lambda: pending() == 1, 60)
    program.unmount()
    program.mount(env={**no_passes, "MUSFUSE_TAGS_PADDING": "2000", "MUSFUSE_SCAN_ON_MOUNT": "false"})
    until(lambda: pending() == 1, 60)
    assert program.status()[0]["index"]["state"] == "never"
    program.settle()
    assert pending() == 0
