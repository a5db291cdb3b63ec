"""The index worker: `python -m musfuse.media.indexing.worker MEMORY_MIB FORMATS BEAT_SECONDS`. It ends when its stdin
does. FORMATS are the modules of all formats, with commas between them.
"""

import sys
from functools import partial
from pathlib import Path

from musfuse.errors import UNEXPECTED, MediaError, MusfuseError, OriginError
from musfuse.media.decoders import open_pcm
from musfuse.media.flac.build import build_index
from musfuse.media.formats import FormatRegistry
from musfuse.media.indexing.protocol import Answer, Job
from musfuse.media.pcm import PcmSource
from musfuse.media.workers.child import Connection, MeteredOrigin, serve
from musfuse.media.workers.wire import Message
from musfuse.origins import Origin
from musfuse.platform import system
from musfuse.store.frame_writer import FrameWriter

_IDLE_SECONDS = 0.3


def main() -> None:
    """Answer jobs until stdin ends."""
    system.ignore_terminal_interrupt()
    system.lower_priority()
    system.limit_memory(int(sys.argv[1]))
    import soundfile  # noqa: F401 - takes most of a worker's start, and every job needs it

    formats = FormatRegistry(sys.argv[2].split(","))
    formats.load()
    if not system.input_waits(0, _IDLE_SECONDS):
        import av  # noqa: F401 - only some jobs need it
    serve(partial(_answer, formats), Connection(), float(sys.argv[3]))


def _answer(formats: FormatRegistry, message: Message, origin: MeteredOrigin) -> Message:
    return answer(formats, Job.from_message(message), origin).to_message()


def answer(formats: FormatRegistry, job: Job, origin: Origin) -> Answer:
    """Do one job; any failure becomes an answer."""
    shown = job.file.path

    def open_source() -> PcmSource:
        return open_pcm(formats, origin, job.file, job.format, job.sequential, job.sample_range)

    try:
        writer = FrameWriter(Path(job.keep)) if job.keep else None
        try:
            index = build_index(open_source, job.encoder, job.threads, keep=writer)
            known = formats.get(job.format.container)
            if known is not None and known.check_md5 is not None and job.sample_range.is_whole:
                known.check_md5(origin, job.file, index.md5)
            return Answer(index, has_frames=writer is not None and writer.finish())
        finally:
            if writer is not None:
                writer.discard()
    except (MediaError, OriginError) as error:
        message = str(error) if shown in str(error) else f"{shown}: {error}"
        return Answer(None, message, may_retry=not _is_the_files_fault(error))
    except MemoryError:
        return Answer(None, f"{shown}: decoding it needs more memory than index.memory_mib allows")
    except Exception as error:  # noqa: BLE001 - a hostile file must not end the worker
        print(f"{shown}: {type(error).__name__}: {error}", file=sys.stderr)
        return Answer(None, f"{shown}: {UNEXPECTED}")


def _is_the_files_fault(error: BaseException) -> bool:
    """Whether an error is about what the file holds: not where its source could not give it, whether that is away, or
    was gone in the middle of it, for a disk that is pulled out has no files. Such a file must keep its name."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OriginError) or (isinstance(cause, MusfuseError) and cause.may_retry):
            return False
        cause = cause.__cause__ or cause.__context__
    return True


if __name__ == "__main__":
    main()
