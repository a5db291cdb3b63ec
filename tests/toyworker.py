"""A worker that does what its job says: `echo`, `read` the original, `die` of a signal, `talk` nonsense, give a `long`
answer, `hang`, `fail`."""

import os
import signal
import sys
import time

from musfuse.errors import MusfuseError
from musfuse.media.workers.child import Connection, MeteredOrigin, job_file, serve
from musfuse.media.workers.wire import Kind, Message


def answer(job: Message, origin: MeteredOrigin) -> Message:
    what, file = job.said["do"], job_file(job.said)
    if what == "read":
        try:
            return Message(Kind.ANSWER, {"pid": os.getpid()}, origin.read(file.path, 0, file.stamp.size, file.stamp))
        except MusfuseError as error:
            return Message(Kind.ANSWER, {"error": type(error).__name__, "message": str(error)})
    if what == "die":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "talk":
        print("decoders may print", flush=True)
    if what == "nonsense":
        os.write(3, b"\xff" * 100)  # where the worker keeps its real stdout
    if what == "long":
        return Message(Kind.ANSWER, {}, bytes(200_000))
    if what == "hang":
        time.sleep(1000)
    if what == "exit":
        sys.exit(3)
    return Message(Kind.ANSWER, {"did": what, "path": file.path, "pid": os.getpid()})


if __name__ == "__main__":
    serve(answer, Connection(), float(sys.argv[-1]))
