"""Makes the lock file anew: the newest wheels that go together, as far as they are not held back."""

from pathlib import Path

from winsetup.closure import check, missing, project_needs
from winsetup.errors import BuildError
from winsetup.fetching import fetch_wanted
from winsetup.lock import Locked, written
from winsetup.target import WINDOWS
from winsetup.wheels import Wheel, sha256_of, wheel_at

CONSTRAINTS = WINDOWS / "constraints.txt"
_ROUNDS = 10


def renewed(folder: Path) -> str:
    """The text of a new lock file; its wheels come into an empty folder. Raises BuildError.

    pip evaluates markers for the system that it runs on, so what packages need on Windows alone is asked for by name:
    again, until nothing is missing.
    """
    needs = project_needs()
    wanted = {need.name: str(need) for need in needs}
    for round_number in range(_ROUNDS):
        into = folder / str(round_number)
        into.mkdir()
        fetch_wanted(wanted.values(), CONSTRAINTS, into)
        wheels = [wheel_at(path) for path in sorted(into.glob("*.whl"))]
        lacking = missing(needs, wheels)
        if not lacking:
            wheels = _without_needless(wheels)
            check(needs, wheels)
            return written(Locked(wheel.name, wheel.version, sha256_of(wheel.path)) for wheel in wheels)
        wanted |= {name: str(need) for name, (need, _) in lacking.items()}
    raise BuildError(f"after {_ROUNDS} downloads something is missing still: {', '.join(lacking)}")


def _without_needless(wheels: list[Wheel]) -> list[Wheel]:
    """All but what a package needs on this system and not on Windows."""
    kept = list(wheels)
    for wheel in wheels:
        rest = [other for other in kept if other is not wheel]
        if not missing(project_needs(), rest):
            kept = rest
    return kept
