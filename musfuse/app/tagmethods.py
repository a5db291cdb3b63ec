"""Methods of the control channel that change tags and art. Their annotations are what a caller must send."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musfuse.app.library import Library
from musfuse.errors import ConfigError
from musfuse.model import ArtKind, TagSource

if TYPE_CHECKING:
    from musfuse.app.tagging import Tagging, Who

Targets = list[tuple[str, str]]
"""(As it was typed, as an absolute path)."""

_MAX_AUTHOR = 200


def tag_methods(library: Library) -> dict[str, Callable[..., Any]]:
    """By name, to be added to those of the owner. With `dry_run` they tell what would change, and change nothing."""

    def act(name: str) -> Callable[..., Any]:
        def call(
            targets: Targets, fields: list[str], author: str, source: TagSource = TagSource.USER, dry_run: bool = False
        ) -> Any:
            who = _who(author, source)
            return _done(library, dry_run, lambda tagging: getattr(tagging, name)(targets, fields, who))

        return call

    def undo(number: int, author: str, dry_run: bool = False) -> Any:
        return _done(library, dry_run, lambda tagging: tagging.undo(number, _who(author)))

    def import_file(path: Path, author: str, dry_run: bool = False) -> Any:
        return _done(library, dry_run, lambda tagging: tagging.import_file(path, _who(author)))

    def set_art(targets: Targets, picture: Path, kind: ArtKind, author: str, dry_run: bool = False) -> Any:
        return _done(library, dry_run, lambda tagging: tagging.set_art(targets, picture, kind, _who(author)))

    def clear_art(targets: Targets, kinds: list[ArtKind], hide: bool, author: str, dry_run: bool = False) -> Any:
        return _done(library, dry_run, lambda tagging: tagging.clear_art(targets, kinds, hide, _who(author)))

    return {
        **{f"tag.{name}": act(name) for name in ("set", "clear", "lock", "unlock")},
        "tag.undo": undo,
        "tag.import": import_file,
        "art.set": set_art,
        "art.clear": clear_art,
    }


def _done(library: Library, dry_run: bool, act: "Callable[[Tagging], dict[str, Any]]") -> dict[str, Any]:
    """A change, made or rehearsed."""
    if not dry_run:
        return act(library.tagging)
    from musfuse.app.rehearsal import rehearse

    return rehearse(library, act)


def _who(author: str, source: TagSource = TagSource.USER) -> "Who":
    from musfuse.app.tagging import Who

    if source is TagSource.EMBEDDED:
        raise ConfigError(f"{source.value}: user, orchestrator or provider is wanted")
    return Who(author[:_MAX_AUTHOR], source)
