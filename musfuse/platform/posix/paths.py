"""How paths are written: the whole one of what was typed, which of two are the same place."""

import os
import shlex
import sys
from collections.abc import Iterable
from pathlib import PurePosixPath

assert sys.platform != "win32"


def absolute_path(path: str) -> str:
    """os.path.abspath, which leaves two slashes in front although they mean no other place than one."""
    full = os.path.abspath(path)
    return full[1:] if full.startswith("//") else full


def real_path(path: str) -> str:
    """Where a path leads, links resolved, in the words of `place_of`."""
    return os.path.realpath(path)


def plain_path(path: str) -> str:
    """What `real_path` gives as people write it."""
    return path


def same_path(one: str, other: str) -> bool:
    """Whether two absolute paths are written for the same place; nothing is looked up."""
    return one == other


def path_inside(place: str, path: str) -> str | None:
    """The part of an absolute path below an absolute place, with `/`: '' for the place itself, None for one outside."""
    try:
        return "/".join(PurePosixPath(path).relative_to(place).parts)
    except ValueError:
        return None


def as_typed(words: Iterable[str]) -> str:
    """Words of a command as they are typed in a prompt."""
    return shlex.join(words)
