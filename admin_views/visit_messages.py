"""What is refused around contacts, visits, their photos and the files of follow-ups, as a person reads it."""

from flask_babel import gettext

from admin_views.refusal import Refusal
from services.attachments import MAX_ATTACHMENTS, AttachmentSizeError, TooManyAttachmentsError
from services.customers import FutureBirthdayError
from services.photos import MAX_PHOTOS, TooManyPhotosError
from services.pictures import PictureError, PictureFault
from services.visits import (
    ImpossibleVisitError,
    OpenVisitError,
    PlannedTimeError,
    VisitStateError,
    VisitTimesError,
)


def _picture_message(error: PictureError) -> str:
    sentences = {
        PictureFault.TOO_LARGE: lambda: gettext("The photo is too large: at most 10 MB are accepted."),
        PictureFault.TOO_MANY_PIXELS: lambda: gettext(
            "The photo has too many pixels. Choose a lower resolution in the camera’s settings."
        ),
        PictureFault.HEIC: lambda: gettext(
            "HEIC photos cannot be shown by every browser. In the camera’s settings choose “Most compatible” (JPEG), or"
            " take the photo from this page."
        ),
        PictureFault.WRONG_TYPE: lambda: gettext(
            "This is no photo that can be shown. Choose a JPEG, PNG or WebP file."
        ),
        PictureFault.BROKEN: lambda: gettext("The photo is damaged and cannot be read. Take it again."),
    }
    return sentences[error.fault]()


#: Error class -> how it is told; a part of ``messages.REFUSALS``.
VISIT_REFUSALS: dict[type[Exception], Refusal] = {
    AttachmentSizeError: Refusal(
        422, "attachment_size", lambda _: gettext("The file is empty, or larger than 10 MB."), "attachments"
    ),
    FutureBirthdayError: Refusal(
        422, "future_birthday", lambda _: gettext("A birthday does not lie in the future."), "birthday"
    ),
    ImpossibleVisitError: Refusal(
        422,
        "impossible_visit",
        lambda _: gettext("A visit under way or done has a check-in; one still to come has none."),
    ),
    OpenVisitError: Refusal(
        422, "open_visit", lambda _: gettext("Another visit is still open. End it first."), "status"
    ),
    PictureError: Refusal(422, "picture", _picture_message),
    PlannedTimeError: Refusal(
        422, "planned_time", lambda _: gettext("Choose a day from today on, within two years."), "planned_at"
    ),
    TooManyAttachmentsError: Refusal(
        422,
        "too_many_attachments",
        lambda _: gettext("A follow-up has at most %(count)d files.", count=MAX_ATTACHMENTS),
        "attachments",
    ),
    TooManyPhotosError: Refusal(
        422, "too_many_photos", lambda _: gettext("A visit has at most %(count)d photos.", count=MAX_PHOTOS)
    ),
    VisitStateError: Refusal(
        409,
        "visit_state",
        lambda _: gettext("This is not possible any more: the visit has moved on."),
    ),
    VisitTimesError: Refusal(
        422,
        "visit_times",
        lambda _: gettext("A visit ends after it began; neither is yet to come."),
        "status",
    ),
}
