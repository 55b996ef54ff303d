"""On what something was measured."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path


def machine_and_versions(*packages: str) -> str:
    """The processor, Python, and the versions of packages, in one line."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or platform.machine()
    listed = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"{os.cpu_count()} × {processor}, Python {platform.python_version()}; {listed}"
