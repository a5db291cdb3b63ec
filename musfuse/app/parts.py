"""Parts of a library that only some faces have a use for, by their type."""

from typing import TYPE_CHECKING, Any

from musfuse.service.face import Parts, no_parts

if TYPE_CHECKING:
    from musfuse.app.library import Library


def parts_of(library: "Library") -> Parts:
    """What faces of a host can have of its library beside drives and use cases."""

    def part(kind: type[Any], /) -> Any:
        from musfuse.server.parts import Server  # who has no face that asks does without

        return library.server if kind is Server else no_parts(kind)

    return part
