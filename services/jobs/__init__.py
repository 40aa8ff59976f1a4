"""Long work: imports and exports that outlive the request that asked for them, and the worker.

The row of ``import_job`` or ``export_job`` is the truth about a job. A queue (huey) only wakes workers; what it forgets
they find again. Who begins a job raises its ``attempt``; everything written for it asks whether that number still
stands, so that of two workers one at most writes.

    uploaded ─enqueue→ waiting ─perform→ running → planned, done, failed, cancelled, undone
                          ↑                 │
                          └─ worker died ───┘      planned ─enqueue(phase="run")→ waiting; done ─enqueue("undo")→ …

Handlers are registered by kind ("import", "export") and phase ("plan", "run", "undo"; exports have "run").
"""

from services.jobs.asking import cancel, enqueue, is_cancellable, is_retriable, retry
from services.jobs.errors import JobCancelled, JobFault, JobStateError, LostJobError
from services.jobs.kinds import KEPT_DAYS, KINDS, kind_of, model_of
from services.jobs.lists import find_job, list_jobs, progress_of, under_way
from services.jobs.running import JobRun, perform, register

__all__ = [
    "KEPT_DAYS",
    "KINDS",
    "JobCancelled",
    "JobFault",
    "JobRun",
    "JobStateError",
    "LostJobError",
    "cancel",
    "enqueue",
    "find_job",
    "is_cancellable",
    "is_retriable",
    "kind_of",
    "list_jobs",
    "model_of",
    "perform",
    "progress_of",
    "register",
    "retry",
    "under_way",
]
