"""Faces: how others reach a library, for as long as its host runs them. A mount is one, a server another."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from musfuse.drive import Drive
from musfuse.errors import ConfigError, FaceError
from musfuse.library.userdb import no_view

if TYPE_CHECKING:
    from musfuse.service.handlers import Handlers

F = TypeVar("F")
P = TypeVar("P")

log = logging.getLogger(__name__)


class Parts(Protocol):
    """Gives parts of a library that only some faces have a use for, by their type. Opened when one asks first."""

    def __call__(self, kind: type[P], /) -> P:
        """The part of this type. Raises ConfigError where the host has none, and what opening it raises."""


def no_parts(kind: type[P], /) -> P:
    """Those of a host without any."""
    raise ConfigError(f"{kind.__name__}: this host has none")


@dataclass(frozen=True, slots=True)
class Reach:
    """What a face shows: the drive of the main view, those of all views by name, and the use cases, which are put
    together when they are asked for first. `watching` are those of the host itself alone (its state, health, figures),
    for who only watches over it: all others take two MiB. `part` gives what only some faces want."""

    drive: Drive
    service: "Callable[[], Handlers]"
    drives: Mapping[str, Drive] = field(default_factory=dict)
    watching: "Callable[[], Handlers] | None" = None
    part: Parts = no_parts

    def drive_of(self, view: str) -> Drive:
        """The drive of a view, the main one's for an empty name. Raises ConfigError where there is no such view."""
        if not view:
            return self.drive
        if view not in self.drives:
            raise no_view(view)
        return self.drives[view]


class Face(Protocol):
    """Made with what it needs to know, checked, started once, stopped. May be stopped from any thread."""

    @property
    def keeps_host(self) -> bool:
        """Whether a host lives as long as it runs; else it is there for who watches over the others."""

    @property
    def name(self) -> str:
        """Where others reach it: a mountpoint, an address. Before `start` as it was asked for, afterwards as it is."""

    @property
    def ended(self) -> threading.Event:
        """The event that is set when it is gone, whoever ended it."""

    def check(self) -> None:
        """Raise the error of `start`, as far as it can be told without starting."""

    def start(self, reach: Reach) -> None:
        """Return when it answers. Raises FaceError, which says what to do; nothing is left of it then."""

    def stop(self, force: bool = False) -> None:
        """Take it down; one that is gone already stays so. Raises FaceError where somebody uses it and `force` is not
        set, and then it goes on."""


class RunningFaces:
    """The faces of one library that run now, in order of their start."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._lock = threading.Lock()
        self._running: dict[str, Face] = {}

    def start(self, face: Face) -> str:
        """Run one more face; where it is reached. Raises FaceError."""
        if face.name in self.active():
            raise FaceError(f"{face.name}: the library is shown there already")
        face.start(self._reach)
        with self._lock:
            self._running[face.name] = face
        log.info("shown at %s", face.name)
        return face.name

    def stop(self, name: str, force: bool = False) -> None:
        """Take a face down. Raises FaceError where there is none of that name, or it is in use."""
        with self._lock:
            face = self._running.get(name)
        if face is None:
            raise FaceError(f"{name}: this library is not shown there")
        face.stop(force)
        self._drop([name])

    def active(self, kind: type = object) -> list[str]:
        """The names of the faces that run, of one kind or all."""
        with self._lock:
            gone = [name for name, face in self._running.items() if face.ended.is_set()]
            left = [name for name, face in self._running.items() if name not in gone and isinstance(face, kind)]
        self._drop(gone)
        return left

    def keep_host(self) -> bool:
        """Whether one runs for which a host lives."""
        self.active()
        with self._lock:
            return any(face.keeps_host for face in self._running.values())

    def running(self, kind: type[F]) -> list[F]:
        """The faces of a kind that run."""
        self.active()
        with self._lock:
            return [face for face in self._running.values() if isinstance(face, kind)]

    def wait_for_end(self, stop: threading.Event) -> None:
        """Return when `stop` is set, or a face ended or began; looks a few times a second."""
        with self._lock:
            faces = list(self._running.values())
        while not stop.wait(0.2):
            if any(face.ended.is_set() for face in faces) or len(self._running) != len(faces):
                return

    def stop_all(self, detached: str) -> None:
        """Take all down, the last one first, also those in use, of which the log says what `detached` says."""
        for name in reversed(self.active()):
            try:
                self.stop(name)
            except FaceError:
                log.warning("%s: %s", name, detached)
                self.stop(name, force=True)

    def _drop(self, names: Sequence[str]) -> None:
        with self._lock:
            gone = [name for name in names if self._running.pop(name, None) is not None]
        for name in gone:
            log.info("no longer shown at %s", name)
