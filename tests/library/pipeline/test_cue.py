"""The stage that cuts images, beside somebody who writes."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stagebench import SHEET, Bench

from musfuse.library.catalog.cuesheets import CueSheets


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "catalog.db")
    made.pipeline.adopt_rules()
    yield made
    made.close()


def test_a_file_that_comes_while_its_folder_is_looked_at_is_looked_at_next(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.put("a.wav", sheet=SHEET, album="One")
    load, scan = (
        CueSheets.load,
        threading.Thread(target=bench.put, args=["b.wav"], kwargs={"sheet": SHEET, "album": "Two"}),
    )

    def load_beside_a_scan(sheets: CueSheets, folder: int) -> Any:
        found = load(sheets, folder)
        scan.start()
        scan.join(0.5)  # it ends only where it is not made to wait
        return found

    monkeypatch.setattr(CueSheets, "load", load_beside_a_scan)
    assert bench.stages["cue"].batch()
    scan.join()
    monkeypatch.undo()
    bench.pipeline.run()
    with bench.database.read() as db:
        assert db.execute("SELECT count(DISTINCT file), count(*) FROM item WHERE part > 0").fetchone() == (2, 4)
