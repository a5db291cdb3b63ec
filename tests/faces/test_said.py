"""What libfuse says: the real library speaks."""

import ctypes
import logging
import threading
from collections.abc import Callable, Iterator

import pytest
from musfuse_fuse.binding import load_binding
from musfuse_fuse.said import heard, take_over

Speak = Callable[..., None]


@pytest.fixture
def speak() -> Iterator[Speak]:
    """Has libfuse say something."""
    binding = load_binding("mfusepy")
    library = binding._libfuse
    if not hasattr(library, "fuse_set_log_func"):
        pytest.skip("this libfuse says all to standard error")
    take_over(binding)
    library.fuse_log.argtypes = [ctypes.c_int, ctypes.c_char_p]
    yield library.fuse_log
    library.fuse_set_log_func(ctypes.cast(None, library.fuse_set_log_func.argtypes[0]))


def test_values_pieces_and_levels(speak: Speak, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with heard() as lines:
        speak(3, b"fuse: %s is %d of %ld\n", b"caf\xc3\xa9", ctypes.c_int(5), ctypes.c_long(1 << 40))
        speak(3, b"in ")
        speak(3, b"pieces\n\n")
        speak(6, b"%s\n", b"x" * 5000)
        speak(3, b"fuse: fuse_remove_signal_handlers: unknown session\n")
    assert [line[:9] for line in lines] == ["in pieces", "xxxxxxxxx", "fuse_remo"]  # only the last few are kept
    assert len(lines[1]) == 2047
    assert [(record.levelname, record.message[:40]) for record in caplog.records][:2] == [
        ("WARNING", "libfuse: café is 5 of 1099511627776"), ("WARNING", "libfuse: in pieces"),
    ]  # fmt: skip
    assert caplog.records[-1].levelname == "DEBUG"


def test_each_thread_hears_its_own(speak: Speak) -> None:
    with heard() as lines:
        other = threading.Thread(target=speak, args=(4, b"elsewhere\n"))
        other.start()
        other.join()
        speak(4, b"here\n")
    assert list(lines) == ["here"]
    speak(4, b"later\n")
    assert list(lines) == ["here"]
