"""An archive like python.org's embeddable one, out of the CPython that Wine's tests use: marked, and never shipped."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

MARK = "FOR-TESTS-ONLY.txt"
_TIME = (2020, 1, 1, 0, 0, 0)
_LICENCE = b"This archive is for tests. CPython's licence comes with python.org's own archive.\r\n"


def make(python: Path, out: Path) -> Path:
    """Write the archive of a folder that holds python.exe, its DLLs, `DLLs` and `Lib`; the same bytes each time."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in sorted(_files(python)):
            archive.writestr(zipfile.ZipInfo(name, _TIME), data)
    return out


def _files(python: Path) -> Iterator[tuple[str, bytes]]:
    yield MARK, b"Put together for tests; it must not be given away.\r\n"
    yield "LICENSE.txt", _LICENCE
    yield "python311.zip", _library(python)
    for file in (*python.glob("*.exe"), *python.glob("*.dll"), *(python / "DLLs").iterdir()):
        yield file.name, file.read_bytes()


def _library(python: Path) -> bytes:
    """The standard library as the archive's own archive."""
    import io

    packed, home = io.BytesIO(), python / "Lib"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(home.rglob("*.py")):
            path = file.relative_to(home)
            if path.parts[0] != "site-packages":
                archive.writestr(zipfile.ZipInfo(path.as_posix(), _TIME), file.read_bytes())
    return packed.getvalue()
