"""Parts of a library that only some faces have a use for, by their type."""

from functools import cache
from typing import TYPE_CHECKING, Any

from musfuse.config import Config, Sections
from musfuse.service.face import Parts, no_parts

if TYPE_CHECKING:
    from musfuse.app.library import Library
    from musfuse.library.covers import Covers


def parts_of(library: "Library") -> Parts:
    """What faces of a host can have of its library beside drives and use cases."""

    @cache
    def covers() -> "Covers":
        from musfuse.library.covers import Covers

        catalog, inspectors = library.catalog, library.media.inspectors
        return Covers(catalog.tracks, catalog.renditions, library.stores.pictures, inspectors, library.sources.origin)

    def part(kind: type[Any], /) -> Any:
        from musfuse.app.sections import default_sections
        from musfuse.server.art import Art  # who has no face that asks does without
        from musfuse.server.beside import Beside
        from musfuse.server.parts import Server

        if kind is Server:
            return library.server
        if kind is Art:
            return Art(covers)
        if kind is Beside:
            return Beside(library.sources.origin)
        if kind is Config:
            return library.config
        return default_sections() if kind is Sections else no_parts(kind)

    return part
