"""Which tracks collections have, against a model that looks at every track."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from library.conftest import Desk
from musfuse.errors import TooSlowError
from musfuse.library.collections import answering
from musfuse.library.collections.answering import Answering, Members
from musfuse.library.collections.compiling import compiled
from musfuse.library.collections.rules import (
    Compound,
    DateRange,
    Definition,
    Genre,
    Match,
    MostPlayed,
    NeverPlayed,
    Not,
    Rating,
    RecentlyAdded,
    RecentlyPlayed,
    Rule,
    Search,
)
from musfuse.library.query import Query, Subject
from musfuse.library.userdb import Play, PlayTable, RatingTable, UserDatabase
from musfuse.library.userdb import Rating as Stars
from musfuse.library.vocabulary import Vocabulary
from musfuse.media.formats import default_formats
from musfuse.model import TagSet

VOCABULARY = Vocabulary(default_formats())
DAY = 86_400 * 10**9
NOW = 20_000 * DAY
NAMES = st.sampled_from([f"{n}.wav" for n in range(6)])
GENRES = st.sampled_from(["jazz", "Free Jazz", "rock", "jazzy"])
DATES = st.sampled_from(["", "1967", "1985-01-02", "1999"])
LEAVES = st.sampled_from([
    Genre("jazz"), Match("title", "1"), Match("title", "2*"), Match("genre", ""), DateRange("year", 1960, 1989), Search("jazz -rock OR title:3"),
    Search("path:src/4"), RecentlyAdded(3), RecentlyPlayed(2), MostPlayed(2), NeverPlayed(), Rating(3), Rating(1),
])  # fmt: skip
RULES: st.SearchStrategy[Rule] = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(Compound, st.sampled_from(["And", "Or"]), st.lists(inner, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=5,
)


class Model(RuleBasedStateMachine):
    """Tracks come, are tagged, played and rated, move and go."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.desk = Desk(Path(self.folder.name) / "c.db")
        self.user = UserDatabase(Path(self.folder.name) / "user.db")
        self.plays, self.ratings = PlayTable(self.user), RatingTable(self.user)
        self.answering = Answering(self.desk.database, self.plays, self.ratings, lambda: NOW)
        self.there: dict[str, tuple[int, TagSet, int]] = {}  # public id, tags, days since it came
        self.publics = iter(range(1, 10_000))
        self.ended = iter(range(NOW - 4 * DAY, NOW, DAY // 10))

    def teardown(self) -> None:
        self.desk.database.close()
        self.user.close()
        self.folder.cleanup()

    def keep(self, name: str, public: int, tags: TagSet, days: int) -> None:
        self.there[name] = (public, tags, days)
        self.desk.put(name, tags)
        with self.desk.database.write() as db:
            db.execute(
                "UPDATE item SET public = ?, born_ns = ? WHERE file = (SELECT id FROM file WHERE CAST(name AS TEXT) = ?)",
                (public, NOW - days * DAY, name),
            )

    @rule(name=NAMES, genre=GENRES, date=DATES, days=st.sampled_from([0, 1, 5, 100]))
    def put(self, name: str, genre: str, date: str, days: int) -> None:
        tags = TagSet({"title": [name], "genre": [genre]} | ({"date": [date]} if date else {}))
        known = self.there.get(name)
        if known is not None:
            self.keep(name, known[0], tags, known[2])
        else:
            self.keep(name, next(self.publics), tags, days)

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        if self.there.pop(name, None) is not None:
            self.desk.remove(name)

    @rule(name=NAMES, to=NAMES)
    def move(self, name: str, to: str) -> None:
        if name in self.there and to not in self.there:
            kept = self.there[name]
            self.remove(name)
            self.keep(to, *kept)

    @precondition(lambda self: self.there)
    @rule(name=NAMES, times=st.integers(1, 3))
    def play(self, name: str, times: int) -> None:
        if name in self.there:
            self.plays.add([Play(self.there[name][0], next(self.ended), 0) for _ in range(times)])

    @rule(name=NAMES, stars=st.integers(0, 5))
    def rate(self, name: str, stars: int) -> None:
        if name in self.there:
            self.ratings.put([(self.there[name][0], Stars(stars))])

    @rule()
    def name_them(self) -> None:
        self.desk.naming.run()

    @rule(
        wanted=RULES,
        limit=st.sampled_from([0, 2]),
        order=st.sampled_from([(), ("-plays",), ("-added",), ("title",), ("-rating", "-title")]),
    )
    def ask(self, wanted: Rule, limit: int, order: Sequence[str]) -> None:
        self.desk.naming.run()
        asked = compiled(Definition(wanted, tuple(order), limit), VOCABULARY)
        for few in (0, 20_000):
            answering._FEW = few
            members = self.answering.members(asked)
            names = self.names(members)
            holds = {name for name in self.there if self.holds(wanted, name)}
            assert members.total == len(holds)
            assert len(names) == len(set(names)) == min(len(holds), limit or len(holds))
            assert set(names) <= holds
            assert set(self.names(self.answering.members(asked, counts=False))) <= holds
            for name in order[:1]:
                keys = [self.key(name, one) for one in names]
                rest = [self.key(name, one) for one in holds - set(names)]
                assert keys == sorted(keys, reverse=name.startswith("-"))
                assert not (keys and rest) or name == "title" or keys[-1] >= max(rest)

    def key(self, order: str, name: str) -> int | str:
        public, tags, days = self.there[name]
        heard = self.plays.of(public)
        keys = {
            "plays": heard.plays if heard else 0,
            "added": -days,
            "rating": self.ratings.of(public).stars,
            "title": tags.first("title") or "",
        }
        return keys[order.removeprefix("-")]

    def names(self, members: Members) -> list[str]:
        with self.desk.database.read() as db:
            known = dict(db.execute("SELECT i.id, CAST(f.name AS TEXT) FROM item i JOIN file f ON f.id = i.file"))
        return [known[item] for item in members.items]

    def holds(self, wanted: Rule, name: str) -> bool:
        public, tags, days = self.there[name]
        heard = self.plays.of(public)
        match wanted:
            case Not(child):
                return not self.holds(child, name)
            case Compound(op, children):
                return (all if op == "And" else any)([self.holds(child, name) for child in children])
            case RecentlyAdded(most):
                return days <= most
            case RecentlyPlayed(most):
                return heard is not None and heard.last_ns >= NOW - most * DAY
            case NeverPlayed():
                return heard is None
            case Rating(least):
                return self.ratings.of(public).stars >= least
            case MostPlayed(limit):
                publics = {known[0] for known in self.there.values()}
                return public in [one.id for one in self.plays.most() if one.id in publics][:limit]
            case _:
                part = compiled(Definition(wanted), VOCABULARY).part
                assert isinstance(part, answering.Words)
                return Query(part.node).matches(Subject(tags, f"/src/{name}", "pcm_16", "wav"))


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    before = answering._FEW
    yield
    answering._FEW = before


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)


def test_without_an_order_they_lie_as_on_the_drive(desk: Desk, tmp_path: Path) -> None:
    with closing(UserDatabase(tmp_path / "user.db")) as user:
        for artist in ("Zoe", "ann"):
            for title in ("b", "a"):
                desk.put(f"{artist}{title}.wav", TagSet({"artist": [artist], "title": [title]}))
        desk.naming.run()
        over = Answering(desk.database, PlayTable(user), RatingTable(user), lambda: NOW)
        asked = compiled(Definition(Match("title", "*")), VOCABULARY)
        found = over.members(asked).items
        places = [(node := desk.nodes.of_item(item)) and desk.nodes.path(node.id) for item in found]
        assert places == sorted(places, key=lambda path: str(path).upper())
        assert over.members(asked, seconds=None).total == 4
        with pytest.raises(TooSlowError):
            over.members(asked, seconds=-1)


def test_as_few_are_looked_at_as_will_do(desk: Desk, tmp_path: Path) -> None:
    with closing(UserDatabase(tmp_path / "user.db")) as user:
        for number in range(1200):
            desk.put(f"{number}.wav", TagSet({"title": ["same"], "date": ["1985"]}))
        desk.naming.run()
        over = Answering(desk.database, PlayTable(user), RatingTable(user), lambda: NOW)
        for found in (Search("same"), DateRange("year", 1980, 1989)):
            asked = compiled(Definition(found, (), 10), VOCABULARY)
            few, all_ = over.members(asked, counts=False), over.members(asked)
            assert (len(few.items), few.counted, few.total < 1200) == (10, False, True)
            assert (len(all_.items), all_.counted, all_.total) == (10, True, 1200)
