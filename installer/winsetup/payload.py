"""Everything that the installer lays down, as one tree of files below the program's folder."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from winsetup.errors import BuildError
from winsetup.licences import about, gathered
from winsetup.python import PythonArchive
from winsetup.target import ROOT, WINDOWS
from winsetup.wheels import Wheel

MARKER = "musfuse.txt"
"""The file by which installer and uninstaller know a folder that they may remove. It is laid down first."""
_SITE = "Lib/site-packages"
_LONGEST = 130
"""Units of a path below the program's folder. With a folder of 110, which the installer refuses to exceed, that stays
below the 260 of Windows."""

Tree = dict[str, bytes]
"""Bytes by path, with `/`."""


def put_together(python: PythonArchive, wheels: Iterable[Wheel], launchers: Mapping[str, bytes], version: str) -> Tree:
    """The tree. Raises BuildError where two parts want one path, or a path is too long."""
    wheels = list(wheels)
    tree: Tree = {MARKER: f"musfuse {version}\r\n".encode()}
    _add(tree, python.files)
    _add(tree, {f"bin/{name}": data for name, data in launchers.items()})
    for wheel in wheels:
        _add(tree, {f"{_SITE}/{member}": data for member, data in wheel.members()})
    _add(tree, {f"{_SITE}/{module.name}": module.read_bytes() for module in sorted(WINDOWS.glob("*.py"))})
    _add(tree, {f"licences/{name}": data for name, data in gathered(wheels, python.files, version).items()})
    _add(tree, {"about.txt": about(version), "README.md": (ROOT / "README.md").read_bytes()})
    _add(tree, {f"docs/{page.name}": page.read_bytes() for page in sorted((ROOT / "docs").glob("*.md"))})
    for path in tree:
        if len(path.encode("utf-16-le")) // 2 > _LONGEST:
            raise BuildError(f"{path}: longer than {_LONGEST} characters, which not every user's folder has room for")
    return tree


def written(tree: Tree, folder: Path) -> None:
    """Write a tree into a folder."""
    for path, data in tree.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def _add(tree: Tree, files: Mapping[str, bytes]) -> None:
    """Add files. Raises BuildError where another has that name; Windows takes no notice of case."""
    there = {path.casefold(): path for path in tree}
    for path, data in files.items():
        taken = there.get(path.casefold())
        if taken is not None and tree[taken] != data:
            raise BuildError(f"{path}: two parts of the program have a file of this name")
        if taken is None:
            tree[path] = data
