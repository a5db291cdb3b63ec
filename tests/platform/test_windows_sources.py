"""Folders and files whose names Windows would change, found as they are; and what cannot be read is told."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sound

if sys.platform != "win32":
    pytest.skip("runs on Windows: scripts/test-windows", allow_module_level=True)

from click.testing import CliRunner
from drive.conftest import make_library  # noqa: F401 - a fixture

from musfuse.app.library import Library
from musfuse.cli import cli
from musfuse.errors import RefusedError
from musfuse.origins import LocalOrigin
from musfuse.platform.windows.paths import as_is

Make = Callable[..., Library]
NAMES = ("aux", "x.", "x ", "con.wav", "plain")


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A folder with folders of names that Windows takes only as they are."""
    root = tmp_path / "Music"
    root.mkdir()
    sound.write(tmp_path / "a.wav", title="One")
    for name in NAMES:
        folder = as_is(f"{root}\\{name}")
        Path(folder).mkdir()
        with open(f"{folder}\\a.wav", "wb") as copy:
            copy.write((tmp_path / "a.wav").read_bytes())
    return root


def long_folder(root: Path) -> str:
    deep = as_is(str(root)) + "".join(f"\\{letter * 100}" for letter in "abc")
    Path(deep).mkdir(parents=True)
    return deep


def test_names_are_taken_as_they_are(odd: Path) -> None:
    origin = LocalOrigin("u", str(odd))
    assert sorted(entry.name for entry in origin.list("")) == sorted(NAMES)
    for name in NAMES:
        assert [(entry.name, entry.problem) for entry in origin.list(name)] == [("a.wav", "")]
        assert origin.read(f"{name}/a.wav", 0, 4) == b"RIFF"
        assert origin.stat(f"{name}/a.wav").stamp.size > 100
    again = LocalOrigin("u", str(odd).upper())  # another spelling is the same folder
    assert again.read("plain/a.wav", 0, 4) == b"RIFF"
    for made in (origin, again):
        made.close()


def test_a_scan_finds_them_all_and_no_source_twice(odd: Path, tmp_path: Path) -> None:
    library = ["--library", str(tmp_path / "library")]
    for spelled in (str(odd), str(odd).swapcase(), as_is(str(odd))):
        done = CliRunner().invoke(cli, ["scan", *library, spelled])
        assert done.exit_code == 0, done.output
    assert CliRunner().invoke(cli, ["source", "list", *library, "--json"]).output.count('"location"') == 1
    report = CliRunner().invoke(cli, ["info", *library, str(odd)])
    assert "5 on the drive" in report.output, report.output


def test_what_leads_out_is_refused(odd: Path, tmp_path: Path) -> None:
    origin = LocalOrigin("u", str(odd / "plain"))
    with pytest.raises(RefusedError):
        origin._check_inside("a.wav", as_is(str(tmp_path / "elsewhere")))
    origin.close()


def test_paths_of_over_260_characters_are_read(odd: Path, tmp_path: Path) -> None:
    deep, original = long_folder(odd), (tmp_path / "a.wav").read_bytes()
    with open(f"{deep}\\a.wav", "wb") as copy:
        copy.write(original)
    done = CliRunner().invoke(cli, ["scan", "--library", str(tmp_path / "library"), str(odd)])
    assert done.exit_code == 0, done.output
    assert "6 read, 0 skipped" in done.output, done.output
    origin = LocalOrigin("u", str(odd))
    assert origin.read(deep.removeprefix(as_is(str(odd)) + "\\").replace("\\", "/") + "/a.wav", 0, 1 << 20) == original
    origin.close()


def test_the_drive_gives_what_lies_at_such_a_path(make_library: Make, music: Path, tmp_path: Path) -> None:
    sound.write(tmp_path / "a.wav", title="One", artist="Ann", album="First")
    with open(f"{long_folder(music)}\\a.wav", "wb") as copy:
        copy.write((tmp_path / "a.wav").read_bytes())
    drive = make_library().drive
    opened = drive.open("Ann/First/One.flac")
    data = drive.read_at(opened.handle, 0, opened.size + 1)
    assert (data[:4], len(data)) == (b"fLaC", opened.size)
    drive.close(opened.handle)
