"""How a database takes the place of one that is damaged: whole, or not at all, also after a kill."""

from pathlib import Path

from musfuse.errors import StoreError


def replacement(path: Path) -> Path:
    """Where a whole database lies that is to take the place of the one at `path`, which is damaged or gone."""
    return path.with_name(f"{path.name}.new")


def finish(path: Path) -> None:
    """Put a whole replacement in the place of a database that is set aside; drop one whose turn never came. Raises
    StoreError."""
    new = replacement(path)
    try:
        if path.exists():
            new.unlink(missing_ok=True)
        elif new.exists():
            for end in ("-wal", "-shm"):
                path.with_name(path.name + end).unlink(missing_ok=True)
            new.replace(path)
    except OSError as error:
        raise StoreError(f"{new}: cannot be put in place of {path}: {error.strerror}") from error
