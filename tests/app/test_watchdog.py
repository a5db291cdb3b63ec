"""A watchdog is fed while all is well, and only then."""

import socket
from pathlib import Path

from musfuse.app.watchdog import Watchdog
from musfuse.platform.service_manager import ServiceManager


def test_it_is_fed_while_all_is_well(tmp_path: Path) -> None:
    problems = iter(("", "", "mount /mnt: does not answer", "", ""))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        watchdog = Watchdog(ServiceManager(str(tmp_path / "notify"), 0.03), lambda: next(problems, "over"))
        watchdog.start()
        said = [manager.recv(4096).decode() for _ in range(6)]
        watchdog.stop()
        watchdog._thread.join()
    well, hung = "WATCHDOG=1", "STATUS=mount /mnt: does not answer"
    assert said == [well, well, hung, well, well, "STATUS=over"]


def test_where_nobody_watches_it_does_not_look() -> None:
    watchdog = Watchdog(ServiceManager(), lambda: "never asked")
    watchdog.start()
    assert not watchdog._thread.is_alive()
    watchdog.stop()
