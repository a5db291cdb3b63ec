r"""How paths are written: the whole one of what was typed, which of two are the same place.

Windows changes what it is given: it drops dots and blanks at the end of a name, takes `aux` for a device wherever it
stands, and refuses over 260 characters. A path that begins with `\\?\` is taken as it is.
"""

import ntpath
import re
import sys
from collections.abc import Iterable
from pathlib import PureWindowsPath

assert sys.platform == "win32"

_PLAIN = re.compile(r"[\w.:\\/*=+~-]+")
_AS_IS, _SHARE_AS_IS, _DEVICE = "\\\\?\\", "\\\\?\\UNC\\", "\\\\.\\"


def absolute_path(path: str) -> str:
    r"""The whole path, without `\\?\` where Windows would not change it."""
    if not path.startswith(_AS_IS):
        return ntpath.abspath(path)
    plain = plain_path(path)
    return plain if ntpath.abspath(plain) == plain else path


def real_path(path: str) -> str:
    r"""Where a path leads, links resolved, in the words of `place_of`: with `\\?\` in front."""
    return ntpath.realpath(as_is(absolute_path(path)))


def plain_path(path: str) -> str:
    r"""What `real_path` gives as people write it."""
    if path.upper().startswith(_SHARE_AS_IS):
        return "\\\\" + path[len(_SHARE_AS_IS) :]
    return path.removeprefix(_AS_IS)


def as_is(path: str) -> str:
    r"""A whole path with `\\?\` in front."""
    if path.startswith((_AS_IS, _DEVICE)):
        return path
    return _SHARE_AS_IS + path[2:] if path.startswith("\\\\") else _AS_IS + path


def same_path(one: str, other: str) -> bool:
    """Whether two absolute paths are written for the same place; nothing is looked up. Case makes no difference."""
    return _comparable(one) == _comparable(other)


def path_inside(place: str, path: str) -> str | None:
    """The part of an absolute path below an absolute place, with `/`: '' for the place itself, None for one outside.
    Case makes no difference."""
    try:
        return "/".join(_comparable(path).relative_to(_comparable(place)).parts)
    except ValueError:
        return None


def as_typed(words: Iterable[str]) -> str:
    r"""Words of a command as they are typed in a prompt: in double quotes where they are not plain, before which `\` is
    doubled, as at their end."""
    return " ".join(word if _PLAIN.fullmatch(word) else f'"{_escaped(word)}"' for word in words)


def _escaped(word: str) -> str:
    return re.sub(r'(\\*)("|$)', lambda found: found[1] * 2 + ('\\"' if found[2] else ""), word)


def _comparable(path: str) -> PureWindowsPath:
    r"""A drive alone is its root here: `M:` is `M:\`, of which `M:\A` is a part."""
    plain = plain_path(path.replace("/", "\\"))
    return PureWindowsPath(plain + "\\" if plain.endswith(":") else plain)
