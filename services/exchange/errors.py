"""What goes wrong with a file or a cell: a code with data, and an English sentence; pages translate by the code."""

from collections.abc import Mapping
from typing import Any

from services.errors import ServiceError

#: Code of a fault of one cell or row -> English sentence; ``admin_views.exchange_messages`` holds the translated ones.
CELL_SENTENCES: dict[str, str] = {
    "changed_meanwhile": "the data changed meanwhile, so the row was left alone",
    "edited_since": "it was edited since the import, so it stays as it is",
    "ambiguous": "“%(value)s” is not unique; write the path: %(candidates)s",
    "below_itself": "it would stand below itself",
    "blank_segment": "the path “%(value)s” has an empty step",
    "blank_name": "the name is missing",
    "contact_without_name": "a contact needs contact_name",
    "cycle": "its parents run in a circle",
    "control": "“%(value)s” holds signs that cannot be stored",
    "duplicate_in_file": "row %(other)d of the file has the same value already",
    "duplicate_sibling": "a sibling with the name “%(value)s” exists already",
    "error_cell": "cell %(cell)s shows the error %(value)s; correct it in the spreadsheet",
    "exists": "“%(value)s” exists already",
    "exists_owned": "“%(value)s” exists already; ask its owner %(owner)s",
    "immutable": "it cannot be changed once saved",
    "inactive": "“%(value)s” is no longer in use",
    "in_future": "it lies in the future",
    "incomplete_position": "latitude and longitude belong together",
    "last_admin": "the last company admin must stay one",
    "level_gap": "it is blank while a level below it is filled",
    "next_before": "it lies before the follow-up itself",
    "no_parent": "there is no parent “%(value)s”",
    "not_a_boolean": "“%(value)s” is neither yes nor no",
    "not_a_choice": "“%(value)s” is none of: %(choices)s",
    "not_a_date": "“%(value)s” is no date like 2026-01-31",
    "not_a_moment": "“%(value)s” is no time like 2026-01-31 14:30",
    "not_a_number": "“%(value)s” is no number",
    "not_allowed_role": "only a company admin may give this role",
    "not_computed": "cell %(cell)s is a formula without its value; open the file in Excel or WPS and save it",
    "not_editable": "you may not edit this row",
    "not_follower": "this person does not follow the customer, or the customer is inactive",
    "not_followers": "only the owner or an admin may change the followers",
    "not_owner": "you may name only yourself as owner",
    "not_visibility": "only a follower may change who sees the customer",
    "open_visit": "this person has an open visit already",
    "other_code": "“%(value)s” stands there already, with the code %(code)s",
    "out_of_range": "“%(value)s” is out of range (%(low)s to %(high)s)",
    "parent_failed": "its parent has an error",
    "path_mismatch": "path, name and parent_code do not fit together",
    "private_needs_owner": "a private customer needs an owner",
    "refused": "the database refused it (rows %(first)d to %(last)d)",
    "reporting_loop": "the reporting line would run in a circle",
    "required": "it is required",
    "scientific": "“%(value)s” was shortened by a spreadsheet; format the column as text",
    "second_primary": "the customer has a primary contact already",
    "self_parent": "a node cannot be its own parent",
    "slash": "“%(value)s” holds “/”, which separates the steps of a path",
    "supervisor_failed": "the row of its supervisor has an error",
    "bad_login": "“%(value)s” cannot be a log-in: no blanks, at most %(limit)d signs",
    "switch_off": "private customers are switched off; leave the cell blank",
    "times": "it would end before it began",
    "too_deep": "at most %(limit)d levels are possible",
    "too_far_ahead": "it is more than two years ahead",
    "too_long": "it is longer than %(limit)d signs",
    "too_precise": "“%(value)s” has more than %(digits)d decimals",
    "unknown": "there is no “%(value)s”",
    "visit_needs_check_in": "a visit under way or done needs its check-in",
    "visit_needs_plan": "a visit still to come needs its planned time",
    "visit_not_begun": "a visit still to come has no check-in",
    "visit_not_ended": "a visit under way has no check-out",
}

