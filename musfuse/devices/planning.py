"""What is to be done on a device, so that it holds what is wanted and nothing else that was put there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from musfuse.devices.manifest import Known, Put
from musfuse.devices.naming import MOST_BYTES, Naming
from musfuse.library.names import name_key
from musfuse.platform.trees import Facts, Room, Tree

_SAME_NS = 2_000_000_000
"""FAT keeps times in steps of 2 s."""
_QUARTER_NS, _DAY_NS = 900 * 10**9, 26 * 3600 * 10**9
"""FAT keeps local times, which differ by quarters of hours where they are read in another zone, or in summer."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that a device is to hold: of the item `item` with the public id `public`, or a playlist (0 for both), at
    the path `wish`, unless somebody else has that. `shown` is its path on the drive."""

    item: int
    public: int
    shown: str
    wish: str
    size: int
    version: str
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Copy:
    """A file to be written, in place of what was put there before, at the same path or another, if anything was."""

    item: int
    shown: str
    put: Put
    old: Put | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A file that gets another path, as it is."""

    item: int
    shown: str
    before: Put
    after: Put


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not put on the device, or not removed from it, and why."""

    path: str
    why: str


@dataclass(slots=True)
class Plan:
    """What is to be done: files that stay, are written, get another path, and go."""

    stay: list[Put] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    removals: list[Put] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        return not (self.copies or self.moves or self.removals)

    @property
    def copied_bytes(self) -> int:
        """The bytes that are to be written."""
        return sum(copy.put.size for copy in self.copies)

    def growth(self, room: Room) -> int:
        """The bytes of the disk that this takes in the end; negative where it frees some."""
        taken = sum(room.taken_by(copy.put.size) for copy in self.copies)
        freed = sum(room.taken_by(put.size) for put in self.removals)
        return taken - freed - sum(room.taken_by(copy.old.size) for copy in self.copies if copy.old)

    def without_moves(self) -> None:
        """Have files removed and written anew, where a device renames nothing."""
        self.copies += [Copy(move.item, move.shown, move.after, move.before) for move in self.moves]
        self.moves.clear()

    @property
    def planned(self) -> dict[str, Put]:
        """What is to be there and is not yet, by path."""
        there = [copy.put for copy in self.copies] + [move.after for move in self.moves]
        return {put.path: put for put in there}


def same_file(put: Put, facts: Facts | None) -> bool:
    """Whether what lies at a path is what was put there, as far as sizes and times tell."""
    if facts is None or not facts.is_file or facts.size != put.size:
        return False
    apart = abs(facts.mtime_ns - put.mtime_ns)
    odd = apart % _QUARTER_NS
    return not put.mtime_ns or (apart <= _DAY_NS and min(odd, _QUARTER_NS - odd) <= _SAME_NS)


def settle(known: Known, tree: Tree) -> list[LeftOut]:
    """Bring what is known in line with what is there: what was planned and got its name counts, what is gone does not,
    and what somebody changed is his from now on, which is told."""
    for path, put in known.planned.items():
        facts, before = tree.facts(path), known.files.get(path)
        if path in known.direct:  # it was being written under its name
            known.files[path] = replace(put, version="", size=facts.size if facts else 0, mtime_ns=0, digest="")
        elif same_file(put, facts) and not (before and same_file(before, facts)):
            known.files[path] = replace(put, mtime_ns=facts.mtime_ns if facts and put.mtime_ns else 0)
    known.planned.clear()
    known.direct.clear()
    changed = []
    for path, put in list(known.files.items()):
        facts = tree.facts(path)
        if not same_file(put, facts):
            del known.files[path]
            if facts is not None:
                changed.append(LeftOut(path, "was changed on the device since it was put there, and is left alone"))
    return changed


def make_plan(
    wanted: Sequence[Wanted], unread: Iterable[int], known: Known, tree: Tree, damaged: frozenset[str] = frozenset()
) -> Plan:
    """The plan, with files in order of path: players show and play them as they were written. `unread` are the public
    ids of tracks that are wanted and cannot be read now: what is there of them stays. `damaged` are paths of files that
    are to be written again."""
    plan, naming = Plan(), Naming(tree, known.files)
    by_item: dict[tuple[int, str], Put] = {}
    for put in known.files.values():
        by_item[_key(put.item, put.wish)] = put
    staying = set[str]()
    for public in unread:
        there = by_item.get((public, ""))
        if there is not None and naming.claim(there.path):
            plan.stay.append(there)
            staying.add(there.path)
    ids = {want.public for want in wanted}
    twins = {(name_key(put.wish), put.version): put for put in known.files.values() if put.item not in ids}
    news = []
    for want in sorted(wanted, key=lambda each: (each.item == 0, name_key(each.wish), each.public)):
        if want.size > MOST_BYTES:
            plan.left_out.append(LeftOut(want.shown, "is larger than 4 GiB, which no file of FAT32 can be"))
            continue
        old = by_item.get(_key(want.public, want.wish)) or twins.get((name_key(want.wish), want.version))
        if old is not None and old.path in staying:
            old = None
        keeps = old is not None and old.wish == want.wish and naming.claim(old.path)
        news.append((want, old, keeps))
        staying |= {old.path} if old is not None else set()
    for want, old, keeps in news:
        path = old.path if old is not None and keeps else naming.give(want.wish)
        _add(plan, want, old, path, damaged)
    plan.removals += [put for put in known.files.values() if put.path not in staying]
    return plan


def _add(plan: Plan, want: Wanted, old: Put | None, path: str, damaged: frozenset[str]) -> None:
    put = Put(path, want.public, want.wish, want.size, want.version, want.mtime_ns)
    same = old is not None and old.version == want.version and old.size == want.size and old.path not in damaged
    if old is not None and same and old.path == path:
        plan.stay.append(replace(old, item=want.public, wish=want.wish))
    elif old is not None and same:
        plan.moves.append(Move(want.item, want.shown, old, replace(old, path=path, item=want.public, wish=want.wish)))
    else:
        plan.copies.append(Copy(want.item, want.shown, put, old))


def _key(public: int, wish: str) -> tuple[int, str]:
    """What tells one file that is put on a device from others: the track, or the name of the playlist."""
    return (public, "") if public else (0, name_key(wish))
