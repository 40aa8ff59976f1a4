"""A worker in a process of its own. Run as a script: settings of the application as JSON, and a file with a pace.

With a pace, imports add one row of ``counter`` at a time, in so many seconds; without, they are what they are in life.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select

from app import create_app
from models import Counter
from services import jobs
from services.jobs import running, worker

ROWS = 30


def _work(run: jobs.JobRun, keep: Callable[[int], None]) -> None:
    for number in range(run.position + 1, ROWS + 1):
        run.session.add(Counter(name=f"{run.job_id} {number}", value=run.attempt))
        keep(number)
        run.tick(number, ROWS)
        time.sleep(float(Path(sys.argv[2]).read_text(encoding="ascii")))
    written = run.session.scalar(select(func.count()).select_from(Counter)) or 0
    run.end("done", row_count=ROWS, inserted_count=written)


def all_or_nothing(run: jobs.JobRun) -> None:
    """Write all in one transaction."""
    _work(run, lambda _: run.session.flush())


def in_batches(run: jobs.JobRun) -> None:
    """Commit each fifth row."""

    def keep(number: int) -> None:
        if number % 5 == 0:
            run.checkpoint(number)
            run.session.commit()

    _work(run, keep)


if __name__ == "__main__":
    app = create_app(json.loads(sys.argv[1]))
    if Path(sys.argv[2]).exists():
        jobs.register("import", "plan", all_or_nothing)
        jobs.register("import", "run", in_batches)
    worker.ROUND_SECONDS, running.BEAT_SECONDS = 0.2, 0.05
    worker.run(app.app_context, threads=1)