#: Code of a fault of the whole file -> English sentence.
FILE_SENTENCES: dict[str, str] = {
    "bad_add": "missing values of “%(header)s” cannot be added",
    "bad_default": "“%(header)s” cannot have the same value for all rows",
    "may_not_add": "you may not add values that are missing",
    "may_not_export": "you may not export this table any more",
    "may_not_import": "you may not import this table any more",
    "bad_option": "write FIELD=TEXT, or FIELD:TEXT=TEXT, not “%(value)s”",
    "plan_changed": "the data changed meanwhile, so nothing was written; look at what the file would do now",
    "bad_map": "--map needs FILE_HEADER=FIELD, not “%(value)s”",
    "beyond_header": "row %(row)d has values beyond the last header; give their column a header, or remove them",
    "blank_header": "column %(column)s has values but no header; give it one, or empty the column",
    "broken_quotes": "row %(row)d: a quotation mark is not closed or stands in the wrong place",
    "cell_too_long": "a text is longer than the format can hold (%(limit)d signs)",
    "cut_off": "the file ends in the middle of a sign: it was not copied as a whole; send it again",
    "damaged": "the file is damaged or no spreadsheet; open it in Excel or WPS and save it as .xlsx",
    "duplicate_header": "the columns %(first)s and %(second)s are both “%(header)s”; choose one, or remove the other",
    "empty": "the file is empty",
    "encoding": "the file's encoding is not clear; choose it, or save the file as CSV UTF-8",
    "error_cell": "cell %(cell)s shows the error %(value)s; correct it in the spreadsheet",
    "merged": "merged cells cannot be read; split %(range)s and fill each cell",
    "missing_header": "the column “%(header)s” is missing",
    "mode": "this table takes new rows only; mode %(mode)s is not possible",
    "no_columns": "choose at least one column",
    "no_header": "row %(row)d holds no headers",
    "no_rows": "the file has headers but no rows",
    "not_computed": "cell %(cell)s is a formula without its value; open the file in Excel or WPS and save it",
    "not_imported": "rows of “%(value)s” cannot be imported",
    "not_text": "the file is neither a spreadsheet nor text; save it as .xlsx or .csv",
    "other_encoding": "row %(row)d is not in the encoding %(encoding)s; choose another one",
    "other_format": "files of the type %(value)s cannot be read; save it as .xlsx",
    "password": "the file is protected by a password; save it without one",
    "read_only_header": "the column “%(header)s” is set by the system; remove it",
    "too_large": "the file is larger than %(limit)d MB; split it",
    "too_many_cells": "the sheet spans more than %(limit)d cells; remove what stands outside of the table",
    "too_many_columns": "the file has more than %(limit)d columns",
    "too_many_rows": "the file has more than %(limit)d rows; split it",
    "too_many_for_type": "a file of the type %(value)s holds at most %(limit)d rows; take CSV or XLSX",
    "unknown_column": "there is no column “%(value)s”; there are %(known)s",
    "unknown_delimiter": "columns cannot be parted by “%(value)s”",
    "unknown_encoding": "the encoding “%(value)s” is not known; there are %(known)s",
    "unknown_header": "the column “%(header)s” is not known; there are %(known)s",
    "unknown_map": "--map names “%(header)s”, which is no column of the file",
    "unknown_sheet": "there is no sheet “%(value)s”",
    "unknown_table": "there is no table “%(value)s” to import or export",
    "unknown_type": "the type “%(value)s” is not known; there are %(known)s",
    "unpacks_too_large": "the file is far larger than it seems; copy its rows to a new one",
    "web_page": "the file is a web page, whatever its name says; open it in Excel or WPS and save it as .xlsx",
    "write_refused": "the database refused the rows; somebody may have changed the data meanwhile",
    "xml_file": "the file is XML, whatever its name says; open it in Excel or WPS and save it as .xlsx",
}

#: A text is quoted in a sentence up to this length.
_QUOTED_LENGTH = 60


class ExchangeError(ServiceError):
    """Root of the engine's errors."""


class CodedError(ExchangeError):
    """A fault with a code, from which its sentence is made in any language."""

    sentences: Mapping[str, str] = {}

    def __init__(self, code: str, /, **data: Any) -> None:
        self.code = code
        self.data = {name: quoted(value) for name, value in data.items()}
        super().__init__(self.sentences[code] % self.data)


class CellError(CodedError):
    """A cell cannot be used."""

    sentences = CELL_SENTENCES


class FileError(CodedError):
    """A file cannot be used at all."""

    sentences = FILE_SENTENCES


class HeaderError(FileError):
    """The headers of a file do not fit the table."""


def quoted(value: Any) -> Any:
    """Return a text short enough, and printable, for a sentence; other values as they are."""
    if not isinstance(value, str):
        return value
    shown = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in value[: _QUOTED_LENGTH + 1])
    return shown if len(value) <= _QUOTED_LENGTH else f"{shown[:_QUOTED_LENGTH]}…"
