"""Mounts in the background, as far as they go without the driver: folders, letters, ends."""

from pathlib import Path

import pytest
import sound

from windows.prepare import windows_path
from windows.wine import Windows

pytestmark = pytest.mark.timeout(900)


def test_a_folder_in_the_background(windows: Windows, music: Path, tmp_path: Path) -> None:
    sound.write(music / "a.wav", title="One", artist="Ann", album="First")
    where = tmp_path / "Drive"
    mounted = windows.musfuse("mount", "--wait", windows_path(music), windows_path(where))
    try:
        assert mounted.code == 0, mounted.output
        assert where.is_dir()
        (status,) = windows.musfuse("status", "--json").value
        assert status["mounts"] == [windows_path(where)]
        assert windows.musfuse("doctor").code == 0
    finally:
        ended = windows.musfuse("unmount", windows_path(where).upper())
    assert ended.code == 0, ended.output
    assert not where.exists()


def test_a_drive_letter(windows: Windows, music: Path) -> None:
    sound.write(music / "a.wav", title="One", artist="Ann", album="First")
    with windows.letters():
        mounted = windows.musfuse("mount", "--wait", windows_path(music), "m:")
        try:
            assert mounted.code == 0, mounted.output
            assert windows.letter("m").exists()
            for path in ("M:\\Ann", "m:\\Ann\\First", "Ann\\First", "M:/Ann"):
                listed = windows.musfuse("ls", path)
                assert listed.code == 0, (path, listed.output)
        finally:
            ended = windows.musfuse("unmount", "M:\\")
        assert ended.code == 0, ended.output
        assert not windows.letter("m").exists()
