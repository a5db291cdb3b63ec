"""What a cue sheet says (CDRWIN's user guide, appendix A; REM fields as EAC and foobar2000 write them)."""

from dataclasses import dataclass, field

FRAMES_A_SECOND = 75


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """Something that could not be used; line and column count from 1."""

    line: int
    column: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.what}"


@dataclass(frozen=True, slots=True)
class Index:
    """An INDEX: its number, which FILE of the sheet it lies in (from 0), and where.

    `frames` are 1/75 s from that file's start; a FLAC's CUESHEET block counts samples instead, then `samples` is set.
    """

    number: int
    file: int
    frames: int
    samples: int | None = None

    def at(self, rate: int) -> int:
        """The sample at which it lies at `rate` Hz, rounded down."""
        return self.frames * rate // FRAMES_A_SECOND if self.samples is None else self.samples


@dataclass(slots=True)
class SheetTrack:
    """A TRACK. `fields` are its texts under Vorbis-like names."""

    number: int
    kind: str
    fields: dict[str, str] = field(default_factory=dict)
    indexes: list[Index] = field(default_factory=list)

    @property
    def audio(self) -> bool:
        """Whether it is music and no data."""
        return self.kind == "AUDIO"

    def index(self, number: int) -> Index | None:
        """The INDEX with this number; None where the track has none."""
        return next((index for index in self.indexes if index.number == number), None)

    @property
    def start(self) -> Index | None:
        """INDEX 01; where the track lacks it, its first INDEX."""
        later = sorted((i for i in self.indexes if i.number), key=lambda i: i.number)
        return self.index(1) or (later[0] if later else self.index(0))


@dataclass(slots=True)
class Sheet:
    """A whole sheet: names of FILEs in order, tracks in order, texts, and what could not be used."""

    files: list[str] = field(default_factory=list)
    tracks: list[SheetTrack] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    problems: list[SheetProblem] = field(default_factory=list)
