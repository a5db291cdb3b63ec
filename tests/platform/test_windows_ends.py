"""How a process is asked to end, on Windows: here over a substitute of what the module calls (`kernel32.py`)."""

import signal
import sys
from types import SimpleNamespace
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("the substitute is for other systems", allow_module_level=True)

from kernel32 import System
from windows_here import here  # noqa: F401 - fixtures


def test_it_ends_when_the_console_closes_or_the_user_logs_off(
    here: tuple[Any, System], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system ends the process as soon as it is answered, so the answer waits for the end."""
    windows, system = here
    waited: list[float] = []
    monkeypatch.setattr(windows.ends.threading, "Event", lambda: SimpleNamespace(wait=waited.append))
    monkeypatch.setattr(windows.ends, "watch_session", lambda end: system.handlers.append(end))
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)}
    ends: list[str] = []
    try:
        windows.on_terminate(lambda: ends.append("end"))
        handler, at_logoff = system.handlers
        assert [event for event in range(7) if handler(event)] == [2, 5, 6]
        assert len(ends) == len(waited) == 3
        signal.raise_signal(signal.SIGTERM)
        assert len(ends) == 4
        at_logoff()
        assert (len(ends), len(waited)) == (5, 4)
        assert min(waited) >= 30
    finally:
        for number, known in before.items():
            signal.signal(number, known)
