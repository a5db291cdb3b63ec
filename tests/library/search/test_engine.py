"""The engine of queries, against a model that looks at every track."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from library.conftest import Desk
from library.test_naming import tags
from musfuse.errors import TooSlowError
from musfuse.library.grammar import QueryError, parse_query
from musfuse.library.query import Query, Subject
from musfuse.library.search import engine
from musfuse.library.search.engine import Search
from musfuse.library.search.ranking import highlights
from musfuse.library.vocabulary import Vocabulary
from musfuse.media.formats import default_formats
from musfuse.model import TagSet

VOCABULARY = Vocabulary(default_formats())
VALUES = st.sampled_from([
    "The Beatles", "Beat", "heartbeat", "Help!", "help me", "AC/DC", "Motörhead", "中島みゆき", "みゆき", "Yesterday", "one two three",
    "two three", "Ærø", "!!!", "beetles", "x" * 70, "a", "I ♥ NY", "the the",
])  # fmt: skip
QUERIES = [
    "beat", "beat*", "beatles~0", "beatles~", "beatels~1", "baetlse~2", "the", '"the beat"', '"the beat"~0', '"he beat"', "ac/dc", '"c/d"',
    "motor", "中島", "島み", "み", "中", "き*", "aero", "!!!", "♥", "-beat", "beat -heart", "NOT (beat OR help)", "beat OR help", "(the OR two) three",
    "title:help", "artist:beat*", "title:", "artist:*", "-artist:", "year:1967", "year:196", "year:1960..1969", "year:[* TO 1969]", "year:",
    "-year:", "comment:two", "comment:", "x", "x" * 65, "two three", '"two three"', "t", "e o", "help* OR artist:ac", "a -the -(two three)",
    "path:src/1", "format:wav", "-format:wav", "isrc:a", "three~2", "é*", "album:help OR year:1967", "genre:two year:1960..",
    "sort:year", "beat sort:-title", "sort:added", "help sort:artist sort:-path",
]  # fmt: skip
NAMES = st.sampled_from([f"{n}.wav" for n in range(6)])
FIELDS = st.dictionaries(
    st.sampled_from(["title", "artist", "album", "genre", "comment", "isrc"]),
    st.lists(VALUES, min_size=1, max_size=2),
    max_size=4,
)
DATES = st.sampled_from(["", "1967", "1969-05-01", "soon", "2001"])


class Model(RuleBasedStateMachine):
    """Tracks come, are tagged anew, move and go; what is not indexed yet counts as well."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.desk = Desk(Path(self.folder.name) / "c.db")
        self.search = Search(self.desk.database)
        self.there: dict[str, TagSet] = {}

    def teardown(self) -> None:
        self.desk.database.close()
        self.folder.cleanup()

    @rule(name=NAMES, fields=FIELDS, date=DATES)
    def put(self, name: str, fields: dict[str, list[str]], date: str) -> None:
        self.there[name] = TagSet(fields | ({"date": [date]} if date else {}))
        self.desk.put(name, self.there[name])

    @rule(name=NAMES, to=NAMES)
    def rename(self, name: str, to: str) -> None:
        if name in self.there and to not in self.there:
            self.there[to] = self.there[name]
            self.remove(name)
            self.desk.put(to, self.there[to])

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        if self.there.pop(name, None) is not None:
            self.desk.remove(name)

    @rule()
    def index(self) -> None:
        self.desk.naming.run()

    @rule(texts=st.lists(st.sampled_from(QUERIES), min_size=4, max_size=4))
    def ask(self, texts: list[str]) -> None:
        for text in texts:
            query = parse_query(text, VOCABULARY)
            wanted = sorted(
                name
                for name, found in self.there.items()
                if query.matches(Subject(found, f"/src/{name}", "pcm_16", "wav"))
            )
            assert sorted(answers(self.desk, self.search, query)) == wanted, text
            hits = self.search.best(query, 100)
            assert (hits.total, hits.counted) == (len(wanted), True), text
            assert sorted(paths(self.desk)[hit.found.id] for hit in hits.hits) == wanted, text
            assert all(0 <= hit.score <= 1 for hit in hits.hits)


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)


def paths(desk: Desk) -> dict[int, str]:
    with desk.database.read() as db:
        return dict(db.execute("SELECT i.id, CAST(f.name AS TEXT) FROM item i JOIN file f ON f.id = i.file"))


def answers(desk: Desk, search: Search, query: Query) -> list[str]:
    """What may answer, asked."""
    found, names = list(search.all(query)), paths(desk)
    assert len(found) == len(set(found))
    with desk.database.read() as db:
        rows = {row.id: row for row in engine.finding.these(db, found, None)}
    return [names[item] for item in found if engine.matches(query, rows[item])]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "c.db")
    for number, (artist, title, date) in enumerate((
        ("The Beatles", "Help!", "1965"), ("The Beatles", "Let It Be", "1970"), ("Helpless Crowd", "Nothing", ""), ("Other", "Help Yourself", "1999"),
        ("Other", "Self Help", "1950"), ("The Beetles", "Buzz", "2001"), ("Zoe", "Whelped", "1980"),
    )):  # fmt: skip
        desk.put(f"{number}.wav", tags(artist=artist, title=title, **({"date": date} if date else {})))
    desk.naming.run()
    yield desk
    desk.database.close()


