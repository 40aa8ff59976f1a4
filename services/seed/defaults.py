"""What a new company starts with: the dictionaries of DOMAIN 2, the stock roles, the settings row.

All of it is example data that the company edits. A dictionary is therefore filled only while it is empty: what a
company renamed, added or deleted stays as it is. Roles are completed by their code, since imports name them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select

from auth.actor import AnySession
from auth.permissions import STOCK_ROLES
from models import (
    ChannelType,
    CustomerGrade,
    CustomerSource,
    CustomerStatus,
    FollowUpProgress,
    Industry,
    Region,
    Role,
)
from models.mixins import TreeMixin
from models.names import name_key
from services.settings import get_setting

#: DOMAIN 2.1, 2.2: root -> nodes below, in order.
INDUSTRIES: Mapping[str, tuple[str, ...]] = {
    "科技": (),
    "金融": (),
    "贸易": (),
    "建筑": (),
    "物流": (),
    "教育": (),
    "政府": (),
    "娱乐": (),
    "食品": (),
    "制药": (),
    "医药销售": (),
    "饮料": (),
    "烟酒": (),
    "百货": (),
    "服装鞋帽": (),
    "其他": (),
}
REGIONS: Mapping[str, tuple[str, ...]] = {
    "重庆": (),
    "成都": ("金牛区", "武侯区", "锦江区"),
    "上海": (),
}

#: DOMAIN 2.4: three alternatives; a company starts with one.
GRADE_PRESETS: Mapping[str, tuple[str, ...]] = {
    "letters": ("A", "B", "C", "D", "E"),
    "size": ("小型客户", "中型客户", "大型客户", "VIP客户"),
    "priority": ("重点客户", "普通客户", "非优先客户"),
}
DEFAULT_GRADE_PRESET = "letters"

#: DOMAIN 2.3, 2.5 to 2.7, as the source writes them; it lists 试用 twice, the loader takes it once.
LISTS: Mapping[type[Any], tuple[str, ...]] = {
    ChannelType: ("代理渠道", "二批渠道", "KA"),
    CustomerStatus: (
        "收集客户",
        "潜在客户",
        "目标客户",
        "有效客户",
        "入围客户",
        "意向客户",
        "签约客户",
        "放弃客户",
        "挂起客户",
        "长期客户",
        "不确定客户",
    ),
    CustomerSource: (
        "独立开发",
        "来电咨询",
        "客户介绍",
        "促销活动",
        "会议销售",
        "搜索引擎",
        "互联网广告",
        "平面媒体广告",
        "电视媒体广告",
        "其他",
    ),
    FollowUpProgress: (
        "待联系",
        "初步联系",
        "找到负责人",
        "产品初步介绍",
        "已发资料",
        "试用",
        "试用",
        "达成意向",
        "签约",
    ),
}

#: Values that stand out from the start; the others are plain. Names mean the same in each list that has them.
COLOURS: Mapping[str, str] = {
    "A": "purple",
    "VIP客户": "purple",
    "重点客户": "purple",
    "意向客户": "orange",
    "签约客户": "green",
    "长期客户": "blue",
    "放弃客户": "grey",
    "挂起客户": "grey",
    "试用": "cyan",
    "达成意向": "orange",
    "签约": "green",
}


def seed_defaults(session: AnySession, *, grades: str = DEFAULT_GRADE_PRESET) -> dict[str, int]:
    """Load the defaults into what is still empty. Flushes.

    :param grades: key of GRADE_PRESETS
    :return: rows added by table name, tables without any left out
    :raises KeyError: if there is no such preset of grades
    """
    added = {"role": seed_roles(session)}
    get_setting(session)
    added["industry"] = _seed_tree(session, Industry, INDUSTRIES)
    added["region"] = _seed_tree(session, Region, REGIONS)
    lists: dict[type[Any], tuple[str, ...]] = {**LISTS, CustomerGrade: GRADE_PRESETS[grades]}
    for model, names in lists.items():
        added[model.__tablename__] = _seed_list(session, model, names)
    return {table: count for table, count in added.items() if count}


def seed_roles(session: AnySession) -> int:
    """Add the stock roles whose code is missing; leave the others as the company has them. Flushes.

    :return: how many were added
    """
    present = set(session.scalars(select(Role.code)))
    taken = set(session.scalars(select(Role.name_key)))
    missing = [role for role in STOCK_ROLES if role.code not in present]
    for stock in missing:
        name = stock.label.zh if name_key(stock.label.zh) not in taken else f"{stock.label.zh} ({stock.code})"
        session.add(Role(code=stock.code, name=name, permission_codes=tuple(stock.permissions)))
    session.flush()
    return len(missing)


def distinct(names: Iterable[str]) -> list[str]:
    """Return the names in order, each once as names are compared ("Ａ" = "A")."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name_key(name), name)
    return list(first.values())


def is_empty(session: AnySession, model: type[Any]) -> bool:
    """Tell whether a table has no rows."""
    return not session.scalar(select(func.count()).select_from(select(model.id).limit(1).subquery()))


def _seed_list(session: AnySession, model: type[Any], names: Iterable[str]) -> int:
    if not is_empty(session, model):
        return 0
    rows = [
        model(name=name, sort_order=place, colour=COLOURS.get(name))
        for place, name in enumerate(distinct(names), start=1)
    ]
    session.add_all(rows)
    session.flush()
    return len(rows)


def _seed_tree(session: AnySession, model: type[TreeMixin], roots: Mapping[str, Iterable[str]]) -> int:
    if not is_empty(session, model):
        return 0
    count = 0
    for place, (name, below) in enumerate(roots.items(), start=1):
        root = model(name=name, sort_order=place)  # type: ignore[call-arg]  # the mixin is mapped by its subclass
        session.add(root)
        session.flush()
        children = [
            model(name=child, parent_id=root.id, sort_order=child_place)  # type: ignore[call-arg]  # as above
            for child_place, child in enumerate(below, start=1)
        ]
        session.add_all(children)
        count += 1 + len(children)
    session.flush()
    return count
