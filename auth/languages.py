"""The language of a request: what the person has chosen, else this browser's cookie, else what the browser asks for.

The choice is kept with the employee, so that it follows them to another device; the cookie serves the log-in page.
"""

from flask import g, request
from sqlalchemy import update

from auth.actor import AnySession
from models import Employee
from models.enums import LANGUAGES

#: Cookie that keeps a browser's choice.
COOKIE = "language"
COOKIE_AGE_S = 365 * 24 * 3600
_CHINESE, _ENGLISH = LANGUAGES
#: What browsers ask for -> the product speaks one of the two.
_OFFERED = ("zh", "zh-CN", "zh-Hans", "zh-Hans-CN", "zh-TW", _ENGLISH)


def language_of_request() -> str:
    """Return the language to answer in, ``zh_Hans_CN`` or ``en``."""
    actor = g.get("actor")
    for chosen in (actor.language if actor is not None else None, request.cookies.get(COOKIE)):
        if chosen in LANGUAGES:
            return chosen
    best = request.accept_languages.best_match(_OFFERED, default=_ENGLISH)
    return _CHINESE if best.startswith("zh") else _ENGLISH


def keep_language(session: AnySession, employee_id: int, language: str) -> None:
    """Keep an employee's choice. It is no edit of the employee: version and time of the last change stay. Flushes.

    :raises ValueError: if the product does not speak the language
    """
    if language not in LANGUAGES:
        raise ValueError(language)
    values = {"language": language, "updated_at": Employee.updated_at}
    session.execute(update(Employee).where(Employee.id == employee_id).values(values))
