"""Whether an original is the one that the catalog knows, as far as its origin can tell without reading it.

A file that has another id than before is another file, unless its folder has another id as well: then its file system
numbers its files anew at every mount, or all of it was copied, and size and mtime decide. Where the tags of both stamps
do not agree, it was rewritten with size and mtime kept, and gets a name of its own for its index.
"""

from dataclasses import dataclass, replace

from musfuse.errors import NotFoundError, OriginError
from musfuse.library.catalog import Files
from musfuse.library.catalog.rows import KnownFile
from musfuse.model import SourceFile
from musfuse.origins import Origin


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file by the name that its index has, whether it is the `same` as before, and whether to `inspect` it."""

    file: SourceFile
    same: bool
    inspect: bool


def moved_here(files: Files, origin: Origin, now: SourceFile) -> KnownFile | None:
    """The known file that this one, which is new in its place, was before it was moved; None where it is new. What is
    still in its old place was not moved: this is another name for it. Another file may have taken that place."""
    known = files.elsewhere(now)
    if known is None:
        return None
    try:
        there = origin.stat(known.file.path)
    except NotFoundError:
        return known
    except OriginError:
        return None
    return known if there.ident and there.ident != known.file.ident else None


def recognise(files: Files, now: SourceFile, before: KnownFile | None, renumbered: bool) -> Recognised:
    """Compare a file with what is known of it; `renumbered`: its folder has another id than last time.

    What is the same under another id or tag is known by the new one from here on.
    """
    if before is None:
        return Recognised(now, same=False, inspect=True)
    known = before.file
    same_id = known.ident == now.ident
    other = not known.stamp.looks_like(now.stamp) or not (same_id or renumbered)
    if other or not (renumbered or known.stamp.agrees_with(now.stamp)):
        if not other:
            now = replace(now, older_name=f"{now.index_name}@{now.stamp.tag}")
        return Recognised(now, same=False, inspect=True)
    if same_id and known.stamp == now.stamp:
        return Recognised(replace(now, older_name=known.older_name), same=True, inspect=False)
    return Recognised(files.renumber(before, now), same=True, inspect=False)
