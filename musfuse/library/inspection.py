"""What a scan keeps of one original: what the workers find in it, or the reason why nothing can be known."""

from concurrent.futures import Future
from dataclasses import replace

from musfuse.library.catalog import FileRow
from musfuse.media.inspecting.inspection import Inspection, InspectionKind, is_sheet
from musfuse.media.inspecting.pool import InspectPool
from musfuse.model import SourceFile
from musfuse.origins import Origin
from musfuse.store import PictureStore

__all__ = ["FileInspector", "is_sheet"]


class Inspecting:
    """A file that is being looked into."""

    __slots__ = ("_file", "_inspected", "_inspector", "done")

    def __init__(self, inspector: "FileInspector", file: SourceFile, inspected: "Future[Inspection]") -> None:
        self._inspector, self._file, self._inspected = inspector, file, inspected
        self.done = inspected.done

    def result(self) -> FileRow:
        """Its row, waited for."""
        return self._inspector.row(self._file, self._inspected.result())


class FileInspector:
    """Makes rows of the catalog of files. May be called from many threads."""

    def __init__(self, pictures: PictureStore, inspectors: InspectPool) -> None:
        self._pictures, self._inspectors = pictures, inspectors

    def inspects(self, name: str) -> bool:
        """Whether a file is music or a cue sheet by its name."""
        extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
        return is_sheet(name) or (extension in self._inspectors.formats.extensions and not name.startswith("._"))

    def inspect(self, origin: Origin, file: SourceFile, beside_sheet: bool) -> FileRow:
        """Facts about a file, which may lie `beside_sheet`; every failure becomes a row with its reason."""
        return self.inspect_soon(origin, file, beside_sheet, urgent=True).result()

    def inspect_soon(self, origin: Origin, file: SourceFile, beside_sheet: bool, urgent: bool = False) -> "Inspecting":
        """As `inspect`, as soon as a worker gets to it."""
        kind = InspectionKind.BESIDE_SHEET if beside_sheet else InspectionKind.ORIGINAL
        return Inspecting(self, file, self._inspectors.inspect(origin, file, kind, urgent))

    def row(self, file: SourceFile, found: Inspection) -> FileRow:
        """What was found in a file as a row. The bytes of a picture are kept where the file will be encoded here."""
        name = file.path.rsplit("/", 1)[-1]
        row = FileRow(name, file.stamp, file.ident, older_name=file.older_name)
        if found.reading is None:
            return replace(row, problem=found.problem, again=found.again)
        reading = found.reading
        if is_sheet(name):
            return replace(row, sheets=reading.sheets)
        if found.picture is not None:
            self._pictures.keep(found.picture.picture.digest, found.picture.data)
        return replace(
            row, note="; ".join(reading.notes), format=reading.format, tags=reading.tags, picture=reading.picture,
            sheets=reading.sheets, content=reading.content,
        )  # fmt: skip
