"""Wheels: what they say of themselves, and how they become installed packages without pip."""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path, PurePosixPath

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from winsetup.errors import BuildError
from winsetup.lock import Locked
from winsetup.target import TAGS

_INSTALLED = ("purelib", "platlib")
"""Of a wheel's data those parts that are modules. Scripts, headers and manual pages are not installed."""
_LEFT_OUT = "tests"
"""Folders of this name are not installed: packages bring their tests, which nobody runs where the program is used."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel file, and what its name says: the package's canonical name and its version."""

    path: Path
    name: str
    version: str

    def metadata(self) -> Message:
        """The package's METADATA. Raises BuildError."""
        with _opened(self.path) as archive:
            for member in archive.namelist():
                folder, _, name = member.partition("/")
                if folder.endswith(".dist-info") and name == "METADATA":
                    return BytesParser().parsebytes(archive.read(member))
        raise BuildError(f"{self.path}: has no METADATA, so it is no wheel; download it again")

    def requirements(self) -> list[str]:
        """What the package needs, as it writes it."""
        return [str(text) for text in self.metadata().get_all("Requires-Dist") or ()]

    def members(self) -> Iterator[tuple[str, bytes]]:
        """(path below site-packages, bytes) of each file that is installed. Raises BuildError."""
        with _opened(self.path) as archive:
            for member in sorted(archive.namelist()):
                target = None if member.endswith("/") else _target(member)
                if target is not None:
                    yield _checked(self.path, target), archive.read(member)


def wheel_at(path: Path) -> Wheel:
    """The wheel in a file. Raises BuildError where its name is none of a wheel."""
    try:
        name, version, _, _ = parse_wheel_filename(path.name)
    except InvalidWheelFilename as error:
        raise BuildError(f"{path}: no name of a wheel: {error}") from error
    return Wheel(path, name, str(version))


def runs_there(path: Path) -> bool:
    """Whether a wheel, by its name, runs on the target."""
    return bool(TAGS & parse_wheel_filename(path.name)[3])


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal. Raises BuildError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BuildError(f"{path}: cannot be read: {error.strerror}") from error


def found(locked: Iterable[Locked], folder: Path) -> list[Wheel]:
    """The locked wheels in a folder. Raises BuildError where one is missing, or is not the one that was locked."""
    by_name: dict[tuple[str, str], list[Wheel]] = {}
    for path in sorted(folder.glob("*.whl")):
        wheel = wheel_at(path)
        if runs_there(path):
            by_name.setdefault((wheel.name, wheel.version), []).append(wheel)
    chosen = []
    for one in locked:
        candidates = by_name.get((one.name, one.version), [])
        if not candidates:
            raise BuildError(f"{folder}: has no wheel of {one.name} {one.version} for Windows; --fetch downloads it")
        matching = [wheel for wheel in candidates if sha256_of(wheel.path) == one.sha256]
        if not matching:
            raise BuildError(
                f"{candidates[0].path}: not the file that was locked, by its SHA-256; remove it and take --fetch"
            )
        chosen.append(matching[0])
    return chosen


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise BuildError(f"{path}: cannot be read: {error}; download it again") from error


def _target(member: str) -> str | None:
    """Where a member is installed; None where it is not."""
    if _LEFT_OUT in member.split("/")[:-1]:
        return None
    first, _, rest = member.partition("/")
    if not first.endswith(".data"):
        return member
    kind, _, inner = rest.partition("/")
    return inner if kind in _INSTALLED else None


def _checked(archive: Path, member: str) -> str:
    """A member's path. Raises BuildError where it would lead out of the folder, or Windows does not take it."""
    path = PurePosixPath(member)
    if path.is_absolute() or ".." in path.parts or any(mark in member for mark in '\\:*?"<>|'):
        raise BuildError(f"{archive}: has a file of an impossible name: {member!r}")
    return str(path)
