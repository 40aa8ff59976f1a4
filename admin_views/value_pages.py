"""The pages about one deed on a value, with its numbers, and what was done lately, to be undone.

Each is a plain page; the list shows a deed as a dialog where scripts run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from admin_views import lookups
from admin_views.cells import show_number
from admin_views.deeds import Fault, sent, sent_ids
from admin_views.messages import TOLD_ERRORS, message_of, refusal_of, stale_message, table_words
from admin_views.row_ids import parse_row_id
from admin_views.text import language
from admin_views.value_deeds import ValueDeedsMixin, done_message, undone_message
from models import db
from models.mixins import TreeMixin
from services import dictionaries
from services.audit_words import describe
from services.dictionaries import Done, Impact

#: Values that a plain page offers as targets; with scripts all are found while typing.
TARGET_LIMIT = 200
#: Deeds that the page of what was done lately shows.
RECENT_LIMIT = 50


@dataclass(frozen=True, slots=True)
class ValueDeed:
    """A deed on one value that has a page."""

    name: str
    do: Callable[..., Done]
    entry: Any
    question: Any
    button: Any
    needs_target: bool = False
    #: Whether the value is gone afterwards.
    is_end: bool = False


DEEDS: dict[str, ValueDeed] = {
    deed.name: deed
    for deed in (
        ValueDeed(
            "deactivate",
            dictionaries.deactivate,
            lazy_gettext("Deactivate"),
            lazy_gettext("Deactivate “%(name)s”?"),
            lazy_gettext("Deactivate"),
        ),
        ValueDeed(
            "reactivate",
            dictionaries.reactivate,
            lazy_gettext("Reactivate"),
            lazy_gettext("Reactivate “%(name)s”?"),
            lazy_gettext("Reactivate"),
        ),
        ValueDeed(
            "replace",
            dictionaries.replace,
            lazy_gettext("Replace by…"),
            lazy_gettext("Replace “%(name)s”"),
            lazy_gettext("Replace and delete"),
            needs_target=True,
            is_end=True,
        ),
        ValueDeed(
            "merge",
            dictionaries.merge,
            lazy_gettext("Merge…"),
            lazy_gettext("Merge “%(name)s” into another one"),
            lazy_gettext("Merge"),
            needs_target=True,
            is_end=True,
        ),
        ValueDeed(
            "delete",
            dictionaries.delete,
            lazy_gettext("Delete"),
            lazy_gettext("Delete “%(name)s”?"),
            lazy_gettext("Delete"),
            is_end=True,
        ),
    )
}


class ValuePagesMixin(ValueDeedsMixin):
    """Pages for people beside the addresses for scripts."""

    value_template = "values/deed.html"
    recent_template = "values/recent.html"
    details_template = "values/details.html"

    # One deed

    @expose("/value/", methods=("GET", "POST"))
    def value_view(self) -> Any:
        """Ask before a deed on a value, saying what it touches; or do it."""
        deed = DEEDS.get(sent().get("deed", ""))
        if deed is None:
            abort(404)
        row = self.get_one(next(iter(sent_ids()), ""))
        if not self.may_do(deed):
            abort(403)
        if request.method == "GET":
            return self._ask(deed, row.id, None)
        return self._do(deed, row.id)

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> Any:
        """Delete one value, which can be undone."""
        row = self.get_one(request.form.get("id", request.args.get("id", "")))
        if not self.may_do(DEEDS["delete"]):
            abort(403)
        found = self.attempt(lambda: dictionaries.delete(db.session, self.model, row.id, version=None))
        if isinstance(found, Fault):
            flash(found.message, "danger")
        else:
            self._flash_done("delete", found)
        return redirect(self.return_url())

    def may_do(self, deed: ValueDeed) -> bool:
        """Tell whether the person may do a deed with values."""
        return bool(self.can_edit or deed.name == "delete") and bool(self.can_delete or not deed.is_end)

    def page_deeds(self, row: Any) -> list[ValueDeed]:
        """Return the deeds that the page of a value leads to, beside its deletion."""
        needless = "reactivate" if row.is_active else "deactivate"
        return [deed for deed in DEEDS.values() if deed.name not in (needless, "delete") and self.may_do(deed)]

    def _do(self, deed: ValueDeed, value_id: int) -> Any:
        version, target_id = parse_row_id(request.form.get("version", "")), None
        if version is None and deed.name != "reactivate":
            abort(400)
        chosen = {}
        if deed.needs_target:
            target_id = parse_row_id(request.form.get("target", ""))
            if target_id is None:
                return self._ask(deed, value_id, Fault(gettext("Choose one of the offered values."), 422))
            chosen = {"target_id": target_id}
        found = self.attempt(lambda: deed.do(db.session, self.model, value_id, version=version, **chosen))
        if isinstance(found, Fault):
            return self._ask(deed, value_id, found, target_id)
        self._flash_done(deed.name, found)
        return redirect(self.return_url())

    @staticmethod
    def attempt(do: Callable[[], Any]) -> Any:
        """Return what a service returns, committed; or why it refused, with nothing left behind."""
        try:
            done = do()
            db.session.commit()
        except TOLD_ERRORS as error:
            db.session.rollback()
            return Fault(message_of(error), refusal_of(error).status)
        except (IntegrityError, StaleDataError):
            db.session.rollback()
            return Fault(stale_message(), 409)
        return done

    def _ask(self, deed: ValueDeed, value_id: int, fault: Fault | None, target_id: int | None = None) -> Any:
        """Show the page of a deed."""
        found = dictionaries.impact(db.session, self.model, value_id)
        page = self.render(
            self.value_template,
            deed=deed,
            deeds=[other for other in DEEDS.values() if other.name in ("deactivate", "replace", "merge")],
            found=found,
            facts=facts_of(self.model, found),
            targets=self._targets(found, target_id) if deed.needs_target else (),
            target_id=target_id,
            target_limit=TARGET_LIMIT,
            search=request.args.get("search", ""),
            fault=fault,
            return_url=self.return_url(),
        )
        return page, fault.status if fault is not None else 200

    def _targets(self, found: Impact, target_id: int | None) -> list[lookups.Option]:
        statement = lookups.matching(self._possible_targets(found.id), self.model, request.args.get("search", ""))
        rows = lookups.rows(db.session, statement, self.model, limit=TARGET_LIMIT)
        if target_id is not None and all(row.id != target_id for row in rows):
            rows += lookups.rows(db.session, select(self.model).where(self.model.id == target_id), self.model)
        return lookups.options(db.session, self.model, rows)

    @expose("/targets/")
    def targets_view(self) -> Any:
        """Return at most 50 values that may take the place of the value ``id``, as [{id, text}]."""
        value_id = parse_row_id(request.args.get("id", ""))
        if value_id is None:
            abort(404)
        statement = lookups.matching(self._possible_targets(value_id), self.model, request.args.get("query", ""))
        rows = lookups.rows(db.session, statement, self.model, limit=lookups.MAX_PAGE_SIZE)
        return [option.as_json() for option in lookups.options(db.session, self.model, rows)]

    def _possible_targets(self, value_id: int) -> Select[Any]:
        """Return the SELECT of the offered values but one; in a tree also but what stands below it."""
        model: Any = self.model
        if not issubclass(model, TreeMixin):
            return lookups.offered(model).where(model.id != value_id)
        return lookups.offered(model).where(model.id.not_in(lookups.at_or_below(model, model.id == value_id)))

    # Undo

    @expose("/undo/", methods=("POST",))
    def undo_view(self) -> Any:
        """Take a deed back: for a script as JSON, for a form with a message on the page that it came from."""
        if request.is_json:
            return self.undo_json()
        if not self.can_edit:
            abort(403)
        token = parse_row_id(request.form.get("token", ""))
        if token is None:
            abort(400)
        found = self.attempt(lambda: dictionaries.undo(db.session, self.model, token))
        if isinstance(found, Fault):
            flash(found.message, "danger")
        else:
            flash(undone_message(found), "success")
        return redirect(self.return_url())

    @expose("/recent/")
    def recent_view(self) -> str:
        """Show what was done with values lately, each to be undone."""
        if not self.can_edit:
            abort(403)
        deeds = dictionaries.recent_deeds(db.session, self.model, limit=RECENT_LIMIT)
        words = describe(db.session, [entry for entry, _ in deeds], language=language())
        return self.render(self.recent_template, deeds=deeds, words=words, return_url=self.get_url(".index_view"))

    def _flash_done(self, deed: str, done: Done) -> None:
        message: Any = done_message(deed, done)
        if done.token is not None:
            undo = {"url": self.get_url(".undo_view"), "token": done.token, "back": self.return_url()}
            message = {"text": message, "undo": undo}
        flash(message, "success")


def facts_of(model: Any, found: Impact) -> list[tuple[str, str]]:
    """Return the numbers of a value as (words, number): its customers always, others where there are any."""
    facts = [(gettext("Customers that have it, hidden and inactive ones included"), found.customers)]
    if issubclass(model, TreeMixin):
        facts.append((gettext("Entries below it"), found.descendants))
        facts.append((gettext("Customers of the entries below it"), found.customers_below))
    facts.append((gettext("Price levels"), found.price_levels))
    facts += [(table_words(name), count) for name, count in found.uses.items()]
    shown = [facts[0], *(fact for fact in facts[1:] if fact[1])]
    return [(words, show_number(count)) for words, count in shown]
