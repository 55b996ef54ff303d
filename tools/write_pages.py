"""Write what is generated: docs/errors.md from the catalogue of messages, the list and the stub of the face
from its table of homes, tests/api.txt from the face.

Run by `make pages`. The tests of the house say when it is due.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from criteria_engine.messages.speaker import sentences

ROOT = Path(__file__).resolve().parent.parent
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


def write_face() -> None:
    """Write anew ``__all__`` of the face and its stub, from the table of homes in the face itself."""
    path = ROOT / "src" / "criteria_engine" / "__init__.py"
    text = path.read_text(encoding="utf-8")
    document = ast.parse(text)
    tables = {
        ast.unparse(each.targets[0]): ast.literal_eval(each.value)
        for each in document.body
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) in ("_HOMES", "_MODULES")
    }
    homes, modules = tables["_HOMES"], tables["_MODULES"]
    named = [(home, name) for home, names in homes.items() for name in names.split()]

    def order(name: str) -> tuple[bool, bool, str]:
        """Constants, classes, functions, as ruff sorts them."""
        return not name.isupper(), name[0].islower(), name

    listed = sorted((*(name for _, name in named), *modules), key=order)
    block = "__all__ = [\n" + "".join(f'    "{name}",\n' for name in listed) + "]\n"
    before, _, rest = text.partition("__all__ = [\n")
    path.write_text(before + block + rest.partition("]\n")[2], encoding="utf-8")
    imports = [
        f"from criteria_engine.{home} import {name} as {name}\n"
        for home, name in sorted(named, key=lambda pair: (pair[0], order(pair[1])))
    ]
    for name, home in modules.items():
        room, _, module = home.rpartition(".")
        imports.append(f"from criteria_engine.{room} import {module} as {name}\n")
    imports.sort(key=lambda line: line.split()[1])
    doc = f'"""{ast.get_docstring(document, clean=False)}"""\n\n'
    stub = doc + "".join(imports) + "\n__version__: str\n\n" + block
    path.with_suffix(".pyi").write_text(stub, encoding="utf-8")


if __name__ == "__main__":
    write_face()
    (ROOT / "docs" / "errors.md").write_text(errors_page(), encoding="utf-8")
    (ROOT / "tests" / "api.txt").write_text(face(), encoding="utf-8")
    print("written: docs/errors.md, the face and its stub, tests/api.txt")
