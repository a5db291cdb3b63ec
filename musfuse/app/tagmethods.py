"""Methods of the control channel that change tags and art."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musfuse.app.library import Library
from musfuse.errors import ConfigError
from musfuse.model import ArtKind, TagSource

if TYPE_CHECKING:
    from musfuse.app.tagging import Who


def tag_methods(library: Library) -> dict[str, Callable[..., Any]]:
    """By name, to be added to those of the owner."""

    def act(name: str) -> Callable[..., Any]:
        def call(targets: list[list[str]], fields: list[str], author: str, source: str = "user") -> Any:
            return getattr(library.tagging, name)(_targets(targets), [str(f) for f in fields], _who(author, source))

        return call

    return {
        **{f"tag.{name}": act(name) for name in ("set", "clear", "lock", "unlock")},
        "tag.undo": lambda number, author: library.tagging.undo(int(number), _who(author)),
        "tag.import": lambda path, author: library.tagging.import_file(Path(path), _who(author)),
        "art.set": lambda targets, picture, kind, author: library.tagging.set_art(
            _targets(targets), Path(picture), ArtKind(kind), _who(author)
        ),
        "art.clear": lambda targets, kinds, hide, author: library.tagging.clear_art(
            _targets(targets), [ArtKind(kind) for kind in kinds], bool(hide), _who(author)
        ),
    }


def _targets(given: list[list[str]]) -> list[tuple[str, str]]:
    return [(str(text), str(absolute)) for text, absolute in given]


def _who(author: str, source: str = "user") -> "Who":
    from musfuse.app.tagging import Who

    try:
        return Who(str(author)[:200], TagSource(source))
    except ValueError:
        raise ConfigError(f"{source}: user, orchestrator or provider is wanted") from None
