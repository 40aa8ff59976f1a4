"""What the list page costs: statements and bytes, never time. Times are in benchmarks/list_page.py."""

import re

from flask import Flask

from benchmarks import companies
from models import Employee, db
from tests.conftest import counted, log_in

#: Who acts, below whom and with what settings; the columns of the list; count, ids and rows of the page; deeds.
MAX_STATEMENTS = 8
MAX_BYTES = 120_000


def test_page_of_50_customers_costs_little(app: Flask) -> None:
    company = companies.build(app.config["SQLALCHEMY_DATABASE_URI"], customers=80, employees=30, co_followers=40)
    client = app.test_client()
    with app.app_context():
        log_in(client, db.session.get_one(Employee, company.leads[1]))
        engine = db.engine

    with counted(engine) as statements:
        answer = client.get("/admin/customer/?page_size=50", headers={"Accept-Encoding": "identity"})

    rows = re.findall(r"<tr data-id=.*?</tr>", answer.text, re.DOTALL)
    assert len(rows) == 50
    assert all(len(re.findall("data-label=", row)) == 12 for row in rows)
    assert len(statements) <= MAX_STATEMENTS
    assert len(answer.data) <= MAX_BYTES


def test_list_page_is_compressed_to_a_fifth(app: Flask) -> None:
    company = companies.build(app.config["SQLALCHEMY_DATABASE_URI"], customers=80, employees=30)
    client = app.test_client()
    with app.app_context():
        log_in(client, db.session.get_one(Employee, company.admin_id))

    plain = client.get("/admin/customer/?page_size=50", headers={"Accept-Encoding": "identity"})
    compressed = client.get("/admin/customer/?page_size=50", headers={"Accept-Encoding": "gzip, br, zstd"})

    assert compressed.headers["Content-Encoding"] == "zstd"
    assert len(compressed.data) * 5 < len(plain.data)


def test_related_rows_are_loaded_with_what_they_are_shown_by(app: Flask) -> None:
    company = companies.build(app.config["SQLALCHEMY_DATABASE_URI"], customers=5, employees=5)
    client = app.test_client()
    with app.app_context():
        log_in(client, db.session.get_one(Employee, company.admin_id))
        engine = db.engine

    with counted(engine) as statements:
        client.get("/admin/customer/")

    page = next(statement for statement in statements if "industry_1" in statement)
    assert "industry_1.name" in page
    assert "industry_1.name_key" not in page
    assert "password_hash" not in page
