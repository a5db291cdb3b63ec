"""Which tracks a TARGET means."""

import pytest
from sound import FORMATS

from library.conftest import Desk
from library.test_naming import tags
from musfuse.errors import NotFoundError
from musfuse.library.grammar import QueryError
from musfuse.library.selection import Selection, is_path


@pytest.fixture
def selection(desk: Desk) -> Selection:
    for path, artist, title in (
        ("x/1.wav", "Ann", "One"), ("x/2.wav", "Ann", "Two"), ("y/3.wav", "Bob", "One"), ("y/Ann", "Cy", "Three"),
    ):  # fmt: skip
        desk.put(path, tags(artist=artist, album="Best", title=title))
    desk.naming.run()
    uid = desk.source().uid

    def place(text: str) -> tuple[str, str] | None:
        return (uid, text.removeprefix("/src").strip("/")) if text.startswith("/src") else None

    return Selection(desk.database, place, FORMATS)


def found(selection: Selection, *texts: str) -> list[str]:
    """What is typed in a folder of the source."""
    targets = [(text, text if text.startswith("/") else f"/src/{text}") for text in texts]
    return sorted(row.inside for row in selection.of(targets))


def test_a_path_names_what_it_names(selection: Selection) -> None:
    assert found(selection, "/src/x") == ["x/1.wav", "x/2.wav"]
    assert found(selection, "x/1.wav") == ["x/1.wav"]  # as it lies where it was typed
    assert found(selection, "/src") == ["x/1.wav", "x/2.wav", "y/3.wav", "y/Ann"]
    assert found(selection, "Bob/Best/One.flac") == ["y/3.wav"]
    assert found(selection, "bob\\best") == ["y/3.wav"]  # as Windows writes it
    assert len(found(selection, "/src/x", "Ann")) == 2


def test_what_is_no_path_makes_one_query(selection: Selection) -> None:
    assert found(selection, "artist:ann", "title:one") == ["x/1.wav"]
    assert found(selection, "title:one") == ["x/1.wav", "y/3.wav"]
    assert found(selection, "title:one", "-artist:bob") == ["x/1.wav"]
    assert found(selection, "two") == ["x/2.wav"]


def test_paths_and_a_query_together_give_each_track_once(selection: Selection) -> None:
    rows = list(selection.of([("/src/x", "/src/x"), ("Ann", ""), ("title:one", ""), ("Bob", "")]))
    assert sorted(row.inside for row in rows) == ["x/1.wav", "x/2.wav", "y/3.wav"]
    assert len({row.id for row in rows}) == len(rows) == 3


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/a", True), ("./a", True), ("../a", True), ("~/a", True), ("~ann", True), ("a/b", False), ("title:x", False),
        (".hidden", False), ("", False),
    ],
)  # fmt: skip
def test_what_can_only_be_a_path_is_never_a_query(selection: Selection, text: str, path: bool) -> None:
    assert is_path(text) is path


@pytest.mark.parametrize("text", ["/nowhere/x.flac", "./no", "~/no", "sftp://host/x"])
def test_a_path_that_is_nowhere_says_so_before_anything_is_done(selection: Selection, text: str) -> None:
    with pytest.raises(NotFoundError, match="neither in a source of the library"):
        selection.of([("title:one", ""), (text, text)])


def test_what_answers_nothing_is_an_error_also_beside_what_does(selection: Selection) -> None:
    with pytest.raises(NotFoundError, match="title:nobody: no track answers this"):
        found(selection, "title:nobody")
    with pytest.raises(NotFoundError, match="title:nobody"):
        found(selection, "/src/x", "title:nobody")
    assert found(selection, "/src/x", "title:two") == ["x/1.wav", "x/2.wav"]  # answered, if by the same


def test_near_misses_are_told(selection: Selection) -> None:
    with pytest.raises(NotFoundError, match=r"did you mean Bob/Best/One\.flac\?"):
        found(selection, "/mnt/Bob/Best/One.flac")
    with pytest.raises(NotFoundError, match=r"did you mean Ann/Best/Two\.flac\?"):
        found(selection, "Ann/Best/Twoo.flac")


def test_a_query_that_makes_no_sense_says_where(selection: Selection) -> None:
    with pytest.raises(QueryError):
        selection.of([("titel:x", "")])


def test_everything_is_every_track(selection: Selection) -> None:
    assert sorted(row.inside for row in selection.everything()) == ["x/1.wav", "x/2.wav", "y/3.wav", "y/Ann"]
    assert selection.vocabulary().has_field("artist")


def test_texts_that_mean_one_thing() -> None:
    from musfuse.library.targettext import in_view, item_of, of_item, of_view

    assert in_view(of_view("main", "a/b")) == ("main", "a/b")
    assert in_view("main/a") is None
    assert item_of(of_item(5)) == 5
    assert [item_of(text) for text in ("item://", "item://-1", "item://x", "item://" + "9" * 40)] == [0, 0, 0, 0]
    assert item_of("5") is None
