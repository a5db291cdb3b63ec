"""How the place of an original is written for people."""

import re

_WINDOWS = re.compile(r"[A-Za-z]:(\\|$)|\\\\")


def place_in(root: str, path: str) -> str:
    r"""Where something lies that has a path in a source: below the source's root, a path or a URI, written as it is. A
    path of Windows, `D:\Music` or `\\nas\music`, goes on with backslashes."""
    if not path:
        return root
    if _WINDOWS.match(root):
        return root.rstrip("\\") + "\\" + path.replace("/", "\\")
    return f"{root.rstrip('/')}/{path}"


def slashed(place: str) -> str:
    r"""A place with slashes alone, where it is a path of Windows, on which `\` and `/` are the same."""
    return place.replace("\\", "/") if _WINDOWS.match(place) else place
