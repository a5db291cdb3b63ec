"""The job that takes over a library of another program."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from musfuse.app.service import build_importing
from musfuse.errors import ConfigError, MusfuseError
from musfuse.jobs import JobContext
from musfuse.service.requests.imports import BeginImport, ImportLibrary
from musfuse.service.wire import from_json, to_json

if TYPE_CHECKING:
    from musfuse.app.library import Library
    from musfuse.jobs.job import Params


_OBJECTS = 20_000


class _StoppedError(MusfuseError):
    """Nobody wants an import any more."""


def import_params(asked: BeginImport) -> "Params":
    """An import as it is asked for, for its job."""
    params: Params = to_json(asked)
    return params


def run_import(library: "Library", context: JobContext) -> "Params":
    """Do what is asked for, all of it or nothing. Raises what the request ImportLibrary raises."""

    def watch(done: int, total: int, what: str) -> None:
        if context.stopping:
            raise _StoppedError
        context.progress(done, total, what)

    importing = build_importing(library.catalog, library.stores, library.tagging, library.drives)
    try:
        with _few_collections():
            told = importing.run(from_json(dict(context.params), ImportLibrary), watch)
    except _StoppedError:
        return {}
    except ConfigError:
        context.progress(0, 0, "", usage=True)
        raise
    context.progress(told.tracks, told.tracks)
    result: Params = to_json(told)
    return result


@contextmanager
def _few_collections() -> Iterator[None]:
    """Within the block Python looks for objects that hold each other after 20,000 new ones, not after 700. An import
    makes some fifty an item, none of which do: a tenth of its time went into looking."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
