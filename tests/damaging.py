"""Damages databases, as a failing disk does."""

import random
from pathlib import Path

PAGE = 4096


def pages(path: Path) -> int:
    """How many pages a database has."""
    return path.stat().st_size // PAGE


def spoil(path: Path, page: int, seed: int = 0) -> None:
    """Write noise over a page, the first is 0."""
    assert page < pages(path)
    with path.open("r+b") as file:
        file.seek(page * PAGE)
        file.write(random.Random(seed).randbytes(PAGE))


def spoil_all(path: Path) -> None:
    """Write noise over all of a database."""
    path.write_bytes(random.Random(0).randbytes(path.stat().st_size))
