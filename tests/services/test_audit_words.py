"""What entries of the audit log say: each kind of change in both languages, and no more than the reader may know."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import AuditEntry, Contact, Customer
from models.audit_action import AuditAction
from models.enums import COMPANY_ADMIN
from models.scope import UnfilteredReason, unfiltered
from services import audit
from services.audit_words import FACT_LABELS, Description, describe
from tests import factories
from tests.conftest import acting_in, counted

A = AuditAction
EN, ZH = "en", "zh_Hans_CN"
#: Action, table, changes -> the lines in English and in Chinese.
LINES: list[tuple[A, str, dict[str, Any], list[str], list[str]]] = [
    (A.TRANSFER, "customer", {"owner": ["Amy (amy)", None]}, ["Owner: Amy (amy) → —"], ["负责人：Amy (amy) → —"]),
    (
        A.SET_VISIBILITY,
        "customer",
        {"visibility": ["public", "private"]},
        ["Visibility: Public → Private"],
        ["可见范围：公开 → 私密"],
    ),
    (
        A.TRANSFER,
        "customer",
        {"co_followers": [["a", "b"], ["b", "c", "d"]]},
        ["Co-followers: added c, d; removed a"],
        ["协作人：新增 c、d；移除 a"],
    ),
    (
        A.CREATE,
        "customer",
        {"owner": [None, "Amy"], "co_followers": [[], ["Ben", "Cai"]]},
        ["Owner: Amy", "Co-followers: Ben, Cai"],
        ["负责人：Amy", "协作人：Ben、Cai"],
    ),
    (A.CREATE, "customer", {"owner": [None, None]}, ["Owner: —"], ["负责人：—"]),
    (A.DISABLE, "employee", {}, [], []),
    (A.CHANGE_ROLE, "employee", {"role": ["员工", "主管"]}, ["Role: 员工 → 主管"], ["角色：员工 → 主管"]),
    (
        A.CHANGE_PERMISSIONS,
        "role",
        {"permission_codes": [["view_audit"], ["export_customers", "view_audit"]]},
        ["Permissions: added Export customers"],
        ["权限：新增 导出客户"],
    ),
    (
        A.CHANGE_SETTING,
        "company_setting",
        {"private_customer_enabled": [False, True], "colour": ["", "#206bc4"]},
        ["Enable private customers: No → Yes", "Colour: — → #206bc4"],
        ["启用私密客户：否 → 是", "主题色：— → #206bc4"],
    ),
    (
        A.IMPORT,
        "region",
        {"file": "x.csv", "mode": "update", "state": "failed", "rows": 0, "added": 0, "updated": 2, "errors": 1},
        ["File: x.csv", "Mode: Update existing", "State: Failed", "Rows: 0", "Updated: 2", "Errors: 1"],
        ["文件：x.csv", "方式：更新已有", "状态：失败", "行数：0", "更新：2", "错误：1"],
    ),
    (
        A.EXPORT,
        "employee",
        {
            "type": "csv",
            "search": "amy",
            "filters": [
                {"field": "role", "operation": "is", "value": "员工"},
                {"field": "is_active", "operation": "is", "value": "1"},
                {"field": "supervisor", "operation": "empty", "value": "0"},
                {"field": "department", "operation": "named", "value": "销售"},
            ],
            "sort": "-name",
            "rows": 3,
            "state": "done",
            "command_line": True,
        },
        [
            "File type: CSV",
            "Search: amy",
            "Filters: Role: 员工; Active: Yes; Supervisor is not empty; Department contains “销售”",
            "Order: Name, descending",
            "Rows: 3",
            "By command line: Yes",
        ],
        [
            "文件类型：CSV",
            "搜索：amy",
            "筛选：角色：员工；启用：是；直属上级 不为空；部门 包含“销售”",
            "排序：姓名 倒序",
            "行数：3",
            "命令行：是",
        ],
    ),
    (
        A.EXPORT,
        "customer",
        {
            "scope": "handover",
            "filters": [
                {"field": "visibility", "operation": "is", "value": "private"},
                {"field": "created_at", "operation": "from", "value": "2026-01-01"},
            ],
            "left_out": 2,
        },
        [
            "Part: Awaiting handover",
            "Filters: Visibility: Private; Created at from 2026-01-01",
            "Private customers left out: 2",
        ],
        ["范围：待交接", "筛选：可见范围：私密；创建时间 从 2026-01-01", "未导出的私密客户数：2"],
    ),
    (
        A.OPEN_PRIVATE,
        "customer",
        {"record": {"table": "visit", "id": 5}},
        ["Through: Visit #5"],
        ["经由：拜访记录 #5"],
    ),
    (A.CREATE, "gone_table", {"gone": [1, 2]}, ["gone: 2"], ["gone：2"]),
]


def entry(session: Session, action: AuditAction, row: Any, changes: dict[str, Any], **columns: Any) -> AuditEntry:
    """Return a written entry."""
    found = audit.record(session, action, row, changes)
    for name, value in columns.items():
        setattr(found, name, value)
    session.flush()
    return found


def as_read_by(engine: Engine, reader: Any, *entries: AuditEntry, language: str = EN) -> list[Description]:
    """Return what somebody reads of entries."""
    with acting_in(engine, reader.id) as own:
        found = describe(own, entries, language=language)
    return [found[written.id] for written in entries]


@pytest.mark.parametrize(("action", "table", "changes", "english", "chinese"), LINES)
def test_changes_read_in_both_languages(
    engine: Engine,
    bare_session: Session,
    *,
    action: A,
    table: str,
    changes: Any,
    english: list[str],
    chinese: list[str],
) -> None:
    admin = factories.make_employee(bare_session, "admin", role=COMPANY_ADMIN)
    written: Any = SimpleNamespace(id=1, actor_id=None, action=action, table_name=table, row_id=None, changes=changes)

    assert as_read_by(engine, admin, written, language=EN)[0].lines == tuple(english)
    assert as_read_by(engine, admin, written, language=ZH)[0].lines == tuple(chinese)


def test_facts_have_words_in_both_languages() -> None:
    assert all(label.en and label.zh for label in FACT_LABELS.values())


def test_objects_are_named_where_the_reader_sees_them(engine: Engine, bare_session: Session) -> None:
    company = factories.company(bare_session)
    tables = (company.c1, company.c2, company.a1, factories.make_role(bare_session), Customer)
    written = [entry(bare_session, A.CREATE, row, {}) for row in tables]
    bare_session.commit()

    def read(login: str, language: str) -> list[tuple[str, bool]]:
        found = as_read_by(engine, company[login], *written, language=language)
        return [(words.object, words.is_found) for words in found]

    common = [("员工 a1 (a1)", True), ("角色 own_only", True), ("客户列表", False)]
    c1, c2 = company.c1.id, company.c2.id
    assert read("admin", ZH) == [("客户 C1", True), ("客户 C2", True), *common]
    assert read("va", ZH) == [(f"客户 #{c1}", False), ("客户 C2", True), *common]
    assert read("a2", ZH) == [(f"客户 #{c1}", False), (f"客户 #{c2}", False), *common]
    assert read("a2", EN)[0] == (f"Customer #{c1}", False)


#: Reader -> whether the change of C1's grade, a search of va's export, its filters on C1 and C2 can be read.
SIGHTS = {
    "admin": (True, True, "C1", "C2"),
    "a1": (True, False, "C1", "C2"),
    "leadA": (True, False, "C1", "C2"),
    "va": (False, True, None, "C2"),
    "a2": (False, False, None, None),
}


@pytest.mark.parametrize("login", SIGHTS)
def test_what_tells_of_customers_is_for_those_who_see_them(engine: Engine, bare_session: Session, login: str) -> None:
    company = factories.company(bare_session)
    filters = [{"field": "customer", "operation": "is", "value": company[name].id} for name in ("c1", "c2")] + [
        {"field": "customer", "operation": "named", "value": "secret filter"}
    ]
    facts = {"search": "secret search", "filters": filters}
    written = [
        entry(bare_session, A.CHANGE_GRADE, company.c1, {"grade": ["secret A", "secret B"]}),
        entry(bare_session, A.IMPORT_CHANGE, company.c1, {"price_level": [None, "secret level"], "owner": ["x", "y"]}),
        entry(bare_session, A.EXPORT, Contact, facts, actor_id=company.va.id),
    ]
    bare_session.commit()

    grade, change, export = as_read_by(engine, company[login], *written)

    sees_content, may_read_typed, first, second = SIGHTS[login]
    hidden = "not visible to you"
    assert grade.lines == ("Grade: secret A → secret B" if sees_content else f"Grade: {hidden}",)
    assert change.lines == (f"Price level: {'— → secret level' if sees_content else hidden}", "Owner: x → y")
    names = [f"Customer {name or f'#{company[key].id}'}" for name, key in ((first, "c1"), (second, "c2"))]
    typed = "Customer contains “secret filter”" if may_read_typed else f"Customer: {hidden}"
    assert export.lines == (
        f"Search: {'secret search' if may_read_typed else hidden}",
        f"Filters: Customer: {names[0]}; Customer: {names[1]}; {typed}",
    )


@pytest.mark.parametrize(("login", "above", "is_seen"), [("a1", "C2", True), ("va", "", False), ("a2", "", False)])
def test_an_edit_says_old_and_new_to_those_alone_who_see_the_customer(
    engine: Engine, bare_session: Session, *, login: str, above: str, is_seen: bool
) -> None:
    company = factories.company(bare_session)
    edits = {
        "phone": ["secret 1", "secret 2"],
        "parent_customer": [company.c2.id, company.c4.id],
        "gone": [1, "secret"],
    }
    contacts = {"contact": "secret name", "contact.mobile": [None, "secret 3"]}
    written = [
        entry(bare_session, A.EDIT, company.c1, edits),
        entry(bare_session, A.EDIT_CONTACT, company.c1, contacts),
        entry(bare_session, A.DELETE_CONTACT, company.c1, {"contact": "secret name"}),
        entry(bare_session, A.EDIT_VISIT, company.c1, {"visit": "#7 x", "visit.summary": ["secret 4", "secret 5"]}),
        entry(bare_session, A.EDIT_FOLLOW_UP, company.c1, {"attachment": [None, "secret 6"]}),
        entry(bare_session, A.DELETE_FOLLOW_UP, company.c1, {"follow_up.method": ["phone", None]}),
    ]
    bare_session.commit()

    lines = [line for found in as_read_by(engine, company[login], *written) for line in found.lines]

    if is_seen:
        assert lines == [
            "Phone: secret 1 → secret 2",
            f"Upper dealer: {above} → Private customer",
            "gone: 1 → secret",
            "Key contact: secret name",
            "Mobile: — → secret 3",
            "Key contact: secret name",
            "Visit: #7 x",
            "Summary: secret 4 → secret 5",
            "File: — → secret 6",
            "Method: Phone → —",
        ]
    else:
        assert {line.partition(": ")[2] for line in lines} == {"not visible to you"}


def test_the_operator_reads_everything(bare_session: Session) -> None:
    company = factories.company(bare_session)
    written = entry(bare_session, A.CHANGE_GRADE, company.c1, {"grade": ["A", "B"]})

    with unfiltered(bare_session, UnfilteredReason.COMMAND) as every:
        found = describe(every, [written], language=EN)[written.id]

    assert (found.object, found.lines) == ("Customer C1", ("Grade: A → B",))


def test_nobody_reads_no_names_of_customers(bare_session: Session) -> None:
    company = factories.company(bare_session)
    written = entry(bare_session, A.CHANGE_GRADE, company.c1, {"grade": ["A", "B"]})

    found = describe(bare_session, [written], language=EN)[written.id]

    assert (found.object, found.lines) == (f"Customer #{company.c1.id}", ("Grade: not visible to you",))


def test_a_page_of_entries_takes_one_query_for_each_table(engine: Engine, bare_session: Session) -> None:
    company = factories.company(bare_session)
    rows = [*company.customers.values(), *company.people.values()]
    written = [entry(bare_session, A.CREATE, row, {}) for row in rows]
    bare_session.commit()

    with acting_in(engine, company.va.id) as own, counted(engine) as sent:
        describe(own, written, language=EN)

    assert len(sent) == 2
