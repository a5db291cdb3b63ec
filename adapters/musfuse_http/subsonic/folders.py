"""Music folders: the sources, by numbers as the API has them, which stay as long as a source is at its place."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from musfuse.service.requests.browse import BrowseSources, SourceTold

if TYPE_CHECKING:
    from musfuse.service.handlers import Handlers


def folder_number(uid: str) -> int:
    """The number of a source, above 0."""
    return int.from_bytes(blake2b(uid.encode(), digest_size=4).digest(), "big") >> 1 or 1


def folders(service: "Handlers", seen: Sequence[str] | None) -> tuple[SourceTold, ...]:
    """The sources with tracks that somebody sees."""
    return service.call(BrowseSources(None if seen is None else tuple(seen))).sources


def uid_of(service: "Handlers", number: str, seen: Sequence[str] | None) -> str:
    """The uid of a source that somebody sees, by its number; '' for none."""
    return next((one.uid for one in folders(service, seen) if str(folder_number(one.uid)) == number), "")
