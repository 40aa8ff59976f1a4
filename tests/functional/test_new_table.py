"""Adding a table is one model file: its pages come by themselves.

The project is copied, one file is added, and the copy runs in a process of its own, since models are registered once.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

MODEL = '''"""Competitors whom customers also buy from."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.meta import field, label, page
from models.mixins import DictionaryMixin


class Competitor(DictionaryMixin, Base):
    """A company that sells what we sell."""

    __page__ = page(label(en="Competitor", zh="竞争对手"), menu="customers", sort="sort_order",
                    search=("name", "website"), columns=("name", "website", "is_active"),
                    form=("name", "website"), filters=("is_active",))

    website: Mapped[str | None] = mapped_column(String(200), info=field(label(en="Website", zh="网址")))
'''

SCRIPT = """
import json, sys
from app import create_app
from models import Employee, Role, db

app = create_app({"TESTING": True, "INSTANCE": sys.argv[1], "SECRET_KEY": "x", "WTF_CSRF_ENABLED": False})
with app.app_context():
    db.create_all()
    role = Role(code="company_admin", name="Admin")
    clerk_role = Role(code="employee", name="Employee")
    admin = Employee(login="root", name="Root", role=role)
    clerk = Employee(login="clerk", name="Clerk", role=clerk_role)
    db.session.add_all([role, clerk_role, admin, clerk])
    db.session.commit()
    ids = admin.id, clerk.id

def client(employee_id):
    found = app.test_client()
    with found.session_transaction() as cookie:
        cookie["_user_id"] = f"{employee_id}:1"
    return found

web = client(ids[0])
zh = {"Accept-Language": "zh-CN"}
facts = {"empty": "竞争对手" in web.get("/admin/competitor/", headers=zh).text}
for name in ("Beta", "Alpha"):
    assert web.post("/admin/competitor/new/", data={"name": name, "website": "https://x"}).status_code == 302
facts["taken"] = "taken" in web.post("/admin/competitor/new/", data={"name": "ＡＬＰＨＡ"}).text
facts["list"] = [web.get("/admin/competitor/").text.find(name) > 0 for name in ("Beta", "Alpha")]
facts["form"] = 'name="website"' in web.get("/admin/competitor/new/").text
order = web.get("/admin/competitor/order/").get_json()
facts["before"] = [row["name"] for row in order["rows"]]
ids_reversed = [row["id"] for row in order["rows"]][::-1]
moved = web.post("/admin/competitor/reorder/", json={"ids": ids_reversed, "version": order["version"]})
facts["moved"] = moved.status_code
facts["after"] = [row["name"] for row in web.get("/admin/competitor/order/").get_json()["rows"]]
facts["export"] = web.get("/admin/competitor/export/csv/").data.decode("utf-8-sig").splitlines()
facts["menu"] = "/admin/competitor/" in web.get("/admin/").text
facts["clerk"] = client(ids[1]).get("/admin/competitor/").status_code
print(json.dumps(facts))
"""


def test_new_table_one_model_file_brings_list_form_drag_and_export(tmp_path: Path) -> None:
    copy = _copy_of_the_project(tmp_path / "project")
    (copy / "models" / "competitor.py").write_text(MODEL, encoding="utf-8")

    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "instance")],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {
        "empty": True,
        "taken": True,
        "list": [True, True],
        "form": True,
        "before": ["Beta", "Alpha"],
        "moved": 200,
        "after": ["Alpha", "Beta"],
        "export": ["Name,Website", "Alpha,https://x", "Beta,https://x"],
        "menu": True,
        "clerk": 403,
    }


def test_wrong_declaration_names_model_line_and_mend(tmp_path: Path) -> None:
    copy = _copy_of_the_project(tmp_path / "project")
    wrong = MODEL.replace('"name", "website", "is_active"', '"name", "wibsite"').replace(
        'menu="customers"', 'menu="cellar"'
    )
    (copy / "models" / "competitor.py").write_text(wrong, encoding="utf-8")

    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "instance")],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode != 0
    assert "competitor.py:11 Competitor: columns names 'wibsite', which is no labelled attribute" in run.stderr
    assert "kepei.E004" in run.stderr
    assert "menu 'cellar' is none of organisation, customers" in run.stderr


def _copy_of_the_project(target: Path) -> Path:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.split("\n"):
        source = ROOT / name
        if name and source.is_file() and not name.startswith("tests/"):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / name)
    return target
