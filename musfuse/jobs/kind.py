"""What jobs of a kind are: a record that a subsystem registers, so that the runner need not know it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from musfuse.jobs.context import JobContext
from musfuse.jobs.job import Params, Resource


def latest(older: Params, newer: Params) -> Params:
    """The parameters of both requests; the newer one's where they differ."""
    return {**older, **newer}


@dataclass(frozen=True, slots=True)
class JobKind:
    """`run` does the work, on a thread of its resource, and returns the result as JSON values by name.

    It raises MusfuseError with what is wrong, and returns soon, with what it has, once its context is stopping.

    `after`: kinds of which none may wait or run when it begins. `alone`: it begins when nothing else waits, and nothing
    else begins until it ends. `patient`: it asks its context whether it `gives_way`, then returns and is asked for
    again; so others need not wait for it. `resumes`: whether a job with such parameters is asked for again after its
    process ended. `merge`: a request that comes while another with the same `key` waits is the same job, with these
    parameters.
    """

    name: str
    resource: Resource
    run: Callable[[JobContext], Mapping[str, Any]]
    after: frozenset[str] = frozenset()
    alone: bool = False
    patient: bool = False
    resumes: Callable[[Params], bool] = lambda _: False
    merge: Callable[[Params, Params], Params] = latest
    key: Callable[[Params], str] = lambda _: ""


def checked(kinds: Sequence[JobKind]) -> dict[str, JobKind]:
    """The kinds by name, in their order, which is that of their priority. Raises ValueError where two have one name, or
    one would never begin."""
    by_name = {kind.name: kind for kind in kinds}
    if len(by_name) < len(kinds):
        raise ValueError(f"two kinds of jobs have one name: {[kind.name for kind in kinds]}")
    settled = set[str]()
    while len(settled) < len(kinds):
        ready = [kind.name for kind in kinds if kind.name not in settled and kind.after <= settled]
        if not ready:
            raise ValueError(f"kinds of jobs wait for each other, or for none: {sorted(by_name.keys() - settled)}")
        settled.update(name for name in ready)
    alone = {kind.name for kind in kinds if kind.alone}
    waiting = [kind.name for kind in kinds if kind.after & alone]
    if waiting:
        raise ValueError(f"{waiting} would wait for {sorted(alone)}, which begin when nothing waits")
    return by_name
