"""The rules of the house, read off the source by ``ast`` alone.

Each test gathers all that breaks its rule and says what to do. The tables at the top are the plan:
move a room where the code teaches better, and redraw `docs/how-it-works.md` with it.
"""

from __future__ import annotations

import ast
import re
import string
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "criteria_engine"
SRC = ROOT / "src" / PACKAGE

# A file imports only from floors below its own. The rooms of a folder share its floor and may import
# each other, one way.
FLOORS = {
    0: (
        "bounded catalogue/ columns compiling core files formatting na slips source_text status "
        "vietnamese_keys wording_en wording_vi yaml_cuts"
    ),
    1: "arithmetic asking diagnostics lines logic marks parts yaml_slips",
    2: "algebra expressions gate narwhals_door numpy_door parquet_door titles written_text yaml_candidates yaml_misread",
    3: "digest grammar intervals written_dates written_numbers yaml_tree",
    4: "bounds meaning scalars values yaml_mending",
    5: "carriers/ comparing kinds knowing marked operating subject_data",
    6: "cases histories json_values lowering placing rules/ table_columns text_files windows",
    7: "criteria csv_files json_text parquet_files",
    8: "combining described document json_files names recognition/ tree",
    9: "building data_files door faces phrases plain_data",
    10: "understanding wording",
    11: "desk showing",
    12: "defining",
    13: "earlier",
    14: "scope",
    15: "scoring wiring",
    16: "judging",
    17: "nominal",
    18: "reaching",
    19: "program",
    20: "openness soundness",
    21: "relevance",
    22: "found",
    23: "findings",
    24: "explaining/ observing",
    25: "explanation",
    26: "notebook",
    27: "result",
    28: "evaluation",
    29: "tables/",
    30: "ruleset",
    31: "dossier expecting extending unused writing",
    32: "reading running",
    33: "editions reached",
    34: "advice library",
    35: "case_files",
    36: "projection/",
    37: "lint reports/",
    38: "__init__",
    39: "cli/",
    40: "__main__",
}
# What only uses the face: whatever it can do, an app that embeds the library can do.
FACE_ONLY = {"cli/": "__init__", "__main__": "cli.__init__"}

# Third packages, and the modules that may import them ("*": all).
THIRD = {"attrs": {"*"}, "yaml": {"marked", "yaml_tree", "writing"}}
# Optional packages and their one door, the only place of an import inside a function.
DOORS: dict[str, str] = {
    "matplotlib": "projection.plotting",
    "narwhals": "narwhals_door",
    "numpy": "numpy_door",
    "pyarrow": "parquet_door",
}

LONGEST_FILE, LONG_FILE, LONGEST_FUNCTION = 350, 300, 45
# One file a language, and the closed union in one place: there is nothing in them to divide.
TABLES = {"catalogue.english", "catalogue.vietnamese", "core"}

FORBIDDEN_WORDS = {"record", "field", "node", "manager", "handler", "helper", "util", "utils"}
FORBIDDEN_CALLS = {"today": "the date", "now": "the time", "utcnow": "the time", "time_ns": "the time"}
FORBIDDEN_MODULES = {
    "random": "chance",
    "socket": "the network",
    "urllib": "the network",
    "http": "the network",
}

# Futures are drawn from a seed that the caller gives: one file turns it into streams of numbers, and
# the clock, the machine and the state of the process have no part in them.
SEEDED = {"projection.chance": "random"}

# Codes that no ruleset file can show: they are of values, of data files, of plans, of Python calls.
NOT_FROM_A_RULESET = re.compile(r"CE[589]\d\d")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Named = Function | ast.ClassDef


def path_of(module: str) -> Path:
    """The file of a module, named without the package: ``rules.bands``, ``rules.__init__``.

    The face loads its names when they are asked for; what it offers stands in its stub.
    """
    return SRC.joinpath(*module.split(".")).with_suffix(".pyi" if module == "__init__" else ".py")


MODULES = sorted(".".join(path.relative_to(SRC).with_suffix("").parts) for path in SRC.rglob("*.py"))


@cache
def tree(module: str) -> ast.Module:
    """The source of a module, parsed."""
    return ast.parse(path_of(module).read_text(encoding="utf-8"))


