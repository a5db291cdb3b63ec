"""Runs the stages in order until nothing is left to do.

What is still to do lies in the catalog, and goes with the transaction that does it. So a kill loses nothing: the next
run goes on, and nothing is shown before.
"""

import threading
from collections.abc import Sequence

from musfuse.library.catalog.database import Database
from musfuse.library.catalog.todo import Todo
from musfuse.library.pipeline.stage import Stage


class Pipeline:
    """Stages over one catalog. May be run from many threads; one at a time works."""

    def __init__(self, database: Database, stages: Sequence[Stage]) -> None:
        self._todo, self._stages = Todo(database), in_order(stages)
        self._lock = threading.Lock()

    @property
    def order(self) -> list[str]:
        """The names of the stages in the order in which they run."""
        return [stage.name for stage in self._stages]

    def add(self, stage: Stage) -> None:
        """Have one more stage from the next run on."""
        with self._lock:
            self._stages = in_order([*self._stages, stage])
            self._todo.subscribe(stage.name, stage.watches, stage.rules)

    def adopt_rules(self) -> None:
        """Have stages whose rules differ from last time look at everything again, and forget stages that are gone."""
        self._todo.forget_others(self.order)
        for stage in self._stages:
            self._todo.subscribe(stage.name, stage.watches, stage.rules)

    def left_over(self) -> bool:
        """Whether there is anything to do, as a kill leaves it, or the catalog is new. Costs the same for every
        library."""
        return self._todo.any() or self._todo.nobody_watches()

    def run(self) -> None:
        """Do everything there is to do. Raises what the stages raise; the rest is done the next time."""
        with self._lock:
            while self._pass():
                pass

    def _pass(self) -> bool:
        worked = False
        for stage in self._stages:
            while stage.batch():
                worked = True
        return worked


def in_order(stages: Sequence[Stage]) -> list[Stage]:
    """Stages so that each comes behind those of them that it names, else as they are given. Raises ValueError where two
    have one name, or they wait for each other."""
    by_name = {stage.name: stage for stage in stages}
    if len(by_name) < len(stages):
        raise ValueError(f"two stages have one name: {[stage.name for stage in stages]}")
    ordered: dict[str, Stage] = {}
    while len(ordered) < len(stages):
        waiting = (stage for stage in stages if stage.name not in ordered)
        ready = next((s for s in waiting if set(s.after) & by_name.keys() <= ordered.keys()), None)
        if ready is None:
            raise ValueError(f"stages wait for each other: {sorted(by_name.keys() - ordered.keys())}")
        ordered[ready.name] = ready
    return list(ordered.values())
