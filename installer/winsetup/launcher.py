"""The two small programs that start musfuse: `musfuse.exe` for consoles, `musfusew.exe` without one."""

import shutil
import subprocess
from pathlib import Path

from packaging.version import Version

from winsetup.errors import BuildError
from winsetup.target import WINDOWS

_COMPILER, _RESOURCES = "x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-windres"
_STRICT = ("-std=c11", "-Wall", "-Wextra", "-Werror")
_SAME_EACH_TIME = ("-fno-ident", "-Wl,--no-insert-timestamp")
_FLAGS = ("-Os", "-s", "-municode", *_STRICT, *_SAME_EACH_TIME)
_PROGRAMS = {"musfuse.exe": ("-mconsole",), "musfusew.exe": ("-mwindows", "-DWITHOUT_CONSOLE")}


def four_numbers(version: str) -> list[str]:
    """A version as Windows has it in programs: `0.1.0rc1` as 0, 1, 0, 0."""
    return [*(str(number) for number in (*Version(version).release, 0, 0, 0)[:3]), "0"]


def build(folder: Path, version: str) -> dict[str, bytes]:
    """The programs by their names, made in a folder. Raises BuildError."""
    for tool in (_COMPILER, _RESOURCES):
        if shutil.which(tool) is None:
            raise BuildError(f"{tool} is missing; on Debian and Ubuntu: apt-get install gcc-mingw-w64-x86-64")
    resources = folder / "launcher.res.o"
    numbers = f"-DVERSION_NUMBERS={','.join(four_numbers(version))}"
    text = f'-DVERSION_TEXT=\\"{version}\\"'  # a shell of windres takes the backslashes
    _run(_RESOURCES, numbers, text, "launcher.rc", "-O", "coff", "-o", str(resources))
    made = {}
    for name, flags in _PROGRAMS.items():
        out = folder / name
        _run(_COMPILER, *_FLAGS, *flags, "launcher.c", str(resources), "-o", str(out), "-luser32")
        made[name] = out.read_bytes()
    return made


def _run(*argv: str) -> None:
    done = subprocess.run(argv, cwd=WINDOWS, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{argv[0]} failed:\n{done.stderr}")
