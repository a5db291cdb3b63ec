"""Items: sizes and bytes of what the library has, for every branch that shows items and for who has no path."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from musfuse.drive.activity import Activity
from musfuse.drive.branches.freshness import Freshness
from musfuse.drive.branches.port import Branch, Entry, FileContent
from musfuse.errors import MusfuseError, NoEntryError
from musfuse.library.catalog import Node, Nodes, TrackRow, Tracks
from musfuse.library.sizes import Sizes
from musfuse.media.engine import MediaEngine
from musfuse.media.ports import NotIndexedError
from musfuse.model import Rendition, Track

log = logging.getLogger(__name__)


class Items:
    """What items are in a view. All methods may be called from many threads.

    `hides` tells whether any source has files hidden until their sizes are known.
    """

    def __init__(
        self,
        nodes: Nodes,
        tracks: Tracks,
        engine: MediaEngine,
        sizes: Sizes,
        freshness: Freshness,
        activity: Activity,
        *,
        hides: Callable[[], bool] = lambda: False,
    ) -> None:
        self._nodes, self._tracks, self._engine, self._sizes = nodes, tracks, engine, sizes
        self.freshness, self._activity = freshness, activity
        self._hides = hides

    @property
    def hides(self) -> bool:
        """Whether any file may be hidden until its size is known."""
        return self._hides()

    @property
    def view(self) -> int:
        """The number of the view that shows the items."""
        return self._nodes.view

    def node(self, item: int) -> Node:
        """Where an item is in the view. Raises NoEntryError where it is not."""
        node = self._nodes.of_item(item)
        if node is None:
            raise NoEntryError(f"item {item}: there is none in this library")
        return node

    def path(self, number: int) -> str | None:
        """The path of a file or folder of the view by its inode number; None where it is gone."""
        node = self._nodes.by_number(number)
        return self._nodes.path(node) if node else None

    def copied_to(self, item: int) -> set[int]:
        """The folders of the view in which further entries of an item are, by their numbers."""
        return self._nodes.copied_to(item)

    def row(self, item: int) -> TrackRow | None:
        """All that the catalog knows of an item."""
        return self._tracks.track(item)

    def row_known_as(self, public: int) -> TrackRow | None:
        """The same of an item by its public id."""
        return self._tracks.known_as(public)

    def token(self, rendition: Rendition) -> str:
        """The token under which sizes of such a rendition count now."""
        return self._sizes.token(rendition)

    def entry(
        self, branch: Branch[Any], node: Node, *, number: int = 0, folder: int = 0, name: str = "", link: str = ""
    ) -> Entry[Any]:
        """An entry that shows the item at a node, as `entry_of` has it. Its size is told where nothing has to be built
        for it."""
        size, hides = self._counting(node), False
        if size is None and self._hides() and self._is_hidden(node.track):
            size, hides = self.known(node), True
        made = entry_of(branch, node, size, number=number, folder=folder, name=name, link=link)
        return replace(made, hidden=True) if size is None and hides else made

    def known(self, node: Node) -> int | None:
        """The size of the item at a node where no index has to be built for it; its tags may just have changed, so that
        what counted does not count any more."""
        size = self._counting(node)
        row = self._tracks.track(node.track) if size is None else None
        try:
            return self._sizes.known(row) if row is not None else size
        except MusfuseError as error:
            log.debug("%s: %s", node.name, error)
            return None

    def is_current(self, node: Node) -> bool:
        """Whether a node tells what is so now. The original is looked at again, at most once a second."""
        return self.freshness.is_current(node)

    def size(self, item: int) -> int:
        """The exact size of an item in bytes, waited for where its index must be built. Raises what Sizes.wait
        raises."""
        size = self._sizes.wait(item)
        self._activity.note()  # who waited for a size reads next
        return size

    def wait_for_folder(self, folder: int, seconds: float) -> None:
        """Wait for so many seconds at most until all files shown in a folder of the view have sizes, or cannot have
        any. Raises BusyError."""
        pending = self._nodes.unsized(folder, self._sizes.tokens())
        if self._hides():
            pending = [item for item in pending if not self._is_hidden(item)]
        if pending:
            self._sizes.wait_all(pending, seconds)
            self._activity.note()

    def wait_for(self, item: int, seconds: float) -> None:
        """Wait for a size that was known a moment ago, as far as that is possible in so many seconds."""
        try:
            self._sizes.wait_all([item], seconds)
        except MusfuseError as error:
            log.debug("%s", error)

    def layout(self, item: int, rendition: Rendition | None = None) -> FileContent | None:
        """The bytes of an item as the view serves it, or made into something else; None where it is to be looked at
        again, because it is gone or its index had to be built.

        Raises NoEntryError where it cannot be made into that, what Sizes.wait raises, and what its origin raises.
        """
        row = self._tracks.track(item)
        if row is None:
            return None
        other = rendition if rendition is not row.track.rendition else None
        track = self._made_into(row, other) if other else row.track
        try:
            layout = self._engine.layout(track)
        except NotIndexedError:
            if other and row.problem:  # it was tried
                raise NoEntryError(f"{track.file.path}: there is no {other} of it: {row.problem}") from None
            self._sizes.wait(item, lost=True, rendition=other)
            return None
        return FileContent(layout, version_of(track.rendition, track.file.version), track.edited_ns, track.mtime_ns)

    def _made_into(self, row: TrackRow, rendition: Rendition) -> Track:
        track, cut = row.track, row.track.part is not None
        if rendition.is_encoded and self._engine.rendition_of(track.format, rendition, cut) is not rendition:
            raise NoEntryError(f"{track.file.path}: {rendition} is not made of it; it is served as it is")
        if cut and not rendition.is_encoded:
            raise NoEntryError(f"{track.file.path}: there is no original of a track that is cut out of an image")
        return replace(track, rendition=rendition)

    def _is_hidden(self, item: int) -> bool:
        row = self._tracks.track(item)
        return row is not None and row.unindexed == "hide"

    def _counting(self, node: Node) -> int | None:
        """The size of a node in bytes, None where it was found under another token than today's and does not count."""
        if node.rendition is Rendition.ORIGINAL or node.size is None:
            return node.size
        return node.size if node.size_token == self._sizes.token(node.rendition) else None


def entry_of(
    branch: Branch[Any], node: Node, size: int | None, *, number: int = 0, folder: int = 0, name: str = "",
    link: str = "",
) -> Entry[Any]:  # fmt: skip
    """An entry that shows what a node of the library is, under its number, in its folder and by its name unless others
    are given; with a `link` it is looked up again where something in the node's folder changes."""
    return Entry(
        branch, number or node.number, folder or node.parent or 0, name or node.name, node.kind, node.mtime_ns, node,
        size, version_of(node.rendition, node.source), node.track, link=link,
        follows=(node.parent or 0,) if link else (),
    )  # fmt: skip


def version_of(rendition: Rendition, source: str) -> str:
    """What a reader in the middle of an item rests on: tags that change in a header of the same size do not count."""
    return f"{Rendition.ORIGINAL if rendition is Rendition.RETAGGED else rendition}/{source}"
