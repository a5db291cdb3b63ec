"""The figures of a library as its owner knows them: what calls count by themselves, and what is found out for a page.

A page asks the databases nothing that grows with the library.
"""

import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from musfuse_metrics.options import MetricsOptions

from musfuse.app.methods import Hosting
from musfuse.metrics import Family, Recorder, Sample
from musfuse.metrics.recorder import Kind

if TYPE_CHECKING:
    from musfuse.events import EventBus
    from musfuse.service.requests.monitoring import Figures, FigureTold, ShowFigures

_OTHER = "musicfs"
_ORIGINS = 45
"""Sources that are told of one by one: a page stays below 500 series, also where it has all of them twice."""


class OwnerFigures:
    """Answers for one host. `recorder` has what was counted so far, None where nothing is counted."""

    def __init__(self, host: Hosting, recorder: Recorder | None) -> None:
        self._host = host
        self._recorder = recorder or Recorder()
        self._recorder.collect(self._found)
        self._away: dict[str, bool] = {}
        self._changed: dict[str, int] = {}

    def page(self, asked: "ShowFigures") -> "Figures":
        """All figures, as of now."""
        from musfuse.metrics.exposition import OPENMETRICS, PROMETHEUS, as_openmetrics, as_prometheus
        from musfuse.service.requests.monitoring import Figures

        families = self._recorder.families()
        if self._host.library.config[MetricsOptions].compat == _OTHER:
            families += [_renamed(family) for family in families]
        if asked.style == "openmetrics":
            return Figures(as_openmetrics(families), OPENMETRICS)
        return Figures(as_prometheus(families), PROMETHEUS)

    def values(self) -> "tuple[FigureTold, ...]":
        """The same as values."""
        from musfuse.service.requests.monitoring import FigureTold, SampleTold

        return tuple(
            FigureTold(
                one.name, one.kind, one.help, tuple(SampleTold(s.value, dict(s.labels), s.suffix) for s in one.samples)
            )
            for one in self._recorder.families()
        )

    def listen(self, events: "EventBus") -> None:
        """Hear from now on what becomes of sources."""
        from musfuse.events.originals import OriginConnected, OriginDisconnected, SyncCompleted

        events.listen(OriginConnected, lambda event: self._away.update({event.origin_id: False}))
        events.listen(OriginDisconnected, lambda event: self._away.update({event.origin_id: True}))
        events.listen(SyncCompleted, lambda event: self._changed.update({event.origin_id: event.files_changed}))

    def _found(self) -> Iterator[Family]:
        library, now = self._host.library, time.time()
        volume, cache = library.drive.statvfs(), library.media.frame_cache
        rows = library.sources.rows()
        yield _one("gauge", "musfuse_uptime_seconds", "Since the owner of the library started.", now - self._host.began)
        yield _one("gauge", "musfuse_process_id", "The process that owns the library.", os.getpid())
        yield _one("gauge", "musfuse_files", "Files of the main view.", volume.files)
        yield _one("gauge", "musfuse_folders", "Folders of the main view.", volume.folders)
        yield _one("gauge", "musfuse_shown_bytes", "Bytes of the files whose sizes are known.", volume.bytes)
        yield _one("gauge", "musfuse_open_files", "Files that are open now.", library.drive.open_handles)
        yield _one("gauge", "musfuse_mounts", "Places where the drive is mounted.", len(self._host.mounts()))
        yield _one("counter", "musfuse_cache_hits", "Encoded runs that were found in memory.", cache.hits)
        yield _one("counter", "musfuse_cache_misses", "Encoded runs that were not found there.", cache.misses)
        yield _one("counter", "musfuse_cache_chunks", "Encoded runs that were put into memory.", cache.puts)
        yield _one("gauge", "musfuse_cache_size_bytes", "Bytes of the encoded runs in memory.", cache.held_bytes)
        yield _one("gauge", "musfuse_origins", f"Sources; the first {_ORIGINS} are told of one by one.", len(rows))
        rows = rows[:_ORIGINS]
        yield Family(
            "musfuse_origin_info", "gauge", "The sources: what `origin` stands for.",
            tuple(Sample(1, {"origin": row.uid, "root": row.root}) for row in rows),
        )  # fmt: skip
        yield Family(
            "musfuse_origin_health", "gauge", "1 where a source could be reached when it was looked at last.",
            tuple(Sample(float(not self._away.get(row.uid, False)), {"origin": row.uid}) for row in rows),
        )  # fmt: skip
        yield Family(
            "musfuse_sync_files_changed", "gauge", "Files that the last scan read anew or found gone.",
            tuple(Sample(self._changed.get(row.uid, 0), {"origin": row.uid}) for row in rows),
        )  # fmt: skip


def _one(kind: Kind, name: str, text: str, value: float) -> Family:
    return Family(name, kind, text, (Sample(value),))


def _renamed(family: Family) -> Family:
    return Family(family.name.replace("musfuse", _OTHER, 1), family.kind, family.help, family.samples)
