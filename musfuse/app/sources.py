"""The origins of a library."""

import threading

from musfuse.config import Config
from musfuse.errors import NotFoundError
from musfuse.library.catalog import Files, SourceRow
from musfuse.origins import LocalOrigin, Origin


class Sources:
    """The library's origins by uid, built when first asked for; together they keep `open_files` open."""

    def __init__(self, files: Files, config: Config, open_files: int) -> None:
        self._files, self._config, self._open_files = files, config, open_files
        self._lock = threading.Lock()
        self._rows: dict[str, SourceRow] = {}
        self._origins: dict[str, LocalOrigin] = {}
        self.reload()

    def reload(self) -> None:
        """Sources were added."""
        rows = {row.uid: row for row in self._files.sources()}
        with self._lock:
            self._rows = rows

    def rows(self) -> list[SourceRow]:
        """All sources in order of priority."""
        with self._lock:
            return list(self._rows.values())

    def row(self, uid: str) -> SourceRow:
        """A source; raises NotFoundError."""
        with self._lock:
            row = self._rows.get(uid)
        if row is None:
            raise NotFoundError(f"source {uid} is not part of this library any more")
        return row

    def origin(self, uid: str) -> Origin:
        """A source's origin; raises NotFoundError."""
        row = self.row(uid)
        with self._lock:
            if uid not in self._origins:
                self._origins[uid] = LocalOrigin(
                    uid,
                    row.uri,
                    follow_links_out=self._config.scan.follow_links_out,
                    open_files=max(1, min(self._config.cache.open_files, self._open_files // len(self._rows))),
                )
            return self._origins[uid]

    def close(self) -> None:
        """Close all origins."""
        with self._lock:
            for origin in self._origins.values():
                origin.close()
            self._origins.clear()
