"""A stick for each test."""

from pathlib import Path

import pytest

from devices.stick import Stick


@pytest.fixture
def stick(tmp_path: Path) -> Stick:
    folder = tmp_path / "stick"
    folder.mkdir()
    return Stick(folder, tmp_path / "devices.json")