def titles(desk: Desk, text: str, limit: int = 10, offset: int = 0) -> list[str]:
    hits = Search(desk.database).best(parse_query(text, VOCABULARY), limit, offset)
    return [hit.found.tags.first("title") or "" for hit in hits.hits]


def test_what_fits_best_comes_first(library: Desk) -> None:
    assert titles(library, "help") == ["Help!", "Help Yourself", "Self Help", "Nothing", "Whelped"]
    assert titles(library, "help!") == ["Help!"]
    assert titles(library, "beatles~") == ["Help!", "Let It Be", "Buzz"]
    assert titles(library, "help", 2, 1) == ["Help Yourself", "Self Help"]


def test_an_order_that_is_asked_for(library: Desk) -> None:
    assert titles(library, "sort:year", 3) == ["Self Help", "Help!", "Let It Be"]
    assert titles(library, "sort:-year", 2) == ["Buzz", "Help Yourself"]
    assert titles(library, "help sort:-title", 2, 1) == ["Self Help", "Nothing"]
    assert titles(library, "sort:-added", 1) == ["Whelped"]
    assert titles(library, "sort:year")[-1] == "Nothing"  # what is not known comes last
    assert titles(library, "sort:-year")[-1] == "Nothing"


def test_it_says_what_was_found(library: Desk) -> None:
    hits = Search(library.database).best(parse_query("title:yours", VOCABULARY), 5)
    assert highlights(hits.terms, hits.hits[0].found.tags) == {"title": "Help <b>Yours</b>elf"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet="helptb bé中ß♥\"'()*~:-[]^{}+%_\\/\0\u200f\ud800OR NTD0129.", max_size=24))
def test_any_text_is_a_mistake_or_finds_what_a_look_at_all_finds(library: Desk, text: str) -> None:
    try:
        query = parse_query(text, VOCABULARY)
    except QueryError:
        return
    with library.database.read() as db:
        wanted = [row.id for row in engine.finding.behind(db, 0, (), None, 100) if engine.matches(query, row)]
    hits = Search(library.database).best(query, 100)
    assert sorted(hit.found.id for hit in hits.hits) == wanted
    assert set(wanted) <= set(Search(library.database).all(query))


def nested(depth: int, *layers: str) -> str:
    text = "help"
    for number in range(depth):
        text = layers[number % len(layers)].replace("_", f"({text})")
    return text


@pytest.mark.parametrize(
    "text",
    [
        nested(39, "beatles _", "zoe OR _"), nested(39, "e OR _", "e _"), nested(39, "-_"), nested(39, "_ OR zoe", "_ -buzz"),
        nested(39, "zoe OR e _", "e -_"), " ".join(f"h{n}" for n in range(1500)), " OR ".join(f"-h{n}" for n in range(1500)),
    ],
)  # fmt: skip
def test_what_is_deep_or_long_is_no_mistake_of_sql(library: Desk, text: str) -> None:
    query = parse_query(text, VOCABULARY)
    with library.database.read() as db:
        wanted = [row.id for row in engine.finding.behind(db, 0, (), None, 100) if engine.matches(query, row)]
    assert sorted(hit.found.id for hit in Search(library.database).best(query, 100).hits) == wanted
    assert set(wanted) <= set(Search(library.database).all(query))


def test_what_takes_long_to_plan_is_an_error_too(library: Desk) -> None:
    ticks = iter(range(1000))

    def over() -> None:
        if next(ticks) == 20:
            raise TooSlowError("over")

    query = parse_query(" OR ".join(f"year:{1900 + n}" for n in range(100)), VOCABULARY)
    deadline = engine.Deadline(60)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(TooSlowError, match="over"):
        patch.setattr(engine.Deadline, "check", lambda _: over())
        Search(library.database).ids(query.root, deadline)


def test_more_than_are_counted_are_said_to_be(library: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MOST", 3)
    monkeypatch.setattr(engine, "_PAGE", 2)
    for text in ("help", "-nobody", "title:e"):
        hits = Search(library.database).best(parse_query(text, VOCABULARY), 2)
        assert (len(hits.hits), hits.total, hits.counted) == (2, 3, False), text


def test_what_takes_too_long_is_an_error(library: Desk) -> None:
    for text in ("help", "path:src", "sort:year"):
        with pytest.raises(TooSlowError):
            Search(library.database).best(parse_query(text, VOCABULARY), 5, seconds=-1)


def test_without_an_index_each_track_is_asked(library: Desk) -> None:
    with library.database.write() as db:
        db.execute("DELETE FROM meta WHERE key = 'search_rules'")
        db.execute("INSERT INTO search (search) VALUES ('delete-all')")
    assert titles(library, "self") == ["Self Help", "Help Yourself"]


def test_words_of_which_there_are_too_many_are_all_asked(library: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MOST_WORDS", 2)
    monkeypatch.setattr("musfuse.library.search.plan.MOST_WORDS", 2)
    assert len(titles(library, "e")) == 7
    assert sorted(titles(library, "help -title:nothing")) == ["Help Yourself", "Help!", "Self Help", "Whelped"]
