"""A whole library over a folder of originals, without a mount."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from musfuse.app.library import Library, open_library
from musfuse.config import load_config

Make = Callable[..., Library]


@pytest.fixture
def make_library(tmp_path: Path, music: Path) -> Iterator[Make]:
    """Opens the library over `music` and scans it; options by name, with `__` for the dot."""
    with ExitStack() as closing:

        def make(scan: bool = True, **options: object) -> Library:
            config = load_config(flags={k.replace("__", "."): v for k, v in options.items()}).config
            library = open_library(tmp_path / "state", config, closing)
            library.add_sources([music])
            if scan:
                library.scan_all(library.scanner())
            return library

        yield make
