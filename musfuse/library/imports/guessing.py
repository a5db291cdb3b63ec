"""Where the music of another program lies here, guessed from paths that it kept: files of the same names in folders of
the same names tell how the rest of a path was exchanged for another."""

import posixpath
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from musfuse.library.imports.places import Mapping as PathMapping
from musfuse.library.imports.places import is_absolute
from musfuse.library.names import name_key

SAMPLES = 400
"""Paths from which it is guessed."""
_LEAST_SHARE, _LEAST_VOTES, _MOST_DOUBT = 0.2, 2, 0.1
_LEAST_ALONE = 3
"""Votes that count where the name of a file alone is the same, and no folder."""
_MOST_GUESSES = 5
_Prefixes = tuple[str, str]

Finder = Callable[[Collection[str]], Iterable[tuple[str, str]]]
"""Files by their names: (name, folder as people write it)."""


@dataclass(frozen=True, slots=True)
class Guess:
    """Mappings that hold, and where several would: (how paths begin there, what that may be here)."""

    mappings: tuple[PathMapping, ...] = ()
    doubts: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Sample:
    """Some of the paths that were given, spread over all of them, however many there are."""

    def __init__(self, size: int = SAMPLES) -> None:
        self._size, self._step, self._seen = size, 1, 0
        self.paths = list[str]()

    def add(self, path: str) -> None:
        """Take a path, or not."""
        if self._seen % self._step == 0:
            self.paths.append(path)
            if len(self.paths) >= 2 * self._size:
                self.paths = self.paths[::2]
                self._step *= 2
        self._seen += 1


def guess(paths: Sequence[str], find: Finder) -> Guess:
    """How these tidy paths, none of which was found as it is, are to be mapped, as far as that is certain."""
    names = {posixpath.basename(path) for path in paths}
    by_name: dict[str, list[str]] = {}
    for name, folder in find({unicodedata.normalize(form, name) for name in names for form in ("NFC", "NFD")} | names):
        by_name.setdefault(name_key(name), []).append(folder)
    votes, strong, voters = Counter[_Prefixes](), set[_Prefixes](), 0
    for path in paths:
        same, found = _prefixes(path, by_name)
        voters += bool(found)
        votes.update(found)
        if same:
            strong |= found
    return _decided(Counter({pair: n for pair, n in votes.items() if n >= _LEAST_ALONE or pair in strong}), voters)


def _prefixes(path: str, by_name: Mapping[str, Sequence[str]]) -> tuple[int, set[_Prefixes]]:
    """How the path begins, with what may stand there here: of the files of that name those whose path ends most alike,
    and in how many folders."""
    folder, name = posixpath.split(path)
    best, found = -1, set[_Prefixes]()
    for place in by_name.get(name_key(name), ()):
        theirs, ours, same = folder.split("/"), place.split("/"), 0
        fixed = 3 if "://" in place else 0  # of a URI the scheme and the host stay
        while len(theirs) > same < len(ours) - fixed and name_key(theirs[-1 - same]) == name_key(ours[-1 - same]):
            if theirs[-1 - same] == "" or ours[-1 - same].endswith(":"):
                break
            same += 1
        if same < best:
            continue
        if same > best:
            best, found = same, set[_Prefixes]()
        old = "/".join(theirs[: len(theirs) - same]) or ("/" if is_absolute(path) else "")
        new = "/".join(ours[: len(ours) - same]) or "/"
        if old != new:  # else it lies there, and is no track yet
            found.add((old, new))
    return best, found


def _decided(votes: Counter[_Prefixes], voters: int) -> Guess:
    by_old: dict[str, list[tuple[int, str]]] = {}
    for (old, new), count in votes.items():
        by_old.setdefault(old, []).append((count, new))
    mappings, doubts = list[PathMapping](), list[tuple[str, tuple[str, ...]]]()
    for old, found in sorted(by_old.items(), key=lambda pair: -max(pair[1])[0]):
        found.sort(key=lambda pair: (-pair[0], pair[1]))
        most = found[0][0]
        if most < voters * _LEAST_SHARE or (most < _LEAST_VOTES and voters > 1):
            continue
        if len(found) > 1 and found[1][0] > most * _MOST_DOUBT:
            doubts.append((old, tuple(new for count, new in found[:3] if count > most * _MOST_DOUBT)))
        else:
            mappings.append(PathMapping(old, found[0][1], guessed=True))
    return Guess(tuple(mappings[:_MOST_GUESSES]), tuple(doubts[:_MOST_GUESSES]))
