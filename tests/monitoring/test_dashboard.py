"""The dashboard in docs/ asks for figures that there are."""

import json
import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from monitoring.conftest import Watch
from musfuse.service.requests.monitoring import ShowFigures

DASHBOARD = Path(__file__).parents[2] / "docs/grafana.json"


def test_every_figure_of_the_dashboard_is_told(watch: Watch) -> None:
    page = watch(metrics__record=True)._service().call(ShowFigures()).text
    told = {sample.name for family in text_string_to_metric_families(page) for sample in family.samples}
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = {
        name for panel in panels for target in panel["targets"] for name in re.findall(r"musfuse_\w+", target["expr"])
    }
    assert len(asked) >= 8
    assert asked <= told
