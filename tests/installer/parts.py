"""Small wheels and archives to build installers of."""

import shutil
import zipfile
from pathlib import Path

import pytest

LICENCE = "Do as you like.\n"


def wheel(
    folder: Path,
    name: str,
    version: str = "1.0",
    *,
    tag: str = "py3-none-any",
    needs: tuple[str, ...] = (),
    files: dict[str, str] | None = None,
    licence: bool = True,
    headers: str = "",
) -> Path:
    """A wheel with a module of the package's name, or with these files."""
    plain = name.replace("-", "_")
    info = f"{plain}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{headers}"
    members = {
        **(files if files is not None else {f"{plain}/__init__.py": ""}),
        f"{info}/METADATA": metadata + "".join(f"Requires-Dist: {need}\n" for need in needs) + "\n",
        f"{info}/RECORD": "",
    }
    if licence:
        members[f"{info}/LICENSE"] = LICENCE
    path = folder / f"{plain}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in members.items():
            archive.writestr(zipfile.ZipInfo(member), text)
    return path


def python(folder: Path, **more: str) -> Path:
    """What looks like an embeddable archive."""
    names = ("python.exe", "python3.dll", "python311.dll", "python311.zip", "LICENSE.txt", "python311._pth")
    path = folder / "python.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**{name: name for name in names}, **more}.items():
            if text:
                archive.writestr(zipfile.ZipInfo(name), text)
    return path


def needs_tools(*names: str) -> None:
    """Skip where a tool is missing."""
    for name in names:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed (apt-get install nsis gcc-mingw-w64-x86-64)")
