"""An origin that no file but this one knows: a dictionary behind a slow line, without ids, with ETags for versions, that
fails and lies when it is told to."""

import hashlib
import time
from collections.abc import Iterator, Mapping

from musfuse.config.secrets import Secret
from musfuse.errors import ConfigError, NotFoundError, RefusedError, SourceChangedError, UnavailableError
from musfuse.model import NodeKind, Stamp
from musfuse.origins import Entry, OpenContext, SchemeOption, SourceSpec, SourceStat, Traits
from musfuse.origins.port import checked_path

FOLDER = SourceStat(NodeKind.FOLDER, Stamp(0, 0))


class Toy:
    """A shelf of files, which outlives the origins that show it."""

    def __init__(self, latency: float = 0.0) -> None:
        self.files: dict[str, tuple[bytes, Stamp]] = {}
        self.latency, self.reads = latency, 0
        self.away: bool | type[UnavailableError] = False
        self.lock = ""
        self.traits = Traits()
        self.lies: list[Entry] = []
        """Entries that every listing has beside the true ones."""
        self._clock = 1_600_000_000_000_000_000

    def write(self, path: str, data: bytes, keep_mtime: bool = False) -> None:
        self._clock += 1_000_000_000
        mtime_ns = self.files[path][1].mtime_ns if keep_mtime else self._clock
        self.files[path] = (data, Stamp(len(data), mtime_ns, hashlib.md5(data).hexdigest()))


class ToyOrigin:
    def __init__(self, uid: str, name: str, toy: Toy, key: Secret = Secret()) -> None:
        self.uid, self.name, self._toy, self._key = uid, name, toy, key

    @property
    def traits(self) -> Traits:
        return self._toy.traits

    def list(self, path: str) -> Iterator[Entry]:
        self._ask(path)
        prefix = f"{path}/" if path else ""
        below = {p[len(prefix) :]: stamp for p, (_, stamp) in self._toy.files.items() if p.startswith(prefix)}
        if not below and path:
            raise NotFoundError(f"{self.name}/{path}: no such folder")
        found = {rest.partition("/")[0]: FOLDER for rest in below if "/" in rest}
        found |= {name: SourceStat(NodeKind.FILE, stamp) for name, stamp in below.items() if "/" not in name}
        return iter([*(Entry(name, found[name]) for name in sorted(found)), *self._toy.lies])

    def stat(self, path: str) -> SourceStat:
        self._ask(path)
        if path in self._toy.files:
            return SourceStat(NodeKind.FILE, self._toy.files[path][1])
        if not path or any(p.startswith(f"{path}/") for p in self._toy.files):
            return FOLDER
        raise NotFoundError(f"{self.name}/{path}: no such file")

    def read(self, path: str, offset: int, size: int, stamp: Stamp | None = None) -> bytes:
        self._ask(path)
        self._toy.reads += 1
        if path not in self._toy.files:
            raise NotFoundError(f"{self.name}/{path}: no such file")
        data, now = self._toy.files[path]
        if stamp is not None and not stamp.agrees_with(now):
            raise SourceChangedError(f"{self.name}/{path}: changed since it was opened; open it again")
        return data[offset : offset + size]

    def spec(self) -> Mapping[str, object]:
        return {"local": False, "uid": self.uid}

    def let_go(self) -> None:
        pass

    def close(self) -> None:
        pass

    def _ask(self, path: str) -> None:
        checked_path(path)
        time.sleep(self._toy.latency)
        if self._toy.away:
            kind = UnavailableError if self._toy.away is True else self._toy.away
            raise kind(f"{self.name}: the shelf is away")
        if self._toy.lock and self._key != Secret(self._toy.lock):
            raise RefusedError(f"{self.name}: the shelf is locked")


class ToyScheme:
    """`toy://SHELF`"""

    name = "toy"
    options: Mapping[str, SchemeOption] = {"colour": SchemeOption("of the shelf", ("red", "green"))}
    secrets: Mapping[str, str] = {"key": "opens the shelf"}

    def __init__(self, **shelves: Toy) -> None:
        self.shelves = shelves

    def locate(self, text: str) -> str:
        shelf, slash, rest = text.partition("://")[2].partition("/")
        if not shelf:
            raise ConfigError(f"{text}: names no shelf; toy://SHELF is wanted")
        return f"toy://{shelf.lower()}{slash}{rest}".removesuffix("/")

    def shown(self, uri: str) -> str:
        return uri

    def same(self, uri: str, other: str) -> bool:
        return uri == other

    def overlap(self, uri: str, other: str) -> bool:
        return f"{uri}/".startswith(f"{other}/") or f"{other}/".startswith(f"{uri}/")

    def check(self, uri: str) -> None:
        if uri.removeprefix("toy://") not in self.shelves:
            raise ConfigError(f"{uri}: there is no such shelf; build it first")

    def inside(self, uri: str, text: str) -> str | None:
        if text == uri or text.startswith(f"{uri}/"):
            return text[len(uri) + 1 :]
        return None

    def open(self, spec: SourceSpec, context: OpenContext) -> ToyOrigin:
        key = spec.secret("key", context.commands)
        key.reveal()  # where it is not there, the source cannot be opened
        return ToyOrigin(spec.uid, spec.uri, self.shelves[spec.uri.removeprefix("toy://")], key)
