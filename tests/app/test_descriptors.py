"""Shares of a process's descriptors."""

import pytest

from musfuse.app.descriptors import RESERVE, fit
from musfuse.config import Config
from musfuse.config.load import load_config


@pytest.mark.parametrize("limit", [64, 65, 80, 100, 128, 256, 500, 1024, 4096, 1 << 20])
@pytest.mark.parametrize("workers", [1, 4, 64])
def test_together_they_stay_below_the_limit(limit: int, workers: int) -> None:
    flags = {"index.workers": workers, "scan.threads": 40, "fuse.threads": 5000, "index.waiters": 4000}
    config, pools = fit(load_config(env={}, flags=flags).config, limit)
    pooled = 2 * pools.readers + min(pools.originals, 64) + pools.frame_files + pools.clients + RESERVE
    working = config.fuse.threads + config.scan.threads + 3 * config.index.workers
    assert pooled + working + 25 <= limit or limit > 5000
    assert min(pools.readers, pools.originals, pools.frame_files, pools.clients, config.scan.threads) >= 1
    assert 1 <= config.index.waiters < config.fuse.threads


def test_where_there_are_enough_nothing_changes() -> None:
    wanted = load_config(env={}, flags={"index.workers": 2}).config
    config, pools = fit(wanted, 1024)
    assert config == wanted
    assert pools.originals >= Config().cache.open_files
