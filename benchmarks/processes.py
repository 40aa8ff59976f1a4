"""Runs a command and says what it cost: seconds, and the peak memory of its whole process."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from benchmarks.databases import ROOT


def run(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Run a command; return its seconds and the peak memory of its process in MiB.

    :raises SystemExit: if it fails
    """
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command[:6])} failed: {process.stderr.read() if process.stderr else ''}")
    return time.perf_counter() - begun, usage.ru_maxrss / 1024
