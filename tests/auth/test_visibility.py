"""Who sees which customer: the rule of DOMAIN 3.2 by the cases of 3.7."""

import time
from collections.abc import Iterable

import pytest
from sqlalchemy import Engine, func, insert, not_, select, update
from sqlalchemy.orm import Session

from auth.actor import Actor, line_of, load_actor, team_of
from auth.errors import HiddenRowError, PrivateCustomerError
from auth.visibility import Outcome, dialect_of, full_customers, outcome_of, raise_for_missing, require_full
from models import Contact, Customer, Employee, Visit
from models.enums import COMPANY_ADMIN, Permission
from models.scope import UnfilteredReason, unfiltered
from tests import factories
from tests.conftest import acting_in, counted

F, N, H = Outcome.FULL, Outcome.NOTICE, Outcome.HIDDEN

#: (number in DOMAIN 3.7, viewer, customer, outcome), switch on.
CASES = [
    (1, "a1", "c1", F),
    (2, "leadA", "c1", F),
    *((3, viewer, "c1", F) for viewer in ("east", "boss")),
    *((4, "a2", customer, H) for customer in ("c1", "c2")),
    (5, "va", "c1", N),
    (5, "va", "c2", F),
    (6, "west", "c1", N),
    (6, "west", "c2", F),
    *((7, "leadB", customer, H) for customer in ("c1", "c2")),
    (8, "b1", "c3", F),
    (9, "leadB", "c3", F),
    (10, "va", "c3", N),
    (11, "a1", "c5", H),
    *((11, viewer, "c5", F) for viewer in ("leadA", "east")),
    *((12, viewer, "c4", outcome) for viewer, outcome in (("solo", F), ("boss", H), ("va", N), ("admin", F))),
    *((13, viewer, "c6", outcome) for viewer, outcome in (("leadA", F), ("a1", H), ("va", N))),
    *((14, viewer, "c7", outcome) for viewer, outcome in (("east", F), ("boss", F), ("leadB", H))),
    *((15, viewer, "c8", outcome) for viewer, outcome in (("x", F), ("y", F), ("z", F), ("boss", H))),
    *((16, viewer, "c9", outcome) for viewer, outcome in (("y", F), ("z", F), ("x1", H))),
    *((17, viewer, "c10", outcome) for viewer, outcome in (("va", F), ("admin", F), ("boss", H), ("a1", H))),
    *((18, viewer, "c11", outcome) for viewer, outcome in (("va", F), ("leadB", F), ("west", N))),
    *((20, "cfg", customer, H) for customer in ("c1", "c2")),
]
#: The same with the switch off.
CASES_OFF = [
    *((21, viewer, customer, F) for viewer in ("va", "west") for customer in ("c1", "c3", "c4")),
    (21, "a2", "c1", H),
]


@pytest.fixture
def company(bare_session: Session) -> factories.Company:
    """Return the company of DOMAIN 3.7."""
    return factories.company(bare_session)


def outcome(engine: Engine, company: factories.Company, viewer: str, customer: str) -> Outcome:
    """Return what a viewer gets in a request of their own; list, count and single read must say the same."""
    row_id = company[customer].id
    with acting_in(engine, company[viewer].id) as session:
        found = outcome_of(session, row_id)
        is_listed = row_id in session.scalars(select(Customer.id)).all()
        is_counted = bool(session.scalar(select(func.count()).select_from(Customer).where(Customer.id == row_id)))
        is_read = session.get(Customer, row_id) is not None
    assert (is_listed, is_counted, is_read) == (found is F,) * 3
    return found


def test_rule_is_true_or_false_also_of_the_pool(engine: Engine, company: factories.Company) -> None:
    """What is neither could not be negated."""
    with acting_in(engine, company.a1.id) as session, unfiltered(session, UnfilteredReason.OUTCOME) as every:
        actor, dialect = load_actor(session, company.a1.id), dialect_of(session)
        is_full = full_customers(actor, dialect, Customer)
        counted_rows = select(func.count().filter(is_full), func.count().filter(not_(is_full)), func.count())
        full, other, all_of_them = every.execute(counted_rows.select_from(Customer)).one()

    assert 0 < full < all_of_them == full + other


def set_supervisor(session: Session, employee: Employee, supervisor: Employee | None) -> None:
    """Write the reporting line past the services."""
    new_id = supervisor.id if supervisor is not None else None
    session.execute(update(Employee).where(Employee.id == employee.id).values(supervisor_id=new_id))
    session.commit()


def set_role(session: Session, employee: Employee, code: str, permissions: Iterable[str] | None = None) -> None:
    """Give an employee another role, past the services."""
    role_id = factories.make_role(session, code, permissions).id
    session.execute(update(Employee).where(Employee.id == employee.id).values(role_id=role_id))
    session.commit()


def test_the_cases_of_the_specification(engine: Engine, company: factories.Company) -> None:
    started = time.perf_counter()

    found = [(number, *pair, outcome(engine, company, *pair)) for number, *pair, _ in CASES]

    assert found == CASES
    assert (time.perf_counter() - started) / len(CASES) < 1  # case 15: a loop ends


