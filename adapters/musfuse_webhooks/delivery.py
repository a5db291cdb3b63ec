"""Has messages sent by a process of its own, for as long as any are due: what it takes to speak TLS is nothing that the
owner of a library has to hold, and what receivers answer is read where no drive is served."""

import json
import logging
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from musfuse.config.secretcommands import NO_COMMANDS, SecretCommands
from musfuse.errors import MusfuseError, StoreError
from musfuse.library.webhooks import WebhookSpec
from musfuse.platform.sideprocess import SideProcess, command, environment
from musfuse.store.outbox import Attempt, next_due
from musfuse_webhooks.orders import Orders

log = logging.getLogger("musfuse_webhooks")

_MODULE = "musfuse_webhooks.process"
_SOON_NS = 500_000_000
_TEST_SECONDS = 20.0
"""What starting and looking up take beside the time that an answer may take."""
_NUDGE_SECONDS = 0.05
_LONGEST_PAUSE = 300.0


class Delivery:
    """Sends what waits in `database` for some webhooks, whose secrets `commands` may tell, on a thread that starts the
    process and listens to it. `nudge` may be called from any thread; it waits for nothing. `close` ends it; a message
    that is under way then is sent again under its id, where the receiver may have it already.
    """

    def __init__(self, database: Path, hooks: Sequence[WebhookSpec], commands: SecretCommands = NO_COMMANDS) -> None:
        self._orders = Orders(database, hooks, commands)
        self._wake, self._stop = threading.Event(), threading.Event()
        self._sending = SideProcess(_MODULE, log)
        self._nudged = 0.0
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Send what waits from before, then whatever comes."""
        self._thread.start()

    def nudge(self) -> None:
        """There is something new to send."""
        self._wake.set()
        now = time.monotonic()
        if now - self._nudged > _NUDGE_SECONDS:  # one that comes too soon is seen by the process itself within a second
            self._nudged = now
            self._sending.nudge()

    def close(self) -> None:
        """End."""
        self._stop.set()
        self._wake.set()
        self._sending.stop()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def pid(self) -> int | None:
        """The process that sends, while there is one."""
        return self._sending.pid

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            self._wake.clear()
            seconds = self._seconds()
            if seconds is None or seconds > 0:
                self._wake.wait(seconds)
                continue
            failures = failures + 1 if self._send() else 0
            if failures:
                self._stop.wait(min(2.0**failures, _LONGEST_PAUSE))

    def _seconds(self) -> float | None:
        """How long nothing is due; None: until there is something new."""
        try:
            due_ns = next_due(self._orders.database)
        except StoreError as error:
            log.warning("%s", error)
            return _LONGEST_PAUSE
        return None if due_ns is None else max(0.0, (due_ns - time.time_ns() - _SOON_NS) / 1e9)

    def _send(self) -> int:
        """Run the process to its end; its exit code."""
        try:
            return self._sending.run(self._orders.to_line())
        except (OSError, MusfuseError) as error:
            log.warning("nothing is sent to webhooks: %s", error)
            return 1


def send_test(database: Path, hook: WebhookSpec, commands: SecretCommands = NO_COMMANDS) -> Attempt:
    """Send one message to a webhook now: what came of it. Raises StoreError, ConfigError."""
    line = Orders(database, (hook,), commands, test=True).to_line()
    try:
        done = subprocess.run(
            command(_MODULE), input=line, stdout=subprocess.PIPE, env=environment(),
            timeout=hook.timeout_ms / 1000 + _TEST_SECONDS,
        )  # fmt: skip
        told = [json.loads(line) for line in done.stdout.splitlines()]
        return next(Attempt(**said) for said in told if "hook" in said)
    except (OSError, subprocess.TimeoutExpired, StopIteration, ValueError, TypeError) as error:
        raise StoreError(f"{database}: nothing was sent; `musfuse log` may say why") from error
