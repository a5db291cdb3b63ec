"""What is asked of background jobs, by whoever owns a library: a host, or a command for as long as it runs."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING

from musfuse.app.jobs import Jobs
from musfuse.app.library import Library
from musfuse.errors import ConfigError, StoreError
from musfuse.service.events import answer_events
from musfuse.service.handlers import Handlers
from musfuse.service.jobs import RunningJobs
from musfuse.service.prefetching import Prefetching
from musfuse.service.requests.care import BeginVacuum
from musfuse.service.requests.imports import BeginImport
from musfuse.service.requests.owner import BeginIndex, BeginRescan, BeginScan, JobBegun
from musfuse.service.requests.sync import BeginSync

if TYPE_CHECKING:
    from musfuse.app.farcontents import FarContents

log = logging.getLogger(__name__)


class Background:
    """Jobs of a library, which `jobs` gives when they are needed first."""

    def __init__(self, library: Library, jobs: Callable[[], Jobs]) -> None:
        self._library, self._jobs = library, jobs

    def answer(self, handlers: Handlers) -> None:
        """Answer requests about jobs, and those that begin one; have streams of what happens opened."""
        handlers.on(BeginScan, self._scan)
        handlers.on(BeginRescan, self._rescan)
        handlers.on(BeginImport, self._import)
        handlers.on(BeginSync, self._sync)
        handlers.on(BeginVacuum, lambda _: JobBegun(self._jobs().request("vacuum", urgent=True).id))
        handlers.on(BeginIndex, lambda _: JobBegun(self._jobs().request("index", urgent=True).id))
        self._far_contents().answer(handlers, lambda kind: self._jobs().request(kind, urgent=True).id)
        RunningJobs(lambda: self._jobs().runner).answer(handlers)
        answer_events(self._library.events, handlers)

    def _import(self, asked: BeginImport) -> JobBegun:
        from musfuse.app.importing import import_params

        return JobBegun(self._jobs().request("import", import_params(asked), urgent=True).id)

    def _sync(self, asked: BeginSync) -> JobBegun:
        from musfuse.app.syncing import sync_params

        return JobBegun(self._jobs().request("sync", sync_params(self._library, asked), urgent=True).id)

    def _far_contents(self) -> "FarContents":
        from musfuse.app.farcontents import FarContents

        return FarContents(self._library)

    def _scan(self, asked: BeginScan) -> JobBegun:
        self._library.add_sources(asked.sources)
        if not self._library.sources.rows():
            raise ConfigError(f"{self._library.folder}: this library has no sources yet; name a folder with music")
        return JobBegun(self._jobs().request("scan", {"everything": asked.everything}).id)

    def _rescan(self, asked: BeginRescan) -> JobBegun:
        if not asked.places:
            return self._scan(BeginScan())
        places = [self._place(text, typed) for text, typed in zip_longest(asked.places, asked.typed, fillvalue="")]
        return JobBegun(self._jobs().request("rescan", {"places": places}).id)

    def _place(self, text: str, typed: str) -> tuple[str, str]:
        """(uid of the source, path) of a place, or of a source that goes by what was typed. Raises ConfigError."""
        sources = self._library.sources
        place = sources.place(text) or sources.place_resolved(text)
        if place is not None:
            return place
        for spec in self._library.sourcing.specs():
            if typed and typed in (spec.uid, spec.name):
                return spec.uid, ""
        raise ConfigError(
            f"{text}: lies in no source of this library, and is the name of none; `musfuse source list` shows them"
        )


class Alone:
    """The jobs of a command that owns a library for as long as it runs. They do what was asked for and nothing else;
    what does not get done is cancelled when `closing` closes."""

    def __init__(self, library: Library, closing: ExitStack) -> None:
        self._library, self._closing = library, closing

    def answer(self, handlers: Handlers) -> None:
        """Answer what Background does, make tracks ready before that is answered, and make the backup that is due once
        all is done."""
        self._closing.callback(self._back_up)
        Background(self._library, lambda: self._jobs).answer(handlers)
        library = self._library
        Prefetching(library.playing.prefetcher, library.tagging.selection, waits=True).answer(handlers)

    @cached_property
    def _jobs(self) -> Jobs:
        jobs = Jobs(self._library, alone=True)
        self._closing.callback(jobs.join)
        self._closing.callback(jobs.stop)
        self._closing.callback(self._cancel)
        jobs.start()
        return jobs

    def _back_up(self) -> None:
        try:
            self._library.upkeep.back_up_if_due()
        except StoreError as error:
            log.warning("%s", error)

    def _cancel(self) -> None:
        for job in self._jobs.runner.rows():
            if not job.ended:
                self._jobs.runner.cancel(job.id)
