"""Shares of a process's descriptors."""

import os

import pytest
from musfuse_fuse.options import FuseOptions

from musfuse.app.descriptors import RESERVE, fit
from musfuse.app.sections import default_sections
from musfuse.config import load_config
from musfuse.library.options import ScanOptions
from musfuse.media.indexing.options import IndexOptions, worker_count
from musfuse.store.options import CacheOptions


@pytest.mark.parametrize("limit", [64, 65, 80, 100, 128, 256, 500, 1024, 4096, 1 << 20])
@pytest.mark.parametrize("workers", [1, 4, 64])
def test_together_they_stay_below_the_limit(limit: int, workers: int) -> None:
    flags = {"index.workers": workers, "scan.threads": 40, "fuse.threads": 5000, "index.waiters": 4000}
    config, pools = fit(load_config(default_sections(), env={}, flags=flags).config, limit)
    pooled = 2 * pools.readers + min(pools.originals, 64) + pools.frame_files + pools.clients + RESERVE
    working = config[FuseOptions].threads + config[ScanOptions].threads + 3 * config[IndexOptions].workers
    assert pooled + working + 25 <= limit or limit > 5000
    assert min(pools.readers, pools.originals, pools.frame_files, pools.clients, config[ScanOptions].threads) >= 1
    assert 1 <= config[IndexOptions].waiters < config[FuseOptions].threads


def test_where_there_are_enough_nothing_changes() -> None:
    wanted = load_config(default_sections(), env={}, flags={"index.workers": 2}).config
    config, pools = fit(wanted, 1024)
    assert config == wanted
    assert pools.originals >= CacheOptions().open_files


def test_as_many_workers_as_are_wanted_or_one_a_core() -> None:
    assert worker_count(IndexOptions(workers=3)) == 3
    assert worker_count(IndexOptions()) == len(os.sched_getaffinity(0))
