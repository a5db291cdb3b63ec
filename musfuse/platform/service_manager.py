"""systemd as the manager of this process, told of by the protocol of sd_notify(3): a datagram of assignments to the
socket that NOTIFY_SOCKET names. Where no manager waits for anything, nothing is said."""

import os
import socket
import sys
import time
from contextlib import suppress

_PATIENCE_SECONDS = 1.0


class ServiceManager:
    """Who started this process and wants to hear of it. May be used from many threads."""

    def __init__(self, address: str = "", watchdog_seconds: float = 0.0) -> None:
        self._address = address
        self.watchdog_seconds = watchdog_seconds
        """It takes this process for hung that says nothing for so long; 0: it does not look."""

    @classmethod
    def of_this_process(cls) -> "ServiceManager":
        """The one that the environment names; nobody where it names none. What names it is taken out of the
        environment: processes that are started from here are none of its business."""
        address, usec, pid = (
            os.environ.pop(f"{name}", "") for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
        )
        if sys.platform != "linux" or not address.startswith(("/", "@")):
            return cls()
        watched = usec.isdecimal() and pid in ("", str(os.getpid()))
        return cls(address, int(usec) / 1e6 if watched else 0.0)

    def ready(self, status: str) -> None:
        """All is up; `status` is what people read of it."""
        self._say(f"READY=1\nMAINPID={os.getpid()}\nSTATUS={_line(status)}")

    def status(self, status: str) -> None:
        """What people read of it changed."""
        self._say(f"STATUS={_line(status)}")

    def reloading(self) -> None:
        """The configuration is looked at anew; `ready` says that it was."""
        if sys.platform != "win32":
            self._say(f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """It begins to end."""
        self._say("STOPPING=1")

    def alive(self) -> None:
        """It is not hung."""
        self._say("WATCHDOG=1")

    def _say(self, text: str) -> None:
        if sys.platform == "win32" or not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.settimeout(_PATIENCE_SECONDS)
            out.sendto(text.encode("utf-8", "replace"), address)


def _line(text: str) -> str:
    return " ".join(text.split())
