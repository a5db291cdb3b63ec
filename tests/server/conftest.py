"""Fixtures of the server's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.serving import Desk, opened


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path) as desk:
        yield desk
