"""The phone pages in a browser of 360 px: a whole visit with position and photos, lists as one types, in both modes."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from auth.actor import load_actor, set_actor
from models import FollowUpProgress, Visit, db
from models.scope import UnfilteredReason, unfiltered
from models.types import utc_now
from services import photos
from tests import factories, pictures
from tests.browser.walk.companies import Company
from tests.browser.walk.stops import walking

HERE = {"latitude": 30.6575, "longitude": 104.0808}
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "is_mobile": True,
    "has_touch": True,
    "geolocation": HERE,
    "permissions": ["geolocation"],
}
#: What one taps, smaller than a thumb; a link within a sentence is let off (WCAG 2.5.8).
TAPPED = "a, button, input, select, textarea, summary, label.check"
SMALL = """(tapped) => [...document.querySelectorAll(tapped)].filter((one) => {
  const { width, height } = one.getBoundingClientRect();
  const isBox = one.matches("[type=checkbox], .unseen, .skip");
  return width && height && !isBox && (width < 44 || height < 44);
}).map((one) => one.outerHTML.slice(0, 120))"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def rows(small_company: Company) -> dict[str, int]:
    """Make a salesman with thirty customers, two of which have something due."""
    with small_company.app.app_context():
        amy = factories.make_employee(db.session, "amy", name="艾米")
        factories.save(db.session, FollowUpProgress(name="达成意向"))
        near = factories.make_customer(
            db.session, "近处商行", owner=amy, lat="30.6600", lng="104.0808", phone="028-1", address="天府大道1号"
        )
        new = factories.make_customer(db.session, "无位置商行", owner=amy)
        for number in range(28):
            factories.make_customer(db.session, f"远方{number:02}公司", owner=amy)
        factories.make_contact(db.session, near, name="王经理", mobile="13900000000")
        factories.make_follow_up(db.session, near, author=amy, content="约定回访", next_follow_at=utc_now())
        factories.make_visit(db.session, near, user=amy, planned_at=utc_now())
        found = {"amy": amy.id, "near": near.id, "new": new.id}
        db.session.remove()
    return found


