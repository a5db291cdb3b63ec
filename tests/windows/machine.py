"""A Windows on which nothing of musfuse is: what a user has before it is installed, and afterwards."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from windows.prepare import windows_path, wine
from windows.wine import Done, Windows

SETUP_SECONDS = 300


@dataclass(frozen=True)
class Machine(Windows):
    """A Windows on which nothing of musfuse is, and nothing of the checkout is seen."""

    def environment(self) -> dict[str, str]:
        kept = super().environment()
        ours = ("PYTHON", "MUSFUSE_", "APPDATA")
        return {name: value for name, value in kept.items() if not name.startswith(ours)} | dict(self.variables)

    @property
    def local(self) -> Path:
        """The folder of the user's own data."""
        (user,) = (folder for folder in (self.place / "prefix/drive_c/users").iterdir() if folder.name != "Public")
        return user / "AppData" / "Local"

    @property
    def program(self) -> Path:
        """Where musfuse is installed when nobody says otherwise."""
        return self.local / "Programs" / "musfuse"

    def typed(self, line: str, seconds: float = 120) -> Done:
        """What a prompt makes of a line, with the user's PATH."""
        return self.run("cmd", "/d", "/c", line, seconds=seconds)

    def setup(self, program: Path, *options: str) -> tuple[int, str]:
        """Run an installer silently: its exit code, and what its log says."""
        code = self.run(windows_path(program), "/S", *options, seconds=SETUP_SECONDS).code
        return code, self.log()

    def uninstall(self, *options: str) -> str:
        """Run the uninstaller silently, which goes on in a copy of itself and ends at once; what its log says."""
        log = self._log_file()
        log.unlink(missing_ok=True)
        self.run("C:" + windows_path(self.program / "Uninstall.exe").partition("drive_c")[2], "/S", *options)
        wait_for(
            lambda: self.log().endswith((".\n", "still\n")) and not running(self, "Un"), "the end of the uninstaller"
        )
        return self.log()

    def log(self) -> str:
        file = self._log_file()
        return file.read_text("utf-16-le").replace("\r\n", "\n") if file.exists() else ""

    def _log_file(self) -> Path:
        return self.local.parents[1] / "Temp" / "musfuse-setup.log"

    def value(self, key: str, name: str) -> str | None:
        """A value of the registry."""
        done = self.run("reg", "query", key, "/v", name)
        lines = [line for line in done.output.splitlines() if line.strip().startswith(name)]
        assert lines or "nable to find" in done.output, done.output
        return lines[0].split(None, 2)[2] if lines else None

    def set_value(self, key: str, name: str, kind: str, value: str) -> None:
        assert self.run("reg", "add", key, "/v", name, "/t", kind, "/d", value, "/f").code == 0


def wait_for(holds: Callable[[], bool], what: str, seconds: float = 600) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"waited {seconds} s for {what}"
        time.sleep(0.1)


def running(machine: Machine, name: str) -> bool:
    """Whether a program of this Windows, by the beginning of its file's name, runs."""
    mark = f"WINEPREFIX={machine.place / 'prefix'}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                line = (process / "cmdline").read_bytes().decode("utf-8", "replace")
                if line.split("\0")[0].rpartition("\\")[2].startswith(name):
                    return True
        except OSError:
            continue
    return False


@contextmanager
def new_machine(place: Path, folder: Path) -> Iterator[Machine]:
    """A new Windows: its system's files are linked to those of the one that was set up, all else is its own."""
    own = place / "installer"
    shutil.rmtree(own, ignore_errors=True)
    prefix = place / "prefix"
    shutil.copytree(prefix, own / "prefix", symlinks=True, copy_function=linked_or_copied)
    for part in ("winfsp", "python"):
        (own / part).symlink_to(place / part)
    made = Machine(own, folder)
    try:
        yield made
    finally:
        made.end_what_is_left()
        program = wine()
        assert program is not None
        server = Path(program).resolve().parent / "wineserver"
        subprocess.run([str(server), "-k"], env=made.environment(), check=False)
        shutil.rmtree(own, ignore_errors=True)


def linked_or_copied(source: str, target: str) -> None:
    if "/drive_c/windows/" in source:
        os.link(source, target)
    else:
        shutil.copy2(source, target)
