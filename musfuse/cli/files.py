"""Files that a command writes."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A file that is written whole or stays as it was; a pipe or a device is written as it goes. Raises OSError, which
    names the file."""
    special = path.exists() and not path.is_file()
    target = path if special else Path(os.path.realpath(path))
    written = target if special else target.with_name(f".{target.name}.partial")
    try:
        try:
            with written.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                yield file
            if not special:
                with suppress(OSError):
                    shutil.copymode(target, written)  # of a file that is there already
                written.replace(target)
        except BaseException:
            if not special:
                with suppress(OSError):
                    written.unlink(missing_ok=True)
            raise
    except OSError as error:
        error.filename = str(path)
        raise
