"""One build: from the parts that were given to the installer."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from winsetup import launcher, payload, script
from winsetup.closure import check, project_needs
from winsetup.errors import BuildError
from winsetup.fetching import build_wheel, fetch_locked
from winsetup.lock import LOCK, read
from winsetup.python import RELEASED, PythonArchive, read_archive
from winsetup.target import ROOT
from winsetup.wheels import Wheel, found, wheel_at
from winsetup.winfsp import checked


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants built. `wheels` is a folder of downloaded wheels; `wheel` is the program's own, None to make
    it; files from elsewhere come with their SHA-256 in hexadecimal."""

    python: Path
    python_sha256: str
    wheels: Path
    out: Path
    wheel: Path | None = None
    winfsp: Path | None = None
    winfsp_sha256: str = ""
    fetch: bool = False
    release: bool = False
    packed: bool = True


def build(wish: Wish) -> Path:
    """Build the installer and return where it is. Raises BuildError; then there is none."""
    python = read_archive(wish.python, wish.python_sha256)
    winfsp = checked(wish.winfsp, wish.winfsp_sha256) if wish.winfsp else None
    if wish.release:
        _check_release(python)
    with tempfile.TemporaryDirectory(prefix="musfuse-setup-") as scratch:
        folder = Path(scratch)
        own = _own_wheel(wish, folder)
        settings = script.Settings(own.version, wish.release, wish.packed, winfsp and winfsp.resolve())
        others = _other_wheels(wish)
        tree = payload.put_together(python, [own, *others], launcher.build(folder, own.version), own.version)
        made = folder / _name(settings)
        payload.written(tree, folder / "tree")
        (folder / "files.nsh").write_text(script.file_list(tree, folder / "tree"), "utf-8")
        (folder / "settings.nsh").write_text(script.defines(settings, tree, made), "utf-8")
        script.compiled(folder)
        wish.out.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(made, wish.out / made.name))


def _name(settings: script.Settings) -> str:
    return f"musfuse-{settings.version}-{'setup' if settings.is_release else 'test-setup'}.exe"


def _check_release(python: PythonArchive) -> None:
    """Raise BuildError where what is built may not be given away as a release."""
    if not python.is_release:
        known = ", ".join(f"{version} ({sha256})" for version, sha256 in RELEASED.items())
        raise BuildError(
            f"a release brings python.org's own embeddable archive, and this is none that is known: {known}; "
            "without --release a test build comes of it"
        )
    status = subprocess.run(
        ("git", "-C", str(ROOT), "status", "--porcelain"), capture_output=True, text=True, check=False
    )
    if status.returncode or status.stdout.strip():
        raise BuildError(f"{ROOT}: a release is built of what is committed; commit or stash these:\n{status.stdout}")


def _own_wheel(wish: Wish, folder: Path) -> Wheel:
    if wish.wheel is None and not wish.fetch:
        raise BuildError(
            "--wheel names musfuse's own wheel (`pip wheel --no-deps .` makes it); with --fetch it is made here"
        )
    wheel = wheel_at(wish.wheel or build_wheel(folder))
    if wheel.name != "musfuse":
        raise BuildError(f"{wheel.path}: a wheel of {wheel.name}, not of musfuse")
    return wheel


def _other_wheels(wish: Wish) -> list[Wheel]:
    """The locked wheels, which are all that the program needs."""
    if wish.fetch:
        wish.wheels.mkdir(parents=True, exist_ok=True)
        fetch_locked(LOCK, wish.wheels)
    wheels = found(read(LOCK), wish.wheels)
    check(project_needs(), wheels)
    return wheels
