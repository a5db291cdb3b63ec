"""What makensis is given: the list of files, and the settings of this build; and makensis itself."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from winsetup.errors import BuildError
from winsetup.launcher import four_numbers
from winsetup.payload import MARKER, Tree
from winsetup.target import WINDOWS

EPOCH = 1_577_836_800
"""Seconds since 1970 that stand for the time of a build where SOURCE_DATE_EPOCH names no other: 2020-01-01."""
_SCRIPT = WINDOWS / "musfuse.nsi"


@dataclass(frozen=True, slots=True)
class Settings:
    """Of one installer: the program's version, whether it may be given away, whether files are compressed, and WinFsp's
    own installer, None where users are sent to its page."""

    version: str
    is_release: bool
    is_packed: bool
    winfsp: Path | None


def file_list(tree: Tree, folder: Path) -> str:
    """The instructions that lay a tree down, in one order whatever the file system's, the marker first."""
    lines = ['SetOutPath "$Target"', f'File "{_quoted(folder / MARKER)}"']
    paths = sorted((path.rpartition("/")[0], path) for path in tree if path != MARKER)
    for below, group in groupby(paths, key=lambda entry: entry[0]):
        lines.append('SetOutPath "$Target{}"'.format("\\" + _text(below).replace("/", "\\") if below else ""))
        lines += [f'File "{_quoted(folder / path)}"' for _, path in group]
    return "\n".join((*lines, ""))


def defines(settings: Settings, tree: Tree, out: Path) -> str:
    """The settings of a build as the script reads them."""
    values = {
        "VERSION": settings.version,
        "VERSION_NUMBERS": ".".join(four_numbers(settings.version)),
        "OUT": _quoted(out),
        "MARKER": MARKER,
        "SIZE_KIB": str(sum(map(len, tree.values())) // 1024),
    }
    if settings.is_packed:
        values["PACKED"] = "1"
    if not settings.is_release:
        values["TEST_BUILD"] = "1"
    if settings.winfsp is not None:
        values["WINFSP"] = _quoted(settings.winfsp)
    return "".join(f'!define {name} "{value}"\n' for name, value in values.items())


def compiled(folder: Path) -> None:
    """Run makensis over `files.nsh` and `settings.nsh` in a folder. Raises BuildError."""
    program = shutil.which("makensis")
    if program is None:
        raise BuildError("makensis is missing; on Debian and Ubuntu: apt-get install nsis")
    environment: Mapping[str, str] = {"SOURCE_DATE_EPOCH": str(EPOCH), **os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    argv = (program, "-V2", "-WX", "-NOCONFIG", "-NOCD", "-INPUTCHARSET", "UTF8", str(_SCRIPT))
    done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"makensis failed:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")


def _quoted(path: Path) -> str:
    return _text(str(path))


def _text(text: str) -> str:
    """A text within double quotes of NSIS. Raises BuildError where it holds what means something there."""
    if any(mark in text for mark in '"$\n'):
        raise BuildError(f"{text!r}: a name that makensis does not take")
    return text
