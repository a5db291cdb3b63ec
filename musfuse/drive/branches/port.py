"""The port of everything that has entries on the drive: the library's own tree, its covers, and what comes beside them.

A branch adds entries to folders, to its own and to those of other branches. Where several have an entry of a name in a
folder, that of the branch which comes first is shown.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from musfuse.media.layout import Layout
from musfuse.model import NodeKind, SourceFile

Own = TypeVar("Own")
"""What a branch itself knows of its entries, and no other."""


@dataclass(frozen=True, slots=True)
class Entry(Generic[Own]):
    """A file or folder of the drive.

    `id` is its inode number: the same for life, and no other entry's (`numbers.py` derives some). `parent` is its
    folder's, 0 for the root. `size` is exact, 0 for a folder, None where finding it out costs something. `version` is
    what a reader in the middle of the file rests on, beside its size. `item` is the item of the library that a file
    shows, 0 for none: what changes of the item is looked up again. `follows` are the numbers of folders of others with
    whose changes it is looked up again, too. `original` is the file of a source whose bytes it shows as they are. One
    that is `hidden` is not to be seen yet: lookups do not find it, and faces do not list it. `link` is a relative path
    to another file of the drive, whose bytes this one has: faces that know links show it as one. What is listed of a
    folder that is not `lasting` may be another each time, and nobody is told. One that is `removable` can be removed
    from its folder, which hides it. `facts` are told by `musfuse info`, as JSON values by name.
    """

    branch: "Branch[Own]"
    id: int
    parent: int
    name: str
    kind: NodeKind
    mtime_ns: int
    own: Own
    size: int | None = None
    version: str = ""
    item: int = 0
    original: SourceFile | None = None
    hidden: bool = False
    follows: tuple[int, ...] = ()
    link: str = ""
    lasting: bool = True
    removable: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class FileContent:
    """The bytes of a file, with what tells them from those before and after a change.

    `version` is what a reader in the middle rests on, as Entry.version has it; `edition` tells versions apart that
    differ in bytes, but neither in size nor for such a reader. `whole`: it is small and changes often, so whoever has
    it open reads it to its end as it was, past what the system remembers of its size and its bytes.
    """

    layout: Layout
    version: str
    edition: int
    mtime_ns: int
    whole: bool = False


class Branch(Protocol[Own]):
    """Entries of the drive, and their bytes. All methods may be called from many threads.

    A folder may be of any branch; an entry is always one of this branch.
    """

    def child(self, folder: Entry[Any], key: str, name: str = "") -> Entry[Own] | None:
        """The branch's entry in a folder under this name key (names.name_key); None where it has none there. `name` is
        as somebody spelled it, '' where nobody did."""

    def children(self, folder: Entry[Any], after_key: str = "", sized: bool = False) -> Iterator[Entry[Own]]:
        """Its entries in a folder in order of name key, those after `after_key`.

        With `sized` every size is found out, waited for where it must be; what has none even then keeps None. Raises
        BusyError where too many wait already, by the call or the first entry.
        """

    def is_current(self, entry: Entry[Own]) -> bool:
        """Look again at what an entry is made of, at most once a second; False where the path is to be looked up
        again."""

    def size(self, entry: Entry[Own]) -> int:
        """The exact size of a file in bytes, waited for where it must be. Raises BusyError, NoEntryError where it is
        gone, and what its origin raises."""

    def layout(self, entry: Entry[Own]) -> FileContent | None:
        """The bytes of a file; None where it changed meanwhile, so that the path is to be looked up again. Raises what
        `size` raises."""

    def forget(self, folders: Set[int] | None) -> None:
        """Something changed in these folders, by id, or anywhere (None): do not trust what you remember of them."""
