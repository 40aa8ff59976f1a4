"""The list page of a generated view."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from math import ceil
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_admin import expose
from flask_babel import gettext
from sqlalchemy import Select

from admin_views.list_filters import ListFilters, bad_filter_message
from admin_views.list_rows import ListRows, RowEntry
from admin_views.list_words import script_words
from admin_views.listing_args import (
    PAGE_SIZES,
    SHOWN_OPERATIONS,
    ListingArgs,
    known_args,
    read_listing_args,
    sortable_names,
)
from admin_views.page_mixin import PageMixin
from admin_views.text import text
from models import Customer, db
from models.inspection import Attribute
from models.meta import Label
from services.bulk import MAX_BULK_ROWS
from services.listed import listed_statement
from services.listing import BadFilterError, Count
from services.row_list import RowList, followers_of_all


class ListPagesMixin(PageMixin):
    """List and count, from one SELECT."""

    list_template = "kepei/list.html"

    @expose("/")
    def index_view(self) -> Any:
        """Show the list."""
        args = self.listing_args()
        try:
            found = self.row_list()
            args = self._within(args, found.count)
            rows = found.page(limit=args.page_size, offset=args.page * args.page_size, shown=self.column_names())
        except BadFilterError as error:
            return self._show_list(args, [], Count(0), bad_filter_message(self.model, error))
        return self._show_list(args, rows, found.count, None)

    def listing_args(self) -> ListingArgs:
        """Return what the address asks for."""
        return read_listing_args(self.model, request.args, scopes=self.scopes())

    def listing_statement(self) -> Select[Any]:
        """Return the SELECT of the list on screen: search, filters, scope, order; no paging.

        :raises BadFilterError: if a filter's value cannot be read
        """
        return self.restrict(listed_statement(db.session, self.model, self.listing_args().listing))

    def row_list(self) -> RowList:
        """Return the list on screen.

        :raises BadFilterError: if a filter's value cannot be read
        """
        listing = self.listing_args().listing
        of_scope = self.followers_of_scope(listing.scope)
        return RowList(
            db.session,
            self.model,
            self.listing_statement(),
            followers=followers_of_all(db.session, self.model) if of_scope is None else of_scope,
            is_whole=self.model is Customer
            and not (listing.search or listing.filters)
            and (of_scope is not None or not listing.scope),
        )

    def restrict(self, statement: Select[Any]) -> Select[Any]:
        """Narrow the rows that this view is about, for list, count and export."""
        return statement

    def scopes(self) -> Mapping[str, Label]:
        """Return the parts of the list that the person may choose from as tabs: name in the address -> words."""
        return {}

    def followers_of_scope(self, scope: str) -> Collection[int] | None:
        """Return the employees whose followed customers are the scope; None if it is not made so."""
        return None

    def shown_operations(self, attribute: Attribute) -> tuple[str, ...]:
        """Return which filters the panel shows of an attribute, in order."""
        return SHOWN_OPERATIONS[attribute.kind]

    @staticmethod
    def _within(args: ListingArgs, count: Count) -> ListingArgs:
        """Bring the page number into the list; of one that was not counted to its end the last page is not known."""
        if count.is_capped:
            return args
        last = max(0, ceil(count.rows / args.page_size) - 1)
        return ListingArgs(listing=args.listing, page=min(args.page, last), page_size=args.page_size)

    def _show_list(self, args: ListingArgs, rows: list[Any], count: Count, fault: str | None) -> Any:
        self.learn(rows)
        columns, entries = self.list_columns(), self.row_entries()
        bulk_actions = self.bulk_actions()
        return self.render(
            self.list_template,
            rows=rows,
            body=self.list_rows(columns, entries, can_choose=bool(bulk_actions)).html(rows),
            count=count,
            fault=fault,
            args=args,
            columns=columns,
            sortable=set(sortable_names(self.model)),
            filters=ListFilters(self.model, args.listing.filters, shown=self.shown_operations),
            page_count=None if count.is_capped else max(1, ceil(count.rows / args.page_size)),
            has_next=len(rows) == args.page_size and (count.is_capped or (args.page + 1) * len(rows) < count.rows),
            page_sizes=PAGE_SIZES,
            list_url=self._list_url(),
            is_filtered=bool(args.listing.search or args.listing.filters or args.listing.scope),
            scopes=self.scopes(),
            bulk_actions=bulk_actions,
            cell_names=self.cell_names(rows[0]) if rows else (),
            max_bulk_rows=MAX_BULK_ROWS,
            list_settings=self.list_settings(entries),
            return_url=request.full_path if request.query_string else request.path,
            **self.list_context(args, rows),
        )

    def list_rows(
        self, columns: list[Attribute], entries: tuple[RowEntry, ...] = (), *, can_choose: bool = False
    ) -> ListRows:
        """Return what makes the rows of the list."""
        return ListRows(
            columns,
            entries,
            details_url=self.get_url(".details_view", id=""),
            shower=self.shower,
            can_choose=can_choose,
        )

    def learn(self, rows: Iterable[Any]) -> None:
        """Find out about many rows, by few statements, what showing them or asking for rights needs."""

    def row_entries(self) -> tuple[RowEntry, ...]:
        """Return what the menu of a row offers."""
        entries = [RowEntry(gettext("Details"), self.get_url(".details_view", id=""))]
        if self.can_edit:
            edit = self.get_url(".edit_view", id="")
            entries.append(RowEntry(gettext("Edit"), edit, self.can_edit_row, comes_back=True, is_edit=True))
        entries += self.deed_entries()
        if self.can_delete:
            entries.append(self.delete_entry())
        return tuple(entries)

    def delete_entry(self) -> RowEntry:
        """Return the entry of a row's menu that deletes it."""
        question = gettext("Delete “%(name)s”? This cannot be undone.", name="{name}")
        delete = RowEntry(gettext("Delete"), self.get_url(".delete_view", id=""), self.can_delete_row)
        return replace(delete, is_post=True, comes_back=True, confirm=question)

    def deed_entries(self) -> tuple[RowEntry, ...]:
        """Return what the menu of a row offers beside its pages and its deletion."""
        return ()

    def list_settings(self, entries: tuple[RowEntry, ...]) -> dict[str, Any]:
        """Return what static/js/list.js needs."""
        columns = self.list_columns()
        named = next((column for column in columns if column.name == "name"), columns[0])
        return {
            "entries": [entry.as_json() for entry in entries],
            "nameLabel": text(named.field.label),
            "urls": {"cell": self.get_url(".cell_view")},
            "words": script_words(),
        }

    def list_context(self, args: ListingArgs, rows: list[Any]) -> dict[str, Any]:
        """Return more for the list template."""
        return {}

    def kept_args(self) -> dict[str, Any]:
        """Return what the address asks of the list; other names, such as Flask's own ``_external``, are dropped."""
        known = known_args(self.model)
        return {name: values for name, values in request.args.to_dict(flat=False).items() if name in known}

    def _list_url(self) -> Callable[..., str]:
        """Return what makes this list's address with some parameters changed; None drops one."""
        path, kept = self.get_url(".index_view"), self.kept_args()

        def list_url(**changes: Any) -> str:
            query = urlencode(
                {name: value for name, value in (kept | changes).items() if value is not None}, doseq=True
            )
            return f"{path}?{query}" if query else path

        return list_url
