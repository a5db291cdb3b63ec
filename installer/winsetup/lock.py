"""The lock file: which wheels the installer brings, each by its SHA-256, in a form that pip reads, too."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from winsetup.errors import BuildError
from winsetup.target import WINDOWS

LOCK = WINDOWS / "lock.txt"
RENEW = "installer/renew_lock.py makes it anew"
_HEAD = """\
# The wheels (win_amd64, CPython 3.11) that the Windows installer brings. installer/renew_lock.py writes this file;
# constraints.txt says which versions are held back, and why.
"""
_LINE = re.compile(r"([A-Za-z0-9._-]+)==(\S+) --hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, order=True)
class Locked:
    """One wheel: the package's canonical name, its version, and the SHA-256 of the file in hexadecimal."""

    name: str
    version: str
    sha256: str


def read(path: Path) -> list[Locked]:
    """The wheels of a lock file. Raises BuildError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(f"{path}: cannot be read: {error}; {RENEW}") from error
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise BuildError(f"{path}, line {number}: NAME==VERSION --hash=sha256:… is wanted; {RENEW}")
        found.append(Locked(canonicalize_name(match[1]), match[2], match[3]))
    names = [one.name for one in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise BuildError(f"{path}: {', '.join(sorted(twice))}: more than once; {RENEW}")
    return found


def written(wheels: Iterable[Locked]) -> str:
    """The text of a lock file."""
    return _HEAD + "".join(f"{one.name}=={one.version} --hash=sha256:{one.sha256}\n" for one in sorted(wheels))
