"""Files in folders and zip archives: found, read one by one, and worked on in several processes.

Nothing is ever unpacked to the disk, and a name inside an archive is never used as a path.
"""

from __future__ import annotations

import os
import stat
import threading
import time
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from momentsheet.errors import UnusableFile, UsageError
from momentsheet.model.files import Given, Item, Scan, Trouble

MIB = 1024 * 1024

# What systems and programs leave behind, folded
_LEFT_BEHIND = frozenset(("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir", "$recycle.bin"))

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What files may cost. Only the caller can raise a limit, never a file."""

    files: int = 200_000  # in all folders and archives
    size: int = 512 * MIB  # one file
    ratio: int = 200  # inflated : packed, for files in archives over 1 MiB
    total: int = 64 * 1024 * MIB  # all files of an archive, inflated
    seconds: float = 300  # for what is done with one file in another process


class ReadFailure(Exception):
    """A file that was there when it was found cannot be read; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble: Trouble = trouble
        super().__init__(trouble)


def scan(paths: Sequence[Path], own: Collection[Path] = (), limits: FileLimits = FileLimits()) -> Scan:
    """All files in these folders and archives, in a fixed order; links are told, and never followed.

    `own`: files that are something else, such as the workbooks, though they lie among the others.
    """
    _opened.cache_clear()
    given = tuple(_given(path, paths) for path in paths)
    _refuse_twins(given)
    items: list[Item] = []
    ignored: list[str] = []
    skipped = {str(path.resolve()) for path in own}
    for one in given:
        found = {"folder": _in_folder, "zip": _in_archive, "file": _alone}[one.kind](one, limits)
        for item in found:
            place = None if item.member is not None else os.path.realpath(place_of(item))
            if place in skipped or (item.trouble != "name" and _is_left_behind(item.path)):
                ignored.append(item.path)
            else:
                items.append(item)
            if len(items) > limits.files:
                raise UnusableFile("files_too_many", file=one.name, limit=limits.files)
    return Scan(given, tuple(items), tuple(ignored))


def place_of(item: Item) -> str:
    """Where a file that lies in no archive is on the disk."""
    return (
        item.given.path if item.given.kind == "file" else f"{item.given.path}{os.sep}{item.path.replace('/', os.sep)}"
    )


def read(item: Item, most: int = -1) -> bytes:
    """What a file holds, or its first `most` bytes; ReadFailure where that cannot be."""
    if item.trouble:
        raise ReadFailure(item.trouble)
    try:
        if item.member is None:
            with open(place_of(item), "rb") as file:  # noqa: PTH123 - the name may hold what no Path shows
                return file.read(most)
        archive, members = _opened(item.given.path)
        with archive.open(members[item.member]) as packed:
            return packed.read(most)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise ReadFailure("broken") from None


IN_PROCESS = 0  # files up to which no other process is begun: tests save its second, nobody else should


