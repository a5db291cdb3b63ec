"""Whether the locked wheels are what the program needs on Windows: no less, and no more."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from winsetup.errors import BuildError
from winsetup.lock import RENEW
from winsetup.target import ROOT, wanted_there
from winsetup.wheels import Wheel


def project_needs(pyproject: Path = ROOT / "pyproject.toml") -> list[Requirement]:
    """What the program needs on Windows."""
    return wanted_there(tomllib.loads(pyproject.read_text("utf-8"))["project"]["dependencies"])


def missing(needs: Iterable[Requirement], wheels: Iterable[Wheel]) -> dict[str, tuple[Requirement, str]]:
    """By package what no wheel satisfies, and who needs it, of the program's needs and what follows from them."""
    there = {wheel.name: wheel for wheel in wheels}
    lacking: dict[str, tuple[Requirement, str]] = {}
    for name, need, who in _reached(needs, there):
        wheel = there.get(name)
        if wheel is None or not need.specifier.contains(wheel.version, prereleases=True):
            lacking[name] = need, who
    return lacking


def check(needs: Iterable[Requirement], wheels: list[Wheel]) -> None:
    """Raise BuildError where wheels lack something that is needed, or where nobody needs one."""
    needs = list(needs)
    for need, who in missing(needs, wheels).values():
        raise BuildError(f"lock.txt does not fit: {who} needs {need}; {RENEW}")
    there = {wheel.name: wheel for wheel in wheels}
    needless = there.keys() - {name for name, _, _ in _reached(needs, there)}
    if needless:
        raise BuildError(f"lock.txt does not fit: nothing needs {', '.join(sorted(needless))}; {RENEW}")


def _reached(needs: Iterable[Requirement], there: dict[str, Wheel]) -> list[tuple[str, Requirement, str]]:
    """(package, what is needed of it, who needs it) of all that follows from some needs."""
    waiting = [(need, "musfuse") for need in needs]
    found: list[tuple[str, Requirement, str]] = []
    seen: set[str] = set()
    while waiting:
        need, who = waiting.pop()
        name = canonicalize_name(need.name)
        found.append((name, need, who))
        if name in there and name not in seen:
            seen.add(name)
            waiting += [(more, name) for more in wanted_there(there[name].requirements())]
    return found
