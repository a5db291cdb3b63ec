"""Further entries of tracks, as edits make, move and remove them.

A track whose entry is removed while it has a copy is not gone: the copy takes its place, and what stays where the entry
was tells that it was there.
"""

from collections.abc import Sequence
from dataclasses import replace

from musfuse.library.arranging.names import stem
from musfuse.library.arranging.pen import Pen
from musfuse.library.catalog import Node, arranged, byhand, copies
from musfuse.library.names import name_key
from musfuse.library.userdb.arrangement import Copy, Stay


def make(pen: Pen, public: int, folder: int, name: str, extension: str) -> None:
    """Make a copy of a track in an arranged folder; `extension` is that of what the track is served as."""
    kept, follows = stem(f"x.{extension}", name, True)
    pen.copy(Copy(public, folder, kept, follows))


def move(pen: Pen, node: Node, folder: int, name: str) -> None:
    """Move a copy to an arranged folder."""
    known = copies.known(pen.db, node.copy)
    if known is not None:
        kept, follows = stem(node.name, name, known.follows)
        pen.copy(replace(known, folder=folder, name=kept, follows=follows), node.copy)


def drop(pen: Pen, node: Node) -> None:
    """A copy is gone from its folder."""
    known = copies.known(pen.db, node.copy)
    if known is not None:
        pen.copy(replace(known, gone=True), node.copy)


def promote(pen: Pen, public: int, left: int) -> bool:
    """A track leaves an arranged folder for good: its first copy takes its place. False where it has none."""
    found = copies.of_track(pen.db, pen.view, public)
    if found is None:
        return False
    number, copy = found
    pen.copy(Copy(public, left, copy.name, copy.follows, gone=True), number)
    pen.stay(public, Stay(copy.folder, copy.name, copy.follows))
    return True


def show(pen: Pen, folder: int, name: str) -> None:
    """Have an arranged folder show a companion of a name, also such as only the copies in it have."""
    if name_key(name) in arranged.hidden_in(pen.db, pen.view, folder):
        pen.unhide(folder, name)
    else:
        pen.copy(Copy(0, folder, name))
        pen.tracks -= 1


def hide(pen: Pen, folder: int, name: str) -> None:
    """Have an arranged folder not show a companion of a name."""
    copied = copies.companion(pen.db, pen.view, folder, name_key(name))
    if copied is not None:
        pen.forget([copied])
    else:
        pen.hide(folder, name)


def give_numbers(pen: Pen, nodes: Sequence[Node]) -> bool:
    """Whether a file beside a copy may have a number for the sake of its name."""
    return any(byhand.gives_numbers(pen.db, node.parent, name_key(node.name)) for node in nodes if node.copy)
