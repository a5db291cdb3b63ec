"""Which sheet cuts which image of a folder, and what becomes of the rest.

A FILE name is looked up among the files of the folder, never joined to a path. For one image the first of these counts:
a .cue named like the image, any other .cue (more tracks first, then by name), a CUESHEET tag, a FLAC's CUESHEET block.
The others are reported, and so is everything of a sheet that could not be used.
"""

import logging
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from musfuse.errors import MalformedError
from musfuse.library.catalog.cuesheets import AudioRow, PartRow, SheetRow
from musfuse.media.containers.cuesheet import parse_cuesheet_block
from musfuse.media.cue.cut import Cut, CutRules, cut_image
from musfuse.media.cue.fields import track_tags
from musfuse.media.cue.parse import parse_sheet
from musfuse.media.cue.sheet import Sheet
from musfuse.media.cue.text import decode_sheet
from musfuse.media.pcm import can_encode

log = logging.getLogger(__name__)

_KINDS = {"cue": 0, "tag": 1, "block": 2}
_WHERE = {"tag": "the CUESHEET tag", "block": "the CUESHEET block"}
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class CueRules:
    """How sheets are read and cut; `cut` is False where every file is to stay as it is."""

    cuts: CutRules = field(default_factory=CutRules)
    encoding: str = ""
    keep_image: bool = False
    cut: bool = True


@dataclass(slots=True)
class _Candidate:
    """A sheet that was read, and the files of the folder that its FILEs are (None: not there)."""

    row: SheetRow
    sheet: Sheet
    targets: list[AudioRow | None]
    remarks: list[str]
    cuts: dict[int, list[Cut]] = field(default_factory=dict)
    images: dict[int, AudioRow] = field(default_factory=dict)

    @property
    def where(self) -> str:
        return _WHERE.get(self.row.kind, self.row.name)

    @property
    def rank(self) -> tuple[int, bool, int, str]:
        # Files beside the audio come before what is embedded: somebody may have put them right. The name comes last, so
        # that the result never depends on the order of a listing.
        stems = {stem(t.name) for t in self.targets if t is not None} | {key(t.name) for t in self.targets if t}
        return _KINDS[self.row.kind], stem(self.row.name) not in stems, -len(self.sheet.tracks), self.row.name


@dataclass(frozen=True, slots=True)
class Resolution:
    """Parts by file id, and remarks by (file id, kind of sheet)."""

    parts: dict[int, list[PartRow]]
    remarks: dict[tuple[int, str], str]


def resolve(audio: Sequence[AudioRow], sheets: Sequence[SheetRow], rules: CueRules) -> Resolution:
    """Choose which sheet cuts which image of a folder, and cut. Never raises: what is wrong with a sheet becomes a
    remark on it, and an image that no sheet cuts stays whole."""
    hints = [hint for row in audio for hint in _hints(row)]
    candidates = sorted((_read(row, audio, hints, rules) for row in sheets), key=lambda c: c.rank)
    used: dict[int, _Candidate] = {}
    for candidate in candidates:  # the best first: it has its images, and the others hear who has them
        if not rules.cut:
            candidate.remarks.append("not used: with view.policy = original every file stays as it is")
            continue
        _cut(candidate, used, rules)
        used |= dict.fromkeys(candidate.cuts, candidate)
    discs = _discs([c for c in candidates if c.cuts])
    parts = {file: list(_parts(candidate, file, discs.get(id(candidate)))) for file, candidate in used.items()}
    remarks = {(c.row.file, c.row.kind): "; ".join(c.remarks) for c in candidates if c.remarks}
    return Resolution(parts, remarks)


def key(name: str) -> str:
    """A file's name, for comparing: no folders, NFC, no case."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    return unicodedata.normalize("NFC", name).casefold().strip()


def stem(name: str) -> str:
    """A file's name without its extension, for comparing."""
    return key(name).rsplit(".", 1)[0]


def _hints(row: AudioRow) -> Iterator[str]:
    yield row.name.rsplit(".", 1)[0]
    for name in ("album", "albumartist", "artist", "title"):
        yield from row.tags.get(name, ())


