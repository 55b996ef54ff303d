"""The rules of the house, read off the source by ``ast`` alone.

Each test gathers all that breaks its rule and says what to do. The tables at the top are the plan: where the
code shows a better one, move a room, and redraw `docs/how-it-works.md` with it.
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
from itertools import zip_longest
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "criteria_engine"
SRC = ROOT / "src" / PACKAGE

# The rooms of the house, from the top down, each with its one job. A room is a folder of the package, or
# a file beside them, and imports only from rooms below it; within a room, files import each other one way.
ROOMS = {
    "__main__": "python -m criteria_engine",
    "cli": "the public names, said in a terminal",
    "__init__": "the public names",
    "linter": "what is wrong or unwise in a file",
    "dossier": "one subject judged by several sets",
    "building": "expressions and inputs written in Python",
    "reports": "a plan on a day: a page",
    "projection": "a plan, what happened and a forecast: targets, outlook, words, chart",
    "plans": "roster, lineage, plan file, recognitions",
    "forecasting": "series and counts: distributions",
    "files": "YAML, CSV, JSON, Parquet and values, with every fault at its place",
    "ruleset": "a ruleset: sound, or not made",
    "tables": "a frame in, the same kind of frame out",
    "explanation": "a result: why, in words",
    "evaluation": "values: a result, and what is missing",
    "compiler": "the parts of a ruleset: a program of core nodes",
    "backends": "core nodes: something that runs",
    "rules": "what an author may write",
    "core": "expression text, typed values, the closed graph and its bounds, arithmetic",
    "messages": "what is said, in both languages; how numbers and dates are written",
}
# Rooms that see less than what lies below them: the files that they may import.
NARROW = {
    # Whatever the command line can do, an app that embeds the library can do.
    "cli": {"__init__", "messages"},
    "__main__": {"cli"},
    # It knows no plan and no ruleset: numbers in, distributions out.
    "forecasting": {"core.arithmetic", "core.extras", "messages"},
}
# Verbs that load their room when they are called: (the file, the room). These arrows count like any other,
# except that they may point up.
VERBS = {
    ("cli.commands", "cli"): "a command loads its file when it is called",
    ("linter", "plans"): "check, of a file that is a plan",
    ("evaluation.explanation_tree", "explanation"): "an Explanation as text, Markdown or HTML",
    ("evaluation.result", "explanation"): "Result.explain and its display in a notebook",
    ("ruleset", "explanation"): "the display of a ruleset in a notebook",
    ("ruleset", "tables"): "Ruleset.evaluate_frame",
}

# Modules of the standard library that cost a fresh process milliseconds, and that most verdicts do without:
# they are imported by the function that needs them.
LATE = {"csv", "difflib", "hashlib", "json", "tempfile", "traceback"}

# Where a module is imported by a name made at run time: the public names, and the words of a language.
BY_NAME = {"__init__", "messages.speaker"}

# Modules with an ``__all__``: those that hand names on, those that users see as modules, and the one whose
# functions generated code may call.
LISTED = {"__init__", "cli.__init__", "rules.__init__", "core.arithmetic"}
LISTED |= {"forecasting.forecast", "forecasting.published"}

# Protocols, each with two unlike classes that keep to it; one may be of an app, as a test has it.
PROTOCOLS = {
    "DataTable": {"CsvTable", "ParquetTable"},
    "InputDefinition": {"Column", "test_data_files.Input"},
    "Rule": {"Test", "Bands"},
    "Shelf": {"Library", "test_extending.OneSet"},
}

# Third packages, and the modules that may import them ("*": all).
THIRD = {"attrs": {"*"}, "yaml": {"files.yaml_tree", "files.writing", "files.document"}}
# Optional packages are imported in one file, inside the function that says how to install them.
EXTRAS, OPTIONAL = "core.extras", {"matplotlib", "narwhals", "numpy", "pyarrow"}

LONGEST_FILE, LONGEST_FUNCTION, LEAST_MEDIAN, MOST_LINES = 600, 60, 200, 45_000
# Files that are longer, up to 800 lines, with the reason.
LONGER = {}

FORBIDDEN_WORDS = {"manager", "handler", "helper", "util", "utils"}
# A file is a noun of the field; these are deeds, or say nothing.
FORBIDDEN_FILES = {"giving", "knowing", "latest", "looking", "nominal", "openness", "operating", "taking"}
FORBIDDEN_FILES |= {"understanding", "base", "common", "misc", "things"}
FORBIDDEN_CALLS = {"today": "the date", "now": "the time", "utcnow": "the time", "time_ns": "the time"}
FORBIDDEN_MODULES = {
    "random": "chance",
    "socket": "the network",
    "urllib": "the network",
    "http": "the network",
}

# Futures are drawn from a seed that the caller gives: one file turns it into streams of numbers, and
# the clock, the machine and the state of the process have no part in them.
SEEDED = {"forecasting.distribution": "random"}

# Codes that no ruleset file can show: they are of values, of data files, of plans, of Python calls.
NOT_FROM_A_RULESET = re.compile(r"CE[589]\d\d")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Named = Function | ast.ClassDef


def path_of(module: str) -> Path:
    """The file of a module, named without the package: ``rules.bands``, ``rules.__init__``.

    The face loads its names when they are asked for; its stub says from where.
    """
    return SRC.joinpath(*module.split(".")).with_suffix(".pyi" if module == "__init__" else ".py")


MODULES = sorted(".".join(path.relative_to(SRC).with_suffix("").parts) for path in SRC.rglob("*.py"))


@cache
def tree(module: str) -> ast.Module:
    """The source of a module, parsed."""
    return ast.parse(path_of(module).read_text(encoding="utf-8"))


def room(module: str) -> str:
    """The room of a module: its folder, or itself."""
    return module.partition(".")[0]


HEIGHT = {name: -place for place, name in enumerate(ROOMS)}


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


def own_imports(module: str) -> Iterator[tuple[str, ast.stmt]]:
    """Modules of ours that a module imports, with the statement."""
    for name, statement in imported(module):
        found = own_module(name)
        if found is not None:
            yield found, statement


def at_top(module: str, statement: ast.stmt) -> bool:
    """Whether a statement stands at the top of a module."""
    return any(statement is each for each in tree(module).body)


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


# ── Rooms ────────────────────────────────────────────────────────────────────────────────────────


def test_every_file_has_a_room() -> None:
    fail_with(
        (f"{at(module, 1)}: {room(module)}" for module in MODULES if room(module) not in ROOMS),
        "files of rooms that ROOMS at the top of tests/test_house.py does not know",
    )


def test_arrows_go_down() -> None:
    faults, used = [], set()
    for module in MODULES:
        for other, statement in own_imports(module):
            verb = (module, room(other))
            if not at_top(module, statement) and verb in VERBS:
                used.add(verb)
            elif room(other) != room(module) and HEIGHT[room(other)] >= HEIGHT[room(module)]:
                faults.append(f"{at(module, statement)}: {module} imports {other}")
    faults += [f"VERBS names {module} and {other}: no such import" for module, other in VERBS.keys() - used]
    fail_with(faults, "arrows that do not go down; move what both need below, or redraw ROOMS")


def test_narrow_rooms_see_no_more() -> None:
    faults = [
        f"{at(module, statement)}: {module} imports {other}"
        for module in MODULES
        if room(module) in NARROW
        for other, statement in own_imports(module)
        if room(other) != room(module) and not {other, room(other)} & NARROW[room(module)]
    ]
    fail_with(faults, "imports past what NARROW lets a room see")


def circle(graph: dict[str, set[str]]) -> list[str]:
    """One circle of a graph, if there is one."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_circles() -> None:
    # The arrow of a verb counts as well, unless it points up.
    files: dict[str, set[str]] = {module: set() for module in MODULES}
    rooms: dict[str, set[str]] = {name: set() for name in ROOMS}
    for module in MODULES:
        for other, statement in own_imports(module):
            if at_top(module, statement) or HEIGHT[room(other)] <= HEIGHT[room(module)]:
                files[module].add(other)
                rooms[room(module)] |= {room(other)} - {room(module)}
    faults = [" <- ".join(ring) for ring in (circle(files), circle(rooms)) if ring]
    fail_with(faults, "files or rooms that import each other in a circle")


