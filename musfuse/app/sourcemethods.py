"""Methods of the control channel about sources. Their annotations are what a caller must send."""

from collections.abc import Callable
from typing import Any

from musfuse.app.library import Library

Asked = tuple[str, str]
"""What was typed for a source or a place, and the same as an absolute path or URI ('' where it can be none)."""


def source_methods(library: Library, rescan: Callable[[], object] = lambda: None) -> dict[str, Callable[..., Any]]:
    """By name, to be added to those of the owner. With `dry_run` they tell what would change, and change nothing;
    `rescan` is called where there is something to look for."""
    sourcing = library.sourcing

    def scanned(result: dict[str, Any], dry_run: bool) -> dict[str, Any]:
        if not dry_run:
            rescan()
        return result

    def list_(removed: bool = False) -> Any:
        return sourcing.list(removed)

    def show(source: Asked) -> Any:
        return sourcing.show(source)

    def add(places: list[Asked], dry_run: bool = False) -> Any:
        return scanned(sourcing.add(places, dry_run), dry_run)

    def change(source: Asked, assignments: list[str], dry_run: bool = False) -> Any:
        return sourcing.change(source, assignments, dry_run)

    def move(old: Asked, new: Asked, dry_run: bool = False) -> Any:
        return scanned(sourcing.move(old, new, dry_run), dry_run)

    def remove(source: Asked, dry_run: bool = False) -> Any:
        return sourcing.remove(source, dry_run)

    def restore(source: Asked, dry_run: bool = False) -> Any:
        return scanned(sourcing.restore(source, dry_run), dry_run)

    return {
        "source.list": list_,
        "source.show": show,
        "source.add": add,
        "source.set": change,
        "source.move": move,
        "source.remove": remove,
        "source.restore": restore,
    }
