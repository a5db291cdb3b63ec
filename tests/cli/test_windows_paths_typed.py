"""Paths as they are typed on Windows: backslashes on the drive mean what slashes do, on every system."""

from pathlib import Path

import sound
from click.testing import CliRunner

from musfuse.cli import cli
from musfuse.cli.common import as_on_drive


def test_backslashes_within_the_drive(tmp_path: Path, music: Path) -> None:
    sound.write(music / "a.wav", title="One", artist="Ann", album="First")
    library = ["--library", str(tmp_path / "state")]
    assert CliRunner().invoke(cli, ["scan", *library, str(music)]).exit_code == 0
    for command, path in (("ls", "Ann\\First"), ("info", "Ann\\First"), ("ls", "\\Ann\\")):
        done = CliRunner().invoke(cli, [command, *library, path])
        assert done.exit_code == 0, done.output
    assert as_on_drive("\\A\\B/") == "A/B"
