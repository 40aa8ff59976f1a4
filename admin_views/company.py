"""The company as every page shows it: its name, its colour and its time zone."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import current_app, g
from sqlalchemy.exc import SQLAlchemyError

from auth.actor import company_setting
from models import db
from services.company_days import company_time_zone

PRODUCT = "客配 Kepei"
#: What pages are drawn in until there are settings.
DEFAULT_COLOUR = "#206bc4"


@dataclass(frozen=True, slots=True)
class Company:
    """What the settings say, or the product's own until they say something."""

    name: str = PRODUCT
    colour: str = DEFAULT_COLOUR


def company() -> Company:
    """Return the company, read once a request. A database that does not answer leaves the product's own.

    The page that says so needs a name too.
    """
    if "company" not in g:
        g.company = _read()
    found: Company = g.company
    return found


def company_name() -> str:
    """Return the company's name, or the product's until there is one."""
    return company().name


def time_zone() -> ZoneInfo:
    """Return the time zone in which the company reads its moments, read once a request."""
    if "time_zone" not in g:
        g.time_zone = company_time_zone(db.session)
    found: ZoneInfo = g.time_zone
    return found


def _read() -> Company:
    try:
        setting = company_setting(db.session)
    except SQLAlchemyError as error:
        current_app.logger.warning("The settings could not be read: %s", error)
        db.session.rollback()
        return Company()
    if setting is None:
        return Company()
    return Company(name=setting.company_name or PRODUCT, colour=setting.colour)
