"""WinFsp's own installer, which may be brought along unmodified: the exception in its licence for free software."""

from pathlib import Path

from winsetup.errors import BuildError
from winsetup.wheels import sha256_of

_MSI = bytes.fromhex("d0cf11e0a1b11ae1")
"""How a compound file begins, which a Windows Installer package is."""


def checked(path: Path, sha256: str) -> Path:
    """WinFsp's package, as it was published. Raises BuildError where it is not the file of that hash, or no package."""
    got = sha256_of(path)
    if got != sha256.strip().lower():
        raise BuildError(f"{path}: its SHA-256 is {got}, not {sha256}; it has to be as WinFsp's project published it")
    with path.open("rb") as file:
        if file.read(len(_MSI)) != _MSI:
            raise BuildError(f"{path}: no package of Windows Installer; WinFsp's is named winfsp-VERSION.msi")
    return path
