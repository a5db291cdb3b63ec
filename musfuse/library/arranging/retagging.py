"""Moves that say tags: what those of tracks would have to be for the template to name them as they are moved.

A place is read the way back, folder by folder: what a field of the template would have to be, for the folder to have
that name. It counts only if the template then names each track as it is moved, so that nothing is guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from musfuse.library.catalog import Database, Node, Nodes, arranged, byhand, places, trees
from musfuse.library.catalog.places import Candidate
from musfuse.library.naming import ViewRules
from musfuse.library.overlay import Delta
from musfuse.library.template_fields import Subject
from musfuse.model import TagSet

_TAGS = {
    **{
        name: name
        for name in (
            "albumartist", "artist", "album", "genre", "composer", "conductor", "label", "date", "grouping", "media",
            "mood", "language", "releasetype", "originaldate", "discsubtitle",
        )
    },
    "year": "date",
}  # fmt: skip
"""Fields of templates that a folder's name can say, and the tags in which they stand."""


@dataclass(frozen=True, slots=True)
class Retags:
    """What a move says: of each track, by the key of its overlay, other tags; `what` says it for the history."""

    deltas: Sequence[Delta]
    what: str


class Retagging:
    """Reads moves in a view as changes of tags."""

    def __init__(self, database: Database, rules: ViewRules) -> None:
        self._db, self._rules = database, rules
        self._nodes = Nodes(database, rules.view)

    def of_move(self, node: Node, parent: Node, name: str) -> Retags | None:
        """What a move of a track or folder says. None where it says nothing: it stays in its folder, somebody arranged
        something there by hand, or the template would not name all of it so."""
        path, to = self._nodes.path(node.id), f"{self._nodes.path(parent.id)}/{name}".lstrip("/")
        if node.track and (node.parent == parent.id or name != node.name):
            return None
        with self._db.read() as db:
            tree = trees.tree_of(db, self._rules.view)
            key = byhand.dir_key(db, node.id)
            if arranged.arranges_at(db, self._rules.view, self._nodes.dir_key(parent.id) or ""):
                return None
            items = [node.track] if node.track else places.items_below(db, tree, key)
            found = list(places.candidates(db, items))
            wanted = {item.id: self._rules.place(item) for item in found}
            if arranged.arranged(db, self._rules.view, wanted) != wanted:
                return None
            keys = byhand.overlay_keys(db, items)
        deltas = []
        for item in found:
            place = wanted[item.id]
            if place is None or item.id not in keys:
                return None
            before = f"{place.dir}/{place.name}".lstrip("/")
            after = to + before[len(path) :]
            said = self._said(item, after) if before == path or before.startswith(f"{path}/") else None
            if said is None:
                return None
            deltas.append(Delta(keys[item.id], said))
        return Retags(deltas, f"move {path} to {to}"[:200]) if any(delta.fields for delta in deltas) else None

    def _said(self, item: Candidate, path: str) -> Mapping[str, tuple[str, ...]] | None:
        """The tags that an item has to have other than now to be named so; None where there are none such."""
        subject = Subject(item.tags, item.format, item.path, "", item.several_discs, item.root, item.various)
        folders = path.split("/")[:-1]
        said = self._rules.template.reading(folders, subject)
        if said is None or not said.keys() <= _TAGS.keys():
            return None
        fields = {_TAGS[field]: (value,) for field, value in said.items()}
        tags = TagSet({**{name: item.tags[name] for name in item.tags}, **fields})
        place = self._rules.place(replace(item, tags=tags, edited=True))
        return fields if place is not None and f"{place.dir}/{place.name}" == path else None
