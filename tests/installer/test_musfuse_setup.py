"""What the installer has the installed Python do, as far as it does not touch the registry: that is tested under Wine."""

import json
import os
import subprocess
from contextlib import suppress
from pathlib import Path

import musfuse_setup as setup
import pytest
import sound
import warm
from conftest import needs_fuse
from hypothesis import given
from hypothesis import strategies as st

from musfuse.control import find_owner

FOLDER = "C:\\Users\\Jörg\\AppData\\Local\\Programs\\musfuse\\app\\bin"
ENTRIES = st.lists(
    st.sampled_from(["C:\\Windows", '"C:\\Program Files\\x"', "%USERPROFILE%\\bin", "D:\\", "ü" * 300, ""])
)


@given(ENTRIES)
def test_an_entry_is_added_once_and_goes_without_a_trace(entries: list[str]) -> None:
    before = ";".join(entries)
    added = setup.with_entry(before, FOLDER)
    assert added.split(";").count(FOLDER) == 1
    assert setup.with_entry(added, FOLDER) == added
    assert setup.without_entry(added, FOLDER).rstrip(";") == before.strip(";") or before.startswith(";")
    assert setup.without_entry(before, FOLDER) == before


@pytest.mark.parametrize("spelled", [FOLDER + "\\", FOLDER.upper(), f'"{FOLDER}"', f" {FOLDER}"])
def test_another_spelling_is_the_same_entry(spelled: str) -> None:
    path = f"C:\\a;{spelled};C:\\b"
    assert setup.with_entry(path, FOLDER) == path
    assert setup.without_entry(path, FOLDER) == "C:\\a;C:\\b"


def test_the_command_at_logon_is_quoted_as_windows_wants_it() -> None:
    line = setup.command_line("C:\\My Programs\\musfusew.exe", "D:\\My Music\\", "M:")
    assert line == '"C:\\My Programs\\musfusew.exe" mount "D:\\My Music\\\\" M:'
    assert setup.command_line("C:\\m.exe", "", "*") == "C:\\m.exe mount *"


def answered(tmp_path: Path, *arguments: str) -> tuple[int, str]:
    answer = tmp_path / "answer"
    action, *rest = arguments
    return setup.main([action, str(answer), *rest]), answer.read_bytes().decode("utf-16-le")


def test_what_fails_is_told_to_the_script(tmp_path: Path) -> None:
    assert answered(tmp_path, "no-such-action") == (setup.FAILED, "'no-such-action'")
    code, said = answered(tmp_path, "path-add", FOLDER)
    assert (code, said) == (setup.FAILED, "only Windows has a registry")


def musfuse(*arguments: object) -> str:
    done = warm.musfuse(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_owners_are_ended(tmp_path: Path, music: Path) -> None:
    sound.write(music / "a.wav", title="A")
    library = tmp_path / "library"
    musfuse("scan", "--library", library, music)
    musfuse("serve", "--no-http", "--library", library)
    assert answered(tmp_path, "end") == (setup.DONE, "")
    assert find_owner(library) is None


@needs_fuse
def test_a_drive_in_use_is_left_alone_unless_forced(tmp_path: Path, music: Path) -> None:
    sound.write(music / "a.wav", title="A")
    library, drive = tmp_path / "library", tmp_path / "drive"
    drive.mkdir()
    musfuse("mount", "--library", library, "--wait=index", music, drive)
    try:
        with next(drive.rglob("*.flac")).open("rb") as file:
            code, said = answered(tmp_path, "end")
            assert code == setup.IN_USE
            assert str(drive) in said
            assert file.read(4) == b"fLaC"
            assert json.loads(musfuse("status", "--json"))
        assert answered(tmp_path, "end") == (setup.DONE, "")
        assert find_owner(library) is None
        musfuse("mount", "--library", library, drive)
        file_of_drive = os.open(next(drive.rglob("*.flac")), os.O_RDONLY)
        assert answered(tmp_path, "end", "force") == (setup.DONE, "")
        with suppress(OSError):  # it went with its drive
            os.close(file_of_drive)
    finally:
        subprocess.run(["umount", "-l", str(drive)], capture_output=True, check=False)


def test_a_library_goes_with_all_that_lies_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    home, elsewhere = tmp_path / "musfuse", tmp_path / "music"
    (home / "cache" / "deep").mkdir(parents=True)
    (home / "user.db").touch()
    elsewhere.mkdir()
    (elsewhere / "a.flac").touch()
    (home / "link").symlink_to(elsewhere)
    program = home / "program"
    program.mkdir()
    assert answered(tmp_path, "remove-library", str(program / "app"))[0] == setup.DONE
    assert list(home.iterdir()) == [program]
    assert (elsewhere / "a.flac").exists()
    assert answered(tmp_path, "remove-library", "/nowhere") == (setup.DONE, "")
    assert not home.exists()
    assert answered(tmp_path, "remove-library", "/nowhere") == (setup.DONE, "")
