"""Libraries of other programs, taken over: planned, and made in one transaction of user.db."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musfuse.errors import ConfigError
from musfuse.library.catalog.candidates import Candidates
from musfuse.library.catalog.nodes import Nodes
from musfuse.library.catalog.pairs import Pairs
from musfuse.library.collections.shelf import Shelf
from musfuse.library.exchange.opening import Opening, open_foreign
from musfuse.library.imports.lists import Lists, Taken
from musfuse.library.imports.opinions import Opinions
from musfuse.library.imports.places import read_mapping
from musfuse.library.imports.planning import EVERYTHING, PLAYLISTS, Matched, Planner
from musfuse.library.imports.saying import Saying
from musfuse.library.imports.watching import Watch, watched
from musfuse.library.overlay import MetaCollector
from musfuse.library.userdb import UserDatabase
from musfuse.library.userdb.plays import PlayTable
from musfuse.library.userdb.ratings import RatingTable
from musfuse.model import TagSource
from musfuse.service.handlers import Handlers
from musfuse.service.requests.changes import FieldChange
from musfuse.service.requests.imports import (
    DoubtTold,
    Imported,
    ImportLibrary,
    MappingTold,
    MissingTold,
    PlanLibrary,
    PlaylistTaken,
)

_MAX_AUTHOR = 200
SAID, KEPT = "tags", "stars, plays and playlists"


def _nobody(done: int, total: int, what: str) -> None:
    """Hears how far an import is, where nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Importing:
    """Over what a library holds and what was said of it. `adopt` brings a change of tags onto the drive, `changed` is
    called when ratings, plays or playlists are others; `folder` is where copies may lie for a moment."""

    candidates: Candidates
    nodes: Nodes
    collector: MetaCollector
    user: UserDatabase
    shelf: Shelf
    folder: Path | None = None
    adopt: Callable[[int], object] = lambda _: None
    changed: Callable[[], object] = lambda: None

    def answer(self, handlers: Handlers, *, plans_only: bool = False) -> None:
        """Answer the requests about imports."""
        handlers.on(PlanLibrary, lambda asked: self._taken(asked, ""))
        if not plans_only:
            handlers.on(ImportLibrary, lambda asked: self._taken(asked, asked.author))

    def run(self, asked: ImportLibrary, watch: Watch) -> Imported:
        """Make an import; `watch` hears how far it is, and may raise what stops it. Raises what a request raises."""
        return self._taken(asked, asked.author, watch)

    def _taken(self, asked: PlanLibrary | ImportLibrary, author: str, watch: Watch = _nobody) -> Imported:
        """Plan an import, and make it where it has an author. Raises ConfigError, StoreError, BusyError."""
        parts = asked.parts or EVERYTHING
        if wrong := next((part for part in parts if part not in EVERYTHING), None):
            raise ConfigError(f"{wrong}: nothing that can be taken over; there are {', '.join(EVERYTHING)}")
        if asked.source is TagSource.EMBEDDED:
            raise ConfigError(f"{asked.source.value}: user, orchestrator or provider is wanted")
        mappings = [read_mapping(text) for text in asked.mappings]
        opinions = Opinions(RatingTable(self.user), PlayTable(self.user), time.time_ns())
        saying = Saying(self.collector, asked.source)
        with ExitStack() as stack:
            library = stack.enter_context(open_foreign(asked.kind, Opening(asked.path, self.folder, asked.user)))
            pairs = stack.enter_context(Pairs())
            planner = Planner(self.candidates, self.nodes, pairs, saying.new, mappings, parts)
            matched = planner.plan(library, watch)
            lists = Lists(self.shelf, asked.rules)
            if PLAYLISTS in parts:
                lists.read(library)
            change = 0
            if author:
                stack.enter_context(self.user.transaction())
                what = f"import of {library.name} {asked.path.name}"
                made = self.collector.apply_delta(
                    watched(saying.deltas(pairs), SAID, saying.tracks, watch), asked.source, author[:_MAX_AUTHOR], what
                )
                change = made.seq
            opinions.take(pairs, write=bool(author))
            watch(matched.tracks, matched.tracks, KEPT)
            lists.take(pairs, write=bool(author))
            name, mapped = library.name, planner.mappings
        if change:
            self.adopt(change)
        if author:
            self.changed()
        return Imported(
            program=name,
            change=change,
            mappings=tuple(MappingTold(one.old, one.new, one.guessed) for one in mapped),
            playlists=tuple(map(_playlist, lists.taken)),
            dry_run=not author,
            **_matched(matched), **_said(saying), **_thought(opinions),
        )  # fmt: skip


def _playlist(taken: Taken) -> PlaylistTaken:
    return PlaylistTaken(taken.name, taken.fate, taken.tracks, taken.missing, taken.reason)


def _matched(matched: Matched) -> dict[str, Any]:
    missing = [
        MissingTold(reason, count, tuple(matched.examples.get(reason, ())))
        for reason, count in matched.missing.most_common()
    ]
    doubts = tuple(DoubtTold(old, new) for old, new in matched.guess.doubts)
    return {"tracks": matched.tracks, "found": matched.how, "missing": tuple(missing), "doubts": doubts}


def _said(saying: Saying) -> dict[str, Any]:
    shown = tuple(FieldChange(one.path, one.field, one.before, one.after) for one in saying.shown)
    return {
        "changed": saying.tracks, "fields": saying.fields, "hidden": saying.hidden, "refused": saying.refused,
        "shown": shown,
    }  # fmt: skip


def _thought(opinions: Opinions) -> dict[str, Any]:
    return {
        "rated": opinions.rated, "starred": opinions.starred, "kept": opinions.kept, "played": opinions.played,
    }  # fmt: skip
