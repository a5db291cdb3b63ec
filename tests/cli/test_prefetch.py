"""`musfuse prefetch`"""

import json
from pathlib import Path

import pytest
import sound
from mount.conftest import Program, program  # noqa: F401 - a fixture

from cli.inprocess import run


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "run"))
    for title in ("One", "Two"):
        sound.write(tmp_path / f"music/{title}.wav", 9000, artist="Ann", album="Best", title=title)
    run("scan", "--library", tmp_path / "library", tmp_path / "music")
    return tmp_path / "library"


def test_without_a_mount_tracks_are_ready_when_it_ends(library: Path) -> None:
    assert run("prefetch", "--library", library, "album:best").out == "2 tracks ready\n"
    assert json.loads(run("ls", "--library", library, "--json", "Ann/Best").out)[0]["size"]
    told = run("prefetch", "status", "--library", library).out
    assert told == "nothing is mounted, so nothing is made ready\n"
    assert json.loads(run("prefetch", "status", "--library", library, "--json").out) is None


def test_what_means_nothing_is_said(library: Path) -> None:
    assert "name TARGETs" in run("prefetch", "--library", library, code=2).err
    assert "no track answers" in run("prefetch", "--library", library, "nobody", code=1).err


def test_a_mounted_library_does_it_in_the_background(program: Program, music: Path) -> None:
    for title in ("One", "Two"):
        sound.write(music / f"{title}.wav", 9000, artist="Ann", album="Best", title=title)
    program.mount()
    program.wait_for_scan()
    done = program.run("prefetch", "--library", program.library, "--json", program.mnt / "Ann")
    assert json.loads(done.stdout) == {"selected": 2, "dropped": 0}
    (program.mnt / ".prefetch/Ann/Best/One.flac").stat()
    assert sorted(path.name for path in program.mnt.iterdir()) == ["Ann"]
    said = program.run("prefetch", "status", "--library", program.library).stdout
    assert "guessed to be played next  0, 0 of them played" in said
    (status,) = program.status()
    assert set(status["prefetch"]) == {"guessed", "used", "made", "failed", "dropped", "waiting"}
