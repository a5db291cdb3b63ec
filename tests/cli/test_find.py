"""`musfuse find` as it is typed."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import sound
from conftest import needs_fuse
from warm import musfuse_bytes

from cli.inprocess import ended_as

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Originals of four tracks, and beside them a library of these in `state`."""
    music = tmp_path / "music"
    for n, artist in enumerate(("Ann", "Bob", "Cid")):
        sound.write(music / f"{n}.wav", artist=artist, album="Hits", title=f"T{n}", date=str(1967 + n))
    sound.write(music / "Tape" / "CD1" / "side a.wav")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSFUSE_RUNTIME_DIR", str(music.parent / "run"))
        assert ended_as("scan", "--library", music.parent / "state", music).code == 0
    return music


@pytest.fixture
def run(music: Path) -> Run:
    """Runs the program on a library of four tracks."""

    def run(*args: str | Path, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        done = musfuse_bytes(*args, env={"MUSFUSE_LIBRARY": str(music.parent / "state")})
        assert not check or done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        return done

    return run


HITS = [f"Various Artists/Hits ({1967 + n})/T{n}.flac" for n in range(3)]


def lines(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    return done.stdout.decode().splitlines()


def test_a_line_a_track(run: Run) -> None:
    assert lines(run("find", "year:1967..1968")) == HITS[:2]
    assert lines(run("find", "album:hits", "-bob")) == [HITS[0], HITS[2]]
    assert lines(run("find")) == [*HITS, "Unknown Artist/Tape/side a.flac"]


def test_what_a_change_would_act_on(run: Run, music: Path) -> None:
    assert lines(run("find", "Various Artists/Hits (1968)")) == [HITS[1]]
    assert lines(run("find", music / "Tape")) == ["Unknown Artist/Tape/side a.flac"]


def test_lines_of_ones_own(run: Run, music: Path) -> None:
    found = lines(run("find", "--format", "$albumartist/${artist|'?'}: $album[ of $date] <$source>"))
    assert found[0] == f"Various Artists/Ann: Hits of 1967 <{music}/0.wav>"
    assert found[3] == f"Unknown Artist/?: Tape <{music}/Tape/CD1/side a.wav>"


def test_names_for_other_programs(run: Run, music: Path) -> None:
    os.rename(music / "0.wav", os.fsencode(music) + b"/a\xff\nb.wav")
    run("scan", music)
    assert run("find", "-0", "--format", "$source", "ann").stdout == os.fsencode(music) + b"/a\xff\nb.wav\0"
    assert len(lines(run("find", "--format", "$source", "ann"))) == 1


def test_json(run: Run, music: Path) -> None:
    first, second = json.loads(run("find", "--json", "year:1967..1968").stdout)
    assert (first["path"], second["tags"]["artist"]) == (HITS[0], ["Bob"])
    assert (first["source"], first["container"], first["bits"]) == (str(music / "0.wav"), "wav", 16)
    nothing = run("find", "--json", "nobody", check=False)
    assert (nothing.returncode, json.loads(nothing.stdout)) == (1, [])


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["nobody"], 1, "no track answers"), (["artst:ann"], 2, "did you mean artist?"),
        (["year:abc"], 2, "year is a number"), (["format:flca"], 2, "did you mean flac?"),
        (["--format", "$titel"], 2, "did you mean title?"), (["--json", "-0"], 2, "--json"),
    ],
)  # fmt: skip
def test_exit_codes(run: Run, args: list[str], code: int, said: str) -> None:
    done = run("find", *args, check=False)
    assert (done.returncode, done.stdout) == (code, b"")
    assert said in done.stderr.decode()


def test_a_mistake_in_a_query_changes_nothing(run: Run) -> None:
    done = run("tag", "set", "-artst:x", "--", "genre=Rock", check=False)
    assert (done.returncode, b"did you mean artist?" in done.stderr) == (2, True)
    assert run("tag", "log").stdout.count(b"\n") == 1
    run("tag", "set", "ann", "--", "shelf=3")
    assert lines(run("find", "shelf:3")) == HITS[:1]


@needs_fuse
def test_beside_the_owner(run: Run, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    run("mount", drive)
    try:
        run("tag", "set", "ann", "--", "title=New")
        assert lines(run("find", drive / "Various Artists" / "Hits (1967)")) == ["Various Artists/Hits (1967)/New.flac"]
        assert (drive / lines(run("find", "new"))[0]).is_file()
    finally:
        assert musfuse_bytes("unmount", drive).returncode == 0
