"""`musfuse metrics`, of an owner and of a library that nobody has."""

from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_prometheus

from cli.inprocess import run, shared  # noqa: F401 - a fixture
from cli.test_jobs import Owner, owner, state  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
def nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Owners of other tests are not seen."""
    (tmp_path / "run").mkdir()
    monkeypatch.setenv("MUSFUSE_RUNTIME_DIR", str(tmp_path / "run"))


def test_an_owner_has_figures(owner: Owner, state: Path) -> None:
    names = {family.name for family in parse_prometheus(run("metrics", "--library", state).out)}
    assert {"musfuse_files", "musfuse_uptime_seconds", "musfuse_origin_health"} <= names
    opens = {family.name for family in parse_openmetrics(run("metrics", "--library", state, "--openmetrics").out)}
    assert opens == names
    assert owner.host.library.drives.recorder is None


def test_a_library_that_nobody_has_has_none(shared: Path) -> None:
    said = run("metrics", "--library", shared, code=4).err
    assert "nothing is running" in said
    assert "musfuse mount" in said
