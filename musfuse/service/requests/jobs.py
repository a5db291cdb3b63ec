"""Requests about background jobs: what there were, what runs, to cancel one, to wait for one."""

from typing import Annotated, Any, ClassVar

import msgspec

from musfuse.service.port import Answer, Request

JobId = Annotated[int, msgspec.Meta(ge=1)]


class JobTold(Answer, frozen=True):
    """A job. Times are ns since the epoch, 0 for not yet; `done` of `total` (0: not known) in what its kind counts, at
    `what`; `result` as its kind has it, so far while it runs; `seconds_left` is an estimate, None where there is none.
    """

    id: int
    kind: str
    state: str
    resource: str
    params: dict[str, Any]
    asked_ns: int
    began_ns: int
    ended_ns: int
    done: int
    total: int
    what: str
    seconds_left: float | None
    result: dict[str, Any]
    error: str


class _JobRequest(Request[JobTold], frozen=True):
    job: JobId

    @property
    def live(self) -> bool:
        """Only the owner knows what runs."""
        return True


class ListJobs(Request[tuple[JobTold, ...]], frozen=True):
    """The last jobs, of one kind or all, the latest first."""

    METHOD: ClassVar[str] = "jobs.list"
    kind: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 50

    @property
    def live(self) -> bool:
        """Only the owner knows what runs."""
        return True


class ShowJob(_JobRequest, frozen=True):
    """Tell of one job. Raises NoJobError."""

    METHOD: ClassVar[str] = "jobs.show"


class CancelJob(_JobRequest, frozen=True):
    """Have a job not begin, or end soon: as it is now. One that ended is as it is. Raises NoJobError, ControlError
    where nobody owns the library."""

    METHOD: ClassVar[str] = "jobs.cancel"


class WaitJob(_JobRequest, frozen=True):
    """Wait until a job ended, at most for some seconds; the job as it is then. Raises what CancelJob raises."""

    METHOD: ClassVar[str] = "jobs.wait"
    seconds: Annotated[float, msgspec.Meta(ge=0, le=600)] = 60.0
