"""Files are whole or absent: whatever fails, and whenever the process dies."""

from __future__ import annotations

import hashlib
import io
import os
import random
import signal
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import pytest

from criteria_engine.files.writing import write_whole

posix = pytest.mark.skipif(os.name != "posix", reason="asks for forks and permission bits")


def names_in(folder: Path) -> list[str]:
    """The names of all that is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_writes_text_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "kết quả.csv"
    write_whole(path, "Vĩnh Hòa\r\nđạt\n")
    assert path.read_bytes() == "Vĩnh Hòa\r\nđạt\n".encode()
    write_whole(str(path), b"\x00\xff")
    assert path.read_bytes() == b"\x00\xff"
    write_whole(path, "")
    assert path.read_bytes() == b""
    assert names_in(tmp_path) == [path.name]


class Failing:
    """A stream whose write or flush fails, as on a full disk."""

    def __init__(self, handle: int, method: str) -> None:
        self._stream = io.FileIO(handle, "wb")
        self._method = method

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def fileno(self) -> int:
        return self._stream.fileno()

    def _may_fail(self, method: str) -> None:
        if method == self._method:
            raise OSError(28, "No space left on device")

    def write(self, data: bytes) -> int:
        self._stream.write(data[: len(data) // 2])
        self._may_fail("write")
        return self._stream.write(data[len(data) // 2 :])

    def flush(self) -> None:
        self._may_fail("flush")
        self._stream.flush()


STEPS = ["open", "fdopen", "write", "flush", "fsync", "chmod", "replace"]


def make_fail(step: str, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make one step of the writing fail."""

    def broken(*_: Any, **__: Any) -> Any:
        raise error

    if step in ("write", "flush"):
        monkeypatch.setattr(os, "fdopen", lambda handle, _: Failing(handle, step))
    else:
        monkeypatch.setattr(os, step, broken)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("old", [None, b"old"])
def test_a_step_that_fails_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, old: bytes | None
) -> None:
    path = tmp_path / "out.csv"
    if old is not None:
        path.write_bytes(old)
    elif step == "chmod":
        pytest.skip("a new file has no bits to keep")
    before = names_in(tmp_path)
    with monkeypatch.context() as patched:
        make_fail(step, OSError(28, "No space left on device"), patched)
        with pytest.raises(OSError, match="No space left"):
            write_whole(path, b"new" * 1000)
    assert names_in(tmp_path) == before
    assert old is None or path.read_bytes() == old


def test_an_interrupt_leaves_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")
    with monkeypatch.context() as patched:
        make_fail("fsync", KeyboardInterrupt(), patched)
        with pytest.raises(KeyboardInterrupt):
            write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["out.csv"]


def test_text_that_utf8_cannot_hold_touches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")
    assert path.read_bytes() == b"old"


def test_folders_and_missing_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, b"")
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "absent" / "out.csv", b"")
    assert names_in(tmp_path) == []


@posix
def test_permission_bits_and_links_are_kept(tmp_path: Path) -> None:
    path, link = tmp_path / "out.csv", tmp_path / "link.csv"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to(path.name)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@posix
def test_a_new_file_has_the_usual_bits(tmp_path: Path) -> None:
    (tmp_path / "usual").write_bytes(b"")
    write_whole(tmp_path / "new", b"")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_write_protected_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"


@posix
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"through")
    reader.join(5)
    assert read == [b"through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def in_a_process(work: Callable[[], None]) -> int:
    """Start a process of its own that does the work; its number."""
    process = os.fork()
    if not process:
        try:
            work()
        finally:
            os._exit(0)
    return process


@posix
@pytest.mark.parametrize("process", [os.getpid(), 10**30], ids=["this one", "none"])
def test_what_may_still_be_in_the_making_stays(tmp_path: Path, process: int) -> None:
    path = tmp_path / "out.csv"
    mark = hashlib.sha256(b"out.csv").hexdigest()[:12]
    living = tmp_path / f".{mark}-{process}-01234567.part"
    foreign = tmp_path / ".0123456789ab-999999999-01234567.part"
    living.write_bytes(b"of a process that lives")
    foreign.write_bytes(b"of another file")
    write_whole(path, b"new")
    assert names_in(tmp_path) == sorted([living.name, foreign.name, path.name])


def test_where_processes_cannot_be_asked_leftovers_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("criteria_engine.files.writing._CAN_ASK", False)
    mark = hashlib.sha256(b"out.csv").hexdigest()[:12]
    (tmp_path / f".{mark}-999999999-01234567.part").write_bytes(b"left")
    write_whole(tmp_path / "out.csv", b"new")
    assert len(names_in(tmp_path)) == 2


@posix
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_process_that_dies_at_a_step_leaves_the_old_file(tmp_path: Path, step: str) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")

    def work() -> None:
        setattr(os, step, lambda *_: os._exit(1))
        write_whole(path, b"new" * 1000)

    os.waitpid(in_a_process(work), 0)
    assert path.read_bytes() == b"old"
    assert len(names_in(tmp_path)) == 2
    write_whole(path, b"newer")
    assert path.read_bytes() == b"newer"
    assert names_in(tmp_path) == ["out.csv"]


@posix
def test_a_process_killed_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    contents = {letter * 300_000 for letter in (b"a", b"b")}
    path.write_bytes(b"a" * 300_000)
    chance = random.Random(20_260_301)

    def work() -> None:
        while True:
            for content in contents:
                write_whole(path, content)

    for _ in range(50):
        process = in_a_process(work)
        time.sleep(chance.uniform(0, 0.02))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        assert path.read_bytes() in contents
    write_whole(path, b"last")
    assert names_in(tmp_path) == ["out.csv"]
