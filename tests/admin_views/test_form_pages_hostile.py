"""The generated forms: hostile ids, moments, blanks and paths."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import ChannelType, FollowUpProgress, Region
from tests.factories import make_customer, make_employee, reloaded, switch_private


@pytest.mark.parametrize("row_id", ["0", "-1", "abc", "", "999999", "99999999999999999999", "1;--", "²", "%00", "1,2"])
@pytest.mark.parametrize("page", ["edit", "details"])
def test_id_hostile_one_is_not_found(admin_client: FlaskClient, agent: ChannelType, page: str, row_id: str) -> None:
    assert admin_client.get(f"/admin/channel_type/{page}/?id={row_id}").status_code == 404
    assert admin_client.post("/admin/channel_type/delete/", data={"id": row_id}).status_code == 404
    assert (
        admin_client.post("/admin/channel_type/action/", data={"action": "delete", "rowid": [row_id]}).status_code
        == 404
    )


def test_tree_form_has_no_parent_so_that_no_cycle_can_be_posted(admin_client: FlaskClient, session: Session) -> None:
    top = Region(name="四川")
    below = Region(name="成都", parent=top)
    session.add_all([top, below])
    session.commit()

    admin_client.post(
        f"/admin/region/edit/?id={top.id}",
        data={"name": "四川省", "is_active": "y", "version": top.version, "parent": below.id, "parent_id": below.id},
    )

    assert (reloaded(session, top).name, top.parent_id) == ("四川省", None)


def test_form_code_blank_ones_do_not_clash(admin_client: FlaskClient, session: Session) -> None:
    for name in ("四川", "重庆"):
        assert admin_client.post("/admin/region/new/", data={"name": name, "code": ""}).status_code == 302

    session.rollback()
    assert [row.code for row in session.scalars(select(Region))] == [None, None]


def test_form_page_of_another_list_is_its_own(admin_client: FlaskClient, session: Session, agent: ChannelType) -> None:
    session.add(FollowUpProgress(name="试用"))
    session.commit()

    assert 'value="代理渠道"' in admin_client.get(f"/admin/channel_type/edit/?id={agent.id}").text
    assert admin_client.get(f"/admin/customer_source/edit/?id={agent.id}").status_code == 404


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59", "99999-01-01T00:00", "abc"])
def test_moment_out_of_our_time_is_refused(admin_client: FlaskClient, session: Session, moment: str) -> None:
    customer = make_customer(session, owner=make_employee(session))

    page = admin_client.post(
        "/admin/follow_up/new/", data={"customer": customer.id, "content": "来电", "next_follow_at": moment}
    )

    assert page.status_code == 200
    assert "来电" in page.text
    assert page.text.count("invalid-feedback") == 1


def test_edit_without_a_required_choice_keeps_it(admin_client: FlaskClient, session: Session) -> None:
    switch_private(session)
    customer = make_customer(session, owner=make_employee(session), visibility="private")

    answer = admin_client.post(
        f"/admin/customer/edit/?id={customer.id}",
        data={"name": "新名称", "is_active": "y", "version": customer.version},
    )

    assert answer.status_code == 302
    assert (
        "私密" in admin_client.get(f"/admin/customer/details/?id={customer.id}", headers={"Accept-Language": "zh"}).text
    )


def test_delete_of_a_row_that_somebody_changed_is_told(
    admin_client: FlaskClient, session: Session, agent: ChannelType
) -> None:
    assert admin_client.post("/admin/channel_type/delete/", data={"id": agent.id}).status_code == 302
    assert admin_client.post("/admin/channel_type/delete/", data={"id": agent.id}).status_code == 404


def test_filter_path_deeper_than_any_tree_is_told(admin_client: FlaskClient) -> None:
    page = admin_client.get("/admin/customer/?region__named=" + "a/" * 50)

    assert page.status_code == 200
    assert "cannot read" in page.text
