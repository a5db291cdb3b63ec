"""What a library keeps in its folder, opened in order and closed with it."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from musfuse.app.build.store import build_stores
from musfuse.app.descriptors import fit
from musfuse.app.sections import default_sections
from musfuse.app.state import StateFolder
from musfuse.config import load_config


@pytest.mark.parametrize("keep", [False, True])
def test_events_are_kept_where_that_is_wanted(tmp_path: Path, keep: bool) -> None:
    config, pools = fit(load_config(default_sections(), flags={"events.keep": keep}, env={}).config, 1024)
    with ExitStack() as closing:
        stores = build_stores(StateFolder(tmp_path), config, pools, closing)
        assert (stores.events is not None) == keep
        if stores.events is not None:
            assert stores.events.last() == 0
    assert (tmp_path / "events.db").exists() == keep
    assert {"catalog.db", "user.db"} <= {path.name for path in tmp_path.iterdir()}
    assert not list(tmp_path.glob("*-wal"))
