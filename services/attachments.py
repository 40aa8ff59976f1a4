"""Files of follow-ups: kept as they were sent, handed out as downloads alone, never shown by our pages."""

import re
import unicodedata
from typing import BinaryIO

from sqlalchemy import func, select

from auth.actor import AnySession
from models import FollowUp, FollowUpAttachment
from services import storage
from services.customers.records import correctable_customer, note_file
from services.errors import ServiceError
from services.stored_files import ATTACHMENT, delete_with_rows, keep_with_row

MAX_BYTES = 10 * 1024 * 1024
MAX_ATTACHMENTS = 9
_NAME_LIMIT = 100
#: Signs that mean something to some file system.
_UNSAFE = re.compile(r'[\\/:*?"<>|]+')


class AttachmentSizeError(ServiceError):
    """The file is empty, or larger than files may be."""


class TooManyAttachmentsError(ServiceError):
    """The follow-up has as many files as one may have."""


def add_attachment(session: AnySession, follow_up: FollowUp, stream: BinaryIO, file_name: str) -> FollowUpAttachment:
    """Add a file to a follow-up. Flushes; the file is gone again unless the caller commits.

    :raises HiddenRowError, PrivateCustomerError, PermissionDeniedError: if the actor may not correct the follow-up
    :raises TooManyAttachmentsError: if the follow-up has enough
    :raises AttachmentSizeError: if the file is empty or too large
    """
    customer = correctable_customer(session, follow_up)
    count = select(func.count()).where(FollowUpAttachment.follow_up_id == follow_up.id)
    if (session.scalar(count.select_from(FollowUpAttachment)) or 0) >= MAX_ATTACHMENTS:
        raise TooManyAttachmentsError(f"follow-up {follow_up.id}")
    key = storage.put(stream, prefix=ATTACHMENT)
    keep_with_row(session, key)
    if not 0 < storage.size(key) <= MAX_BYTES:
        storage.delete(key)
        raise AttachmentSizeError(f"follow-up {follow_up.id}")
    row = FollowUpAttachment(
        customer_id=follow_up.customer_id,
        follow_up_id=follow_up.id,
        file_name=clean_file_name(file_name),
        storage_key=key,
    )
    session.add(row)
    note_file(session, follow_up, customer, [None, row.file_name])
    session.flush()
    return row


def remove_attachment(session: AnySession, attachment: FollowUpAttachment) -> None:
    """Remove a file from a follow-up; it goes with the commit. Flushes.

    :raises PermissionDeniedError: if the actor may not correct the follow-up
    """
    follow_up = session.get_one(FollowUp, attachment.follow_up_id)
    note_file(session, follow_up, correctable_customer(session, follow_up), [attachment.file_name, None])
    delete_with_rows(session, [attachment.storage_key])
    session.delete(attachment)
    session.flush()


def clean_file_name(name: str) -> str:
    """Return a name that is safe on every system: no folders, no control or direction signs, no dots at its ends."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(sign for sign in last if sign.isprintable())
    safe = _UNSAFE.sub("_", shown).strip(" .")
    stem, dot, ending = safe.rpartition(".")
    if not dot:
        return safe[:_NAME_LIMIT] or "file"
    ending = ending[:16]
    return f"{stem[: _NAME_LIMIT - len(ending) - 1]}.{ending}"
