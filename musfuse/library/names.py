"""Names that are safe and the same on Windows, macOS and Linux, and the one key that decides whether two are equal.

Rules: Windows' reserved characters and device names (Microsoft, "Naming Files, Paths, and Namespaces"), no control
characters, no lone surrogates, NFC, no trailing dot or space, 255 bytes of UTF-8 and 255 UTF-16 units a component.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from musfuse.model import Rendition

MAX_UNITS = 255
MAX_PATH = 240
FILE_SHARE = 80
"""UTF-16 units of a path that folders leave to the file name, so that an album's folder never depends on a title."""

_REPLACED = str.maketrans(
    {"/": "-", "\\": "-", "|": "-", ":": "-", '"': "'", "<": "(", ">": ")", "?": "_", "*": "_"}
    | {chr(n): "_" for n in (*range(32), *range(127, 160))}
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_RESERVED = re.compile(
    r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])(?=\s*(?:\.|$))", re.IGNORECASE
)


def name_key(name: str) -> str:
    """The key of a name: equal for names that may not both be in a folder. It is NFC, then each character's one-to-one
    upper case."""
    if name.isascii():
        return name.upper()
    upper = "".join(_upper(c) for c in unicodedata.normalize("NFC", name))
    return unicodedata.normalize("NFC", upper)


def _upper(char: str) -> str:
    # The first round maps e.g. dotless i to I; what has no one-to-one upper case stays, as on Windows.
    up = char.upper()
    return up if len(up) == 1 else char


def clean(text: str) -> str:
    """Text of a tag as part of a component: characters that some system refuses are replaced."""
    if text.isascii():
        return text.translate(_REPLACED)
    text = unicodedata.normalize("NFC", _SURROGATE.sub("_", text))
    return _INVISIBLE.sub("", text).translate(_REPLACED)


def safe_component(text: str, extension: str = "", limit: int = MAX_UNITS) -> str:
    """A whole component from text that may hold anything; `extension` (with its dot) is kept whole.

    `limit` bounds UTF-16 units and UTF-8 bytes both by at most 255.
    """
    stem = re.sub(r"\s+", " ", clean(text)).strip()
    if stem.startswith("..."):
        stem = "\u2026" + stem.lstrip(".")
    if stem.startswith("."):
        stem = "_" + stem.lstrip(".")
    if not extension and stem.endswith("..."):
        stem = stem.rstrip(". ") + "\u2026"
    stem = _unreserved(_trim(stem, extension) or "_")
    return _shorten(stem, limit - units(extension), MAX_UNITS - len(extension.encode())) + extension


def with_number(name: str, number: int, extension: str, limit: int) -> str:
    """The name with ` (number)` before its extension, within `limit`."""
    suffix = f" ({number}){extension}"
    stem = name.removesuffix(extension)
    return _shorten(stem, min(limit, MAX_UNITS) - units(suffix), MAX_UNITS - len(suffix.encode())) + suffix


@lru_cache(1024)
def folder_names(texts: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    """Safe folder names from texts that may hold anything, blank ones left out; and `file_limit` below them. The tracks
    of an album ask for the same."""
    folders = fit_folders([safe_component(text) for text in texts if text.strip()])
    return tuple(folders), file_limit(folders)


def fit_folders(components: list[str]) -> list[str]:
    """Folder names shortened, longest first, until they leave `FILE_SHARE` units of a path to the file."""
    fitted = list(components)
    room = MAX_PATH - FILE_SHARE
    while sum(units(c) + 1 for c in fitted) > room:
        at = max(range(len(fitted)), key=lambda n: (units(fitted[n]), -n))
        over = sum(units(c) + 1 for c in fitted) - room
        shorter = _shorten(fitted[at], max(8, units(fitted[at]) - over), MAX_UNITS)
        if shorter == fitted[at]:
            break
        fitted[at] = shorter
    return fitted


def file_limit(folders: list[str]) -> int:
    """UTF-16 units left for a file name below these folders."""
    return max(24, min(MAX_UNITS, MAX_PATH - sum(units(c) + 1 for c in folders)))


def units(text: str) -> int:
    """How many UTF-16 code units a text has."""
    return len(text) if text.isascii() else len(text) + sum(c > "\uffff" for c in text)


def rendition_extension(rendition: Rendition, path: str) -> str:
    """The extension, without its dot, that the name of an item carries which is served as this, and whose original lies
    at a path."""
    if rendition.is_encoded:
        return rendition.extension
    name = path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


def _trim(stem: str, extension: str) -> str:
    return stem.strip() if extension else stem.rstrip(". ").lstrip()


def _unreserved(stem: str) -> str:
    match = _RESERVED.match(stem)
    return f"{stem[: match.end()]}_{stem[match.end() :]}" if match else stem


def _shorten(stem: str, max_units: int, max_bytes: int) -> str:
    if units(stem) <= max_units and len(stem.encode()) <= max_bytes:
        return stem
    kept, used_units, used_bytes = 0, 0, 0
    for char in stem:
        used_units += units(char)
        used_bytes += len(char.encode())
        if used_units > max_units or used_bytes > max_bytes:
            break
        kept += 1
    while kept > 1 and unicodedata.combining(stem[kept]):
        kept -= 1
    return _unreserved(stem[:kept].rstrip(". ") or "_")[: max(1, max_units)]


def assign(wants: Sequence[tuple[int, str, int]], taken: set[str]) -> dict[int, str]:
    """Names by item for (item, wanted name, limit) in order of rank; `taken` are keys of folders.

    The first of a group gets the plain name; every plain name is reserved before any number is given out.
    """
    groups: dict[str, list[tuple[int, str, int]]] = {}
    for want in wants:
        groups.setdefault(name_key(want[1]), []).append(want)
    used = taken | groups.keys()
    names: dict[int, str] = {}
    for key in sorted(groups):
        first, *others = groups[key]
        if key not in taken:
            names[first[0]] = first[1]
        else:
            others = [first, *others]
        number = 2
        for item, wanted, limit in others:
            extension = wanted[wanted.rindex(".") :] if "." in wanted else ""
            while name_key(numbered := with_number(wanted, number, extension, limit)) in used:
                number += 1
            used.add(name_key(numbered))
            names[item] = numbered
    return names
