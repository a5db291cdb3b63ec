"""Moving, copying, making and removing on the drive: what POSIX asks of each, and which entries are the view's own.

Only the view changes. What other branches show cannot be moved, and nothing can be put there; a cover or another
companion can be removed from the folder that shows it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from musfuse.drive.branches.port import Entry
from musfuse.drive.tree import Tree
from musfuse.errors import (
    BadNameError,
    CrossesError,
    ExistsError,
    IsAFolderError,
    NoEntryError,
    NotAFolderError,
    NotEmptyError,
    ReadOnlyError,
)
from musfuse.library.arranging.names import checked_name
from musfuse.library.catalog import Node
from musfuse.library.names import name_key
from musfuse.model import NodeKind


class Edits(Protocol):
    """Edits of the view that a drive shows. All but `turn` are called in a turn. Raises StoreError where nothing can be
    written, and BadNameError, ExistsError, NotEmptyError for what cannot be."""

    def turn(self) -> AbstractContextManager[None]:
        """For the time of the block nobody else changes the view; at its end who shows it hears of what was done."""

    def make_folder(self, parent: Node, name: str) -> None:
        """Make a folder."""

    def copy(self, item: int, parent: Node, name: str, over: Node | None) -> None:
        """Make one more entry of a track, in the place of what is there."""

    def show(self, folder: Node, name: str, path: str) -> None:
        """Have a folder show a companion of a name, as the one at a path."""

    def remove_folder(self, folder: Node) -> None:
        """Remove a folder in which nothing is."""

    def remove_file(self, file: Node) -> None:
        """Take a track out of the view."""

    def hide(self, folder: Node, name: str) -> None:
        """Have a folder not show one of its companions."""

    def move(self, node: Node, parent: Node, name: str, over: Node | None) -> None:
        """Move a track or folder, in the place of what is there."""


class Rearranging:
    """Changes of one drive by paths, as faces are asked for them. `found` gives the entry at a path, `tree` lists, and
    without `edits` everything is read-only."""

    def __init__(self, found: Callable[[str], Entry[Any]], tree: Tree, edits: Edits | None) -> None:
        self._found, self._tree, self._edits = found, tree, edits

    @property
    def allowed(self) -> bool:
        """Whether anything can be changed at all."""
        return self._edits is not None

    def make_folder(self, path: str) -> None:
        """Make a folder. Raises ExistsError, NoEntryError, NotAFolderError, ReadOnlyError, BadNameError."""
        edits = self._allowed(path)
        with edits.turn():
            folder, name = self._into(path)
            if self._there(path) is not None:
                raise ExistsError(f"{path}: it is there already")
            if not self._is_ours(folder):
                raise self._not_ours(path)
            edits.make_folder(folder.own, name)

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder. Raises NoEntryError, NotAFolderError, NotEmptyError, ReadOnlyError."""
        edits = self._allowed(path)
        with edits.turn():
            entry = self._found(path)
            if entry.kind is not NodeKind.FOLDER:
                raise NotAFolderError(f"{path}: not a folder")
            self._check_folder(path, entry)
            edits.remove_folder(entry.own)

    def remove_file(self, path: str) -> None:
        """Take a track out of the view, or have a companion hidden. Raises NoEntryError, NotAFolderError,
        IsAFolderError, ReadOnlyError."""
        edits = self._allowed(path)
        with edits.turn():
            entry = self._found(path)
            if entry.kind is NodeKind.FOLDER:
                raise IsAFolderError(f"{path}: a folder")
            if self._is_ours(entry):
                edits.remove_file(entry.own)
                return
            edits.hide(self._companions_folder(path, entry).own, entry.name)

    def check_removable(self, path: str) -> None:
        """Raise what removing a file or folder would raise, as far as that can be told before."""
        self._allowed(path)
        entry = self._found(path)
        if entry.kind is NodeKind.FOLDER:
            self._check_folder(path, entry)
        elif not self._is_ours(entry):
            self._companions_folder(path, entry)

    def move(self, path: str, to: str, *, replace: bool = True) -> None:
        """Move a track or folder, with `replace` in the place of a track or an empty folder that is there. Raises
        NoEntryError, NotAFolderError, IsAFolderError, ExistsError, NotEmptyError, CrossesError, ReadOnlyError,
        BadNameError."""
        edits = self._allowed(path)
        with edits.turn():
            entry = self._found(path)
            folder, name = self._into(to)
            if not path or not to or not self._is_ours(entry) or not self._is_ours(folder):
                raise CrossesError(f"{path}: only what the template names can be moved, and only among its folders")
            if _key(to).startswith(f"{_key(path)}/"):
                raise BadNameError(f"{to}: lies in {path}, which cannot be moved into itself")
            over = self._there(to)
            if over is not None and over.id == entry.id:
                over = None
            if over is not None:
                self._check_gives_way(entry, over, to, replace)
            elif name == entry.name and folder.id == entry.parent:
                return
            edits.move(entry.own, folder.own, name, over.own if over is not None else None)

    def copy(self, item: int, path: str) -> None:
        """Make one more entry of a track, by its item, in the place of another track that is there. Raises
        NoEntryError, NotAFolderError, IsAFolderError, ExistsError, ReadOnlyError, BadNameError."""
        edits = self._allowed(path)
        with edits.turn():
            self.check_place(path, replace=True)
            folder, name = self._into(path)
            over = self._there(path)
            if over is None or over.item != item:
                edits.copy(item, folder.own, name, over.own if over is not None else None)

    def show(self, entry: Entry[Any], source: str, path: str) -> None:
        """A companion, which is at `source`, is copied to a path: it is shown there where the tracks that are copied
        have one of that name. Raises NoEntryError, NotAFolderError, ExistsError, ReadOnlyError."""
        edits = self._allowed(path)
        with edits.turn():
            folder, name = self._into(path)
            there = self._there(path)
            if there is not None and there.branch is not entry.branch:
                raise ExistsError(f"{path}: it is there already")
            if name_key(name) != name_key(entry.name) or not self._is_ours(folder):
                raise ReadOnlyError(f"{path}: a cover or file beside the tracks keeps its name, {entry.name}")
            if there is None:
                edits.show(folder.own, name, source)

    def take_back_show(self, path: str) -> None:
        """A companion that was copied to a path, where no track has come that has it, is not to be shown there. Raises
        NoEntryError, ReadOnlyError."""
        edits = self._allowed(path)
        with edits.turn():
            folder, name = self._into(path)
            edits.hide(folder.own, name)

    def is_there(self, path: str) -> bool:
        """Whether there is an entry at a path."""
        return self._there(path) is not None

    def give_up(self, item: int, path: str) -> None:
        """Remove the further entry of a track, by its item, where there is one at a path."""
        edits = self._allowed(path)
        with edits.turn():
            entry = self._there(path)
            if entry is not None and entry.item == item and self._is_ours(entry) and entry.own.copy:
                edits.remove_file(entry.own)

    def check_place(self, path: str, *, temporary: bool = False, replace: bool = False) -> None:
        """Raise what making an entry of a track at a path would raise, with `replace` in the place of a track that is
        there. One that is `temporary` has a name that will be another."""
        self._allowed(path)
        folder, name = self._into(path)
        if not path or not self._is_ours(folder):
            raise self._not_ours(path)
        if not temporary:
            checked_name(name)
        try:
            over = self._tree.lookup(path, exact=False)
        except NoEntryError:
            return
        if not replace or not self._is_ours(over) or self._there(path) is None:
            raise ExistsError(f"{path}: it is there already, as {over.name}")
        if over.kind is NodeKind.FOLDER:
            raise IsAFolderError(f"{path}: a folder")

    def takes_facts(self, path: str) -> bool:
        """Whether times and modes that are said of an entry are taken, without effect, as by whoever copies something:
        of folders that may be changed and of further entries of tracks. Raises NoEntryError, NotAFolderError."""
        entry = self._found(path)
        copied = isinstance(entry.own, Node) and entry.own.copy
        return self.allowed and self._is_ours(entry) and (entry.kind is NodeKind.FOLDER or bool(copied))

    def _check_folder(self, path: str, folder: Entry[Any]) -> None:
        if not path or not self._is_ours(folder):
            raise self._not_ours(path)
        self._check_empty(path, folder)

    def _companions_folder(self, path: str, entry: Entry[Any]) -> Entry[Any]:
        """The folder that can hide a companion."""
        folder, _ = self._into(path)
        if not (entry.removable and self._is_ours(folder)):
            raise self._not_ours(path)
        return folder

    def _allowed(self, path: str) -> Edits:
        if self._edits is None:
            raise ReadOnlyError(f"{path}: the view cannot be changed by hand; view.writable_view = true lets it")
        return self._edits

    def _into(self, path: str) -> tuple[Entry[Any], str]:
        """The folder in which a path lies, and the name that it has there."""
        above, _, name = path.rpartition("/")
        folder = self._found(above)
        if folder.kind is not NodeKind.FOLDER:
            raise NotAFolderError(f"{path}: {above} is a file")
        return folder, name

    def _there(self, path: str) -> Entry[Any] | None:
        try:
            return self._found(path)
        except NoEntryError:
            return None

    def _is_ours(self, entry: Entry[Any]) -> bool:
        """Whether an entry is of the view's own tree."""
        return entry.branch is self._tree.root().branch

    @staticmethod
    def _not_ours(path: str) -> ReadOnlyError:
        return ReadOnlyError(f"{path or '/'}: only what the template names can be changed, and folders made beside it")

    def _check_empty(self, path: str, folder: Entry[Any]) -> None:
        if any(not entry.hidden for entry in self._tree.children(folder)):
            raise NotEmptyError(f"{path}: there is something in it")

    def _check_gives_way(self, entry: Entry[Any], over: Entry[Any], to: str, replace: bool) -> None:
        """Whether what is at a place gives way to an entry."""
        if not replace or not self._is_ours(over):
            raise ExistsError(f"{to}: it is there already")
        if over.kind is NodeKind.FOLDER:
            if entry.kind is not NodeKind.FOLDER:
                raise IsAFolderError(f"{to}: a folder")
            self._check_empty(to, over)
        elif entry.kind is NodeKind.FOLDER:
            raise NotAFolderError(f"{to}: not a folder")


def _key(path: str) -> str:
    return "/".join(map(name_key, path.split("/")))