def test_imports_stand_at_the_top() -> None:
    faults = [
        f"{at(module, statement)}: {name}"
        for module in MODULES
        for name, statement in imported(module)
        if not at_top(module, statement)
        and not (module == EXTRAS and name.partition(".")[0] in OPTIONAL)
        and name.partition(".")[0] not in LATE
        and (module, room(own_module(name) or "")) not in VERBS
    ]
    fail_with(
        faults,
        f"imports inside a function; only {EXTRAS} and the verbs in VERBS may have one, and what LATE lists",
    )


def test_no_import_hides_behind_a_name() -> None:
    faults = [
        at(module, place)
        for module in MODULES
        if module not in BY_NAME
        for place in ast.walk(tree(module))
        if isinstance(place, ast.Call)
        and ast.unparse(place.func).rpartition(".")[2] in ("__import__", "import_module")
    ]
    fail_with(faults, "imports by a name made at run time; no rule here sees them")


def test_a_protocol_has_two_implementations() -> None:
    classes = {
        statement.name
        for module in MODULES
        for statement in tree(module).body
        if isinstance(statement, ast.ClassDef)
    }
    for path in (ROOT / "tests").glob("test_*.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        classes |= {f"{path.stem}.{each.name}" for each in body if isinstance(each, ast.ClassDef)}
    protocols = {
        statement.name: module
        for module in MODULES
        for statement in tree(module).body
        if isinstance(statement, ast.ClassDef)
        and any(ast.unparse(base).partition("[")[0].endswith("Protocol") for base in statement.bases)
    }
    faults = [f"{protocols[name]}.{name}: not in PROTOCOLS" for name in protocols.keys() - PROTOCOLS.keys()]
    faults += [f"PROTOCOLS names {name}: no such protocol" for name in PROTOCOLS.keys() - protocols.keys()]
    for name, implementations in PROTOCOLS.items():
        faults += [f"{name}: no class {each}" for each in implementations - classes]
        if len(implementations) < 2:
            faults.append(f"{name}: one implementation")
    fail_with(faults, "a Protocol wants two unlike implementations; else say the class itself")


def test_no_class_name_stands_twice() -> None:
    homes: dict[str, list[str]] = {}
    for module in MODULES:
        for statement in tree(module).body:
            if isinstance(statement, ast.ClassDef):
                homes.setdefault(statement.name, []).append(module)
    fail_with(
        (f"{name}: {', '.join(places)}" for name, places in homes.items() if len(places) > 1),
        "one name for two classes; name each after what it is",
    )


def test_nothing_is_called_by_a_made_up_name() -> None:
    faults = [
        at(module, place)
        for module in MODULES
        for place in ast.walk(tree(module))
        if isinstance(place, ast.Call)
        and ast.unparse(place.func) == "getattr"
        and isinstance(place.args[1], ast.JoinedStr | ast.BinOp)
    ]
    fail_with(faults, "getattr with a name put together at run time: no tool can find who is called")


def test_no_import_for_type_checking_alone() -> None:
    faults = [
        at(module, place)
        for module in MODULES
        for place in ast.walk(tree(module))
        if (isinstance(place, ast.Name) and place.id == "TYPE_CHECKING")
        or (isinstance(place, ast.Attribute) and place.attr == "TYPE_CHECKING")
    ]
    fail_with(faults, "TYPE_CHECKING hides an arrow between rooms; import plainly, or move the type below")


def test_third_packages_are_seen_by_their_modules_only() -> None:
    faults = []
    for module in MODULES:
        for name, statement in imported(module):
            package = name.partition(".")[0]
            if package == PACKAGE or package in sys.stdlib_module_names:
                continue
            allowed = THIRD.get(package) or ({EXTRAS} if package in OPTIONAL else set())
            if not allowed & {"*", module}:
                known = ", ".join(sorted(allowed)) or "nobody; add it to THIRD or OPTIONAL"
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


def sizes() -> dict[str, int]:
    """The lines of each file."""
    paths = {module: SRC.joinpath(*module.split(".")).with_suffix(".py") for module in MODULES}
    return {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in paths.items()}


def test_a_file_is_one_job() -> None:
    faults = [
        f"{at(module, 1)}: {size} lines"
        for module, size in sizes().items()
        if size > (800 if module in LONGER else LONGEST_FILE)
    ]
    fail_with(faults, f"files of more than {LONGEST_FILE} lines: find the second job, or a reason for LONGER")


def test_the_house_does_not_grow() -> None:
    lines = sorted(sizes().values())
    faults = []
    if sum(lines) > MOST_LINES:
        faults.append(
            f"{sum(lines)} lines, at most {MOST_LINES}: look for the mechanism that can carry two things"
        )
    if lines[len(lines) // 2] < LEAST_MEDIAN:
        faults.append(
            f"the median file has {lines[len(lines) // 2]} lines, at least {LEAST_MEDIAN} are normal"
        )
    fail_with(faults, "too many lines, or files cut by their length")


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
        f"{at(module, 1)}: the name of the file"
        for module in MODULES
        if module.rpartition(".")[2] in FORBIDDEN_FILES
    ]
    faults += [
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


def test_the_front_of_a_room_tells_the_way() -> None:
    faults = []
    for module in MODULES:
        name, _, file = module.rpartition(".")
        if not name or file == "__init__":
            continue
        front = ast.get_docstring(tree(f"{name}.__init__")) or ""
        if not re.search(rf"\b{re.sub('_(vi|en)$', '', file)}\b", front):
            faults.append(f"{at(f'{name}.__init__', 1)}: {file}")
    fail_with(faults, "files that the front of their room does not name, where it tells how to read it")


def test_only_public_modules_list_their_names() -> None:
    """Inside, a name without an underscore is offered, and ``__all__`` would say it again."""
    faults = []
    for module in MODULES:
        names, file = exported(module), at(module, 1)
        if names is not None and module not in LISTED:
            faults.append(f"{file}: has an __all__")
        if names is None or module == "__init__":
            continue
        if names != sorted(names, key=house_order):
            faults.append(f"{file}: __all__ is not in order: {sorted(names, key=house_order)}")
        brought = {
            alias.asname or alias.name
            for statement in tree(module).body
            if isinstance(statement, ast.Import | ast.ImportFrom)
            for alias in statement.names
        }
        absent = set(names) - set(defined(module)) - brought
        faults += [f"{file}: __all__ has {name}, which is not there" for name in absent]
    fail_with(faults, "lists of names where none is needed, or that are wrong")


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


@cache
def classes() -> dict[str, ast.ClassDef]:
    """Our classes by name; no name stands twice."""
    return {s.name: s for module in MODULES for s in tree(module).body if isinstance(s, ast.ClassDef)}


def inherited(statement: ast.ClassDef) -> Iterator[ast.stmt]:
    """What a class has from bases of ours that the face does not offer themselves."""
    for base in statement.bases:
        above = classes().get(ast.unparse(base))
        if above is not None and above.name not in (exported("__init__") or []):
            yield from inherited(above)
            yield from above.body


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
        for inner in [*inherited(statement), *statement.body]:
            names = [inner.name] if isinstance(inner, Named) else assigned(inner)[0]
            if all(is_public(name) or name in OPERATORS for name in names):
                yield from described(inner, indent + "    ")
    elif isinstance(statement, ast.AnnAssign):
        yield f"{indent}{ast.unparse(statement.target)}: {ast.unparse(statement.annotation)}"
    elif isinstance(statement, ast.Assign):
        yield f"{indent}{ast.unparse(statement.targets[0])}"


def public_names() -> dict[str, str]:
    """The public names, in order, and the modules that the stub of the face takes them from."""
    homes = {
        alias.name: str(statement.module)
        for statement in tree("__init__").body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    return {name: homes[name] for name in sorted(homes, key=house_order)}


def face() -> str:
    """The public names with their signatures, as tests/api.txt pins them."""
    lines: list[str] = []
    for name, home in public_names().items():
        module = own_module(f"{home}.{name}")
        if module is not None:
            lines.append(f"module {name}")
            inner = [s for each in exported(module) or [] for s in origin(module, each)]
            lines += [line for statement in inner for line in described(statement, "    ")]
            continue
        statements = origin("__init__", name)
        lines += [line for statement in statements for line in described(statement)] or [name]
    return "".join(f"{line}\n" for line in lines)


def test_the_face_is_pinned() -> None:
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
SUBJECTS = [
    name.removeprefix("messages.")[:-3] for name in MODULES if re.fullmatch(r"messages\.\w+_vi", name)
]


def words_of(subject: str, language: str) -> dict[str, str]:
    """A word table: sentences by key."""
    for statement in tree(f"messages.{subject}_{language}").body:
        names, value = assigned(statement)
        if names == ["SENTENCES"] and value is not None:
            return dict(ast.literal_eval(value))
    pytest.fail(f"messages/{subject}_{language}.py has no SENTENCES = {{…}}")


def catalogue() -> set[str]:
    """The codes that have a message."""
    return {key for key in words_of("faults", "en") if CODE.fullmatch(key)}


def names_of_codes() -> dict[str, str]:
    """The names of faults, each with its code."""
    return {
        name: ast.literal_eval(value)
        for place in tree("messages.codes").body
        if isinstance(place, ast.ClassDef)
        for statement in place.body
        for names, value in [assigned(statement)]
        for name in names
        if value is not None
    }


def placeholders(sentence: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_word_tables_agree(subject: str) -> None:
    vietnamese, english = words_of(subject, "vi"), words_of(subject, "en")
    faults = [f"{key}: only in Vietnamese" for key in vietnamese.keys() - english.keys()]
    faults += [f"{key}: only in English" for key in english.keys() - vietnamese.keys()]
    # What the units of a plan are called is a word that a language may do without.
    free = {"unit"} if subject in ("plans", "reports") else set()
    for key in vietnamese.keys() & english.keys():
        vi_parts, en_parts = (table[key].split("\n") for table in (vietnamese, english))
        # Of a fault the first line is the message and the second the hint: neither takes from the other.
        if subject != "faults":
            vi_parts, en_parts = [vietnamese[key]], [english[key]]
        faults += [
            f"{key}: vi {sorted(placeholders(vi))}, en {sorted(placeholders(en))}"
            for vi, en in zip_longest(vi_parts, en_parts, fillvalue="")
            if (placeholders(vi) ^ placeholders(en)) - free
        ]
    fail_with(faults, f"the word tables of {subject} differ between the languages")


def test_every_code_has_one_name_and_a_message() -> None:
    names, codes = names_of_codes(), catalogue()
    faults = [f"{code}: in no catalogue" for code in set(names.values()) - codes]
    faults += [f"{code}: has no name" for code in codes - set(names.values())]
    faults += [
        f"{name}: a second name" for name, code in names.items() if list(names.values()).count(code) > 1
    ]
    given = {
        place.attr
        for module in MODULES
        for place in ast.walk(tree(module))
        if isinstance(place, ast.Attribute) and isinstance(place.value, ast.Name) and place.value.id == "Code"
    }
    faults += [f"{name}: no one gives it" for name in names.keys() - given]
    fail_with(faults, "codes, their names in messages/codes.py and the catalogues differ")


def test_faults_are_raised_by_name() -> None:
    faults = [
        f"{at(module, place)}: {place.value}"
        for module in MODULES
        if room(module) != "messages"
        for place in ast.walk(tree(module))
        if isinstance(place, ast.Constant) and isinstance(place.value, str) and CODE.fullmatch(place.value)
    ]
    fail_with(faults, "codes written out; give the name of the fault, Code.…, from messages/codes.py")


def test_every_code_has_a_heading_in_the_docs() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^#+ (CE\d{3})\b", page, flags=re.MULTILINE))
    codes = catalogue()
    faults = [f"{code}: no heading" for code in codes - headings]
    faults += [f"{code}: a heading, but no such code" for code in headings - codes]
    fail_with(faults, "docs/errors.md is not up to date; run `make pages`")


def test_every_code_has_a_wrong_file() -> None:
    shown: set[str] = set()
    for path in (ROOT / "tests" / "bad").rglob("*"):
        if path.is_file():
            shown |= set(re.findall(r"\[(CE\d{3})\]", path.read_text(encoding="utf-8", errors="replace")))
    missing = {code for code in catalogue() if not NOT_FROM_A_RULESET.fullmatch(code)} - shown
    fail_with(missing, "codes that no exact output in tests/bad/ shows (as `[CE123]`)")
