"""The real program on a terminal of any width."""

import fcntl
import os
import pty
import struct
import termios
from collections.abc import Callable
from pathlib import Path

import pytest
import sound
import warm
from mount.conftest import Program, program, until  # noqa: F401 - fixtures

Terminal = Callable[..., str]


@pytest.fixture
def terminal() -> Terminal:
    """Runs `musfuse` on a terminal of so many columns, where somebody types an answer; what the terminal was given."""

    def run(*args: str | Path, columns: int = 60, answer: str = "", code: int = 0) -> str:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        process = warm.start([*map(str, args)], environment | {"TERM": "xterm"}, theirs)
        os.write(ours, answer.encode())
        said = b""
        try:
            while piece := os.read(ours, 65536):
                said += piece
        except OSError:  # the other side is closed
            pass
        os.close(ours)
        assert process.wait() == code, said
        return said.decode("utf-8", "replace").replace("\r\n", "\n")

    return run


@pytest.fixture
def long_names(program: Program, music: Path) -> Program:
    """A library, not mounted, whose paths are longer than a terminal is wide."""
    folder = music / "Some rather long name of a folder" / "東京スカパラダイスオーケストラ" / ("x" * 70)
    folder.mkdir(parents=True)
    sound.write(folder / "1.wav", artist="東京スカパラダイスオーケストラ", album="An album " * 12, title="T" * 90)
    (folder / "broken \x1b[31m.flac").write_bytes(b"fLaC")
    program.ask("scan", "--library", program.library, music)
    return program
