"""kill -9 in the middle of vacuum, backup and restore, and noise over pages: scripts/bench/care.py does many rounds."""

import os
import random
import sys

import pytest
from carebench import ACTS, Desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("care"), 12, random.Random(5))


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
@pytest.mark.parametrize("act", ACTS)
def test_a_kill_leaves_the_old_or_the_new(desk: Desk, act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    for _ in range(2):
        desk.kill(act)


@pytest.mark.expects_errors
@pytest.mark.parametrize("path", ["repair", "owner"])
@pytest.mark.parametrize("database", ["catalog", "user"])
def test_noise_on_a_page_costs_nothing_that_was_said(desk: Desk, database: str, path: str) -> None:
    for _ in range(2):
        desk.damage(database, path)
