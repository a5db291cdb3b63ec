"""One server for all tests of the API; what a test changes it takes back, or has of its own."""

from collections.abc import Iterator

import pytest

from over_http.subsonic.harness import Api, serving


@pytest.fixture(scope="package")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Asks as ann."""
    with serving(tmp_path_factory.mktemp("subsonic")) as made:
        yield made
