"""Options that are changed while a process owns a library: which can be, and what is done for each."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Protocol

from musfuse_webhooks.options import WebhookOptions

from musfuse.app.build.faces import grpc_face, metrics_face, otel_face
from musfuse.app.library import Library
from musfuse.app.sections import default_sections
from musfuse.app.state import StateFolder
from musfuse.config import Config, Sections
from musfuse.config.load import Stated, parsed_option
from musfuse.config.template import toml_value
from musfuse.errors import FaceError
from musfuse.library.userdb.options import BackupOptions
from musfuse.logs.files import follow_options
from musfuse.logs.options import LoggingOptions
from musfuse.service.face import Face, RunningFaces
from musfuse.service.requests.configuration import Effect, OptionSet, Reloaded
from musfuse.store.eventoptions import EventsOptions
from musfuse.store.eventtable import EventTable

FaceWanted = Callable[[Config, StateFolder], Face | None]
"""Makes a face where the configuration of a library wants one."""


class Configured(Protocol):
    """What is changed: a host, as far as options are concerned."""

    library: Library
    faces: RunningFaces

    def keep_events(self) -> EventTable: ...

    def adopt_webhooks(self) -> None: ...

    def watch(self) -> None: ...


def _nothing(host: Configured, before: Config) -> None:
    """It is read whenever it is needed."""


def _replace(host: Configured, before: Config, make: FaceWanted) -> None:
    """Have the face that `make` makes of the configuration run in place of the one that it made before. Raises
    FaceError; the one before runs then."""
    state = StateFolder(host.library.folder)
    old, new = make(before, state), make(host.library.config, state)
    for face in filter(None, (old or new,)):
        for name in host.faces.active(type(face)):
            host.faces.stop(name)
    try:
        if new is not None:
            host.faces.start(new)
    except FaceError:
        if old is not None:
            host.faces.start(old)
        raise
    host.watch()  # what kept it from running before is told no more


def _listen(host: Configured, before: Config) -> None:
    _replace(host, before, metrics_face)


def _send_figures(host: Configured, before: Config) -> None:
    _replace(host, before, otel_face)


def _serve_grpc(host: Configured, before: Config) -> None:
    new = grpc_face(host.library.config, StateFolder(host.library.folder))
    if new is not None:
        new.check()  # before calls that run are ended
    _replace(host, before, grpc_face)


def _keep_events(host: Configured, before: Config) -> None:
    del before
    if host.library.config[EventsOptions].keep:
        host.keep_events()


def _back_up(host: Configured, before: Config) -> None:
    del before
    host.library.upkeep.options = host.library.config[BackupOptions]


def _log(host: Configured, before: Config) -> None:
    del before
    follow_options(host.library.config[LoggingOptions])


@dataclass(frozen=True, slots=True)
class Way:
    """How another value of an option comes to count. `apply` is called when the library has the new configuration, with
    the one before; it may raise FaceError."""

    effect: Effect = "start"
    apply: Callable[[Configured, Config], None] = field(default=_nothing)
    note: str = ""


_START = Way()
_GRPC = Way("now", _serve_grpc, "calls that ran are finished, and streams end")
_OTEL = Way("now", _send_figures)
_MOUNT = Way("mount")
WAYS: Mapping[str, Way] = MappingProxyType({
    "view.sidecars": Way("now", note="files beside the tracks are looked for by the next scan"),
    "index.background": Way("now", note="from the next scan on"),
    "identity.lossy": Way("now", note="from the next time on that nothing else is to be done"),
    "backup.keep": Way("now", _back_up),
    "backup.hours": Way("now", _back_up),
    "events.keep": Way("now", _keep_events, "what is written down already goes on until the next start"),
    "logging.level": Way("now", _log),
    "logging.areas": Way("now", _log),
    "logging.json_output": Way("now", _log),
    "metrics.listen": Way("now", _listen, "calls of the drive are counted where they were from the start"),
    "metrics.compat": Way("now"),
    "otel.endpoint": _OTEL,
    "otel.interval_seconds": _OTEL,
    **{f"grpc.{name}": _GRPC for name in (
        "enabled", "listen", "certificate", "key", "import_folder", "drain_seconds", "subscribers",
    )},
    "fuse.binding": _MOUNT,
    "fuse.allow_other": _MOUNT,
    "fuse.cache_seconds": _MOUNT,
    "fuse.mac_files": _MOUNT,
    "winfsp.label": _MOUNT,
})  # fmt: skip
"""By option; any other is read when a library is opened."""


class Reconfiguring:
    """Changes the options of one host; `reload` looks for what is other in the configuration than was stated."""

    def __init__(self, host: Configured, stated: Stated, sections: Sections | None = None) -> None:
        self._host, self._stated, self._read = host, stated.config, stated.read
        self._sections = sections or default_sections()
        self._lock = threading.Lock()

    def set(self, option: str, text: str) -> OptionSet:
        """Give an option another value. Raises ConfigError, FaceError; it has the one before then."""
        value = parsed_option(self._sections, option, text)
        with self._lock:
            (told,) = self._set({option: value})
            return told

    def reload(self) -> Reloaded:
        """Read the configuration anew. Raises ConfigError where it is none, and then nothing changes, FaceError where
        an address cannot be listened at, and then some may have; the others are tried again the next time."""
        with self._lock:
            config, done = self._read(), list[OptionSet]()
            for values in self._others(config):
                done += self._set(values)
                for name, value in values.items():
                    self._stated = self._having(self._stated, name, value)
            hooks = config.each(WebhookOptions) != self._stated.each(WebhookOptions)
            self._stated = config
            self._host.watch()  # what could not run at the start may do so now
            if hooks:
                self._host.library.config = self._host.library.config.repeating(config)
                self._host.adopt_webhooks()
            now = (*(one.option for one in done if one.effect == "now"), *(["webhooks"] if hooks else []))
            return Reloaded(now, tuple(one for one in done if one.effect != "now"))

    def _others(self, config: Config) -> list[dict[str, Any]]:
        """What a configuration says otherwise than the one that was stated: together what is applied together, as an
        address and the certificate for it."""
        found: dict[object, dict[str, Any]] = {}
        for name in self._sections.options:
            value = self._value(config, name)
            if value != self._value(self._stated, name):
                found.setdefault(WAYS.get(name, _START).apply, {})[name] = value
        return list(found.values())

    def _set(self, values: Mapping[str, Any]) -> list[OptionSet]:
        """Give options that are applied together other values. Raises FaceError; they have those before then."""
        library, before, told, apply = self._host.library, self._host.library.config, list[OptionSet](), None
        config = before
        for name, value in values.items():
            way = WAYS.get(name, _START)
            was, is_now = toml_value(self._value(before, name)), toml_value(value)
            told.append(OptionSet(name, was, is_now, way.effect, way.note))
            if way.effect != "start" and was != is_now:
                config, apply = self._having(config, name, value), way.apply
        if apply is None:
            return told
        library.config = config
        try:
            apply(self._host, before)
        except BaseException:
            library.config = before
            raise
        return told

    def _value(self, config: Config, name: str) -> Any:
        return getattr(config[self._kind_of(name)], name.partition(".")[2])

    def _having(self, config: Config, name: str, value: object) -> Config:
        return config.having(replace(config[self._kind_of(name)], **{name.partition(".")[2]: value}))

    def _kind_of(self, name: str) -> type[Any]:
        """The dataclass that declares an option."""
        section = name.partition(".")[0]
        return next(known.kind for known in self._sections if known.name == section)


def told_of_reload(reloaded: Reloaded) -> str:
    """What people are told of it."""
    later = {effect: [one.option for one in reloaded.later if one.effect == effect] for effect in ("mount", "start")}
    parts = [f"changed: {', '.join(reloaded.now)}"] if reloaded.now else []
    parts += [f"for mounts that are made from now on: {', '.join(later['mount'])}"] if later["mount"] else []
    parts += [f"from the next start on: {', '.join(later['start'])}"] if later["start"] else []
    return f"the configuration was read anew; {'; '.join(parts) or 'nothing is other'}"
