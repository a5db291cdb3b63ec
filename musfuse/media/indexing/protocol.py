"""The jobs of index workers and their answers, as messages."""

from dataclasses import astuple, dataclass
from typing import Any

from musfuse.media.flac.encoder import Encoder
from musfuse.media.flac.index import FrameIndex
from musfuse.media.workers.child import job_file, job_values
from musfuse.media.workers.wire import Kind, Message
from musfuse.model import WHOLE, AudioFormat, SampleRange, SourceFile
from musfuse.origins import Origin


@dataclass(frozen=True, slots=True)
class Job:
    """One index to build. `keep` is a path for the encoded runs, or empty."""

    file: SourceFile
    format: AudioFormat
    encoder: Encoder
    threads: int
    keep: str = ""
    sample_range: SampleRange = WHOLE
    sequential: bool = False

    def to_message(self, origin: Origin) -> Message:
        """The job as it is sent to a worker; `origin` is where the file lies."""
        said: dict[str, Any] = {
            **job_values(origin, self.file),
            "format": astuple(self.format),
            "encoder": astuple(self.encoder),
            "threads": self.threads,
            "keep": self.keep,
            "range": astuple(self.sample_range),
            "sequential": self.sequential,
        }
        return Message(Kind.JOB, said)

    @classmethod
    def from_message(cls, message: Message) -> "Job":
        """The job that `to_message` made."""
        said = message.said
        return cls(
            job_file(said), AudioFormat(*said["format"]), Encoder(*said["encoder"]), said["threads"], said["keep"],
            SampleRange(*said["range"]), said["sequential"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """An index, or why there is none. `may_retry` where the source could not give the file, which is not malformed;
    `put_off` where the system did not let the index be built, so that only a later pass is to try again.

    `has_frames`: the encoded runs lie at the job's path."""

    index: FrameIndex | None
    error: str = ""
    may_retry: bool = False
    has_frames: bool = False
    put_off: bool = False

    def to_message(self) -> Message:
        """The answer as a worker sends it."""
        said = {"error": self.error, "may_retry": self.may_retry, "has_frames": self.has_frames}
        return Message(Kind.ANSWER, said, self.index.to_bytes() if self.index else b"")

    @classmethod
    def from_message(cls, message: Message) -> "Answer":
        """The answer that `to_message` made. Raises ValueError, KeyError or MediaError where the worker did not say
        what it should."""
        index = FrameIndex.from_bytes(message.data) if message.data else None
        said = message.said
        return cls(index, str(said["error"]), bool(said["may_retry"]), bool(said["has_frames"]))
