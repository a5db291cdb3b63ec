"""A stick, and what makes files for it: bytes of a test's own, in real layouts."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from musfuse.devices.carrying import Outcome, Watch
from musfuse.devices.choosing import Chosen
from musfuse.devices.lists import ListFile
from musfuse.devices.remembered import Remembered
from musfuse.devices.rendering import Rendered, Unrendered
from musfuse.devices.syncing import Looked, Syncing
from musfuse.errors import UnavailableError
from musfuse.media.layout import Inline, Layout
from musfuse.platform import system
from musfuse.platform.trees import Tree

TIME_NS = 1_700_000_000 * 10**9


@dataclass(frozen=True)
class Song:
    """A track of a library: its public id is that of its item."""

    item: int
    path: str
    data: bytes = b"sound"
    time: int = 0

    @property
    def version(self) -> str:
        return f"{self.data.hex()[:40]}/{self.time}"

    @property
    def chosen(self) -> Chosen:
        return Chosen(self.item, self.item, self.path)


@dataclass
class Makes:
    """Makes files of songs. `away` are those that cannot be read, `lost` those that cannot be read once they are
    written."""

    songs: dict[int, Song] = field(default_factory=dict)
    away: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    opened: list[int] = field(default_factory=list)

    def rendered(
        self, chosen: Iterable[Chosen], stops: Callable[[], bool] = lambda: False
    ) -> Iterator[Rendered | Unrendered]:
        for one in chosen:
            song = self.songs[one.item]
            if one.item in self.away:
                yield Unrendered(one, "its source is away")
            else:
                yield Rendered(one, song.path, len(song.data), song.version, TIME_NS + song.time * 2 * 10**9)

    def open(self, item: int) -> tuple[Layout, str]:
        self.opened.append(item)
        if item in self.lost:
            raise UnavailableError("its source went away")
        song = self.songs[item]
        return Layout([Inline(song.data)]), song.version


@dataclass
class Stick:
    """A folder that songs are put on."""

    folder: Path
    state: Path
    makes: Makes = field(default_factory=Makes)
    open_tree: Callable[[str], Tree] = system.open_tree

    def sync(
        self, *songs: Song, most: int = 0, watch: Watch | None = None, lists: dict[str, bytes] | None = None,
        name: str = "main", verify: bool = False, new: bool = False, dry: bool = False, takes_over: bool = False, jobs: int = 2,
    ) -> tuple[Looked, Outcome]:  # fmt: skip
        """Bring the stick in line with these songs; with `dry` only find out how."""
        self.makes.songs = {song.item: song for song in songs}
        files = [ListFile(name, data) for name, data in (lists or {}).items()]
        with closing(self.open_tree(str(self.folder))) as tree:
            syncing = Syncing(
                str(self.folder), tree, name, Remembered(self.state), self.makes,
                (lambda _: iter(files)) if lists is not None else None, verify, new, takes_over,
            )  # fmt: skip
            looked = syncing.look([song.chosen for song in songs], most, watch or Watch())
            syncing.check_room(looked)
            return looked, Outcome() if dry else syncing.carry_out(looked, watch or Watch(), jobs)

    def files(self) -> dict[str, bytes]:
        """What is on the stick, but for what is written of it there."""
        found = {}
        for folder, folders, names in os.walk(self.folder):
            if ".musfuse-sync" in folders:
                folders.remove(".musfuse-sync")
            for name in names:
                path = Path(folder, name)
                found[path.relative_to(self.folder).as_posix()] = path.read_bytes()
        return found

    def folders(self) -> set[str]:
        """The folders on the stick."""
        found = (path for path in self.folder.rglob("*") if path.is_dir())
        return {path.relative_to(self.folder).as_posix() for path in found if ".musfuse-sync" not in path.parts}
