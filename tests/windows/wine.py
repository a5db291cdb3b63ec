"""Programs of Windows under Wine, and the drive letters that they ask for."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from windows.prepare import CHECKOUT, environment, windows_path, wine

_LAST_WORDS_SECONDS = 0.5
SECONDS = 300.0
"""How long a program may take: a start takes two seconds, but the machine may be busy."""


@dataclass(frozen=True)
class Done:
    """A program that ended, and what it wrote."""

    code: int
    output: str

    @property
    def value(self) -> Any:
        """What it wrote, as JSON."""
        return json.loads(self.output)


@dataclass(frozen=True)
class Windows:
    """One Windows: its place on this machine, and a folder of a test for what musfuse keeps there."""

    place: Path
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    def having(self, **variables: str) -> "Windows":
        """The same with other variables of the environment."""
        return Windows(self.place, self.folder, {**self.variables, **variables})

    def environment(self) -> dict[str, str]:
        paths = (CHECKOUT, CHECKOUT / "adapters", CHECKOUT / "tests")
        return {
            **environment(self.place),
            "PYTHONPATH": ";".join(map(windows_path, paths)),
            "WINFSP_LIBRARY_PATH": windows_path(self.place / "winfsp"),
            "MUSFUSE_RUNTIME_DIR": windows_path(self.folder / "run"),
            "MUSFUSE_LIBRARY": windows_path(self.folder / "library"),
            "WINFSP_TEST_LETTERS": windows_path(self.folder / "letters"),
            "APPDATA": windows_path(self.folder / "settings"),
            **self.variables,
        }

    def start(
        self, *command: str, folder: Path | None = None, stdin: int = subprocess.DEVNULL
    ) -> "subprocess.Popen[bytes]":
        """Begin a program of Windows, whose output goes through a pipe: others it cannot use."""
        program = wine()
        assert program is not None
        return subprocess.Popen(
            [program, *command], env=self.environment(), cwd=folder or self.folder, stdin=stdin,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *command: str, seconds: float = SECONDS, folder: Path | None = None) -> Done:
        """Run a program to its end, in a folder; what it left in the background is not waited for."""
        with self.start(*command, folder=folder) as process:
            try:
                return ended(process, seconds)
            finally:
                process.kill()

    def python(self, *arguments: str, seconds: float = SECONDS, folder: Path | None = None) -> Done:
        python = windows_path(self.place / "python" / "python.exe")
        return self.run(python, *arguments, seconds=seconds, folder=folder)

    def start_python(self, *arguments: str) -> "subprocess.Popen[bytes]":
        return self.start(windows_path(self.place / "python" / "python.exe"), *arguments)

    def musfuse(self, *arguments: str, seconds: float = SECONDS) -> Done:
        return self.python("-m", "musfuse", *arguments, seconds=seconds)

    def end_what_is_left(self) -> None:
        """End what runs on with this folder in its environment."""
        mark = f"WINFSP_TEST_LETTERS={windows_path(self.folder / 'letters')}".encode()
        for process in Path("/proc").iterdir():
            with suppress(OSError):
                if process.name.isdigit() and mark in (process / "environ").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGKILL)

    def letter(self, letter: str) -> Path:
        """The link that is a drive letter."""
        return self.place / "prefix" / "dosdevices" / f"{letter.lower()}:"

    @contextmanager
    def share(self, server: str, name: str) -> Iterator[Path]:
        r"""The folder of a share, `\\SERVER\NAME`. Wine reaches no server: it has shares from a folder of this machine."""
        folder = self.place / "prefix/dosdevices/unc" / server / name
        shutil.rmtree(folder.parent, ignore_errors=True)  # of a run that was ended
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder.parent)

    @contextmanager
    def letters(self) -> Iterator[Path]:
        """Make the drives that winfsp.c asks for, in a folder of the test, and take them away."""
        asked, roots, over = self.folder / "letters", self.folder / "drives", threading.Event()
        asked.mkdir(exist_ok=True)
        roots.mkdir(exist_ok=True)
        watcher = threading.Thread(target=self._make_letters, args=(asked, roots, over), name="letters")
        watcher.start()
        try:
            yield roots
        finally:
            over.set()
            watcher.join()
            for root in roots.iterdir():
                self.letter(root.name).unlink(missing_ok=True)

    def _make_letters(self, asked: Path, roots: Path, over: threading.Event) -> None:
        while not over.wait(0.02):
            for wish in asked.iterdir():
                what, letter = wish.name.split("-")
                root, link = roots / letter, self.letter(letter)
                link.unlink(missing_ok=True)
                if what == "want":
                    root.mkdir(exist_ok=True)
                    link.symlink_to(root)
                wish.unlink()


def ended(process: "subprocess.Popen[bytes]", seconds: float = SECONDS) -> Done:
    """Wait for the end of a program. What it started in the background keeps the pipe open, so the pipe's end is not
    waited for once the program is gone."""
    assert process.stdout is not None
    fd, output, until = process.stdout.fileno(), bytearray(), time.monotonic() + seconds
    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_NONBLOCK)
    while process.poll() is None:
        _take(fd, output)
        if time.monotonic() > until:
            raise AssertionError(f"not ended within {seconds} s: {process.args}\n{output.decode(errors='replace')}")
        time.sleep(0.02)
    until = time.monotonic() + _LAST_WORDS_SECONDS
    while not _take(fd, output) and time.monotonic() < until:
        time.sleep(0.02)
    return Done(process.returncode, output.decode("utf-8", "replace").replace("\r\n", "\n"))


def _take(fd: int, output: bytearray) -> bool:
    """Take what is there from a pipe that does not block; whether that was its end."""
    with suppress(BlockingIOError):
        while piece := os.read(fd, 65_536):
            output += piece
        return True
    return False
