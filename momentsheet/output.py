"""Writing results: one file, or a whole folder, all or nothing."""

from __future__ import annotations

import glob
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType

from momentsheet.errors import OutputError
from momentsheet.model.catalog import NOTHING

OURS = (
    "import", "manifest.json", "receipt.html", "work-list.xlsx", "work-list.html", "report.json", "report.html",
    "letter.txt", "plan.yaml", "number-map.xlsx", "number-map.csv",
)  # fmt: skip
OUR_ENDINGS = (".checked.xlsx", ".today.xlsx", ".left-out.xlsx", ".renumbered.xlsx")
WORKED_ON = (*OUR_ENDINGS, "work-list.xlsx")  # what people correct or tick off
# What later runs of other commands must not take away: without the plan nobody knows any more what became of what.
LASTING = ("plan.yaml", "number-map.xlsx", "number-map.csv")


Content = bytes | Iterable[bytes | memoryview]  # of a file: whole, or piece by piece


def write_file(path: Path, data: Content) -> None:
    """Write a file so that it is there whole or not at all: temporary file beside it, fsync, rename."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".momentsheet-", dir=path.parent)
        try:
            _write(handle, data)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or 'no reason given'}") from None


class Folder:
    """An output folder that changes from its old contents to its new ones in one step.

    Files that are not ours (a corrected workbook that somebody saved there) stay; our files of an earlier run go.
    Leaving the `with` block without `commit` leaves the folder as it was.
    """

    def __init__(self, path: Path, inputs: Sequence[Path] = (), listing: str | None = None) -> None:
        """`inputs`: the workbooks that are read, which may lie in the folder and are never touched.

        `listing`: a file to list in it what was written: then just what the earlier one lists is ours, at any depth.
        """
        self.path = path.resolve()  # the folder that a link leads to changes, the link stays
        self._inputs = {item.resolve() for item in inputs}
        self._listing = listing
        self._part: Path | None = None
        self._lock: int | None = None
        self._written: list[str] = []

    def __enter__(self) -> Folder:
        """Make the temporary folder beside the target; OutputError if that cannot be, or if another run is at it."""
        if self.path.exists() and not self.path.is_dir():
            raise OutputError(f"{self.path} is a file; name a folder for the results")
        self._refuse_input_among_ours()
        self._refuse_foreign()
        self._refuse_changed()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(self.path)
            _sweep(self.path)
            self._part = Path(tempfile.mkdtemp(prefix=f".{self.path.name}.part-", dir=self.path.parent))
        except OSError as error:
            raise OutputError(f"{self.path} cannot be written: {error.strerror or 'no reason given'}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the temporary folder away, whatever happened."""
        if self._part is not None:
            shutil.rmtree(self._part, ignore_errors=True)
        if self._lock is not None:
            # While it is still held: nobody can have taken it in between.
            self.path.with_name(f".{self.path.name}.lock").unlink(missing_ok=True)
            os.close(self._lock)

    def write(self, name: str, data: Content) -> None:
        """Write one file of the new contents."""
        assert self._part is not None
        if name in LASTING:
            self._refuse_lasting(self.path / name)
        place = self._part / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            _write(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), data)
        except OSError as error:
            raise OutputError(f"{self.path / name} cannot be written: {error.strerror or 'no reason given'}") from None
        self._written.append(name)

    def free_name(self, stem: str, ending: str) -> str:
        """Stem and ending, with a number where an input lies in the folder under that name: it is never modified."""
        name, number = stem + ending, 1
        while (self.path / name).resolve() in self._inputs:
            number += 1
            name = f"{stem}-{number}{ending}"
        return name

    def commit(self, more: Mapping[str, object] = NOTHING) -> tuple[str, ...]:
        """Put the new contents in place; gives the names of the files written, in order.

        `more`: what else the listing is to say.
        """
        assert self._part is not None
        if self._listing is not None:
            self._refuse_unlisted()
            self.write(self._listing, _listed([*self._written, self._listing], more))
        try:
            self._part.chmod(0o755)
            for place in self._part.rglob("*"):
                if place.is_dir():
                    _sync_folder(place)
            _sync_folder(self._part)
            if self.path.exists():
                if self._listing is None:
                    self._keep_foreign()
                else:
                    self._keep_unlisted()
                old = Path(tempfile.mkdtemp(prefix=f".{self.path.name}.old-", dir=self.path.parent))
                self.path.rename(old / "old")
                try:
                    self._part.rename(self.path)
                except OSError:
                    (old / "old").rename(self.path)
                    raise
                shutil.rmtree(old, ignore_errors=True)
            else:
                self._part.rename(self.path)
            _sync_folder(self.path.parent)
        except OSError as error:
            raise OutputError(f"{self.path} cannot be written: {error.strerror or 'no reason given'}") from None
        return tuple(self._written)

    def _refuse_input_among_ours(self) -> None:
        """What lies in `import` goes with every run: a workbook there would be lost."""
        place = self.path / "import"
        inside = sorted(item for item in self._inputs if item.is_relative_to(place))
        if inside:
            raise OutputError(f"{inside[0]} lies in a folder that is replaced; move it out of {place}")

    def _refuse_foreign(self) -> None:
        """Something that bears one of our names in a folder that we have not written is somebody else's."""
        if self._listing is not None or not self.path.is_dir() or _is_report(self.path / "report.json"):
            return
        for item in sorted(self.path.iterdir()):
            is_named_so = item.name in OURS or item.name.endswith(OUR_ENDINGS)
            if is_named_so and item.name not in LASTING and not self._is_input(item):
                raise OutputError(_FOREIGN.format(item))

    def _refuse_lasting(self, item: Path) -> None:
        """What only some runs replace is looked at when it is replaced."""
        if not item.exists() or self._is_input(item):
            return
        if not _is_report(self.path / "report.json"):
            raise OutputError(_FOREIGN.format(item))
        if self._is_changed(item):
            raise OutputError(_CHANGED.format(item))

    def _refuse_changed(self) -> None:
        """What somebody has corrected or ticked off since is work that must not be lost."""
        if self._listing is not None or not self.path.is_dir():
            return
        for item in sorted(self.path.iterdir()):
            if item.name.endswith(WORKED_ON) and self._is_changed(item):
                raise OutputError(_CHANGED.format(item))

    def _is_changed(self, item: Path) -> bool:
        """True of a file of an earlier run that somebody has changed, and has not given to this one."""
        report = self.path / "report.json"
        if self._is_input(item) or not report.is_file() or not item.is_file():
            return False
        return item.stat().st_mtime > report.stat().st_mtime + 2

    def _keep_foreign(self) -> None:
        """Take over what is not ours: people keep other files beside our results."""
        assert self._part is not None
        for item in self.path.iterdir():
            is_ours = item.name in OURS or item.name.endswith(OUR_ENDINGS)
            goes = is_ours and item.name not in LASTING and not self._is_input(item)
            if goes or (self._part / item.name).exists():
                continue
            if item.is_dir():
                shutil.copytree(item, self._part / item.name, symlinks=True)
            else:
                _take_over(item, self._part / item.name)

    def _refuse_unlisted(self) -> None:
        """What lies where one of our files is to lie is somebody else's, unless we have listed it."""
        assert self._listing is not None
        earlier = self._earlier()
        taken = [name for name in (*self._written, self._listing) if name not in earlier]
        taken += dict.fromkeys(
            folder for name in self._written for folder in _folders(name) if self._is_in_the_way(folder)
        )
        for name in taken:
            if os.path.lexists(self.path / name):
                raise OutputError(
                    f"{self.path / name} is not from an earlier run and would be replaced; name another folder"
                )

    def _is_in_the_way(self, folder: str) -> bool:
        """True of a file or link where a folder of ours is to be."""
        return (self.path / folder).is_symlink() or not (self.path / folder).is_dir()

    def _keep_unlisted(self) -> None:
        """Take over every file and folder that an earlier run has not listed."""
        assert self._part is not None
        earlier = self._earlier()
        ours = {folder for name in earlier for folder in _folders(name)}
        for folder, folders, files in os.walk(self.path, onerror=_stop):
            place = Path(folder).relative_to(self.path)
            links = [name for name in folders if Path(folder, name).is_symlink()]
            for name in (*files, *links):
                if (place / name).as_posix() not in earlier:
                    (self._part / place).mkdir(parents=True, exist_ok=True)
                    _take_over(Path(folder, name), self._part / place / name)
            if place.as_posix() not in ours:  # an empty one of somebody else's stays, too
                (self._part / place).mkdir(parents=True, exist_ok=True)

    def _earlier(self) -> frozenset[str]:
        """The files that an earlier run has listed; none where nothing of ours is there."""
        assert self._listing is not None
        try:
            listed = json.loads((self.path / self._listing).read_bytes())
        except (OSError, ValueError, RecursionError):
            return frozenset()
        if not isinstance(listed, dict) or listed.get("tool") != "momentsheet":
            return frozenset()
        names = listed.get("files")
        return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else frozenset()

    def _is_input(self, item: Path) -> bool:
        return item.resolve() in self._inputs