def room(module: str) -> str:
    """What stands in the table of floors for a module: its folder, or itself."""
    folder, dot, _ = module.partition(".")
    return f"{folder}/" if dot else module


FLOOR_OF = {name: floor for floor, names in FLOORS.items() for name in names.split()}


def imported(module: str) -> Iterator[tuple[str, ast.stmt]]:
    """Full dotted names that a module imports, with their statements; relative ones made absolute."""
    for statement in ast.walk(tree(module)):
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                yield alias.name, statement
        elif isinstance(statement, ast.ImportFrom):
            here = [PACKAGE, *module.split(".")]
            base = ".".join(here[: -statement.level]) if statement.level else ""
            source = ".".join(part for part in (base, statement.module) if part)
            for alias in statement.names:
                whole = f"{source}.{alias.name}"
                yield (whole if own_module(whole) else source), statement


def own_module(name: str) -> str | None:
    """The module of ours that a full dotted name means, if it means one."""
    if name == PACKAGE:
        return "__init__"
    short = name.removeprefix(f"{PACKAGE}.")
    if short == name:
        return None
    return next((found for found in (short, f"{short}.__init__") if found in MODULES), None)


def own_imports(module: str) -> Iterator[tuple[str, int]]:
    """Modules of ours that a module imports, with the line."""
    for name, statement in imported(module):
        found = own_module(name)
        if found is not None:
            yield found, statement.lineno


def fail_with(faults: Iterable[str], advice: str) -> None:
    """Fail with all faults and what to do; pass if there is none."""
    shown = sorted(set(faults))
    if shown:
        pytest.fail(f"{advice}:\n  " + "\n  ".join(shown), pytrace=False)


def at(module: str, place: ast.AST | int) -> str:
    """``file:line`` for a message."""
    line = place if isinstance(place, int) else getattr(place, "lineno", 1)
    return f"{path_of(module).relative_to(ROOT)}:{line}"


def is_public(name: str) -> bool:
    """Whether others may use a name."""
    return not name.startswith("_")


# ── Floors ───────────────────────────────────────────────────────────────────────────────────────


def lowest_floor(module: str) -> int:
    """The lowest floor that lies above all that a module imports."""
    below = [FLOOR_OF.get(room(other), -1) for other, _ in own_imports(module) if room(other) != room(module)]
    return max(below, default=-1) + 1


def test_every_module_has_a_floor() -> None:
    fail_with(
        (
            f"{module}: add `{room(module)}`, not lower than floor {lowest_floor(module)}"
            for module in MODULES
            if room(module) not in FLOOR_OF
        ),
        "modules that FLOORS at the top of tests/test_house.py does not know",
    )


def test_imports_go_down() -> None:
    faults = []
    for module in MODULES:
        for other, line in own_imports(module):
            here, there = FLOOR_OF.get(room(module)), FLOOR_OF.get(room(other))
            if here is None or there is None or (room(other) == room(module) and "." in module):
                continue
            if there >= here:
                faults.append(f"{at(module, line)}: {module} (floor {here}) imports {other} (floor {there})")
    fail_with(faults, "imports that do not go down; move what both need below, or redraw FLOORS")