def _read(row: SheetRow, audio: Sequence[AudioRow], hints: Sequence[str], rules: CueRules) -> _Candidate:
    if row.kind == "block":
        try:
            sheet = parse_cuesheet_block(row.data)
        except MalformedError as error:
            return _Candidate(row, Sheet(), [], [str(error)])
    else:
        text, _ = decode_sheet(row.data, hints, rules.encoding if row.kind == "cue" else "utf-8")
        sheet = parse_sheet(text)
    remarks = [str(problem) for problem in sheet.problems]
    if not sheet.tracks:
        remarks.append("no TRACK in it")
    if row.kind == "cue":
        return _Candidate(row, sheet, [_find(name, row, sheet, audio) for name in sheet.files], remarks)
    own = next((a for a in audio if a.file == row.file), None)
    return _Candidate(row, sheet, [own], remarks)


def _find(name: str, row: SheetRow, sheet: Sheet, audio: Sequence[AudioRow]) -> AudioRow | None:
    """The file of the folder that a FILE names; None where there is none.

    Rips are converted and renamed after their sheet was written, so a name counts with any extension (a lossless file
    before others). A sheet with one FILE may also mean the file of its own name, or the only one there is where it has
    several tracks. A sheet with several FILEs is never guessed at: a wrong file would give wrong tracks.
    """
    by_name = {key(a.name): a for a in reversed(audio)}
    if key(name) in by_name:
        return by_name[key(name)]
    wanted = [stem(name), key(name)]
    if len(sheet.files) == 1:
        wanted += [stem(row.name), stem(stem(row.name))]
        if stem(row.name) in by_name:  # Album.flac.cue
            return by_name[stem(row.name)]
    for candidate in wanted:
        found = sorted((a for a in audio if stem(a.name) == candidate), key=lambda a: not can_encode(a.format))
        if found:
            return found[0]
    return audio[0] if len(sheet.files) == 1 and len(audio) == 1 and len(sheet.tracks) > 1 else None


def _cut(candidate: _Candidate, used: Mapping[int, _Candidate], rules: CueRules) -> None:
    """Cut the files of a candidate that no better sheet cuts; why the others are not cut becomes a remark."""
    for number, image in enumerate(candidate.targets):
        if not any(t.start is not None and t.start.file == number for t in candidate.sheet.tracks):
            continue
        if image is None:
            candidate.remarks.append(f'FILE "{candidate.sheet.files[number]}" is not in its folder')
        elif image.file in used:
            candidate.remarks.append(f"not used: {image.name} is cut by {used[image.file].where}")
        elif image.problem:
            candidate.remarks.append(f"{image.name} stays whole: {image.problem}")
        else:
            try:
                cuts = cut_image(
                    candidate.sheet, number, image.format.sample_rate, image.format.total_samples, rules.cuts
                )
            except MalformedError as error:
                candidate.remarks.append(f"{image.name} stays whole: {error}")
                continue
            # Parts have to be encoded anew, which loses something here. A sheet with one track a file cuts nothing off,
            # and only names it.
            if not can_encode(image.format) and not all(cut.sample_range.is_whole for cut in cuts):
                why = "it is lossy" if not image.format.pcm else f"FLAC cannot hold its {image.format.bits} bits"
                candidate.remarks.append(f"{image.name} stays whole: {why}")
                continue
            candidate.cuts[image.file], candidate.images[image.file] = cuts, image


def _parts(candidate: _Candidate, file: int, disc: tuple[int, int] | None) -> Iterator[PartRow]:
    image = candidate.images[file]
    for cut in candidate.cuts[file]:
        tags = track_tags(image.tags, candidate.sheet, cut.track, disc)
        yield PartRow(cut.sample_range, candidate.where, tags)


def _discs(candidates: Sequence[_Candidate]) -> dict[int, tuple[int, int]]:
    """Disc numbers for several sheets of one album that tell none: in natural order of their files' names."""
    groups: dict[tuple[str, str], list[_Candidate]] = {}
    for candidate in candidates:
        fields = candidate.sheet.fields
        if fields.get("title") and "discnumber" not in fields and candidate.row.kind == "cue":
            groups.setdefault((fields.get("performer", ""), fields["title"]), []).append(candidate)
    found: dict[int, tuple[int, int]] = {}
    for group in groups.values():
        if len(group) > 1:
            group.sort(key=lambda c: _natural(c.row.name))
            found |= {id(c): (n, len(group)) for n, c in enumerate(group, 1)}
    return found


def _natural(name: str) -> tuple[object, ...]:
    return tuple((0, int(w), "") if w.isdigit() else (1, 0, w) for w in re.split(r"(\d+)", key(name)) if w)
