"""A device brought in line with what is wanted there: looked at, planned, and carried out where that is asked for."""

import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from musfuse.devices.carrying import Carrier, Outcome, Watch
from musfuse.devices.choosing import Chosen
from musfuse.devices.lists import ListFile
from musfuse.devices.manifest import FOLDER, MOST, Known, Manifest, Put
from musfuse.devices.naming import fitted
from musfuse.devices.planning import LeftOut, Plan, Wanted, make_plan, settle
from musfuse.devices.remembered import Remembered
from musfuse.devices.rendering import Rendered, Unrendered
from musfuse.devices.writing import StoppedError, Writer
from musfuse.errors import DeviceError, StoreError
from musfuse.library.names import units
from musfuse.media.layout import Layout
from musfuse.platform import system
from musfuse.platform.trees import Room, Tree

Lists = Callable[[dict[int, str]], Iterator[ListFile]]


class Makes(Protocol):
    """What makes files of tracks."""

    def rendered(
        self, chosen: Iterable[Chosen], stops: Callable[[], bool] = lambda: False
    ) -> Iterator[Rendered | Unrendered]:
        """What each track is as a file, in their order."""

    def open(self, item: int) -> tuple[Layout, str]:
        """The bytes of a track, and their version. Raises MusfuseError."""


@dataclass(slots=True)
class Looked:
    """What was found out before anything is done: the plan, tracks that cannot be read now, those that found no room
    (`beyond`), what is free, and what is `known` of the device, which was written down `generation` times by then."""

    plan: Plan
    known: Known
    room: Room
    failed: list[LeftOut] = field(default_factory=list)
    beyond: int = 0
    taken_over: Manifest | None = None
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Syncing:
    """One sync of the folder `tree` at `place`, under a name. `lists` make playlists for public ids and paths, None
    where none are wanted. With `verify` all that was written is read back; with `new` a device is begun anew, and with
    `takes_over` what another library put there under the name is taken for this one's."""

    place: str
    tree: Tree
    name: str
    remembered: Remembered
    makes: Makes
    lists: Lists | None = None
    verify: bool = False
    new: bool = False
    takes_over: bool = False

    @property
    def manifest(self) -> Manifest:
        """What is written on the device, to be read or written."""
        return Manifest(self.tree, self.remembered.library(), self.name)

    def look(self, chosen: Sequence[Chosen], most: int, watch: Watch) -> Looked:
        """Find out what is to be done for these tracks, the first of which come first where there is room for `most`
        bytes only (0: for all). Nothing on the device changes. Raises DeviceError, StoppedError, OSError."""
        generation = self.manifest.read_generation()
        other = self._other() if self.takes_over else None
        known = self._known(other or self.manifest)
        changed = settle(known, self.tree)
        there = {put.item: put for put in known.files.values() if put.item}
        wanted, unread, failed, used = list[Wanted](), list[int](), list[LeftOut](), 0
        prefix = self._prefix()
        taken = 0
        for taken, one in enumerate(self.makes.rendered(chosen, watch.stops), 1):
            watch.working(f"looking at {taken} of {len(chosen)}")
            size = one.size if isinstance(one, Rendered) else getattr(there.get(one.chosen.public), "size", 0)
            if most and used + size > most:
                taken -= 1
                break
            used += size
            if isinstance(one, Rendered):
                wanted.append(_wanted(one, prefix))
            else:
                unread.append(one.chosen.public)
                failed.append(LeftOut(one.chosen.path, one.why))
        if watch.stops():
            raise StoppedError
        if len(wanted) > MOST:
            raise DeviceError(f"{self.place}: {len(wanted)} files are more than the {MOST} that a device has at most")
        damaged = self._damaged(known, watch) if self.verify else frozenset[str]()
        plan = make_plan(wanted, unread, known, self.tree, damaged)
        if self.lists is not None:
            lists = [_wanted_list(one) for one in self.lists(_places(plan))]
            plan = make_plan([*wanted, *lists], unread, known, self.tree, damaged)
        plan.left_out = changed + plan.left_out
        return Looked(plan, known, self.tree.room(), failed, len(chosen) - taken, other, generation)

    def check_room(self, looked: Looked) -> None:
        """Raise DeviceError where there is not room for what is planned, before anything is done."""
        growth, free = looked.plan.growth(looked.room), max(0, looked.room.free - _spare(looked.plan))
        if growth > free:
            raise DeviceError(
                f"{self.place}: {_mb(growth - free)} too small: {_mb(growth)} more are wanted there than now, and"
                f" {_mb(free)} are free; ask for fewer tracks with --where, or --max-size chooses"
            )

    def carry_out(self, looked: Looked, watch: Watch, jobs: int) -> Outcome:
        """Do what is planned. Raises DeviceError, with what it was at noted on the device."""
        manifest = self.manifest
        self.remembered.note(self.place, self.name, looked.known.device)
        with self._alone():
            if manifest.read_generation() != looked.generation:
                raise DeviceError(
                    f"{self.place}: something else put files there meanwhile; the same command looks again"
                )
            carrier = Carrier(self.tree, manifest, looked.known, self.makes.open, watch, jobs=jobs, verify=self.verify)
            if looked.plan.is_empty and looked.taken_over is None:
                return carrier.tidy()
            done = carrier.run(looked.plan, self._lists_of)
            if looked.taken_over is not None:
                looked.taken_over.forget()
            return done

    def _lists_of(self, known: Known) -> Iterator[ListFile]:
        places = {put.item: path for path, put in known.files.items() if put.item}
        return self.lists(places) if self.lists is not None else iter(())

    def _known(self, manifest: Manifest) -> Known:
        """What is known of the device; nothing for a new one. Raises DeviceError where it should be known."""
        library = self.remembered.library()
        if self.new:
            return Known(library, secrets.token_hex(6))
        known = manifest.read()
        if known is not None or self.takes_over:
            return known or Known(library, secrets.token_hex(6))
        if self.remembered.device(self.place, self.name):
            raise DeviceError(
                f"{self.place}: nothing is here of what was put there before: is the right disk mounted? --new begins"
                " anew, and leaves alone what is there"
            )
        return Known(library, secrets.token_hex(6))

    def _other(self) -> Manifest:
        """The manifest of the other library. Raises DeviceError where there is none, or several, or an own one."""
        own = self.manifest
        others = own.others()
        if len(others) != 1 or (own.read() is not None and not self.new):
            why = "this library put files here itself" if others else "no other library put files here"
            raise DeviceError(
                f"{self.place}: {why if len(others) < 2 else f'{len(others)} others did'}; nothing to take over"
            )
        return Manifest(self.tree, others[0], self.name)

    def _damaged(self, known: Known, watch: Watch) -> frozenset[str]:
        """The paths of files whose bytes are others than those that were written, or were never noted."""
        writer, found = Writer(self.tree, watch.stops, lambda _: None), set[str]()
        for path, put in known.files.items():
            watch.working(path)
            if not put.digest or writer.read(path) != put.digest:
                found.add(path)
        return frozenset(found)

    def _prefix(self) -> int:
        """The UTF-16 units of the folder's own path on its disk."""
        place, taken = Path(self.place), 0
        while not os.path.ismount(place) and place != place.parent:
            taken += units(place.name) + 1
            place = place.parent
        return taken if place != place.parent or place.drive else 0  # what is mounted at / is no device

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the device, where its file system has locks. Raises DeviceError where another process has it, or a link
        stands where the lock should, which would lead out of the device."""
        facts = self.tree.facts(FOLDER)
        if facts is None:
            self.tree.make_folder(FOLDER)
        there = self.tree.facts(f"{FOLDER}/lock")
        if (facts and not facts.is_folder) or (there and not there.is_file):
            what = f"{FOLDER}/lock is no file" if there else f"{FOLDER} is no folder"
            raise DeviceError(f"{self.place}: {what}, and was not made here; nothing is done until it is removed")
        lock = system.ProcessLock(Path(self.place) / FOLDER / "lock")
        try:
            mine = lock.acquire()
        except (OSError, StoreError):
            mine = True
        if not mine:
            raise DeviceError(f"{self.place}: another library is being written there; wait until that is done")
        try:
            yield
        finally:
            lock.release()


def _wanted(one: Rendered, prefix: int) -> Wanted:
    wish = fitted(one.path, prefix)
    return Wanted(one.chosen.item, one.chosen.public, one.path, wish, one.size, one.version, one.mtime_ns)


def _wanted_list(one: ListFile) -> Wanted:
    return Wanted(0, 0, one.name, one.name, len(one.data), one.version, 0)


def _places(plan: Plan) -> dict[int, str]:
    """The paths of tracks by their public ids, once the plan is carried out."""
    puts: list[Put] = [*plan.stay, *plan.planned.values()]
    return {put.item: put.path for put in puts if put.item}


def _mb(size: int) -> str:
    """Bytes as `--max-size` takes them."""
    return f"{size / 1e6:.1f}M"


def _spare(plan: Plan) -> int:
    """Bytes that stay free for the manifest, which is there twice, and for folders."""
    return (1 << 20) + 1024 * (len(plan.stay) + len(plan.copies))
