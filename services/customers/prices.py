"""At which price level a customer buys (DOMAIN 7)."""

from dataclasses import dataclass

from auth.actor import AnySession
from models import Customer, CustomerGrade, PriceLevel


@dataclass(frozen=True, slots=True)
class Pricing:
    """A price level, and where the customer has it from."""

    level: PriceLevel
    #: The grade that brings it; None where it is the customer's own.
    by_grade: CustomerGrade | None


def pricing_of(session: AnySession, customer: Customer) -> Pricing | None:
    """Return the customer's own price level, else its grade's; None means the base price."""
    if customer.price_level_id is not None:
        return Pricing(session.get_one(PriceLevel, customer.price_level_id), None)
    grade = session.get(CustomerGrade, customer.grade_id) if customer.grade_id is not None else None
    if grade is None or grade.price_level_id is None:
        return None
    return Pricing(session.get_one(PriceLevel, grade.price_level_id), grade)