def test_the_switch_turned_off_shows_private_customers_as_public_ones(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    factories.switch_private(bare_session, is_on=False)
    found = [(number, *pair, outcome(engine, company, *pair)) for number, *pair, _ in CASES_OFF]
    factories.switch_private(bare_session, is_on=True)

    assert found == CASES_OFF
    assert outcome(engine, company, "va", "c1") is N  # case 22
    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        assert every.scalar(select(Customer.visibility).where(Customer.code == "C1")) == "private"


def test_a_disabled_employee_does_not_act(bare_session: Session, company: factories.Company) -> None:
    assert load_actor(bare_session, company.gone.id) is None  # case 13
    assert load_actor(bare_session, 10_000) is None


def test_a_move_in_the_line_counts_from_the_next_request(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    set_supervisor(bare_session, company.a1, company.leadB)  # case 28

    assert [outcome(engine, company, viewer, "c1") for viewer in ("leadA", "leadB", "east")] == [H, F, F]


def test_a_swap_of_supervisor_and_report_turns_sight_round(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    set_supervisor(bare_session, company.a1, company.east)  # case 32
    set_supervisor(bare_session, company.leadA, company.a1)

    assert (outcome(engine, company, "leadA", "c1"), outcome(engine, company, "a1", "c5")) == (H, F)


def test_view_all_taken_away_counts_from_the_next_request(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    before = outcome(engine, company, "va", "c2")
    set_role(bare_session, company.va, "own_only")  # case 44

    assert (before, outcome(engine, company, "va", "c2")) == (F, H)


def test_view_all_adds_to_what_the_line_gives(
    engine: Engine, bare_session: Session, company: factories.Company
) -> None:
    set_role(bare_session, company.leadA, "employee")  # case 45
    set_role(bare_session, company.a1, "employee")  # case 50

    assert outcome(engine, company, "leadA", "c1") is F
    assert [outcome(engine, company, "a1", customer) for customer in ("c5", "c2")] == [N, F]


def test_a_hidden_dealer_above_is_not_shown(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    child = factories.make_customer(
        bare_session, "child", owner=company.w1, parent_customer_id=company.c1.id
    )  # case 46

    with acting_in(engine, company.w1.id) as own:
        row = own.get_one(Customer, child.id)
        assert (row.parent_customer, row.parent_customer_id) == (None, company.c1.id)


def test_a_chain_of_200_supervisors_is_one_query(engine: Engine, bare_session: Session) -> None:
    role_id = factories.make_role(bare_session).id
    names = {"name": "n", "name_key": "n", "name_sort": "n", "name_initials": "n"}
    people = [
        {"id": number, "login": f"p{number}", "role_id": role_id, "supervisor_id": number - 1 or None, **names}
        for number in range(1, 201)
    ]
    bare_session.execute(insert(Employee), people)
    bare_session.commit()
    bottom = bare_session.get_one(Employee, 200)
    factories.switch_private(bare_session)
    customer = factories.make_customer(bare_session, "deep", owner=bottom, visibility="private")

    with acting_in(engine, 1) as top, counted(engine) as statements:
        assert top.get_one(Customer, customer.id).name == "deep"  # case 47
    assert len(statements) == 1


def test_loading_the_actor_is_two_statements(engine: Engine, bare_session: Session, company: factories.Company) -> None:
    with counted(engine) as statements:
        actor = load_actor(bare_session, company.va.id)

    assert len(statements) == 2
    assert actor == Actor(
        id=company.va.id,
        login="va",
        name="va",
        role_code="employee",
        permissions=frozenset({"view_all_customers", "create_customers", "claim_pool_customers"}),
        team=(company.va.id,),
        private_customer_enabled=True,
    )


def test_team_and_line_pass_leavers_and_end_at_loops(bare_session: Session, company: factories.Company) -> None:
    def names(ids: Iterable[int]) -> set[str]:
        return {login for login, row in company.people.items() if row.id in set(ids)}

    assert names(team_of(bare_session, company.east.id)) == {
        "east", "leadA", "leadB", "a1", "a2", "gone", "b1", "va", "off", "o1"
    }  # fmt: skip
    assert names(team_of(bare_session, company.x.id)) == {"x", "y", "z", "x1"}
    assert names(line_of(bare_session, company.x1.id)) == {"x", "y", "z", "x1"}
    assert names(line_of(bare_session, company.o1.id)) == {"o1", "off", "east", "boss"}


def test_a_company_without_settings_has_the_switch_off(bare_session: Session) -> None:
    admin = factories.make_employee(bare_session, "admin", role=COMPANY_ADMIN)

    actor = load_actor(bare_session, admin.id)

    assert actor is not None
    assert (actor.private_customer_enabled, actor.permissions) == (False, frozenset(Permission))


def test_the_prompt_names_customer_and_owner_and_nothing_else(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.va.id) as own:
        with pytest.raises(PrivateCustomerError) as prompt:
            require_full(own, company.c1.id)
        with pytest.raises(HiddenRowError):
            require_full(own, 10_000)
        require_full(own, company.c2.id)

    assert vars(prompt.value) == {"customer_id": company.c1.id, "name": "C1", "owner_name": "a1"}


@pytest.mark.parametrize(("viewer", "error"), [("va", PrivateCustomerError), ("a2", HiddenRowError)])
def test_a_missing_row_says_why_to_those_who_may_know(
    engine: Engine, bare_session: Session, company: factories.Company, viewer: str, error: type[Exception]
) -> None:
    contact = factories.make_contact(bare_session, company.c1)
    visit = factories.make_visit(bare_session, company.c1, user=company.a1)

    with acting_in(engine, company[viewer].id) as own:
        for model, row_id in ((Customer, company.c1.id), (Contact, contact.id), (Visit, visit.id)):
            with pytest.raises(error):
                raise_for_missing(own, model, row_id)
        for model in (Customer, Contact, Employee):
            with pytest.raises(HiddenRowError):
                raise_for_missing(own, model, 10_000)


def test_the_rule_is_one_expression_for_table_and_class(engine: Engine, company: factories.Company) -> None:
    with acting_in(engine, company.va.id) as own:
        actor = load_actor(own, company.va.id)
        assert actor is not None
        by_class = set(own.scalars(select(Customer.code).where(full_customers(actor, dialect_of(own), Customer))))

    assert by_class == {"C2", "C10", "C11"}
