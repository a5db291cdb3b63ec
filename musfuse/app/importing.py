"""The job that takes over a library of another program."""

from typing import TYPE_CHECKING

from musfuse.app.service import build_importing
from musfuse.errors import ConfigError, MusfuseError
from musfuse.jobs import JobContext
from musfuse.service.requests.imports import BeginImport, ImportLibrary
from musfuse.service.wire import from_json, to_json

if TYPE_CHECKING:
    from musfuse.app.library import Library
    from musfuse.jobs.job import Params


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
        told = importing.run(from_json(dict(context.params), ImportLibrary), watch)
    except _StoppedError:
        return {}
    except ConfigError:
        context.progress(0, 0, "", usage=True)
        raise
    context.progress(told.tracks, told.tracks)
    result: Params = to_json(told)
    return result