# Private functions

_FOREIGN = "{} is not from an earlier run and would be replaced; name another folder"
_CHANGED = "{} has been changed since it was written; move it elsewhere, or give it to the command"


def _is_report(path: Path) -> bool:
    """True if the file is a report of ours, which every run writes."""
    try:
        with path.open("rb") as file:
            return re.match(rb'\s*\{\s*"tool":\s*"momentsheet"', file.read(200)) is not None
    except OSError:
        return False


def _stop(error: OSError) -> None:
    """A folder that cannot be looked into may hold somebody's files: then nothing is replaced."""
    raise error


def _folders(name: str) -> list[str]:
    """The folders that a file lies in, below the output folder."""
    return [parent.as_posix() for parent in PurePosixPath(name).parents][:-1]


def _listed(names: Sequence[str], more: Mapping[str, object]) -> bytes:
    listed = {"tool": "momentsheet", "files": sorted(names), **more}
    return (json.dumps(listed, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _take_over(item: Path, place: Path) -> None:
    """The same file under another name; a copy where the disk knows no such links."""
    try:
        os.link(item, place, follow_symlinks=False)
    except OSError:
        shutil.copy2(item, place, follow_symlinks=False)


def _write(handle: int, data: Content) -> None:
    with os.fdopen(handle, "wb") as file:
        file.writelines([data] if isinstance(data, bytes) else data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """Make renames in a folder last; not every system can, and then nothing is lost by it."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def _lock(path: Path) -> int | None:
    """Hold the folder's lock until the handle is closed; None on systems without such locks."""
    try:
        import fcntl  # noqa: PLC0415 - only Unix has it
    except ImportError:
        return None
    handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise OutputError(f"another run is writing to {path}; wait until it is done") from None
    return handle


def _sweep(path: Path) -> None:
    """Take away what a killed run left behind; what it had set aside as the old contents goes back."""
    name = glob.escape(path.name)
    for left in path.parent.glob(f".{name}.old-*"):
        if not path.exists() and (left / "old").is_dir():
            (left / "old").rename(path)
        shutil.rmtree(left, ignore_errors=True)
    for left in path.parent.glob(f".{name}.part-*"):
        shutil.rmtree(left, ignore_errors=True)
