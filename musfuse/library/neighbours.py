"""Which entry of the drive somebody may have meant by a path that is none."""

import difflib
from itertools import islice

from musfuse.library.catalog import Node, Nodes
from musfuse.library.names import name_key
from musfuse.model import NodeKind

_LOOKED_AT = 2000
"""Entries of a folder that are compared."""


def did_you_mean(nodes: Nodes, path: str) -> str:
    """`; did you mean …?`, or nothing where no entry is near: the end of the path as a place on the drive, for it may
    begin with a mountpoint; or where one of its names is not whole, or misspelt, the entry with the right one."""
    if any("\ud800" <= char <= "\udfff" for char in path):
        return ""  # no name on the drive is like that
    parts = [part for part in path.replace("\\", "/").split("/") if part]
    for begin in range(1, len(parts)):
        if (found := _exactly(nodes, parts[begin:])) is not None:
            return f"; did you mean {'/'.join(found)}?"
    found = _nearly(nodes, parts)
    return f"; did you mean {'/'.join(found)}?" if found else ""


def _exactly(nodes: Nodes, parts: list[str]) -> list[str] | None:
    node, names = nodes.root(), list[str]()
    for part in parts:
        child = nodes.child(node.id, name_key(part)) if node.kind is NodeKind.FOLDER else None
        if child is None:
            return None
        node = child
        names.append(child.name)
    return names


def _nearly(nodes: Nodes, parts: list[str]) -> list[str] | None:
    node, names = nodes.root(), list[str]()
    for part in parts:
        if node.kind is not NodeKind.FOLDER:
            return None
        child = nodes.child(node.id, name_key(part)) or _near(nodes, node, part)
        if child is None:
            return None
        node = child
        names.append(child.name)
    return names


def _near(nodes: Nodes, folder: Node, name: str) -> Node | None:
    """The first entry that begins so, else the one that differs least."""
    key = name_key(name)
    first = next(nodes.children(folder.id, key, page=1), None)
    if first is not None and name_key(first.name).startswith(key):
        return first
    by_key = {name_key(child.name): child for child in islice(nodes.children(folder.id), _LOOKED_AT)}
    close = difflib.get_close_matches(key, by_key, n=1, cutoff=0.7)
    return by_key[close[0]] if close else None
