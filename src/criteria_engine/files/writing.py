"""Writing: a ruleset as YAML, by the kinds of its attributes, and any file whole or not at all.

``dumps`` comes first, then ``write_whole`` and ``writing_whole``, with what keeps the old file safe meanwhile.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import attrs
import yaml

from criteria_engine.rules import schema
from criteria_engine.ruleset import Ruleset


def dumps(ruleset: Ruleset) -> str:
    """The ruleset as YAML text; ``loads(dumps(r)) == r``."""
    content = {"criteria_engine": "1", **_struct(ruleset)}
    text: str = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return text


class _Dumper(yaml.SafeDumper):  # type: ignore[misc, unused-ignore]
    """Writes every scalar as text: plain where that reads back as the same text, else quoted."""

    def ignore_aliases(self, _: object) -> bool:
        """Never write anchors."""
        return True


def _text(dumper: Any, value: str) -> Any:
    plain = value not in ("", "~", "null") and "\n" not in value
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')


class _Plain(str):
    """A text that is written without quotation marks: numbers and truth values."""

    __slots__ = ()


def _plain(dumper: Any, value: str) -> Any:
    if value.replace(".", "", 1).lstrip("-").isdigit() or value in ("true", "false"):
        tag = "float" if "." in value else "bool" if value in ("true", "false") else "int"
        return dumper.represent_scalar(f"tag:yaml.org,2002:{tag}", value)
    return _text(dumper, value)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Plain, _plain)


def _struct(value: Any, *, without_id: bool = False) -> dict[str, Any]:
    """The attributes of an object that are not as they are by default, by their keys."""
    content: dict[str, Any] = {}
    for attribute in attrs.fields(type(value)):
        kind, part = schema.kind_of(attribute), getattr(value, attribute.name)
        if kind is None or (without_id and attribute.name == "id"):
            continue
        if isinstance(kind, schema.OneRule):
            if part is not None:
                content[part.KEY] = _rule(part)
        elif attribute.default is attrs.NOTHING or part != attribute.default:
            content[schema.key_of(attribute)] = _written(kind, part)
    return content


def _rule(rule: Any) -> Any:
    if rule.WHOLE is None:
        return _struct(rule)
    kind: Any = schema.kind_of(attrs.fields_dict(type(rule))[rule.WHOLE])
    return _written(kind, getattr(rule, rule.WHOLE))


def _written(kind: schema.Kind, value: Any) -> Any:
    match kind:
        case schema.Scalar():
            return _scalar(kind, value)
        case schema.ListOf(item_kind):
            return [_written(item_kind, item) for item in value]
        case schema.MapOf(key_kind, item_kind):
            return {key_kind.write(name): _written(item_kind, item) for name, item in value}
        case schema.ById(struct):
            return {item.id: _short(struct, item, without_id=True) for item in value}
        case schema.Struct():
            return _short(kind, value)
        case schema.OneRule():
            return _rule(value)


def _scalar(kind: schema.Scalar, value: Any) -> Any:
    if value is None:
        return None
    if kind is schema.TITLES:
        texts = dict(value.texts)
        return texts[""] if set(texts) == {""} else texts
    text = kind.write(value)
    if kind.name in ("number", "integer", "boolean", "setting", "cell", "expression", "share"):
        return _Plain(text)
    return text


def _short(struct: schema.Struct, value: Any, *, without_id: bool = False) -> Any:
    """The struct, written short where only that one attribute is set."""
    content = _struct(value, without_id=without_id)
    for name in (struct.short, struct.listed):
        if name is not None and set(content) == {schema.key_of(attrs.fields_dict(type(value))[name])}:
            return next(iter(content.values()))
    return content


# Elsewhere one cannot ask whether a process lives without touching it.
_CAN_ASK = os.name == "posix"


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file so that at every moment the old one or the new one is there, whole.

    Text is written as UTF-8, its line ends as they are; see ``writing_whole``. Raises ``OSError`` where
    it cannot be written, and ``UnicodeEncodeError`` for text that UTF-8 cannot hold; the old file is then
    as it was, and nothing else is left behind.
    """
    data = content.encode("utf-8") if isinstance(content, str) else bytes(content)
    with writing_whole(path) as stream:
        stream.write(data)


@contextlib.contextmanager
def writing_whole(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file when the block ends, or nothing if the block fails.

    At every moment the old file or the new one is there, whole. The new one is made under a passing name
    in the same folder and then takes the place of the old one, whose permission bits it keeps; a link
    stays a link. What an earlier run that was killed has left of this file is cleared away. A terminal or
    a pipe gets all at the end.

    Raises ``OSError`` where the file cannot be written, when the block begins or when it ends.
    """
    mode = _mode_of(path)
    if mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        # It has no old content to keep, and must not be replaced by a file.
        with tempfile.TemporaryFile() as stream:
            yield stream
            stream.seek(0)
            with open(path, "wb") as target:
                shutil.copyfileobj(stream, target)
        return
    if mode is not None and not os.access(path, os.W_OK):
        raise PermissionError(f"the file is write-protected: {os.fspath(path)}")
    whole = Path(os.path.realpath(path))
    if mode is not None and stat.S_ISDIR(mode):
        raise IsADirectoryError(f"a folder, not a file: {whole}")
    mark = hashlib.sha256(os.fsencode(whole.name)).hexdigest()[:12]
    _clear_leftovers(whole.parent, mark)
    passing = whole.parent / f".{mark}-{os.getpid()}-{secrets.token_hex(4)}.part"
    try:
        with _new_file(passing, mode) as stream:
            yield stream
        os.replace(passing, whole)
    except BaseException:
        with contextlib.suppress(OSError):
            passing.unlink()
        raise


def _mode_of(path: str | os.PathLike[str]) -> int | None:
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _new_file(path: Path, mode: int | None) -> Iterator[BinaryIO]:
    """A new file, seen onto the disk at the end."""
    # Opened by hand, since tempfile makes files that only their owner can read.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with os.fdopen(handle, "wb") as stream:
        yield stream
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
