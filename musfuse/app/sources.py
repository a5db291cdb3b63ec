"""The origins of a library's sources, made from their specs when they are first asked for."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from musfuse.app.outages import Outages
from musfuse.config import Config
from musfuse.config.secretcommands import SecretCommands
from musfuse.errors import ConfigError, NotFoundError, OriginError, UnavailableError
from musfuse.library.catalog import SourceRow
from musfuse.library.options import ScanOptions
from musfuse.model import NodeKind
from musfuse.origins import IndexWhen, OpenContext, Origin, Registry, SourceSpec
from musfuse.origins.remote import bandwidth, indexes_idly
from musfuse.sources.breaker import Outage
from musfuse.sources.urgency import Urgency
from musfuse.store.options import CacheOptions

if TYPE_CHECKING:
    from musfuse.app.streams import Streams
    from musfuse.sources.cached import Contents
    from musfuse.sources.far import FarSource


class Sources:
    """Origins by uid; together they keep `open_files` open. `rows` and `specs` tell which sources there are now.

    What another process of this machine could not read by itself is far, and asked through a lane; `outages` hears of
    what goes away and comes back, and `contents` gives what keeps their files here, None where nothing does.
    `streams` has indexes built of what listeners stream, once somebody sets it.
    """

    def __init__(
        self,
        rows: Callable[[], Sequence[SourceRow]],
        specs: Callable[[], Sequence[SourceSpec]],
        registry: Registry,
        config: Config,
        open_files: int,
        outages: Outages | None = None,
        contents: "Callable[[], Contents | None]" = lambda: None,
    ) -> None:
        self._read_rows, self._read_specs, self._registry = rows, specs, registry
        self._config, self._open_files, self.outages, self._contents = config, open_files, outages, contents
        self._lock = threading.Lock()
        self._rows: Mapping[str, SourceRow] = {}
        self._specs: Mapping[str, SourceSpec] = {}
        self._origins: dict[str, Origin] = {}
        self._far: dict[str, FarSource] = {}
        self.streams: Streams | None = None
        self.reload()

    def reload(self) -> None:
        """Take over which sources there are now, after some were added, removed or changed; close the origins of those
        that differ."""
        rows = {row.uid: row for row in self._read_rows()}
        specs = {spec.uid: spec for spec in self._read_specs()}
        with self._lock:
            made = [*self._origins, *self._far]
            stale = [uid for uid in made if uid not in rows or specs.get(uid) != self._specs.get(uid)]
            close = [self._taken_out(uid) for uid in stale]
            self._rows, self._specs = rows, specs
        for closing in close:
            closing()

    def rows(self) -> list[SourceRow]:
        """All sources in order of priority."""
        with self._lock:
            return list(self._rows.values())

    def row(self, uid: str) -> SourceRow:
        """A source; raises NotFoundError."""
        with self._lock:
            return self._row(uid)

    def hides(self) -> bool:
        """Whether any source has files hidden until their sizes are known."""
        return any(row.unindexed == "hide" for row in self._rows.values())

    def spec(self, uid: str) -> SourceSpec | None:
        """What was said of a source; None for one that nothing is said of."""
        with self._lock:
            return self._specs.get(uid)

    def place(self, text: str) -> tuple[str, str] | None:
        """(uid, path inside) of the source that an absolute path or URI lies in; None for one outside of all."""
        with self._lock:
            specs = list(self._specs.values())
        return self._registry.place(specs, text)

    def place_resolved(self, text: str) -> tuple[str, str] | None:
        """As `place`, where symbolic links lead to the source in place of the path that it was added by, or it was
        added by such a link. It may wait for file systems."""
        with self._lock:
            specs = list(self._specs.values())
        return self._registry.place_resolved(specs, text)

    def origin(self, uid: str, urgency: Urgency = Urgency.READER) -> Origin:
        """A source's origin, for who asks so urgently: the same object each time. Raises NotFoundError,
        UnavailableError for a kind of source that is not known here."""
        with self._lock:
            self._row(uid)
            if uid not in self._origins and uid not in self._far:
                self._make(self._specs[uid])
            far = self._far.get(uid)
            return far.seen_by(urgency) if far is not None else self._origins[uid]

    def scanned_origin(self, uid: str) -> Origin:
        """As `origin`, for a scan of all of the source."""
        origin = self.origin(uid, Urgency.SCAN)
        with self._lock:
            far = self._far.get(uid)
        return far.scanned() if far is not None else origin

    def indexes_idly(self, uid: str) -> bool:
        """Whether files of a source may be read for indexes while nothing else is to be done."""
        spec = self.spec(uid)
        return spec is not None and indexes_idly(spec)

    def index_idly(self) -> bool:
        """Whether that is so of any source."""
        return any(self.indexes_idly(row.uid) for row in self.rows())

    def idle_origin(self, uid: str) -> Origin:
        """As `origin`, for what nobody waits for."""
        return self.origin(uid, Urgency.INDEX)

    def outage(self, uid: str) -> Outage | None:
        """Why a source is away, and since when, where it was asked and that is known; None for all others."""
        with self._lock:
            far = self._far.get(uid)
        return far.lane.outage if far is not None else None

    def try_out(self, spec: SourceSpec) -> None:
        """Raise ConfigError where a source that lies elsewhere cannot be looked into now, or is no folder."""
        opened = self._opened(spec)
        try:
            if not opened.traits.local and opened.stat("").kind is not NodeKind.FOLDER:
                raise ConfigError(f"{opened.name}: a file; a source is a folder with music")
        except OriginError as error:
            raise ConfigError(str(error)) from error
        finally:
            opened.close()

    def _make(self, spec: SourceSpec) -> None:
        try:
            opened = self._opened(spec)
        except ConfigError as error:
            raise UnavailableError(str(error)) from error
        if opened.traits.local:
            self._origins[spec.uid] = opened
            return
        from musfuse.sources.far import FarSource  # who has no such source does without
        from musfuse.sources.lane import Lane, Limits

        limits, known = Limits(bytes_per_second=bandwidth(spec)), self.outages is not None and spec.uid in self._rows
        told = self.outages.lane_of(spec.uid) if self.outages is not None and known else lambda _: None
        contents, indexed = self._contents(), opened.traits.index is not IndexWhen.NEVER
        tee = self.streams.tee(spec.uid, keeps=contents is None) if self.streams is not None and indexed else None
        self._far[spec.uid] = FarSource(Lane(opened, limits, told), contents=contents, tee=tee)

    def _taken_out(self, uid: str) -> Callable[[], None]:
        """How an origin is closed that nobody gets from now on."""
        return self._far.pop(uid).close if uid in self._far else self._origins.pop(uid).close

    def _opened(self, spec: SourceSpec) -> Origin:
        """The origin itself. Raises ConfigError."""
        share = max(1, min(self._config[CacheOptions].open_files, self._open_files // max(1, len(self._rows))))
        links, commands = self._config[ScanOptions].follow_links_out, self._config[SecretCommands]
        return self._registry.open(spec, OpenContext(links, share, commands))

    def _row(self, uid: str) -> SourceRow:
        row = self._rows.get(uid)
        if row is None:
            raise NotFoundError(f"source {uid} is not part of this library any more")
        return row

    def close(self) -> None:
        """Close all origins."""
        with self._lock:
            for uid in (*self._origins, *self._far):
                self._taken_out(uid)()
