"""The attacks in small; `scripts/bench/attack.py` runs them in large."""

from pathlib import Path

import pytest
from conftest import fuse_works

from attacks import changes, intruders, kills, owners, soak

needs_fuse = pytest.mark.skipif(not fuse_works(), reason="no FUSE here: /dev/fuse or fusermount3 is missing")


def test_kills_lose_nothing_that_was_committed(tmp_path: Path) -> None:
    counts = kills.attack(tmp_path, 6, seed=1)
    assert sum(counts.values()) >= 6


@needs_fuse
def test_killed_owners_keep_what_they_answered_for(tmp_path: Path) -> None:
    counts = owners.attack(tmp_path, 3, seed=3)
    assert counts["killed"] == 3
    assert counts["answered"]


@needs_fuse
def test_no_reader_gets_a_mixture(tmp_path: Path) -> None:
    counts = changes.attack(tmp_path, 2 * len(changes.KINDS), seed=1)
    assert all(counts[kind] == 2 for kind in changes.KINDS)
    assert counts["reads"] > 100


@needs_fuse
def test_everything_at_once_gives_no_wrong_byte_and_grows_nothing(tmp_path: Path) -> None:
    outcome = soak.soak(tmp_path, 10, seed=4)
    assert outcome.counts["seeks"] > 1000
    assert outcome.counts["copies compared"] > 10
    assert all(outcome.counts[kind] for kind in ("tags", "files"))
    early, late = outcome.early, outcome.late
    assert late.memory < 1.5 * early.memory, outcome.all
    assert late.descriptors < early.descriptors + 64, outcome.all  # the pool of open originals fills
    assert late.threads < early.threads + 16, outcome.all


@needs_fuse
def test_the_owner_survives_what_is_said_to_it(tmp_path: Path) -> None:
    assert intruders.attack_socket(tmp_path, 40, seed=1)["lines"] == 40


def test_imports_end_by_themselves(tmp_path: Path) -> None:
    assert intruders.attack_imports(tmp_path)["imports"] > 10
