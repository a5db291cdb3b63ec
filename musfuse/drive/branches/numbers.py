"""Inode numbers of what has no row in the tree's table, below 2^63 and apart from each other and from those of rows."""

import zlib
from hashlib import blake2b

from musfuse.library.names import name_key
from musfuse.model import Rendition

_COMPANIONS, _NAMED, _RENDITIONS, _COPIES = 1 << 62, 1 << 61, 1 << 60, 1 << 59


def number_of_companion(folder: int, name: str) -> int:
    """The inode number of a companion in a folder that has a row. It depends on the folder and the name's key alone."""
    return _COMPANIONS | folder << 24 | zlib.crc32(_key(name)) & 0xFF_FFFF


def number_of_name(folder: int, name: str) -> int:
    """The inode number of a name in any folder. It depends on the folder and the name's key alone."""
    digest = blake2b(b"%d/%b" % (folder, _key(name)), digest_size=8).digest()
    return _NAMED | int.from_bytes(digest) & (_NAMED - 1)


def number_of_spelling(folder: int, name: str) -> int:
    """As `number_of_name`, where another spelling of a name is another entry."""
    digest = blake2b(b"%d=%b" % (folder, name.encode("utf-8", "surrogatepass")), digest_size=8).digest()
    return _NAMED | int.from_bytes(digest) & (_NAMED - 1)


def number_of_rendition(item: int, rendition: Rendition) -> int:
    """The inode number of an item made into a rendition that no view shows."""
    return _RENDITIONS | item << 12 | rendition.number


def number_of_copy(copy: int) -> int:
    """The inode number of a further entry of a track, by its id."""
    return _COPIES | copy


def _key(name: str) -> bytes:
    return name_key(name).encode("utf-8", "surrogatepass")