def work_on(
    items: Sequence[tuple[Item, T]],
    function: Callable[[bytes, T], R],
    prepare: Callable[..., None] | None = None,
    facts: tuple[Any, ...] = (),
    limits: FileLimits = FileLimits(),
) -> Iterator[R | Trouble]:
    """What `function` makes of each file and what is said of it, in their order; why not, where it cannot be read.

    Files are read and worked on in other processes. One that brings its process down, or takes forever, costs only
    itself: it is "broken". `prepare(*facts)` is called once in each process.
    """
    workers = min(_processors(), max(1, len(items) // _WORTH_IT))
    if len(items) <= IN_PROCESS:
        if prepare is not None:
            prepare(*facts)
        for item, said in items:
            yield _one(item, said, function)
        return
    crew = _Crew(workers, prepare, facts)
    waiting: deque[tuple[Sequence[tuple[Item, T]], Future[list[R | Trouble]]]] = deque()
    try:
        for batch in _batches(items):
            waiting.append((batch, crew.submit(batch, function)))
            if len(waiting) > _AHEAD * workers:
                yield from _next(crew, waiting, function, limits.seconds)
        while waiting:
            yield from _next(crew, waiting, function, limits.seconds)
    finally:
        crew.stop()


# Private functions

_WORTH_IT = 48  # files from which on a second process pays for its start
_BATCH, _BATCH_BYTES = 16, 8 * MIB
_AHEAD = 4  # batches that wait for each process
_LOOK_UP = 5.0  # seconds after which a process looks whether it is still wanted
_LOCAL_HEADER = 30  # bytes in front of each member of an archive, without its name


class _Crew:
    """Processes of our own, begun anew where one of them dies or hangs."""

    def __init__(self, workers: int, prepare: Callable[..., None] | None, facts: tuple[Any, ...]) -> None:
        self._workers, self._prepare, self._facts = workers, prepare, facts
        self._pool = self._begin()

    def submit(self, batch: Sequence[tuple[Item, T]], function: Callable[[bytes, T], R]) -> Future[list[R | Trouble]]:
        return self._pool.submit(_several, batch, function)

    def restart(self) -> None:
        self.stop()
        self._pool = self._begin()

    def stop(self) -> None:
        """End the processes, also those that hang: they write nothing, so that nothing can be half done."""
        processes = list((self._pool._processes or {}).values())  # noqa: SLF001 - `kill_workers` comes with Python 3.14
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
        for process in processes:
            process.join()

    def _begin(self) -> ProcessPoolExecutor:
        # Spawned: a fork would take over threads of polars that stand still in it.
        facts = (os.getpid(), self._prepare, self._facts)
        return ProcessPoolExecutor(self._workers, get_context("spawn"), _start, facts)


def _start(parent: int, prepare: Callable[..., None] | None, facts: tuple[Any, ...]) -> None:
    """Begin a process: it ends with the one that began it, also where a file keeps it busy for ever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_UP)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    if prepare is not None:
        prepare(*facts)


def _next(
    crew: _Crew,
    waiting: deque[tuple[Sequence[tuple[Item, T]], Future[list[R | Trouble]]]],
    function: Callable[[bytes, T], R],
    seconds: float,
) -> Iterator[R | Trouble]:
    """The results of the oldest batch; where it broke down, its files one by one, and the others once more."""
    batch, future = waiting.popleft()
    try:
        results = future.result(seconds)
    except (BrokenProcessPool, NotInTime):
        crew.restart()
    else:
        yield from results
        return
    for pair in batch:
        try:
            yield from crew.submit([pair], function).result(seconds)
        except (BrokenProcessPool, NotInTime):
            crew.restart()
            yield "broken"
    for place, (other, _) in enumerate(waiting):
        waiting[place] = (other, crew.submit(other, function))


def _batches(items: Sequence[tuple[Item, T]]) -> Iterator[Sequence[tuple[Item, T]]]:
    """Small files together, large ones alone."""
    batch: list[tuple[Item, T]] = []
    size = 0
    for pair in items:
        batch.append(pair)
        size += pair[0].size
        if len(batch) == _BATCH or size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _several(batch: Sequence[tuple[Item, T]], function: Callable[[bytes, T], R]) -> list[R | Trouble]:
    return [_one(item, said, function) for item, said in batch]


def _one(item: Item, said: T, function: Callable[[bytes, T], R]) -> R | Trouble:
    try:
        data = read(item)
    except ReadFailure as failure:
        return failure.trouble
    return function(data, said)


def _processors() -> int:
    """The processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _given(path: Path, all_paths: Sequence[Path]) -> Given:
    name = path.name or path.resolve().name
    if sum((other.name or other.resolve().name) == name for other in all_paths) > 1:
        name = str(path)
    if path.is_dir():
        return Given(str(path), name, "folder")
    if not path.exists():
        raise UsageError(f"there is no folder or file {path}")
    if not path.is_file():
        raise UsageError(f"{path} is neither a folder nor a file")
    return Given(str(path), name, "zip" if path.suffix.lower() == ".zip" else "file")


def _refuse_twins(given: Sequence[Given]) -> None:
    """A folder within another one would bring its files twice."""
    real = [Path(one.path).resolve() for one in given]
    for place, one in enumerate(real):
        for other_place, other in enumerate(real):
            if place != other_place and one.is_relative_to(other):
                raise UsageError(f"{given[place].path} is in {given[other_place].path}; give it once")


def _is_left_behind(path: str) -> bool:
    """True of what systems and programs leave behind: Thumbs.db, .DS_Store, __MACOSX, ~$lock.docx."""
    return any(piece.casefold() in _LEFT_BEHIND or piece.startswith((".", "~$")) for piece in path.split("/"))


def _alone(given: Given, limits: FileLimits) -> Iterator[Item]:
    item = Item(given, given.name, Path(given.path).stat().st_size)
    yield replace(item, trouble="too_large") if item.size > limits.size else item


def _in_folder(given: Given, limits: FileLimits) -> Iterator[Item]:
    def stop(error: OSError) -> None:
        raise UsageError(f"{error.filename} cannot be opened: {error.strerror}")

    for folder, folders, files in os.walk(given.path, onerror=stop):
        folders.sort()
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in sorted((*files, *links)):
            place = f"{folder}{os.sep}{name}"
            path = os.path.relpath(place, given.path).replace(os.sep, "/")
            try:
                status = os.lstat(place)
            except OSError:
                yield Item(given, path, 0, trouble="broken")
                continue
            item = Item(given, path, status.st_size)
            # A pipe or a device would be read for ever.
            if not stat.S_ISREG(status.st_mode):
                yield replace(item, size=0, trouble="link")
            else:
                yield replace(item, trouble="too_large") if item.size > limits.size else item


def _in_archive(given: Given, limits: FileLimits) -> Iterator[Item]:
    try:
        _, members = _opened(given.path)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise UnusableFile("files_zip", file=given.name) from None
    if len(members) > limits.files:
        raise UnusableFile("files_too_many", file=given.name, limit=limits.files)
    if _overlap(members):
        raise UnusableFile("files_zip", file=given.name)
    if sum(member.file_size for member in members) > limits.total:
        raise UnusableFile("files_zip_large", file=given.name, limit_mb=limits.total // MIB)
    order = sorted(range(len(members)), key=lambda place: (_member_name(members[place]), place))
    for place in order:
        member, name = members[place], _member_name(members[place])
        if name.endswith("/") and not member.file_size:
            continue
        yield Item(given, name, member.file_size, place, _member_trouble(member, name, limits))


def _member_trouble(member: zipfile.ZipInfo, name: str, limits: FileLimits) -> Trouble:
    pieces = name.split("/")
    if any(piece in ("", ".", "..") for piece in pieces) or ":" in name or not name.isprintable():
        return "name"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "link"
    if member.flag_bits & 0x2041:
        return "encrypted"
    # What it claims is the most that is ever unpacked of it.
    is_bomb = member.file_size > MIB and member.file_size > limits.ratio * max(1, member.compress_size)
    return "too_large" if is_bomb or member.file_size > limits.size else ""


def _member_name(member: zipfile.ZipInfo) -> str:
    """The name as it was meant: without a mark for UTF-8 it is that all the same, or the code page of Windows here."""
    name = member.filename
    if not member.flag_bits & 0x800:
        raw = name.encode("cp437", "replace")
        try:
            name = raw.decode()
        except UnicodeDecodeError:
            name = raw.decode("cp850")
    return name.replace("\\", "/")


def _overlap(members: Sequence[zipfile.ZipInfo]) -> bool:
    """True if two members share bytes, as in archives that unpack to far more than they hold."""
    stop = 0
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset < stop:
            return True
        name = member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437", "replace")
        stop = member.header_offset + _LOCAL_HEADER + len(name) + member.compress_size
    return False


@lru_cache(maxsize=8)
def _opened(path: str) -> tuple[zipfile.ZipFile, Sequence[zipfile.ZipInfo]]:
    archive = zipfile.ZipFile(path)
    return archive, archive.infolist()
