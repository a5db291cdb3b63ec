"""Whatever is done with a chunk cache, it never gives other bytes than were put there, keeps its limit, and what it counts
is what lies on disk."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests_support import examples

from musfuse.model import SourceFile
from musfuse.store.chunks.pieces import Head
from musfuse.store.chunks.store import ChunkStore

from .shelves import bytes_on_disk, chunks_on_disk, contents, named

LIMIT = 700_000
_SHARED = contents(1, 250_000)
FILES: dict[SourceFile, bytes] = {
    named(name, data, source): data
    for name, source, data in (
        ("a", "x", _SHARED),
        ("a", "y", _SHARED),
        ("b", "x", contents(2, 3000) + _SHARED[1000:]),
        ("c", "x", contents(3, 400_000)),
        ("c", "x", contents(4, 400_000)),
        ("d", "y", contents(5, 900_000)),
        ("e", "y", b""),
        ("f", "y", b"x"),
    )
}
files = st.sampled_from(list(FILES))


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp()) / "chunks"
        self.store = ChunkStore(self.folder, LIMIT, spare_bytes=0)
        self.damaged = False

    @rule(file=files, at=st.floats(0, 1), size=st.integers(0, 500_000))
    def keep(self, file: SourceFile, at: float, size: int) -> None:
        data = FILES[file]
        offset = int(at * len(data))
        self.store.keep(file, offset, data[offset : offset + size])

    @rule(some=st.lists(st.tuples(files, st.integers(0, 30_000), st.booleans(), st.integers(1, 20_000)), max_size=4))
    def keep_heads(self, some: list[tuple[SourceFile, int, bool, int]]) -> None:
        heads = []
        for file, offset, at_end, size in some:
            offset = max(0, len(FILES[file]) - offset) if at_end else offset
            heads.append(Head(file, offset, FILES[file][offset : offset + size]))
        self.store.keep_heads([head for head in heads if head.data])

    @rule(file=files, offset=st.integers(0, 30_000), size=st.integers(1, 20_000))
    def read_head(self, file: SourceFile, offset: int, size: int) -> None:
        data = FILES[file][offset : offset + size]
        held = self.store.holds(file, offset, offset + len(data))
        assert self.store.read_head(file, offset, size) in ((data,) if held and not self.damaged else (b"", data))

    @rule(file=files)
    def keep_all(self, file: SourceFile) -> None:
        self.store.keep(file, 0, FILES[file])

    @rule(file=files, at=st.floats(0, 1), size=st.integers(0, 500_000))
    def read(self, file: SourceFile, at: float, size: int) -> None:
        data = FILES[file]
        offset = int(at * len(data))
        found = self.store.read(file, offset, size)
        assert data[offset : offset + size].startswith(found)
        if not found and size and offset < len(data):
            end = min(len(data), offset + size)
            assert offset < self.store.missing_until(file, offset, end) <= end

    @rule(file=files)
    def pin(self, file: SourceFile) -> None:
        if FILES[file] and len(FILES[file]) < LIMIT // 2:
            self.store.pin(file)

    @rule(file=files)
    def unpin(self, file: SourceFile) -> None:
        self.store.unpin(file)

    @rule(source=st.sampled_from(["", "x", "y"]))
    def clear(self, source: str) -> None:
        self.store.clear(source)

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = ChunkStore(self.folder, LIMIT, spare_bytes=0)

    @rule(number=st.integers(0, 50), how=st.sampled_from(["flip", "cut", "remove"]))
    @precondition(lambda self: chunks_on_disk(self.folder))
    def damage(self, number: int, how: str) -> None:
        self.store.recutter.wait()
        found = sorted(chunks_on_disk(self.folder))
        path = found[number % len(found)]
        raw = bytearray(path.read_bytes())
        if how == "remove" or not raw:
            path.unlink()
        else:
            raw[-1] ^= 1
            path.write_bytes(raw if how == "flip" else raw[:-1])
        self.damaged = True

    @invariant()
    def what_is_counted_lies_there(self) -> None:
        self.store.recutter.wait()
        kept, here = self.store.kept(), bytes_on_disk(self.folder)
        assert here <= kept.chunk_bytes <= LIMIT
        if not self.damaged:
            assert here == kept.chunk_bytes
            assert len(chunks_on_disk(self.folder)) == kept.chunks
        heads = self.store.shelf.told(lambda table: table._db.execute("SELECT heads FROM total").fetchone()[0])
        counted = "SELECT coalesce(sum(head), 0), coalesce(sum(head + body), 0) FROM version"
        assert (heads, kept.bytes) == self.store.shelf.told(lambda table: table._db.execute(counted).fetchone())
        size = "SELECT coalesce(sum(length), 0) FROM piece"
        assert (kept.bytes,) == self.store.shelf.told(lambda table: table._db.execute(size).fetchone())

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder.parent)


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=examples(10), stateful_step_count=20, deadline=None)
