"""The jobs of inspecting workers and what they found, as messages."""

from dataclasses import fields
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import Any

from musfuse.media.inspecting.inspection import Inspection, InspectionKind
from musfuse.media.workers.child import job_file, job_values
from musfuse.media.workers.wire import Kind, Message
from musfuse.model import AudioFormat, Picture, SourceFile, TagSet
from musfuse.origins import Origin

_of_format = attrgetter(*(entry.name for entry in fields(AudioFormat)))
_of_picture = attrgetter(*(entry.name for entry in fields(Picture)))


def job_message(origin: Origin, file: SourceFile, kind: InspectionKind) -> Message:
    """The job as it is sent to a worker."""
    return Message(Kind.JOB, {**job_values(origin, file), "kind": kind})


def read_job(message: Message) -> tuple[SourceFile, InspectionKind]:
    """The job that `job_message` made: a file, and what to inspect it for."""
    return job_file(message.said), InspectionKind(message.said["kind"])


def answer_message(found: Inspection) -> Message:
    """What was found as it is sent: the bytes of the picture, then those of the cue sheets."""
    said: dict[str, Any] = {"problem": found.problem, "again": found.again, "error": found.error}
    parts = [found.picture.data] if found.picture else []
    if found.picture:
        said["picture"] = _of_picture(found.picture.picture)
    if found.reading:
        reading = found.reading
        parts += [sheet for _, sheet in reading.sheets]
        said["reading"] = {
            "format": _of_format(reading.format),
            "tags": dict(reading.tags.items()),
            "notes": reading.notes,
            "sheets": [kind for kind, _ in reading.sheets],
            "picture": _of_picture(reading.picture) if reading.picture else None,
            "content": reading.content,
        }
    said["lengths"] = [len(part) for part in parts]
    return Message(Kind.ANSWER, said, b"".join(parts))


def read_answer(message: Message) -> Inspection:
    """What `answer_message` was made of. Raises ValueError, KeyError or TypeError where the worker did not say what it
    should. Loads readers, which only a scan needs."""
    from musfuse.media.art.facts import ExtractedPicture
    from musfuse.media.formats.port import Reading

    said = message.said
    bounds = pairwise(accumulate(said["lengths"], initial=0))
    parts = iter([message.data[start:end] for start, end in bounds])
    picture = ExtractedPicture(Picture(*said["picture"]), next(parts)) if "picture" in said else None
    reading = None
    if "reading" in said:
        facts = said["reading"]
        reading = Reading(
            AudioFormat(*facts["format"]), TagSet(facts["tags"]), tuple(facts["notes"]),
            tuple((kind, next(parts, b"")) for kind in facts["sheets"]),
            Picture(*facts["picture"]) if facts["picture"] else None, str(facts["content"]),
        )  # fmt: skip
    return Inspection(reading, picture, str(said["problem"]), bool(said["again"]), str(said["error"]))
