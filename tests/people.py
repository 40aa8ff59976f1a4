"""Somebody with a stock role, for tests of pages."""

from sqlalchemy.orm import Session

from auth.permissions import STOCK_ROLES
from models import Employee, Role


def employee(session: Session, role_code: str) -> Employee:
    """Store somebody with a stock role."""
    stock = next(role for role in STOCK_ROLES if role.code == role_code)
    role = Role(code=stock.code, name=stock.label.en)
    role.permission_codes = tuple(stock.permissions)
    person = Employee(login=role_code, name=role_code, role=role)
    session.add(person)
    session.commit()
    return person