def test_no_circles() -> None:
    graph = {module: {other for other, _ in own_imports(module)} for module in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail("modules import each other in a ring: " + " <- ".join(error.args[1]))


def test_what_uses_the_face_only() -> None:
    faults = [
        f"{at(module, line)}: {module} imports {other}, and may import {FACE_ONLY[room(module)]} alone"
        for module in MODULES
        if room(module) in FACE_ONLY
        for other, line in own_imports(module)
        if other != FACE_ONLY[room(module)] and room(other) != room(module)
    ]
    fail_with(faults, "imports past the face; what is missing there is missing for every app")


def test_imports_stand_at_the_top() -> None:
    faults = []
    for module in MODULES:
        top = {id(statement) for statement in tree(module).body}
        for name, statement in imported(module):
            door = DOORS.get(name.partition(".")[0])
            if id(statement) not in top and door != module:
                faults.append(f"{at(module, statement)}: {name}")
    fail_with(faults, "imports inside a function, a class or a condition; only DOORS may have one")


def test_no_import_for_type_checking_alone() -> None:
    faults = [
        at(module, place)
        for module in MODULES
        for place in ast.walk(tree(module))
        if (isinstance(place, ast.Name) and place.id == "TYPE_CHECKING")
        or (isinstance(place, ast.Attribute) and place.attr == "TYPE_CHECKING")
    ]
    fail_with(faults, "TYPE_CHECKING hides an arrow between floors; import plainly, or move the type below")


def test_third_packages_are_seen_by_their_modules_only() -> None:
    faults = []
    for module in MODULES:
        for name, statement in imported(module):
            package = name.partition(".")[0]
            if package == PACKAGE or package in sys.stdlib_module_names:
                continue
            allowed = THIRD.get(package) or {DOORS.get(package, "")}
            if not allowed & {"*", module}:
                known = ", ".join(sorted(allowed - {""})) or "nobody; add it to THIRD or DOORS"
                faults.append(f"{at(module, statement)}: {package} may be imported by {known}")
    fail_with(faults, "third packages imported where they have no business")


def test_the_import_loads_no_more_than_it_must() -> None:
    program = (
        "import sys; before = set(sys.modules); import criteria_engine;"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], check=False, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, f"`import criteria_engine` fails:\n{done.stderr}"
    # What PyYAML's C part brings along has no fixed name.
    loaded = {name for name in done.stdout.split() if "cython" not in name} - sys.stdlib_module_names
    fail_with(
        loaded - {PACKAGE, "attr", "attrs", "yaml", "_yaml"},
        "packages that a bare `import criteria_engine` loads, and must not",
    )
    assert not done.stderr, f"`import criteria_engine` says something:\n{done.stderr}"


# ── Sizes and words ──────────────────────────────────────────────────────────────────────────────


def test_files_are_short(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = {
        module: len(path_of(module).read_text(encoding="utf-8").splitlines())
        for module in MODULES
        if module not in TABLES
    }
    growing = [f"{module} {size}" for module, size in sizes.items() if LONG_FILE < size <= LONGEST_FILE]
    if growing:
        with capsys.disabled():
            print(f"\nfiles past {LONG_FILE} lines (the limit is {LONGEST_FILE}): {', '.join(growing)}")
    fail_with(
        (f"{at(module, 1)}: {size} lines" for module, size in sizes.items() if size > LONGEST_FILE),
        f"files of more than {LONGEST_FILE} lines; each has taken on a second job: find it",
    )


def length(function: Function) -> int:
    """The lines of a function without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        docstring = function.body[0]
        lines -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return lines


def test_functions_are_short() -> None:
    faults = [
        f"{at(module, place)}: {place.name} has {length(place)}"
        for module in MODULES
        for place in ast.walk(tree(module))
        if isinstance(place, Function) and length(place) > LONGEST_FUNCTION
    ]
    fail_with(faults, f"functions of more than {LONGEST_FUNCTION} lines, docstring not counted")


def names_given(module: str) -> Iterator[tuple[str, ast.AST | int]]:
    """Every name that a module gives to something, its own name included."""
    for part in module.split("."):
        yield part, 1
    for place in ast.walk(tree(module)):
        if isinstance(place, Named):
            yield place.name, place
        elif isinstance(place, ast.arg):
            yield place.arg, place
        elif isinstance(place, ast.Name) and isinstance(place.ctx, ast.Store):
            yield place.id, place
        elif isinstance(place, ast.Attribute) and isinstance(place.ctx, ast.Store):
            yield place.attr, place
        elif isinstance(place, ast.alias) and place.asname:
            yield place.asname, place


def words(name: str) -> set[str]:
    """The words of a name, in small letters and in the singular."""
    parts = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
    return {form for word in parts for form in (word, word.removesuffix("s"))}


def test_names_say_something() -> None:
    faults = [
        f"{at(module, place)}: {name}"
        for module in MODULES
        for name, place in names_given(module)
        if words(name) & FORBIDDEN_WORDS
    ]
    fail_with(faults, f"names with a word that says nothing here ({', '.join(sorted(FORBIDDEN_WORDS))})")


def members(module: str) -> Iterator[tuple[str, Named]]:
    """The public functions, classes and methods of a module; implementations of overloads count once."""
    pairs: list[tuple[str, ast.stmt]] = [("", statement) for statement in tree(module).body]
    for prefix, statement in pairs:
        if isinstance(statement, Named) and is_public(statement.name):
            yield prefix + statement.name, statement
            if isinstance(statement, ast.ClassDef):
                pairs += [(f"{prefix}{statement.name}.", inner) for inner in statement.body]


def decorators(place: Named) -> set[str]:
    """The last words of its decorators: ``overload`` of ``@typing.overload``."""
    bare = (mark.func if isinstance(mark, ast.Call) else mark for mark in place.decorator_list)
    return {ast.unparse(mark).rpartition(".")[2] for mark in bare}


def test_everything_public_is_described() -> None:
    faults = [f"{at(module, 1)}: the module" for module in MODULES if not ast.get_docstring(tree(module))]
    faults += [
        f"{at(module, place)}: {name}"
        for module in MODULES
        for name, place in members(module)
        if not ast.get_docstring(place) and not decorators(place) & {"overload", "setter", "override"}
    ]
    fail_with(faults, "public names without a docstring; say what it means to its caller")


# ── State, time and chance ───────────────────────────────────────────────────────────────────────

MUTATORS = {"add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove"}
MUTATORS |= {"reverse", "setdefault", "sort", "update"}
MAKERS = {"list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict"}
CONSTANT = re.compile(r"_{0,2}[A-Z][A-Z0-9_]*|__all__")


def is_mutable(value: ast.expr | None) -> bool:
    """Whether an expression makes a list, dict, set or the like."""
    if isinstance(value, ast.Call):
        return ast.unparse(value.func).rpartition(".")[2] in MAKERS
    return isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


def assigned(statement: ast.stmt) -> tuple[list[str], ast.expr | None]:
    """The names that a statement binds, and the value."""
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)], statement.value
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [statement.target.id], statement.value
    return [], None


def mutables(module: str) -> Iterator[tuple[str, ast.stmt]]:
    """Names at the top of a module that hold something which can change."""
    for statement in tree(module).body:
        names, value = assigned(statement)
        if is_mutable(value):
            yield from ((name, statement) for name in names)


def changed(place: ast.AST) -> str | None:
    """The name whose value a piece of code changes in place, if it does."""
    target: ast.AST | None = None
    if isinstance(place, ast.Subscript) and isinstance(place.ctx, ast.Store | ast.Del):
        target = place.value
    elif isinstance(place, ast.AugAssign):
        target = place.target
    elif (
        isinstance(place, ast.Call) and isinstance(place.func, ast.Attribute) and place.func.attr in MUTATORS
    ):
        target = place.func.value
    return target.id if isinstance(target, ast.Name) else None


def test_no_state_in_modules() -> None:
    faults = [
        f"{at(module, statement)}: {name} looks like a variable; name a constant in capitals"
        for module in MODULES
        for name, statement in mutables(module)
        if not CONSTANT.fullmatch(name)
    ]
    constants = {name for module in MODULES for name, _ in mutables(module)}
    everywhere = [(module, place) for module in MODULES for place in ast.walk(tree(module))]
    faults += [
        f"{at(m, place)}: {changed(place)} is changed"
        for m, place in everywhere
        if changed(place) in constants
    ]
    faults += [f"{at(m, place)}: `global`" for m, place in everywhere if isinstance(place, ast.Global)]
    fail_with(faults, "state in a module; pass it in, or keep it in a value")


def test_no_clock_no_chance_no_network() -> None:
    faults = [
        f"{at(module, place)}: .{place.attr} reads {FORBIDDEN_CALLS[place.attr]}"
        for module in MODULES
        for place in ast.walk(tree(module))
        if isinstance(place, ast.Attribute) and place.attr in FORBIDDEN_CALLS
    ]
    faults += [
        f"{at(module, statement)}: {name} is {FORBIDDEN_MODULES[name.partition('.')[0]]}"
        for module in MODULES
        for name, statement in imported(module)
        if name.partition(".")[0] in FORBIDDEN_MODULES.keys() - {SEEDED.get(module)}
    ]
    fail_with(faults, "results must depend on what is given alone; take the date, the seed as an argument")


# ── Names that others use ────────────────────────────────────────────────────────────────────────


def exported(module: str) -> list[str] | None:
    """What a module lists in ``__all__``."""
    for statement in tree(module).body:
        names, value = assigned(statement)
        if names == ["__all__"] and value is not None:
            return list(ast.literal_eval(value))
    return None


def defined(module: str) -> dict[str, ast.stmt]:
    """The names that a module makes at its top (not: imports)."""
    found: dict[str, ast.stmt] = {}
    for statement in tree(module).body:
        if isinstance(statement, Named):
            found.setdefault(statement.name, statement)
        for name in assigned(statement)[0]:
            found.setdefault(name, statement)
    return found


def house_order(name: str) -> tuple[int, str]:
    """CONSTANTS, Classes, functions, each by the alphabet (as ruff sorts them)."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2, name)


def test_every_module_says_what_it_offers() -> None:
    faults = []
    for module in MODULES:
        names, file = exported(module), at(module, 1)
        if module == "__main__":
            continue
        if names is None:
            faults.append(f"{file}: has no __all__")
            continue
        if names != sorted(names, key=house_order):
            faults.append(f"{file}: __all__ is not in order: {sorted(names, key=house_order)}")
        own = {name for name in defined(module) if is_public(name)}
        brought = {
            alias.asname or alias.name
            for statement in tree(module).body
            if isinstance(statement, ast.Import | ast.ImportFrom)
            for alias in statement.names
        }
        lazy = {"__version__"} if "__getattr__" in defined(module) else set()
        faults += [f"{file}: {name} is public, but not in __all__" for name in own - set(names)]
        faults += [
            f"{file}: __all__ has {name}, which is not there" for name in set(names) - own - brought - lazy
        ]
    fail_with(faults, "names offered and names made differ; list it, or begin it with an underscore")


def origin(module: str, name: str) -> list[ast.stmt]:
    """Where a name was made, through any chain of imports; all of the definitions of an overload."""
    here = [s for s in tree(module).body if isinstance(s, Named) and s.name == name]
    here = [s for s in here if "overload" in decorators(s)] or here[:1]
    if here or name in defined(module):
        return list(here) or [defined(module)[name]]
    for statement in tree(module).body:
        if isinstance(statement, ast.ImportFrom) and statement.module:
            for alias in statement.names:
                source = own_module(statement.module)
                if (alias.asname or alias.name) == name and source:
                    return origin(source, alias.name)
    return []


# Of the names with two underscores those that a user calls without writing them.
OPERATORS = {
    f"__{name}__" for name in ("init", "call", "float", "bool", "len", "iter", "contains", "getitem")
}
OPERATORS |= {f"__{name}__" for name in ("and", "or", "invert", "eq", "lt", "le", "gt", "ge", "neg", "abs")}
OPERATORS |= {f"__{name}__" for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")}


def described(statement: ast.stmt, indent: str = "") -> Iterator[str]:
    """A definition as its users see it: names, parameters, types; not how it is done."""
    if isinstance(statement, Function):
        gives = f" -> {ast.unparse(statement.returns)}" if statement.returns else ""
        if decorators(statement) & {"property", "cached_property"}:
            yield f"{indent}{statement.name}{gives}"
        else:
            kind = "".join(
                f"@{mark} " for mark in sorted(decorators(statement) & {"classmethod", "staticmethod"})
            )
            yield f"{indent}{kind}def {statement.name}({ast.unparse(statement.args)}){gives}"
    elif isinstance(statement, ast.ClassDef):
        bases = ", ".join(ast.unparse(base) for base in statement.bases)
        yield f"{indent}class {statement.name}" + (f"({bases})" if bases else "")
        for inner in statement.body:
            names = [inner.name] if isinstance(inner, Named) else assigned(inner)[0]
            if all(is_public(name) or name in OPERATORS for name in names):
                yield from described(inner, indent + "    ")
    elif isinstance(statement, ast.AnnAssign):
        yield f"{indent}{ast.unparse(statement.target)}: {ast.unparse(statement.annotation)}"
    elif isinstance(statement, ast.Assign):
        yield f"{indent}{ast.unparse(statement.targets[0])}"


def module_offered(name: str) -> str | None:
    """The module that a name of the face means, if it means one."""
    for statement in tree("__init__").body:
        if isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                if alias.name == name:
                    return own_module(f"{statement.module}.{name}")
    return None


def face() -> str:
    """The public names with their signatures, as tests/api.txt pins them."""
    lines: list[str] = []
    for name in exported("__init__") or []:
        module = module_offered(name)
        if module is not None:
            lines.append(f"module {name}")
            inner = [s for each in exported(module) or [] for s in origin(module, each)]
            lines += [line for statement in inner for line in described(statement, "    ")]
            continue
        statements = origin("__init__", name)
        lines += [line for statement in statements for line in described(statement)] or [name]
    return "".join(f"{line}\n" for line in lines)


def test_the_face_is_pinned() -> None:
    if not exported("__init__"):
        pytest.fail("src/criteria_engine/__init__.py: the face has no __all__ yet", pytrace=False)
    pinned = (ROOT / "tests" / "api.txt").read_text(encoding="utf-8").splitlines()
    now = face().splitlines()
    gone = [f"- {line}" for line in pinned if line not in now]
    new = [f"+ {line}" for line in now if line not in pinned]
    fail_with(
        gone + new or ([] if pinned == now else ["(another order)"]),
        "the face is not as tests/api.txt pins it; if that is meant, say so in CHANGELOG.md and run `make pages`",
    )


# ── Messages ─────────────────────────────────────────────────────────────────────────────────────

CODE = re.compile(r"CE\d{3}")


def catalogue(language: str) -> dict[str, tuple[str, str]]:
    """The messages of a language, by code: what is wrong, what to do."""
    for statement in tree(f"catalogue.{language}").body:
        names, value = assigned(statement)
        if names == [language.upper()] and value is not None:
            return dict(ast.literal_eval(value))
    pytest.fail(f"catalogue/{language}.py has no {language.upper()} = {{…}}")


def placeholders(sentence: str) -> list[str]:
    """The names in braces."""
    return sorted({name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None})


def codes_used() -> dict[str, str]:
    """Codes that the source gives, each with a place."""
    return {
        place.value: at(module, place)
        for module in MODULES
        if room(module) != "catalogue/"
        for place in ast.walk(tree(module))
        if isinstance(place, ast.Constant) and isinstance(place.value, str) and CODE.fullmatch(place.value)
    }


def test_catalogues_have_the_same_codes() -> None:
    vietnamese, english, used = catalogue("vietnamese"), catalogue("english"), codes_used()
    faults = [f"{code}: only in Vietnamese" for code in vietnamese.keys() - english.keys()]
    faults += [f"{code}: only in English" for code in english.keys() - vietnamese.keys()]
    faults += [f"{code}: used at {used[code]}, in no catalogue" for code in used.keys() - english.keys()]
    faults += [f"{code}: no one gives it" for code in english.keys() - used.keys()]
    fail_with(faults, "codes and catalogues differ")


def test_catalogues_have_the_same_placeholders() -> None:
    vietnamese, english = catalogue("vietnamese"), catalogue("english")
    faults = [
        f"{code}, {part}: vi {placeholders(vi)}, en {placeholders(en)}"
        for code in vietnamese.keys() & english.keys()
        for part, vi, en in zip(("message", "hint"), vietnamese[code], english[code], strict=True)
        if placeholders(vi) != placeholders(en)
    ]
    fail_with(faults, "placeholders differ between the languages")


def test_every_code_has_a_heading_in_the_docs() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^#+ (CE\d{3})\b", page, flags=re.MULTILINE))
    codes = set(catalogue("english"))
    faults = [f"{code}: no heading" for code in codes - headings]
    faults += [f"{code}: a heading, but no such code" for code in headings - codes]
    fail_with(faults, "docs/errors.md is not up to date; run `make pages`")


def test_every_code_has_a_wrong_file() -> None:
    shown: set[str] = set()
    for path in (ROOT / "tests" / "bad").rglob("*"):
        if path.is_file():
            shown |= set(re.findall(r"\[(CE\d{3})\]", path.read_text(encoding="utf-8", errors="replace")))
    missing = {code for code in catalogue("english") if not NOT_FROM_A_RULESET.fullmatch(code)} - shown
    fail_with(missing, "codes that no exact output in tests/bad/ shows (as `[CE123]`)")
