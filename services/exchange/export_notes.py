"""The second sheet of an exported workbook: who took which rows when, in the reader's language."""

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from auth.actor import Actor, get_actor
from models import Customer
from models.audit_action import AuditAction
from models.enums import Permission
from models.inspection import page_of
from models.meta import Label, label, listed
from models.types import utc_now
from services.audit_words import FACT_LABELS, told_facts
from services.exchange.column_texts import wall_time
from services.exchange.exporter import Export
from services.exchange.formats import SHEET_ROWS, Notes

_TITLE = label(en="About this file", zh="导出说明")
_HEADER = (label(en="Item", zh="项目"), label(en="Content", zh="内容"))
_TABLE = label(en="Table", zh="对象")
_BY = label(en="Exported by", zh="导出人")
_AT = label(en="Exported at", zh="导出时间")
_COLUMNS = label(en="Columns", zh="列")
_ROWS = label(en="Rows", zh="行数")
_OPERATOR = label(en="Command line", zh="命令行")
#: Facts that say which rows of the table they are.
_ABOUT_ROWS = ("scope", "search", "filters", "chosen", "sort")


def notes_of(export: Export, facts: Mapping[str, Any]) -> Notes:
    """Return the sheet of an export.

    :param facts: what was asked for, as the audit log keeps it
    """
    language, actor = export.language, get_actor(export.session)
    # Told before the rows are read: PostgreSQL answers nothing else while it sends them.
    told = told_facts(export.session, _entry(export, facts, actor), language=language)
    left_out = export.count_left_out() if actor is not None and _tells_left_out(export, actor) else None
    exported_at = wall_time(utc_now(), export.zone).replace(microsecond=0)

    def lines() -> Iterator[tuple[str, Any]]:
        def line(words: Label, content: Any) -> tuple[str, Any]:
            return words.text(language), content

        yield line(_TABLE, page_of(export.model).menu_title.text(language))
        yield line(_BY, f"{actor.name} ({actor.login})" if actor is not None else _OPERATOR.text(language))
        yield line(_AT, f"{exported_at} ({export.zone.key})")
        yield from told
        yield line(_COLUMNS, listed(export.header, language))
        # Further sheets are written after this one.
        yield line(_ROWS, export.row_count if export.expected_count <= SHEET_ROWS else export.expected_count)
        if left_out is not None:
            yield line(FACT_LABELS["left_out"], left_out)

    header = tuple(words.text(language) for words in _HEADER)
    return Notes(_TITLE.text(language), (header[0], header[1]), lines)


def _entry(export: Export, facts: Mapping[str, Any], actor: Actor | None) -> Any:
    """Return the facts about the rows as an entry of the audit log, which has words for them."""
    about_rows = {name: facts[name] for name in _ABOUT_ROWS if name in facts}
    return SimpleNamespace(
        action=AuditAction.EXPORT,
        table_name=export.model.__tablename__,
        row_id=None,
        actor_id=actor.id if actor is not None else None,
        changes=about_rows,
    )


def _tells_left_out(export: Export, actor: Actor) -> bool:
    """Tell whether private customers may be missing that the person may know of (DOMAIN 3.3)."""
    sees_most = actor.may(Permission.VIEW_ALL_CUSTOMERS) and not actor.is_company_admin
    return export.model is Customer and sees_most and actor.private_customer_enabled