@pytest.fixture
def context(browser: Browser, small_company: Company, rows: dict[str, int]) -> Iterator[BrowserContext]:
    """Yield a phone on which amy is logged in."""
    found = small_company.context(browser, "amy", "zh-CN", **PHONE)
    yield found
    found.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Yield a page; script errors, and what the policy stops, fail the test."""
    faults: list[str] = []
    found = context.new_page()
    found.set_default_timeout(10_000)
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.on("console", lambda message: faults.append(message.text) if "Policy" in message.text else None)
    yield found
    assert faults == []


def test_whole_visit(page: Page, small_company: Company, rows: dict[str, int]) -> None:
    _check_in(page)

    page.get_by_label("拜访总结").fill("谈得很好")
    photo = {
        "name": "IMG_1.jpg",
        "mimeType": "image/jpeg",
        "buffer": pictures.picture(size=(2400, 1200), orientation=6),
    }
    page.set_input_files("#photo", photo)  # type: ignore[arg-type]
    expect(page.locator("[data-photos] img")).to_have_count(1)
    page.set_input_files("#photo", {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no photo"})
    expect(page.locator("[data-failed]")).to_contain_text("这不是可以显示的照片")
    expect(page.locator("[data-photo-count]")).to_have_text("1")
    expect(page.get_by_label("拜访总结")).to_have_value("谈得很好")
    assert _served(page).size == (800, 1600)

    page.goto("/m/")
    page.get_by_role("link", name="正在拜访").click()
    page.get_by_label("拜访总结").fill("谈得很好")
    page.get_by_label("拜访后进度").select_option(label="达成意向")
    page.wait_for_selector("[data-position=found]")
    page.get_by_role("button", name="签退").click()
    expect(page.get_by_text("拜访已结束")).to_be_visible()
    assert page.evaluate(OVERFLOW) == 0

    visit = _visit(small_company)
    assert (visit.status, visit.summary, visit.check_in_address) == ("done", "谈得很好", "天府广场")
    assert (float(visit.check_in_lat or 0), float(visit.check_out_lng or 0)) == tuple(HERE.values())
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="移除照片 1").click()
    expect(page.get_by_text("已移除照片")).to_be_visible()


def _check_in(page: Page) -> None:
    page.goto("/m/")
    page.get_by_role("link", name="开始拜访").click()
    page.get_by_role("link", name="无位置商行").click()
    page.wait_for_selector("[data-position=found]")
    page.get_by_label("保存为客户的位置").check()
    page.get_by_label("签到地址").fill("天府广场")
    page.get_by_role("button", name="签到").click()
    expect(page.get_by_text("签到成功")).to_be_visible()


def _served(page: Page) -> Image.Image:
    """Return the photo as it is served; of where and with what it was taken it tells nothing."""
    url = page.locator("[data-photos] a").first.get_attribute("href")
    content = page.request.get(str(url)).body()
    image = Image.open(BytesIO(content))
    assert dict(image.getexif()) == {}
    assert pictures.MAKER.encode() not in content
    return image


def _visit(company: Company) -> Visit:
    with company.app.app_context(), unfiltered(db.session, UnfilteredReason.COMMAND) as every:
        return every.scalars(select(Visit).where(Visit.type == "ad_hoc")).one()


def test_position_is_not_needed_and_far_is_said(browser: Browser, small_company: Company, rows: dict[str, int]) -> None:
    far = small_company.context(browser, "amy", "zh-CN", **PHONE | {"geolocation": {"latitude": 31, "longitude": 104}})
    page = far.new_page()
    page.goto(f"/m/visit/new/?customer={rows['near']}")
    expect(page.locator("[data-position]")).to_contain_text("超出允许误差")
    far.close()

    without = small_company.context(browser, "amy", "zh-CN", **PHONE | {"permissions": []})
    page = without.new_page()
    page.goto("/m/")
    page.get_by_role("link", name="近处商行").first.click()
    expect(page.locator("[data-position]")).to_contain_text("可以不定位继续")
    page.get_by_role("button", name="签到").click()
    expect(page.get_by_text("签到成功")).to_be_visible()
    without.close()


def test_storefront_is_sent_as_soon_as_it_is_taken(page: Page, rows: dict[str, int]) -> None:
    page.goto(f"/m/customer/?id={rows['near']}")
    sent = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": pictures.picture(size=(2400, 1200))}
    page.set_input_files("#storefront-file", sent)  # type: ignore[arg-type]
    expect(page.get_by_role("img", name="“近处商行”的门头照")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="移除门头照").click()
    expect(page.get_by_role("status").first).to_contain_text("已移除照片")
    expect(page.locator(".storefront img")).to_have_count(0)


def test_name_of_a_new_customer_is_checked_while_it_is_typed(page: Page, rows: dict[str, int]) -> None:
    page.goto("/m/customer/new/")
    page.get_by_label("客户名称").fill("近处商行")
    expect(page.locator("[id$=name-check]")).to_contain_text("客户名称已存在")
    expect(page.locator("[id$=name-check] a")).to_have_attribute("href", f"/m/customer/?id={rows['near']}")
    page.get_by_label("客户名称").fill("另一家公司名称")
    expect(page.locator("[id$=name-check]")).to_be_empty()


def test_list_is_searched_while_typing_sorted_by_nearness_and_loaded_on(page: Page) -> None:
    page.goto("/m/customers/")
    lines = page.locator("[data-lines] > a")
    expect(lines).to_have_count(20)
    page.get_by_role("link", name="加载更多").click()
    expect(lines).to_have_count(30)

    page.get_by_label("搜索").type("wwz")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text("无位置商行")
    page.get_by_label("搜索").fill("没有这样的")
    expect(page.locator("#rows")).to_contain_text("没有找到")
    page.get_by_label("搜索").fill("")
    page.get_by_role("button", name="附近").click()
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text(re.compile(r"近处商行.*2\d\d 米", re.DOTALL))


def test_pages_are_readable_and_large_enough_to_tap(
    browser: Browser, small_company: Company, rows: dict[str, int]
) -> None:
    visit_id = _begin_with_photo(small_company, rows)
    customer = f"/m/customer/?id={rows['near']}"
    tabs = [f"{customer}&tab={tab}" for tab in ("contacts", "follow_ups", "visits")]
    forms = [f"/m/customer/edit/?id={rows['near']}", f"/m/follow_up/new/?customer={rows['near']}"]
    pages = [
        customer,
        *tabs,
        *forms,
        f"/m/visit/?id={visit_id}",
        f"/m/visit/new/?customer={rows['new']}",
        "/m/nowhere/",
    ]
    context = small_company.context(browser, "amy", "en-GB", **PHONE)
    small = {}
    with walking(context, small_company.url) as walker:
        for path in pages:
            walker.visit(path)
            walker.page.set_viewport_size({"width": 360, "height": 740})
            small[path] = walker.page.evaluate(SMALL, TAPPED)
            walker.page.set_viewport_size({"width": 1280, "height": 900})
    context.close()
    assert {path: found for path, found in small.items() if found} == {}


def _begin_with_photo(company: Company, rows: dict[str, int]) -> int:
    with company.app.app_context():
        actor = load_actor(db.session, rows["amy"])
        assert actor is not None
        set_actor(db.session, actor)
        visit = db.session.scalars(select(Visit)).one()
        visit.status, visit.check_in_at, visit.distance_m = "visiting", utc_now(), 900
        photos.add_photo(db.session, visit, BytesIO(pictures.picture()))
        db.session.commit()
        visit_id = visit.id
        db.session.remove()
    return visit_id
