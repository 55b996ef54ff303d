"""Write what is generated: the stub of the public names from the table in ``__init__.py``, tests/api.txt from
what they name, docs/errors.md from the catalogue of messages.

Run by `make pages`. tests/test_face.py and tests/test_house.py say when it is due.
"""

from __future__ import annotations

import ast
import sys
import textwrap
from pathlib import Path

from criteria_engine.messages.speaker import sentences

ROOT = Path(__file__).resolve().parent.parent
FACE = ROOT / "src" / "criteria_engine"
sys.path.insert(0, str(ROOT / "tests"))

from test_house import face  # noqa: E402 - lies among the tests, which are no package

HEAD = """\
# Lỗi và cách sửa · Errors and what to do

Mỗi lỗi có một mã không bao giờ đổi nghĩa. Dưới đây là câu báo lỗi và cách sửa; chỗ trong ngoặc nhọn `{ }` được thay
bằng chữ của chính tệp đang đọc. `criteria check TỆP` chỉ ra dòng và cột.

Every error has a code whose meaning never changes. What stands in braces is filled with the words of the file at hand.
This page is generated: `make pages`.
"""
FAMILIES = {
    "CE0": "Tệp và YAML · The file and its YAML",
    "CE1": "Biểu thức · Expressions",
    "CE2": "Nghĩa của biểu thức · What an expression means",
    "CE3": "Bộ tiêu chí · The ruleset",
    "CE4": "Bộ tiêu chí · The ruleset",
    "CE5": "Giá trị · Values",
    "CE6": "Đánh giá · Evaluation",
    "CE7": "Cảnh báo · Warnings",
    "CE8": "Tệp số liệu · Data files",
    "CE9": "Kế hoạch và dự báo · Plans and projections",
}


def literal(sentence: str) -> str:
    """A sentence of the catalogue, so that Markdown leaves it alone."""
    sentence = sentence.replace("{{", "{").replace("}}", "}")
    for letter in "\\*_<>[]":
        sentence = sentence.replace(letter, f"\\{letter}")
    return sentence


def errors_page() -> str:
    """The page of all codes, by family."""
    lines, family = [HEAD], ""
    for code in sorted(key for key in sentences("faults", "en") if key.startswith("CE")):
        if code[:3] != family:
            family = code[:3]
            lines.append(f"## {family}xx: {FAMILIES.get(family, '')}\n")
        lines.append(f"### {code}\n")
        for lang, mend in (("vi", "Sửa"), ("en", "Hint")):
            message, _, hint = sentences("faults", lang)[code].partition("\n")
            lines.append(f"{literal(message)}" + (f"  \n*{mend}:* {literal(hint)}\n" if hint else "\n"))
    return "\n".join(lines)


def stub() -> str:
    """The stub of the public names: where each is made, for type checkers and for the pages of the docs."""
    document = ast.parse((FACE / "__init__.py").read_text(encoding="utf-8"))
    [public] = [
        ast.literal_eval(statement.value)
        for statement in document.body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "_PUBLIC"
    ]
    # In the order that ruff wants: by module; constants, classes, functions.
    imports = sorted(
        (module, not name.isupper(), name[0].islower(), name)
        for names in public.values()
        for name, (module, _) in names.items()
    )
    lines = [f"from criteria_engine.{module} import {name} as {name}" for module, *_, name in imports]
    doc = (ast.get_docstring(document) or "").replace(" Everything public is listed below; any", " Any")
    head = f'"""{doc}\n\nWritten by ``make pages`` from the table in ``__init__.py``.\n"""'
    listed = ", ".join(f'"{name}"' for *_, name in sorted(each[1:] for each in imports))
    listed = textwrap.fill(listed, 110, initial_indent="    ", subsequent_indent="    ")
    # The pages of the docs show what is listed.
    return "\n".join([head, "", *lines, "", "__version__: str", "__all__ = [", listed, "]  # fmt: skip", ""])


if __name__ == "__main__":
    (FACE / "__init__.pyi").write_text(stub(), encoding="utf-8")
    (ROOT / "docs" / "errors.md").write_text(errors_page(), encoding="utf-8")
    (ROOT / "tests" / "api.txt").write_text(face(), encoding="utf-8")
    print("written: src/criteria_engine/__init__.pyi, docs/errors.md, tests/api.txt")
