"""The stages of a library, put together when something is to be done first, and what is added to them later."""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musfuse.app.stages import MakeStage, Stages


class Staging:
    """Makes the stages once, for all threads: two would run the pipeline side by side. `more` make stages beside the
    built-in ones."""

    def __init__(self, make: "Callable[[Sequence[MakeStage]], Stages]", more: "Sequence[MakeStage]") -> None:
        self._make, self._more = make, tuple(more)
        self._lock = threading.Lock()
        self._made: Stages | None = None

    def get(self) -> "Stages":
        """The stages."""
        with self._lock:
            if self._made is None:
                self._made = self._make(self._more)
            return self._made

    def add(self, more: "Sequence[MakeStage]") -> None:
        """Have more stages from now on."""
        with self._lock:
            self._more = (*self._more, *more)
            if self._made is not None:
                self._made.add(more)
