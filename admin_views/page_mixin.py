"""What the page mixins find in the view they are mixed into."""

from typing import Any

from models.meta import Page


class PageMixin:
    """Declares the view's attributes for the type checker; ``GeneratedView`` and Flask-Admin define them."""

    model: Any
    endpoint: Any
    page: Page
    actor: Any
    title: Any
    noun: Any
    can_create: Any
    can_edit: Any
    can_delete: Any
    can_export: Any
    can_import: Any
    can_edit_row: Any
    can_delete_row: Any
    get_one: Any
    get_shown: Any
    show_details: Any
    get_url: Any
    render: Any
    return_url: Any
    attributes: Any
    restrict: Any
    offered: Any
    kept_args: Any
    learn: Any
    remove: Any
    delete_rows: Any
    bulk_actions: Any
    row_entries: Any
    listing_args: Any
    scopes: Any
    listing_statement: Any
    list_columns: Any
    column_names: Any
    details_names: Any
    export_formats: Any
    resource: Any
    form_names: Any
    is_required: Any
    form_values: Any
    bound: Any
    save: Any
    list_rows: Any
    cell_names: Any
    show: Any
    title_of: Any
    shower: Any
