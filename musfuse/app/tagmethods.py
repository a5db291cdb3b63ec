"""Methods of the control channel that change tags and art."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from musfuse.app.tagging import Tagging, Who
from musfuse.errors import ConfigError
from musfuse.model import ArtKind, TagSource


def tag_methods(tagging: Tagging) -> dict[str, Callable[..., Any]]:
    """By name, to be added to those of the owner."""

    def act(name: str) -> Callable[..., Any]:
        method = getattr(tagging, name)

        def call(targets: list[list[str]], fields: list[str], author: str, source: str = "user") -> Any:
            return method(_targets(targets), [str(f) for f in fields], _who(author, source))

        return call

    return {
        **{f"tag.{name}": act(name) for name in ("set", "clear", "lock", "unlock")},
        "tag.undo": lambda number, author: tagging.undo(int(number), _who(author)),
        "tag.import": lambda path, author: tagging.import_file(Path(path), _who(author)),
        "art.set": lambda targets, picture, kind, author: tagging.set_art(
            _targets(targets), Path(picture), ArtKind(kind), _who(author)
        ),
        "art.clear": lambda targets, kinds, hide, author: tagging.clear_art(
            _targets(targets), [ArtKind(kind) for kind in kinds], bool(hide), _who(author)
        ),
    }


def _targets(given: list[list[str]]) -> list[tuple[str, str]]:
    return [(str(text), str(absolute)) for text, absolute in given]


def _who(author: str, source: str = "user") -> Who:
    try:
        return Who(str(author)[:200], TagSource(source))
    except ValueError:
        raise ConfigError(f"{source}: user, orchestrator or provider is wanted") from None
