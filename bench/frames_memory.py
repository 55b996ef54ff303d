"""Measure how much memory frames take at the peak, beside the same judgement by hand: part of `make bench-frames`.

Each is run in a process of its own; what is counted is what the judging takes beyond the frame itself.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROWS = 1_000_000

_TASKS = {
    "polars by hand": "by_polars(frame)",
    "polars": "ruleset.evaluate_frame(frame)",
    "polars, gaps": "ruleset.evaluate_frame(frame)",
    "duckdb by hand": "duckdb.sql(sql('held_table')).to_arrow_table()",
    "duckdb": "ruleset.evaluate_frame(duckdb.from_arrow(table)).to_arrow_table()",
    "duckdb, gaps": "ruleset.evaluate_frame(duckdb.from_arrow(table)).to_arrow_table()",
    "NumPy by hand": "by_numpy(table)",
    "pyarrow": "ruleset.evaluate_frame(table)",
    "pyarrow, gaps": "ruleset.evaluate_frame(table)",
    "pandas": "ruleset.evaluate_frame(table.to_pandas())",
    "pandas, gaps": "ruleset.evaluate_frame(table.to_pandas())",
}
_BASES = {"polars": "polars by hand", "duckdb": "duckdb by hand", "pyarrow": "NumPy by hand"}

_PROGRAM = """
import re
import duckdb
from by_hand import by_numpy, by_polars, sql
from frames import drawn
from workload import ruleset_text
import criteria_engine as ce

def held(what):
    return int(re.findall(what + r":\\s+(\\d+)", open("/proc/self/status").read())[0]) / 1024

ruleset = ce.loads(ruleset_text())
frame = drawn({rows}, gaps={gaps})
table = held_table = frame.to_arrow()
open("/proc/self/clear_refs", "w").write("5")
before = held("VmRSS")
made = {task}
print(held("VmHWM") - before)
"""


def print_memory() -> None:
    """Measure and print; only where Linux tells what a process holds."""
    if not Path("/proc/self/clear_refs").exists():
        print("\nmemory is measured on Linux only")
        return
    print(f"\n| {ROWS:,} rows | MB at the peak | × by hand |\n|---|---:|---:|")
    peaks: dict[str, float] = {}
    for name, task in _TASKS.items():
        program = _PROGRAM.replace("{rows}", str(ROWS)).replace("{task}", task)
        program = program.replace("{gaps}", str("gaps" in name))
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent,
        )
        peaks[name] = float(re.findall(r"[\d.]+", done.stdout)[-1])
        base = _BASES.get(name.removesuffix(", gaps"))
        ratio = "" if base is None else f"{peaks[name] / peaks[base]:.2f}"
        print(f"| {name} | {peaks[name]:.0f} | {ratio} |")


if __name__ == "__main__":
    print_memory()
