"""Where files were put before."""

from pathlib import Path

import pytest

from musfuse.devices.remembered import Remembered
from musfuse.errors import StoreError


def test_a_library_keeps_its_id_and_its_devices(tmp_path: Path) -> None:
    kept = Remembered(tmp_path / "devices.json")
    assert kept.device("/media/a", "main") == ""
    library = kept.library()
    kept.note("/media/a", "main", "d1")
    kept.note("/media/\udcff", "main", "d2")
    again = Remembered(tmp_path / "devices.json")
    assert again.library() == library
    assert (again.device("/media/a", "main"), again.device("/media/a", "jazz")) == ("d1", "")
    assert again.device("/media/\udcff", "main") == "d2"


@pytest.mark.parametrize("text", ["", "[]", '{"library": "../x", "devices": 3}', "\0"])
def test_what_cannot_be_read_is_made_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "devices.json").write_text(text)
    kept = Remembered(tmp_path / "devices.json")
    library = kept.library()
    assert library.isalnum()
    assert kept.library() == library


def test_where_nothing_can_be_written_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        Remembered(tmp_path / "none/devices.json").library()
