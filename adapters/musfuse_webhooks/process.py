"""`python -m musfuse_webhooks.process`: sends what waits, and ends when nothing is due for a while. What to send to
whom stands in the first line of its input; each further one says that there may be more, and its end that the owner of
the library is gone."""

import json
import logging
import os
import sys
import threading
import time
from typing import BinaryIO, NoReturn

from musfuse.errors import MusfuseError
from musfuse.platform import system
from musfuse.platform.sideprocess import Saying
from musfuse.store.outbox import Outbox
from musfuse_webhooks.courier import Courier
from musfuse_webhooks.orders import Orders
from musfuse_webhooks.sending import Sender

log = logging.getLogger("musfuse_webhooks")

_LINGER_SECONDS = 20.0
"""So long it waits for more: starting anew costs more than waiting."""
_LOOK_SECONDS = 1.0
_END_SECONDS = 1.0
"""So long a message that is under way may still take when the owner is gone."""


class Post:
    """The couriers of a library, a thread each."""

    def __init__(self, orders: Orders, linger_seconds: float = _LINGER_SECONDS) -> None:
        """Raises StoreError."""
        self._outbox = Outbox(orders.database)
        sender = Sender()
        self._couriers = [Courier(spec, self._outbox, sender) for spec in orders.hooks]
        self._linger, self._stop, self._failed = linger_seconds, threading.Event(), ""
        self._nudges = [threading.Event() for _ in self._couriers]

    def nudge(self) -> None:
        """There may be more to send."""
        for nudged in self._nudges:
            nudged.set()

    def run(self) -> str:
        """Send, until nothing is due for some time; why it ended before that, '' where it did not."""
        pairs = zip(self._couriers, self._nudges, strict=True)
        threads = [threading.Thread(target=self._carry, args=pair, daemon=True) for pair in pairs]
        for thread in threads:
            thread.start()
        quiet_since = time.monotonic()
        while not self._stop.wait(_LOOK_SECONDS):
            if self._is_due():
                quiet_since = time.monotonic()
                self.nudge()
            elif time.monotonic() - quiet_since > self._linger:
                break
        self.end()
        for thread in threads:
            thread.join()
        return self._failed

    def end(self) -> None:
        """Begin to end; what is under way goes on."""
        self._stop.set()
        self.nudge()

    def test(self) -> dict[str, object]:
        """Send one message to the first webhook: what came of it."""
        return self._couriers[0].test()._asdict()

    def _is_due(self) -> bool:
        """Whether anything is to be sent soon."""
        now_ns = time.time_ns()
        try:
            idle = [courier.idle_seconds(now_ns) for courier in self._couriers]
        except MusfuseError as error:
            self._fail(error)
            return False
        return any(seconds is not None and seconds < self._linger for seconds in idle)

    def _carry(self, courier: Courier, nudged: threading.Event) -> None:
        try:
            courier.run(self._stop, nudged)
        except MusfuseError as error:
            self._fail(error)

    def _fail(self, error: MusfuseError) -> None:
        self._failed = str(error)
        self.end()


def main(orders: BinaryIO) -> int:
    """Do as the lines say. The exit code."""
    system.ignore_terminal_interrupt()  # the owner ends first, and this with it
    logging.basicConfig(level=logging.WARNING, handlers=[Saying()])
    told = Orders.of_line(orders.readline())
    try:
        post = Post(told)
        if told.test:
            print(json.dumps(post.test()), flush=True)
            return 0
    except MusfuseError as error:
        log.error("%s", error)
        return error.exit_code

    def listen() -> None:
        while orders.readline():
            post.nudge()
        post.end()  # nobody is there any more: what is not sent is sent by the next owner
        time.sleep(_END_SECONDS)
        os._exit(0)

    threading.Thread(target=listen, name="owner", daemon=True).start()
    failed = post.run()
    if failed:
        log.error("%s", failed)
    return 1 if failed else 0


def run() -> NoReturn:
    """Do as the lines of the standard input say, and end at once: a thread still waits for a line, and an interpreter
    that ends by itself aborts where a thread has the standard input."""
    code = main(sys.stdin.buffer)
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
