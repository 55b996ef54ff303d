"""Writing files that are whole or absent."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import stat
from pathlib import Path

__all__ = ["write_whole"]

# Elsewhere one cannot ask whether a process lives without touching it.
_CAN_ASK = os.name == "posix"


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file so that at every moment the old one or the new one is there, whole.

    Text is written as UTF-8, its line ends as they are. The new file is made under a passing name in the
    same folder and then takes the place of the old one, whose permission bits it keeps; a link stays a
    link. What an earlier run that was killed has left of this file is cleared away.

    Raises ``OSError`` where it cannot be written, and ``UnicodeEncodeError`` for text that UTF-8 cannot
    hold; the old file is then as it was, and nothing else is left behind.
    """
    data = content.encode("utf-8") if isinstance(content, str) else bytes(content)
    mode = _mode_of(path)
    if mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        # A terminal or a pipe has no old content to keep, and must not be replaced by a file.
        Path(path).write_bytes(data)
        return
    if mode is not None and not os.access(path, os.W_OK):
        raise PermissionError(f"the file is write-protected: {os.fspath(path)}")
    target = Path(os.path.realpath(path))
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(f"a folder, not a file: {target}")
    mark = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:12]
    _clear_leftovers(target.parent, mark)
    passing = target.parent / f".{mark}-{os.getpid()}-{secrets.token_hex(4)}.part"
    try:
        _write_through(passing, data, mode)
        os.replace(passing, target)
    except BaseException:
        with contextlib.suppress(OSError):
            passing.unlink()
        raise


def _mode_of(path: str | os.PathLike[str]) -> int | None:
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def _write_through(path: Path, data: bytes, mode: int | None) -> None:
    """Write a new file and see it onto the disk."""
    # Opened by hand, since tempfile makes files that only their owner can read.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    if mode is not None:
        os.chmod(path, stat.S_IMODE(mode))


def _clear_leftovers(folder: Path, mark: str) -> None:
    """Remove what killed processes have left of the file with this mark."""
    if not _CAN_ASK:
        return
    pattern = re.compile(rf"\.{mark}-([0-9]+)-[0-9a-f]{{8}}\.part")
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            matched = pattern.fullmatch(name)
            if matched and not _is_alive(int(matched[1])):
                with contextlib.suppress(OSError):
                    (folder / name).unlink()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
