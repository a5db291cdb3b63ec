"""Requests of who watches over a library: is it well, and what are its figures."""

from typing import ClassVar, Literal

from musfuse.service.port import Answer, Request


class Check(Answer, frozen=True):
    """One thing that was looked at, and what is wrong with it ('' where it is well)."""

    name: str
    problem: str = ""


class Health(Answer, frozen=True):
    """What was looked at."""

    checks: tuple[Check, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not any(check.problem for check in self.checks)


class ShowHealth(Request[Health], frozen=True):
    """How is the owner of a library? `alive`: only whether all its threads are at work, else also whether it is ready:
    its mounts answer and what it keeps can be written."""

    METHOD: ClassVar[str] = "health.show"
    alive: bool = False

    @property
    def live(self) -> bool:
        return True


class Figures(Answer, frozen=True):
    """A page of figures, and what kind of text it is (a MIME type)."""

    text: str
    kind: str


class SampleTold(Answer, frozen=True):
    """A value; `suffix` is `_bucket`, `_sum` or `_count` in a histogram, whose buckets count what is in those before
    them, too, and have their bounds under the label `le`."""

    value: float
    labels: dict[str, str]
    suffix: str = ""


class FigureTold(Answer, frozen=True):
    """Values of one name; a counter's has no `_total` at its end."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    samples: tuple[SampleTold, ...]


class ListFigures(Request[tuple[FigureTold, ...]], frozen=True):
    """The figures of the owner of a library, as values."""

    METHOD: ClassVar[str] = "metrics.list"

    @property
    def live(self) -> bool:
        return True


class ShowFigures(Request[Figures], frozen=True):
    """The figures of the owner of a library."""

    METHOD: ClassVar[str] = "metrics.show"
    style: Literal["prometheus", "openmetrics"] = "prometheus"

    @property
    def live(self) -> bool:
        return True
