"""The SQL of a SELECT with the visibility rule, for readers that let the driver fetch: exports of a million rows.

SQLAlchemy compiles the statement, binds its parameters and shows the SQL to ``auth.sql_check``, as for any other; only
then are both handed over instead of being sent.
"""

from typing import Any

from sqlalchemy import Engine, Select, event

from auth.actor import AnySession
from auth.guard import visible

#: Execution option that holds the list into which SQL and parameters go.
_TAKEN_OPTION = "kepei_taken_sql"


def guarded_sql(session: AnySession, statement: Select[Any]) -> tuple[str, Any]:
    """Return a SELECT as SQL for the session's driver, and its parameters. Begins the transaction, sends nothing.

    :raises UnguardedStatementError: if the rule does not reach each guarded table in it
    """
    taken: list[tuple[str, Any]] = []
    session.connection().execute(visible(session, statement), execution_options={_TAKEN_OPTION: taken})
    (found,) = taken
    return found


@event.listens_for(Engine, "do_execute")
def _take(_cursor: Any, sql: str, parameters: Any, context: Any) -> bool | None:
    """Hand a statement over to who asked for it; True keeps it from being sent."""
    taken = context.execution_options.get(_TAKEN_OPTION)
    if taken is None:
        return None
    taken.append((sql, parameters))
    return True
