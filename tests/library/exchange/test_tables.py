"""Tables are read back as they were, whatever is in them."""

import csv
import io
import json
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from musfuse.library.exchange.columns import COLUMNS, ExchangedTrack
from musfuse.library.exchange.tables import write_csv, write_json

TEXT = st.text(st.characters(exclude_characters="\r"), max_size=20)
TRACKS = st.lists(
    st.builds(
        ExchangedTrack, TEXT, TEXT, st.just(0), st.just("flac"), st.none() | st.integers(0, 10**9),
        st.fixed_dictionaries({"title": st.lists(TEXT, max_size=2)}),
    ),
    max_size=5,
)  # fmt: skip


def plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@given(TRACKS)
def test_csv(tracks: list[ExchangedTrack]) -> None:
    out = io.StringIO()
    assert write_csv(tracks, list(COLUMNS), out) == len(tracks)
    rows = list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))
    assert [row["title"] for row in rows] == [plain("; ".join(track.tags["title"])) for track in tracks]
    assert [row["real_path"] for row in rows] == [plain(track.real_path) for track in tracks]


@given(TRACKS)
def test_json(tracks: list[ExchangedTrack]) -> None:
    out = io.StringIO()
    assert write_json(tracks, ["title", "virtual_path", "duration_ms"], out) == len(tracks)
    out.getvalue().encode("utf-8")
    assert json.loads(out.getvalue()) == [
        {"title": "; ".join(track.tags["title"]), "virtual_path": track.virtual_path, "duration_ms": track.duration_ms}
        for track in tracks
    ]


def test_rows_are_written_as_they_come() -> None:
    out = io.StringIO()

    def tracks() -> Iterator[ExchangedTrack]:
        for n in range(1000):
            assert out.getvalue().count("\n") >= n
            yield ExchangedTrack("", str(n), 0, "", None, {})

    assert write_csv(tracks(), ["real_path"], out) == 1000
