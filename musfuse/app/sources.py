"""The origins of a library's sources, made from their specs when they are first asked for."""

import threading
from collections.abc import Callable, Mapping, Sequence

from musfuse.config import Config
from musfuse.config.secretcommands import SecretCommands
from musfuse.errors import ConfigError, NotFoundError, UnavailableError
from musfuse.library.catalog import SourceRow
from musfuse.library.options import ScanOptions
from musfuse.origins import OpenContext, Origin, Registry, SourceSpec
from musfuse.store.options import CacheOptions


class Sources:
    """Origins by uid; together they keep `open_files` open. `rows` and `specs` tell which sources there are now."""

    def __init__(
        self,
        rows: Callable[[], Sequence[SourceRow]],
        specs: Callable[[], Sequence[SourceSpec]],
        registry: Registry,
        config: Config,
        open_files: int,
    ) -> None:
        self._read_rows, self._read_specs, self._registry = rows, specs, registry
        self._config, self._open_files = config, open_files
        self._lock = threading.Lock()
        self._rows: Mapping[str, SourceRow] = {}
        self._specs: Mapping[str, SourceSpec] = {}
        self._origins: dict[str, Origin] = {}
        self.reload()

    def reload(self) -> None:
        """Take over which sources there are now, after some were added, removed or changed; close the origins of those
        that differ."""
        rows = {row.uid: row for row in self._read_rows()}
        specs = {spec.uid: spec for spec in self._read_specs()}
        with self._lock:
            stale = [uid for uid in self._origins if uid not in rows or specs.get(uid) != self._specs.get(uid)]
            closing = [self._origins.pop(uid) for uid in stale]
            self._rows, self._specs = rows, specs
        for origin in closing:
            origin.close()

    def rows(self) -> list[SourceRow]:
        """All sources in order of priority."""
        with self._lock:
            return list(self._rows.values())

    def row(self, uid: str) -> SourceRow:
        """A source; raises NotFoundError."""
        with self._lock:
            return self._row(uid)

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

    def origin(self, uid: str) -> Origin:
        """A source's origin; raises NotFoundError, UnavailableError for a kind of source that is not known here."""
        with self._lock:
            self._row(uid)
            if uid not in self._origins:
                share = max(1, min(self._config[CacheOptions].open_files, self._open_files // len(self._rows)))
                links, commands = self._config[ScanOptions].follow_links_out, self._config[SecretCommands]
                context = OpenContext(links, share, commands)
                try:
                    self._origins[uid] = self._registry.open(self._specs[uid], context)
                except ConfigError as error:
                    raise UnavailableError(str(error)) from error
            return self._origins[uid]

    def _row(self, uid: str) -> SourceRow:
        row = self._rows.get(uid)
        if row is None:
            raise NotFoundError(f"source {uid} is not part of this library any more")
        return row

    def close(self) -> None:
        """Close all origins."""
        with self._lock:
            for origin in self._origins.values():
                origin.close()
            self._origins.clear()
