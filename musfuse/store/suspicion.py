"""Notes beside databases that seem to be damaged: whoever meets the damage leaves one, the next owner looks."""

from contextlib import suppress
from pathlib import Path

_MOST = 500


def suspect(path: Path, why: str) -> None:
    """Note that a database seems to be damaged, and why, unless that is noted already. Where nothing can be written
    the note is lost: who meets the damage next leaves another."""
    with suppress(OSError):
        if path.exists():
            with _note(path).open("x", encoding="utf-8", errors="backslashreplace") as out:
                out.write(why[:_MOST])


def suspicion(path: Path) -> str:
    """Why a database seems to be damaged, '' for one of which nothing is noted."""
    with suppress(OSError):
        return _note(path).read_text("utf-8", "replace")[:_MOST] or "damaged"
    return ""


def clear(path: Path) -> None:
    """Drop the note: the database is sound, or is not there any more."""
    with suppress(OSError):
        _note(path).unlink(missing_ok=True)


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.suspect")
