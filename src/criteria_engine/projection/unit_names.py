"""Names of wards and communes, compared as people mean them and not as keyboards write them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from criteria_engine.core.expression_text import fold_name, nearest

__all__ = ["bare_name_key", "name_key", "nearest_name"]

# Grave, acute, tilde, hook, dot: the five tone marks; the other marks belong to letters.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_KINDS = ("phường", "xã", "thị trấn", "đặc khu", "công an phường", "công an xã", "p.", "x.", "tt.")


def name_key(name: str) -> str:
    """What is equal for two spellings of one name.

    Case, spaces, hyphens and the Unicode form play no part, nor does the letter of a syllable that
    carries the tone mark: ``Hòa`` is ``Hoà`` and ``Thủy`` is ``Thuỷ``, but ``Hoa`` is another name.
    """
    return " ".join(_syllable_key(each) for each in fold_name(name).replace("-", " ").split())


def _syllable_key(syllable: str) -> str:
    spread = unicodedata.normalize("NFD", syllable)
    tones = "".join(letter for letter in spread if letter in _TONES)
    return "".join(letter for letter in spread if letter not in _TONES) + tones


def bare_name_key(name: str) -> str:
    """The key of a name without the kind of unit before it: of ``phường Phước Hòa`` that of ``Phước Hòa``."""
    key = name_key(name)
    for kind in _KIND_KEYS:
        rest = key.removeprefix(kind)
        if rest != key and (rest.startswith(" ") or kind.endswith(".")) and rest.strip():
            return rest.strip()
    return key


# The longest first: what begins with "công an phường" names no other kind.
_KIND_KEYS = tuple(sorted(map(name_key, _KINDS), key=len, reverse=True))


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The known name most like ``name``, or the first twelve where none is near."""
    names = list(dict.fromkeys(known))
    near = nearest(name, names)
    return near or ", ".join(names[:12]) + (", …" if len(names) > 12 else "") or "–"
