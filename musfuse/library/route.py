"""Route: the folders of a source that are still to be walked, and which of them comes next.

Without preferences each folder is followed by those in it, in order. A preferred folder comes first, with what leads to
it and all below it; then what lies beside it, where that is not too much to belong together (an artist's albums do, all
albums of a collection do not); then the rest. The last preference counts most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from operator import itemgetter

_NEIGHBOURS = 100
_PREFERRED = 512
"""Preferences that count for folders which are yet to be found; up to twice as many are kept."""

Above = tuple[str, ...]
"""The ids of the folders down to a folder, with its own."""
_Lane = dict[str, dict[str, Above]]
"""By the folder that holds them, folders to be walked. What was put there last comes next, in both levels."""


class Nearness(IntEnum):
    """What a folder has to do with a preferred one: nothing, to lie beside it, or to be it, lead to it or lie below."""

    FAR = 0
    BESIDE = 1
    NEAR = 2


@dataclass(frozen=True, slots=True)
class Stop:
    """A folder to be walked now: its path, the ids of the folders down to it, and how near it is to what somebody
    prefers."""

    path: str
    above: Above
    nearness: Nearness


class Route:
    """Begins at some folders, in order, each with the ids of the folders down to it. For one thread."""

    def __init__(self, beginnings: Sequence[tuple[str, Above]]) -> None:
        self._near: _Lane = {}
        self._beside: _Lane = {}
        self._far: _Lane = {}
        for path, above in reversed(beginnings):
            self._far.setdefault(_holder(path), {})[path] = above
        self._count = 0
        self._preferred: dict[str, int] = {}
        self._toward: dict[str, int] = {}
        self._around: set[str] = set()

    def next(self) -> Stop | None:
        """Take out the folder that is to be walked now; None where all are walked."""
        nearness = Nearness.NEAR if self._near else Nearness.BESIDE if self._beside else Nearness.FAR
        lane = self._near or self._beside or self._far
        if not lane:
            return None
        holder = next(reversed(lane))
        path, above = lane[holder].popitem()
        if not lane[holder]:
            del lane[holder]
        return Stop(path, above, nearness)

    def add(self, stop: Stop, below: Sequence[tuple[str, Above]]) -> None:
        """Add the folders inside a folder that was walked, in order. Where the walk had turned aside to that folder,
        those that nobody prefers come last: what was under way goes on first."""
        belongs = stop.path in self._around and len(below) <= _NEIGHBOURS
        beside = belongs or stop.nearness is Nearness.BESIDE
        far: dict[str, Above] = {}
        ranked = [(self._last_near(path), path, above) for path, above in reversed(below)]
        for last, path, above in sorted(ranked, key=itemgetter(0)):
            if last:
                self._near.setdefault(stop.path, {})[path] = above
            elif beside:
                self._beside.setdefault(stop.path, {})[path] = above
            else:
                far[path] = above
        if far and stop.nearness is Nearness.NEAR:
            self._far = {stop.path: far | self._far.pop(stop.path, {})} | self._far
        elif far:
            self._far[stop.path] = self._far.pop(stop.path, {}) | far

    def prefer(self, folder: str) -> None:
        """Walk to this folder next, and through what lies below it. One that does not exist, or was walked already,
        does no harm. Of the root only itself is meant, or all would be preferred."""
        self._remember(folder)
        found: list[tuple[str, dict[str, Above]]] = []
        for lane in (self._far, self._beside, self._near):
            for path in _down_to(folder):
                holder = _holder(path)
                above = lane[holder].pop(path, None) if holder in lane else None
                if above is not None:
                    found.append((holder, {path: above}))
                    if not lane[holder]:
                        del lane[holder]
            found += _take_below(lane, folder)
        if around := _holder(folder):
            beside = _take_below(self._beside, around)
            if len(self._far.get(around, ())) <= _NEIGHBOURS:
                beside = _take_below(self._far, around) + beside
            _put(self._beside, beside)
        _put(self._near, found)

    def _last_near(self, path: str) -> int:
        """The number of the last preference that a folder leads to or lies below, 0 where there is none."""
        if not self._preferred:
            return 0
        below = (self._preferred.get(holder, 0) for holder in _down_to(_holder(path)) if holder)
        return max(self._toward.get(path, 0), *below, 0)

    def _remember(self, folder: str) -> None:
        self._count += 1
        self._preferred.pop(folder, None)
        self._preferred[folder] = self._count
        added = {folder: self._count}
        # No Lru: what was made of older ones is made anew without them, which is too much work to do for each.
        if len(self._preferred) > 2 * _PREFERRED:
            added = dict(list(self._preferred.items())[-_PREFERRED:])
            self._preferred, self._toward, self._around = dict(added), {}, set()
        for path, number in added.items():
            self._toward |= dict.fromkeys(_down_to(path), number)
            self._around.update({_holder(path)} - {""})


def _holder(path: str) -> str:
    return path.rpartition("/")[0]


def _down_to(path: str) -> list[str]:
    """All folders from the root down to this one."""
    parts = path.split("/") if path else []
    return ["/".join(parts[:n]) for n in range(len(parts) + 1)]


def _take_below(lane: _Lane, folder: str) -> list[tuple[str, dict[str, Above]]]:
    """Take out what is to be walked below a folder, but for the root."""
    holders = [holder for holder in lane if folder and (holder == folder or holder.startswith(f"{folder}/"))]
    return [(holder, lane.pop(holder)) for holder in holders]


def _put(lane: _Lane, groups: Sequence[tuple[str, dict[str, Above]]]) -> None:
    for holder, group in groups:
        lane[holder] = lane.pop(holder, {}) | group
