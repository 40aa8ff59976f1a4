"""Runs a command and says what it cost: seconds, and the peak memory of its whole process."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks.databases import ROOT


class Cost(NamedTuple):
    """What a command cost."""

    seconds: float
    #: Of its whole process.
    peak_mib: float
    #: Of the processor: what remains of the seconds when the machine has more to do.
    cpu_seconds: float


def run(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run a command; return what it cost.

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
    return Cost(time.perf_counter() - begun, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)
