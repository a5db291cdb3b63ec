"""What may stand where on the command line: names on the drive, files, fields, options, drives, sources.

Called by click while a shell completes a word; what cannot be found out is nothing to say anything about.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import click

from musfuse.cli.common import connect, known_sections, library_folder
from musfuse.errors import MusfuseError
from musfuse.rendition import POLICIES

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from musfuse.service.port import Request

    Items = list[CompletionItem[str]]

A = TypeVar("A")

_MOST = 1000
POLICY_HELP = "What lossless audio is served as: flac, original, wav, or smaller, as opus:96 or mp3:192 in kbit/s"

Find = Callable[[click.Context, str], Iterable[tuple[str, str]]]
"""Finds (value, kind) for the word that was begun; kinds are plain, path (a name that is a path), file and dir, which
leave it to the shell to find files or folders."""


def _completes(find: Find) -> "Callable[[click.Context, click.Parameter, str], Items]":
    @wraps(find)
    def complete(context: click.Context, _: click.Parameter, begun: str) -> "Items":
        from click.shell_completion import CompletionItem

        try:
            found = [(value, kind) for value, kind in find(context, begun) if value.startswith(begun)]
        except (MusfuseError, OSError):
            return []
        return [CompletionItem(value, kind) for value, kind in found if value.isprintable()]

    return complete


@_completes
def folders(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """Folders of this machine whose path begins with the word."""
    del context
    yield begun, "dir"


@_completes
def drives(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """Where drives are mounted, and folders."""
    from musfuse.control import progress_of_owners

    del context
    yield begun, "dir"
    yield from ((path, "path") for status in progress_of_owners() for path in status["mounts"])


@_completes
def sources(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """The sources of the library by location and name, and folders."""
    yield begun, "dir"
    yield from _sources(context, removed=False)


@_completes
def removed_sources(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """Removed sources, by location and name."""
    del begun
    yield from _sources(context, removed=True)


def _sources(context: click.Context, removed: bool) -> Iterator[tuple[str, str]]:
    from musfuse.service.requests.sources import ListSources

    for row in _asked(context, ListSources(removed)):
        yield row.location, "path"
        if row.name:
            yield row.name, "plain"


@_completes
def views(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """The views of the library."""
    from musfuse.service.requests.views import ListViews

    del begun
    yield from ((row.name, "plain") for row in _asked(context, ListViews()))


@_completes
def webhooks(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """The webhooks of the library, by their ids."""
    from musfuse.service.requests.webhooks import ListWebhooks

    del begun
    yield from ((row.id, "plain") for row in _asked(context, ListWebhooks()))


@_completes
def users(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """The users of the library."""
    from musfuse.service.requests.accounts import ListUsers

    del begun
    yield from ((row.name, "plain") for row in _asked(context, ListUsers()))


@_completes
def event_names(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """The names of events."""
    from musfuse.events.wire import EVENTS

    del context, begun
    yield from ((name, "plain") for name in sorted(EVENTS))


@_completes
def collections(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """The collections of the library, hidden ones too."""
    from musfuse.service.requests.collections import ListCollections

    del begun
    yield from ((row.name, "plain") for row in _asked(context, ListCollections(hidden=True)))


@_completes
def playlists(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """The playlists that were made here."""
    from musfuse.service.requests.playlists import ListPlaylists

    del begun
    yield from ((row.name, "plain") for row in _asked(context, ListPlaylists()))


@_completes
def collection_orders(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """What the tracks of a collection can be sorted by."""
    from musfuse.library.collections.rules import HEARD_ORDERS
    from musfuse.library.query import ORDERS

    del context, begun
    yield from ((f"{first}{name}", "plain") for first in ("", "-") for name in (*ORDERS, *HEARD_ORDERS))


@_completes
def option_names(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """Sections and options of the configuration."""
    del context, begun
    for name in known_sections().options:
        yield name, "plain"


@_completes
def policies(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """Values of `view.policy`."""
    del context, begun
    yield from ((policy, "plain") for policy in POLICIES)


@_completes
def places(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """Files, below a mounted drive or of a source, and names on the drive, mounted or not."""
    yield begun, "file"
    yield from _on_drive(context, begun)


@_completes
def targets(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """Files, names on the drive, and fields of a query. Behind `--` only fields: their names, or `name=` where the
    command sets values."""
    from musfuse.library.vocabulary import SPECIAL
    from musfuse.media.tags.fields import BUILT_IN

    if context.meta.get("musfuse.dashes"):  # TargetCommand says so
        yield from ((name + ("=" if context.command.name == "set" else ""), "plain") for name in sorted(BUILT_IN))
        return
    yield from ((f"{name}:", "plain") for name in sorted(BUILT_IN | SPECIAL))
    yield begun, "file"
    yield from _on_drive(context, begun)


@_completes
def query_terms(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """Fields of a query, and what its answers can be sorted by."""
    from musfuse.library.query import ORDERS
    from musfuse.library.vocabulary import SPECIAL
    from musfuse.media.tags.fields import BUILT_IN

    del context, begun
    yield from ((f"{name}:", "plain") for name in sorted(BUILT_IN | SPECIAL))
    yield from ((f"sort:{name}", "plain") for name in ORDERS)


@_completes
def orders(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    """What answers can be sorted by."""
    from musfuse.library.query import ORDERS

    del context, begun
    yield from ((f"{first}{name}", "plain") for first in ("", "-") for name in ORDERS)


def files_like(begun: str, folders_only: bool = False) -> Iterator[str]:
    """Files whose path begins so, folders with a slash behind them; for shells that cannot mix their own in."""
    parent, slash, start = begun.rpartition("/")
    try:
        with os.scandir(os.path.expanduser(parent + slash or ".")) as entries:
            found = (e for e in entries if e.name.startswith(start) and (start or not e.name.startswith(".")))
            for entry in islice(found, _MOST):
                if entry.is_dir() or not folders_only:
                    yield parent + slash + entry.name + ("/" if entry.is_dir() else "")
    except (OSError, ValueError):  # no such folder, or no name of one
        return


def _asked(context: click.Context, request: "Request[A]") -> "A":
    with connect(library_folder(context.params.get("library"))) as service:
        return service.call(request)


def _on_drive(context: click.Context, begun: str) -> Iterator[tuple[str, str]]:
    from musfuse.model import NodeKind
    from musfuse.service.requests.library import ListFolders

    if begun.startswith(("/", "~", ".")):
        return
    parent, slash, start = begun.rpartition("/")
    try:
        with connect(library_folder(context.params.get("library"))) as service:
            entries = next(iter(service.rows(ListFolders(parent)))).entries
            for entry in islice((entry for entry in entries if entry.name.startswith(start)), _MOST):
                yield parent + slash + entry.name + ("/" if entry.kind == NodeKind.FOLDER else ""), "path"
    except MusfuseError:
        return
