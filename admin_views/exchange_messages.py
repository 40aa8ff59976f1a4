"""What is wrong with a file or a row, in the language of the request; codes as in ``services.exchange.results``."""

from typing import Any

from flask_babel import lazy_gettext as _

from services.exchange.errors import FileError
from services.exchange.results import RowFault

#: Code of a fault of one cell or row -> sentence.
CELL_SENTENCES: dict[str, Any] = {
    "changed_meanwhile": _("the data changed meanwhile, so the row was left alone"),
    "edited_since": _("it was edited since the import, so it stays as it is"),
    "ambiguous": _("“%(value)s” is not unique; write the path: %(candidates)s"),
    "below_itself": _("it would stand below itself"),
    "blank_segment": _("the path “%(value)s” has an empty step"),
    "blank_name": _("the name is missing"),
    "contact_without_name": _("a contact needs contact_name"),
    "cycle": _("its parents run in a circle"),
    "control": _("“%(value)s” holds signs that cannot be stored"),
    "duplicate_in_file": _("row %(other)d of the file has the same value already"),
    "duplicate_sibling": _("a sibling with the name “%(value)s” exists already"),
    "error_cell": _("cell %(cell)s shows the error %(value)s; correct it in the spreadsheet"),
    "exists": _("“%(value)s” exists already"),
    "exists_owned": _("“%(value)s” exists already; ask its owner %(owner)s"),
    "immutable": _("it cannot be changed once saved"),
    "inactive": _("“%(value)s” is no longer in use"),
    "in_future": _("it lies in the future"),
    "incomplete_position": _("latitude and longitude belong together"),
    "last_admin": _("the last company admin must stay one"),
    "level_gap": _("it is blank while a level below it is filled"),
    "next_before": _("it lies before the follow-up itself"),
    "no_parent": _("there is no parent “%(value)s”"),
    "not_a_boolean": _("“%(value)s” is neither yes nor no"),
    "not_a_choice": _("“%(value)s” is none of: %(choices)s"),
    "not_a_date": _("“%(value)s” is no date like 2026-01-31"),
    "not_a_moment": _("“%(value)s” is no time like 2026-01-31 14:30"),
    "not_a_number": _("“%(value)s” is no number"),
    "not_allowed_role": _("only a company admin may give this role"),
    "not_computed": _("cell %(cell)s is a formula without its value; open the file in Excel or WPS and save it"),
    "not_editable": _("you may not edit this row"),
    "not_follower": _("this person does not follow the customer, or the customer is inactive"),
    "not_followers": _("only the owner or an admin may change the followers"),
    "not_owner": _("you may name only yourself as owner"),
    "not_visibility": _("only a follower may change who sees the customer"),
    "open_visit": _("this person has an open visit already"),
    "other_code": _("“%(value)s” stands there already, with the code %(code)s"),
    "out_of_range": _("“%(value)s” is out of range (%(low)s to %(high)s)"),
    "parent_failed": _("its parent has an error"),
    "path_mismatch": _("path, name and parent_code do not fit together"),
    "private_needs_owner": _("a private customer needs an owner"),
    "refused": _("the database refused it (rows %(first)d to %(last)d)"),
    "reporting_loop": _("the reporting line would run in a circle"),
    "required": _("it is required"),
    "scientific": _("“%(value)s” was shortened by a spreadsheet; format the column as text"),
    "second_primary": _("the customer has a primary contact already"),
    "self_parent": _("a node cannot be its own parent"),
    "slash": _("“%(value)s” holds “/”, which separates the steps of a path"),
    "supervisor_failed": _("the row of its supervisor has an error"),
    "bad_login": _("“%(value)s” cannot be a log-in: no blanks, at most %(limit)d signs"),
    "switch_off": _("private customers are switched off; leave the cell blank"),
    "times": _("it would end before it began"),
    "too_deep": _("at most %(limit)d levels are possible"),
    "too_far_ahead": _("it is more than two years ahead"),
    "too_long": _("it is longer than %(limit)d signs"),
    "too_precise": _("“%(value)s” has more than %(digits)d decimals"),
    "unknown": _("there is no “%(value)s”"),
    "visit_needs_check_in": _("a visit under way or done needs its check-in"),
    "visit_needs_plan": _("a visit still to come needs its planned time"),
    "visit_not_begun": _("a visit still to come has no check-in"),
    "visit_not_ended": _("a visit under way has no check-out"),
}
#: Code of a fault of the whole file -> sentence.
FILE_SENTENCES: dict[str, Any] = {
    "bad_add": _("missing values of “%(header)s” cannot be added"),
    "bad_default": _("“%(header)s” cannot have the same value for all rows"),
    "may_not_add": _("you may not add values that are missing"),
    "may_not_export": _("you may not export this table any more"),
    "may_not_import": _("you may not import this table any more"),
    "bad_option": _("write FIELD=TEXT, or FIELD:TEXT=TEXT, not “%(value)s”"),
    "plan_changed": _("the data changed meanwhile, so nothing was written; look at what the file would do now"),
    "bad_map": _("--map needs FILE_HEADER=FIELD, not “%(value)s”"),
    "beyond_header": _("row %(row)d has values beyond the last header; give their column a header, or remove them"),
    "blank_header": _("column %(column)s has values but no header; give it one, or empty the column"),
    "broken_quotes": _("row %(row)d: a quotation mark is not closed or stands in the wrong place"),
    "cell_too_long": _("a text is longer than the format can hold (%(limit)d signs)"),
    "cut_off": _("the file ends in the middle of a sign: it was not copied as a whole; send it again"),
    "damaged": _("the file is damaged or no spreadsheet; open it in Excel or WPS and save it as .xlsx"),
    "duplicate_header": _(
        "the columns %(first)s and %(second)s are both “%(header)s”; choose one, or remove the other"
    ),
    "empty": _("the file is empty"),
    "encoding": _("the file's encoding is not clear; choose it, or save the file as CSV UTF-8"),
    "error_cell": _("cell %(cell)s shows the error %(value)s; correct it in the spreadsheet"),
    "merged": _("merged cells cannot be read; split %(range)s and fill each cell"),
    "missing_header": _("the column “%(header)s” is missing"),
    "mode": _("this table takes new rows only; mode %(mode)s is not possible"),
    "no_columns": _("choose at least one column"),
    "no_header": _("row %(row)d holds no headers"),
    "no_rows": _("the file has headers but no rows"),
    "not_computed": _("cell %(cell)s is a formula without its value; open the file in Excel or WPS and save it"),
    "not_imported": _("rows of “%(value)s” cannot be imported"),
    "not_text": _("the file is neither a spreadsheet nor text; save it as .xlsx or .csv"),
    "other_encoding": _("row %(row)d is not in the encoding %(encoding)s; choose another one"),
    "other_format": _("files of the type %(value)s cannot be read; save it as .xlsx"),
    "password": _("the file is protected by a password; save it without one"),
    "read_only_header": _("the column “%(header)s” is set by the system; remove it"),
    "too_large": _("the file is larger than %(limit)d MB; split it"),
    "too_many_cells": _("the sheet spans more than %(limit)d cells; remove what stands outside of the table"),
    "too_many_columns": _("the file has more than %(limit)d columns"),
    "too_many_rows": _("the file has more than %(limit)d rows; split it"),
    "too_many_for_type": _("a file of the type %(value)s holds at most %(limit)d rows; take CSV or XLSX"),
    "unknown_column": _("there is no column “%(value)s”; there are %(known)s"),
    "unknown_delimiter": _("columns cannot be parted by “%(value)s”"),
    "unknown_encoding": _("the encoding “%(value)s” is not known; there are %(known)s"),
    "unknown_header": _("the column “%(header)s” is not known; there are %(known)s"),
    "unknown_map": _("--map names “%(header)s”, which is no column of the file"),
    "unknown_sheet": _("there is no sheet “%(value)s”"),
    "unknown_table": _("there is no table “%(value)s” to import or export"),
    "unknown_type": _("the type “%(value)s” is not known; there are %(known)s"),
    "unpacks_too_large": _("the file is far larger than it seems; copy its rows to a new one"),
    "web_page": _("the file is a web page, whatever its name says; open it in Excel or WPS and save it as .xlsx"),
    "write_refused": _("the database refused the rows; somebody may have changed the data meanwhile"),
    "xml_file": _("the file is XML, whatever its name says; open it in Excel or WPS and save it as .xlsx"),
}


def fault_text(fault: RowFault) -> str:
    """Return the reason against a row."""
    return str(CELL_SENTENCES[fault.code]) % fault.data


def file_error_text(error: FileError) -> str:
    """Return what is wrong with a file."""
    return str(FILE_SENTENCES[error.code]) % error.data
