"""The generated forms: explicit fields, checks, stale edits, nothing typed lost, nothing half written."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ChannelType, CustomerGrade, Department, Employee, PriceLevel, Role
from tests.factories import reloaded


def test_create_edit_delete_a_row(admin_client: FlaskClient, session: Session) -> None:
    assert (
        admin_client.post("/admin/channel_type/new/", data={"name": " KA ", "description": "大客户"}).status_code == 302
    )
    row = session.scalars(select(ChannelType)).one()
    assert (row.name, row.name_key, row.sort_order, row.description) == ("KA", "ka", 1, "大客户")

    edited = {"name": "KA2", "description": "", "version": row.version}
    assert admin_client.post(f"/admin/channel_type/edit/?id={row.id}", data=edited).status_code == 302
    assert (reloaded(session, row).name, row.description, row.is_active) == ("KA2", None, False)

    assert admin_client.post("/admin/channel_type/delete/", data={"id": row.id}).status_code == 302
    session.rollback()
    assert session.scalars(select(ChannelType)).all() == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "This field is required."),
        ("   ", "required"),
        ("x" * 51, "too long: at most 50"),
        ("ﷺ" * 40, "too long"),
        ("a\0b", "cannot be shown"),
        ("a\u202eb", "cannot be shown"),
        ("代理渠道", "taken already"),
        ("代 理渠道 ".replace(" ", ""), "taken already"),
    ],
    ids=["none", "blanks", "51", "expands", "nul", "right-to-left", "same", "trimmed"],
)
def test_name_bad_one_is_told_at_the_field(
    admin_client: FlaskClient, session: Session, agent: ChannelType, name: str, sentence: str
) -> None:
    page = admin_client.post("/admin/channel_type/new/", data={"name": name, "description": "kept words"})

    assert page.status_code == 200
    assert sentence in page.text
    assert "kept words" in page.text
    session.rollback()
    assert [row.name for row in session.scalars(select(ChannelType))] == ["代理渠道"]


def test_name_full_width_twin_is_taken(admin_client: FlaskClient, session: Session) -> None:
    session.add(CustomerGrade(name="A"))
    session.commit()

    assert "taken already" in admin_client.post("/admin/customer_grade/new/", data={"name": "Ａ"}).text


def test_name_emoji_and_same_name_in_another_list_are_fine(
    admin_client: FlaskClient, session: Session, agent: ChannelType
) -> None:
    assert admin_client.post("/admin/channel_type/new/", data={"name": "重点🔥"}).status_code == 302
    assert admin_client.post("/admin/customer_source/new/", data={"name": "代理渠道"}).status_code == 302


def test_edit_stale_one_is_refused_and_nothing_typed_lost(
    admin_client: FlaskClient, session: Session, agent: ChannelType
) -> None:
    old_version = agent.version
    agent.description = "by the other"
    session.commit()

    page = admin_client.post(
        f"/admin/channel_type/edit/?id={agent.id}",
        data={"name": "typed name", "description": "mine", "version": old_version},
    )

    assert "Somebody has changed it meanwhile" in page.text
    assert "typed name" in page.text
    assert (reloaded(session, agent).name, agent.description) == ("代理渠道", "by the other")


@pytest.mark.parametrize("version", ["", "abc", "999999999999999999999", "-1"])
def test_edit_version_nonsense_is_stale(
    admin_client: FlaskClient, session: Session, agent: ChannelType, version: str
) -> None:
    page = admin_client.post(f"/admin/channel_type/edit/?id={agent.id}", data={"name": "x", "version": version})

    assert "Somebody has changed it meanwhile" in page.text
    assert reloaded(session, agent).name == "代理渠道"


def test_post_fields_the_form_does_not_have_change_nothing(
    admin_client: FlaskClient, session: Session, admin: Employee, roles: dict[str, Role]
) -> None:
    before = (admin.id, admin.password_hash, admin.session_epoch)

    answer = admin_client.post(
        f"/admin/employee/edit/?id={admin.id}",
        data={
            "login": "root",
            "name": "新名",
            "role": roles["company_admin"].id,
            "is_active": "y",
            "version": admin.version,
            "id": 999,
            "password_hash": "x",
            "session_epoch": 99,
            "name_key": "evil",
        },
    )

    assert answer.status_code == 302
    assert reloaded(session, admin).name == "新名"
    assert (admin.id, admin.password_hash, admin.session_epoch) == before
    assert admin.name_key == "新名"


@pytest.mark.parametrize("given", ["999999", "99999999999999999999", "abc", "-1", "1 OR 1=1", "\0"])
def test_relation_that_is_not_offered_is_refused(
    admin_client: FlaskClient, session: Session, admin: Employee, roles: dict[str, Role], given: str
) -> None:
    page = admin_client.post(
        "/admin/employee/new/", data={"login": "new", "name": "New", "role": roles["employee"].id, "department": given}
    )

    assert page.status_code == 200
    assert "Choose one of the offered values." in page.text
    session.rollback()
    assert session.scalars(select(Employee.login)).all() == ["root"]


def test_relation_retired_value_is_not_offered_but_kept(
    admin_client: FlaskClient, session: Session, admin: Employee, roles: dict[str, Role]
) -> None:
    top = Department(name="撤销的大区", is_active=False)
    below = Department(name="撤销的组", parent=top)
    member = Employee(login="amy", name="艾米", role=roles["employee"], department=below)
    session.add_all([top, below, member])
    session.commit()
    data = {"login": "ben", "name": "本", "role": roles["employee"].id, "department": below.id}

    assert "Choose one of the offered values." in admin_client.post("/admin/employee/new/", data=data).text
    assert admin_client.get("/admin/employee/ajax/lookup/?name=department&query=组").get_json() == []

    kept = {**data, "login": "amy", "is_active": "y", "version": member.version}
    assert "撤销的大区 / 撤销的组" in admin_client.get(f"/admin/employee/edit/?id={member.id}").text
    assert admin_client.post(f"/admin/employee/edit/?id={member.id}", data=kept).status_code == 302


def test_relation_beyond_200_rows_is_looked_up(
    admin_client: FlaskClient, session: Session, admin: Employee, roles: dict[str, Role]
) -> None:
    session.add_all(Employee(login=f"u{number}", name=f"u{number}", role=roles["employee"]) for number in range(201))
    session.commit()

    page = admin_client.get("/admin/employee/new/").text

    assert "ajax/lookup/?name=supervisor" in page
    assert page.count("<option") < 20
    found = admin_client.get("/admin/employee/ajax/lookup/?name=supervisor&query=u137").get_json()
    assert [row["text"] for row in found] == ["u137 (u137)"]


@pytest.mark.parametrize(
    ("discount", "sentence"),
    [
        ("0", "Enter a number from 0.0001 to 9.9999."),
        ("-1", "Enter a number from 0.0001 to 9.9999."),
        ("10", "too large"),
        ("0.12345", "At most 4 decimal places"),
        ("NaN", "too large"),
        ("1e400", "too large"),
        ("abc", "Not a valid decimal"),
    ],
)
def test_number_that_would_not_be_stored_as_typed_is_refused(
    admin_client: FlaskClient, session: Session, discount: str, sentence: str
) -> None:
    page = admin_client.post("/admin/price_level/new/", data={"name": "一级", "discount": discount})

    assert page.status_code == 200
    assert sentence in page.text
    session.rollback()
    assert session.scalars(select(PriceLevel)).all() == []


def test_delete_value_in_use_is_refused_with_the_number(admin_client: FlaskClient, session: Session) -> None:
    level = PriceLevel(name="一级", discount=1)
    session.add(level)
    session.flush()
    session.add_all(
        [CustomerGrade(name="A", price_level_id=level.id), CustomerGrade(name="B", price_level_id=level.id)]
    )
    session.commit()

    page = admin_client.post("/admin/price_level/delete/", data={"id": level.id}, follow_redirects=True)

    assert "in use (Grades: 2)" in page.text
    session.rollback()
    assert len(session.scalars(select(PriceLevel)).all()) == 1


def test_delete_several_is_all_or_none(admin_client: FlaskClient, session: Session) -> None:
    level = PriceLevel(name="一级", discount=1)
    free = PriceLevel(name="二级", discount=1)
    session.add_all([level, free])
    session.flush()
    session.add(CustomerGrade(name="A", price_level_id=level.id))
    session.commit()

    page = admin_client.post(
        "/admin/price_level/action/", data={"action": "delete", "rowid": [free.id, level.id]}, follow_redirects=True
    )

    assert "in use" in page.text
    session.rollback()
    assert len(session.scalars(select(PriceLevel)).all()) == 2
