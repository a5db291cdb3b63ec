"""CPython for Windows: the embeddable archive, which brings an interpreter that nothing else on the machine sees."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

from winsetup.errors import BuildError
from winsetup.wheels import sha256_of

RELEASED = {"3.11.9": "009d6bf7e3b2ddca3d784fa09f90fe54336d5b60f0e0f305c37f400bf83cfd3b"}
"""SHA-256 of `python-VERSION-embed-amd64.zip` from https://www.python.org/ftp/python/VERSION/. 3.11.9 is the last 3.11
that python.org made programs of; winfspy has no wheels for newer ones."""

FOR_TESTS = "FOR-TESTS-ONLY.txt"
"""A file of this name marks an archive that is put together for tests, and is never shipped."""

_NEEDED = ("LICENSE.txt", "python.exe", "python3.dll", "python311.dll", "python311.zip")
_PATHS = "python311._pth"
_PATHS_TEXT = "python311.zip\r\n.\r\nLib\\site-packages\r\n"
"""Where modules are, below the interpreter. With this file it looks at nothing else: no variables, no registry, no
packages of the user's. Not even `site` is imported."""


@dataclass(frozen=True, slots=True)
class PythonArchive:
    """The files of an embeddable archive by their paths, and which of python.org's versions it is; "" for another."""

    files: dict[str, bytes]
    version: str

    @property
    def is_release(self) -> bool:
        """Whether this may be shipped."""
        return bool(self.version) and FOR_TESTS not in self.files


def read_archive(path: Path, sha256: str) -> PythonArchive:
    """An embeddable archive of CPython 3.11, with modules where the installer puts them. Raises BuildError where the
    file is not the one of that hash, or no such archive."""
    got = sha256_of(path)
    if got != sha256.strip().lower():
        raise BuildError(f"{path}: its SHA-256 is {got}, not {sha256}; download it again, or give the right hash")
    try:
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    except zipfile.BadZipFile as error:
        raise BuildError(f"{path}: no ZIP archive: {error}") from error
    if lacking := [name for name in _NEEDED if name not in files]:
        raise BuildError(
            f"{path}: no embeddable archive of CPython 3.11 for Windows: it lacks {', '.join(lacking)}; "
            "take python-3.11.9-embed-amd64.zip from python.org"
        )
    version = next((version for version, known in RELEASED.items() if known == got), "")
    return PythonArchive({**files, _PATHS: _PATHS_TEXT.encode()}, version)
