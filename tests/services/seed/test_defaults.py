"""The values a company starts with, written out here anew from the specification (DOMAIN 2 and 8)."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import (
    ChannelType,
    CompanySetting,
    CustomerGrade,
    CustomerSource,
    CustomerStatus,
    FollowUpProgress,
    Industry,
    Region,
    Role,
)
from services.seed.defaults import seed_defaults

_INDUSTRIES = "科技 金融 贸易 建筑 物流 教育 政府 娱乐 食品 制药 医药销售 饮料 烟酒 百货 服装鞋帽 其他"
_LISTS: dict[type[Any], str] = {
    ChannelType: "代理渠道 二批渠道 KA",
    CustomerGrade: "A B C D E",
    CustomerStatus: (
        "收集客户 潜在客户 目标客户 有效客户 入围客户 意向客户 签约客户 放弃客户 挂起客户 长期客户 不确定客户"
    ),
    CustomerSource: ("独立开发 来电咨询 客户介绍 促销活动 会议销售 搜索引擎 互联网广告 平面媒体广告 电视媒体广告 其他"),
    FollowUpProgress: "待联系 初步联系 找到负责人 产品初步介绍 已发资料 试用 达成意向 签约",
}
_EMPLOYEE = {"claim_pool_customers", "create_customers", "view_all_customers"}
_MANAGER = _EMPLOYEE | {"edit_team_customers", "export_customers", "import_customers"}
_ADMIN = _MANAGER | {"manage_customer_config", "manage_employees", "manage_settings", "view_audit"}
_ROLES = {
    "company_admin": ("企业管理员", _ADMIN),
    "manager": ("主管", _MANAGER),
    "employee": ("员工", _EMPLOYEE),
    "own_only": ("仅看自己客户的员工", {"create_customers"}),
    "config_admin": ("配置管理员", {"manage_customer_config"}),
}


def _names(session: Session, model: type[Any]) -> list[tuple[int, str]]:
    return [(row.sort_order, row.name) for row in session.scalars(select(model).order_by(model.sort_order))]


def _tree(session: Session, model: type[Any]) -> dict[str | None, list[tuple[int, str]]]:
    """Return the (sort_order, name) of the children by the name of their parent."""
    tree: dict[str | None, list[tuple[int, str]]] = {}
    for node in session.scalars(select(model).order_by(model.sort_order)):
        tree.setdefault(node.parent.name if node.parent else None, []).append((node.sort_order, node.name))
    return tree


@pytest.mark.parametrize("model", _LISTS, ids=lambda model: model.__tablename__)
def test_flat_dictionary_holds_the_values_in_order(bare_session: Session, model: type[Any]) -> None:
    seed_defaults(bare_session)

    assert _names(bare_session, model) == list(enumerate(_LISTS[model].split(), start=1))


def test_industries_are_sixteen_roots_in_order(bare_session: Session) -> None:
    seed_defaults(bare_session)

    assert _tree(bare_session, Industry) == {None: list(enumerate(_INDUSTRIES.split(), start=1))}


def test_regions_are_a_tree(bare_session: Session) -> None:
    seed_defaults(bare_session)

    assert _tree(bare_session, Region) == {
        None: [(1, "重庆"), (2, "成都"), (3, "上海")],
        "成都": [(1, "金牛区"), (2, "武侯区"), (3, "锦江区")],
    }


def test_trial_is_loaded_once_though_written_twice(bare_session: Session) -> None:
    seed_defaults(bare_session)

    trials = bare_session.scalar(
        select(func.count()).select_from(FollowUpProgress).where(FollowUpProgress.name == "试用")
    )
    assert trials == 1


@pytest.mark.parametrize(
    ("preset", "names"),
    [("size", "小型客户 中型客户 大型客户 VIP客户"), ("priority", "重点客户 普通客户 非优先客户")],
)
def test_other_grades_can_be_chosen(bare_session: Session, preset: str, names: str) -> None:
    seed_defaults(bare_session, grades=preset)

    assert _names(bare_session, CustomerGrade) == list(enumerate(names.split(), start=1))


def test_stock_roles_have_chinese_names_and_their_permissions(bare_session: Session) -> None:
    seed_defaults(bare_session)

    roles = {role.code: (role.name, set(role.permission_codes)) for role in bare_session.scalars(select(Role))}
    assert roles == _ROLES


def test_private_customers_are_off(bare_session: Session) -> None:
    seed_defaults(bare_session)

    assert [setting.private_customer_enabled for setting in bare_session.scalars(select(CompanySetting))] == [False]


def test_second_run_adds_nothing(bare_session: Session) -> None:
    first = seed_defaults(bare_session)

    second = seed_defaults(bare_session)

    assert first == {
        "role": 5,
        "industry": 16,
        "region": 6,
        "channel_type": 3,
        "customer_status": 11,
        "customer_source": 10,
        "follow_up_progress": 8,
        "customer_grade": 5,
    }
    assert second == {}


def test_what_the_company_changed_is_left_alone(bare_session: Session) -> None:
    seed_defaults(bare_session)
    statuses = bare_session.scalars(select(CustomerStatus).order_by(CustomerStatus.sort_order)).all()
    statuses[0].name = "新线索"
    bare_session.delete(statuses[-1])
    bare_session.scalars(select(Role).where(Role.code == "employee")).one().permission_codes = ("create_customers",)
    bare_session.flush()

    added = seed_defaults(bare_session)

    names = [name for _, name in _names(bare_session, CustomerStatus)]
    assert added == {}
    assert names == ["新线索", *_LISTS[CustomerStatus].split()[1:-1]]
    employee = bare_session.scalars(select(Role).where(Role.code == "employee")).one()
    assert employee.permission_codes == ("create_customers",)


def test_missing_stock_role_is_added_beside_a_role_of_the_same_name(bare_session: Session) -> None:
    bare_session.add(Role(code="clerk", name="员工", permission_codes=()))
    bare_session.flush()

    seed_defaults(bare_session)

    names = {role.code: role.name for role in bare_session.scalars(select(Role))}
    assert names["clerk"] == "员工"
    assert names["employee"] == "员工 (employee)"
