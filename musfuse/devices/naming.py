"""Which path a file gets on a device: always one that FAT32 and exFAT can have, and never that of a foreign file.

Rules: those of `library.names` (reserved characters and names, no dot or space at the end, 255 UTF-16 units, names that
differ in case only are one), and 255 units for a whole path with its drive, as Windows and FAT's long names have it.
A folder that is there already, in whatever case, is used as it is.
"""

from collections.abc import Collection

from musfuse.devices.manifest import FOLDER
from musfuse.library.names import name_key, safe_component, units, with_number
from musfuse.platform.trees import Tree

MOST_BYTES = (1 << 32) - 1
"""What a file of FAT32 has at most."""
_MOST_PATH = 255
_DRIVE = 3  # E:\
_LEAST = 16
_NO_END = frozenset({FOLDER.upper()})


def fitted(path: str, prefix: int = 0) -> str:
    """A path of the drive, or any other, as one that a device can have below a folder whose own path has `prefix` units
    there: names made safe, and the longest cut where the whole is too long."""
    *folders, name = path.split("/")
    parts = [safe_component(folder) for folder in folders]
    stem, _, extension = name.rpartition(".")
    ending = f".{extension}" if stem and extension.isascii() and extension.isalnum() and len(extension) <= 8 else ""
    parts.append(safe_component(stem if ending else name, ending))
    while (over := prefix + _DRIVE + sum(units(part) + 1 for part in parts) - _MOST_PATH) > 0:
        at = max(range(len(parts)), key=lambda number: (units(parts[number]), number))
        kept = ending if at == len(parts) - 1 else ""
        limit = max(_LEAST, units(parts[at]) - over)
        shorter = safe_component(parts[at].removesuffix(kept), kept, limit)
        if shorter == parts[at]:
            break
        parts[at] = shorter
    return "/".join(parts)


class Naming:
    """Gives paths out. `own` are the paths of files that were put there by us: they are in nobody's way. A folder is
    looked into once, when the first file is to be put there."""

    def __init__(self, tree: Tree, own: Collection[str]) -> None:
        self._tree = tree
        self._own = {name_key(path) for path in own}
        self._taken = set[str]()
        self._folders = {"": ""}
        self._there: dict[str, dict[str, str]] = {}

    def claim(self, path: str) -> bool:
        """Have a file keep the path that it has; False where another got it, or something foreign lies there now."""
        key = name_key(path)
        if key in self._taken:
            return False
        self._taken.add(key)
        return True

    def give(self, wish: str) -> str:
        """A path for a file that wants one: that, or one with a number where that is somebody else's."""
        folder, _, name = wish.rpartition("/")
        place = self._folder(folder)
        extension = name[name.rindex(".") :] if "." in name else ""
        path, number = _join(place, name), 2
        while not self._is_free(path):
            path = _join(place, with_number(name, number, extension, 255))
            number += 1
        self._taken.add(name_key(path))
        return path

    def _is_free(self, path: str) -> bool:
        key = name_key(path)
        if key in self._taken:
            return False
        folder, _, name = path.rpartition("/")
        return key in self._own or name_key(name) not in self._names(folder)

    def _folder(self, wish: str) -> str:
        """The folder that stands for one that is wanted: one of its name in whatever case that is there already, or a
        new one, by another name where a file has it."""
        key = name_key(wish)
        if key in self._folders:
            return self._folders[key]
        above, _, name = wish.rpartition("/")
        place = self._folder(above)
        there, wanted, number = self._names(place), name, 2
        while True:
            found = there.get(name_key(wanted))
            path = _join(place, found or wanted)
            if name_key(path) not in _NO_END and not self._is_file(path, found):
                break
            wanted = with_number(name, number, "", 255)
            number += 1
        self._folders[key] = path
        return path

    def _is_file(self, path: str, found: str | None) -> bool:
        if name_key(path) in self._taken:
            return True
        facts = self._tree.facts(path) if found is not None else None
        return facts is not None and not facts.is_folder  # also a file of ours: it goes once what replaces it is there

    def _names(self, folder: str) -> dict[str, str]:
        """The names in a folder by their keys."""
        if folder not in self._there:
            facts = self._tree.facts(folder)
            names = self._tree.names(folder) if facts is not None and facts.is_folder else []
            self._there[folder] = {name_key(name): name for name in names}
        return self._there[folder]


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
