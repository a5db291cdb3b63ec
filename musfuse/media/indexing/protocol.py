"""What a worker and its parent say to each other: one JSON object a line, requests on stdin, answers on stdout."""

import base64
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from musfuse.media.flac.index import FrameIndex
from musfuse.model import AudioFormat, SourceFile, Stamp


@dataclass(frozen=True, slots=True)
class Job:
    """One index to build. `origin` is an origin's spec; `keep` a path for the encoded runs, or empty."""

    origin: Mapping[str, object]
    file: SourceFile
    format: AudioFormat
    level: int
    threads: int
    keep: str = ""
    pcm_range: tuple[int, int | None] = (0, None)
    sequential: bool = False

    def to_line(self) -> bytes:
        """One line; lone surrogates in names survive as JSON escapes."""
        file, fmt = self.file, self.format
        return _line(
            {
                "origin": dict(self.origin),
                "file": [file.source_uid, file.path, file.stamp.size, file.stamp.mtime_ns, file.stamp.tag, file.ident],
                "format": astuple(fmt),
                "level": self.level,
                "threads": self.threads,
                "keep": self.keep,
                "range": self.pcm_range,
                "sequential": self.sequential,
            }
        )

    @classmethod
    def from_line(cls, line: bytes) -> "Job":
        """Read back."""
        said = json.loads(line)
        uid, path, size, mtime_ns, tag, ident = said["file"]
        return cls(
            said["origin"],
            SourceFile(uid, path, Stamp(size, mtime_ns, tag), ident),
            AudioFormat(*said["format"]),
            said["level"],
            said["threads"],
            said["keep"],
            (said["range"][0], said["range"][1]),
            said["sequential"],
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """An index, or why there is none. `may_retry` where the source was away or changed, not malformed.

    `kept`: the encoded runs lie at the job's path."""

    index: FrameIndex | None
    error: str = ""
    may_retry: bool = False
    kept: bool = False

    def to_line(self) -> bytes:
        """One line."""
        raw = base64.b64encode(self.index.to_bytes()).decode() if self.index else None
        return _line({"index": raw, "error": self.error, "may_retry": self.may_retry, "kept": self.kept})

    @classmethod
    def from_line(cls, line: bytes) -> "Answer":
        """Read back; raises ValueError or MediaError where the worker did not say what it should."""
        said = json.loads(line)
        index = FrameIndex.from_bytes(base64.b64decode(said["index"])) if said["index"] else None
        return cls(index, said["error"], said["may_retry"], said["kept"])


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode() + b"\n"
