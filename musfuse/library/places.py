"""Where the tracks of a change lie on the drive before it is adopted, so that it can be told where they went."""

from collections.abc import Iterable
from itertools import islice

from musfuse.library.catalog import Database, Nodes
from musfuse.library.moves import Moves
from musfuse.library.overlay.value import split_key

_LOOKED_AT = 5000
"""Tracks of a change that are looked at: what is told of it is bounded, and so is what that costs."""


class Places:
    """Notes where tracks are; `moves` tells where they are when it is called."""

    def __init__(self, database: Database, keys: Iterable[str]) -> None:
        self._nodes = nodes = Nodes(database)
        found = (nodes.of_original(*split_key(key)) for key in islice(keys, _LOOKED_AT))
        self._files = [(node.id, node.parent, node.name) for node in found if node is not None]
        self._folders = {parent: nodes.path(parent) for parent in {file[1] for file in self._files}}

    def moves(self) -> Moves:
        """The moves since this was made."""
        found = Moves(self._folders.__getitem__, self._nodes.path, lambda node: self._nodes.by_id(node) is not None)
        for number, parent, name in self._files:
            now = self._nodes.by_id(number)
            if now is not None:
                found.note((parent, name), (now.parent, now.name))
        return found
