"""Colours of dictionary values: chosen from the palette, readable, shown wherever the value is."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from admin_views import contrast, palette
from models import ChannelType, CustomerGrade, PriceLevel
from models.enums import COLOUR_LABELS
from tests.factories import make_customer, reloaded

BADGE = '<span class="value value-green">代理渠道</span>'


@pytest.fixture
def green(session: Session, agent: ChannelType) -> ChannelType:
    """Return a channel type that is green, with a customer."""
    agent.colour = "green"
    session.commit()
    make_customer(session, channel_type_id=agent.id)
    return agent


def test_palette_has_each_colour_that_a_row_may_hold() -> None:
    assert list(palette.PALETTE) == list(COLOUR_LABELS)


def test_palette_reads_in_light_and_dark(client: FlaskClient) -> None:
    sheet = client.get("/theme.css").text

    rules = re.findall(r"\.value-(\w+) \{ background: (#\w{6}); color: (#\w{6}); \}", sheet)

    assert [name for name, _, _ in rules] == [*COLOUR_LABELS, *COLOUR_LABELS]
    assert [
        name for name, ground, ink in rules if contrast.contrast(contrast.parse(ground), contrast.parse(ink)) < 4.5
    ] == []


def test_form_sets_and_clears_the_colour(admin_client: FlaskClient, session: Session, agent: ChannelType) -> None:
    address = f"/admin/channel_type/edit/?id={agent.id}"
    form = {"name": "代理渠道", "is_active": "1"}

    assert admin_client.post(address, data=form | {"colour": "red", "version": agent.version}).status_code == 302
    assert reloaded(session, agent).colour == "red"
    assert re.search(r'value="red" checked><span class="value value-red">Red<', admin_client.get(address).text)

    assert admin_client.post(address, data=form | {"colour": "", "version": agent.version}).status_code == 302
    assert reloaded(session, agent).colour is None
    assert re.search(r'value="" checked><span class="value">None<', admin_client.get(address).text)


@pytest.mark.parametrize("colour", ["#ff0000", "Red", "red;x", "ultraviolet"])
def test_form_refuses_what_is_no_colour_of_the_palette(
    admin_client: FlaskClient, session: Session, agent: ChannelType, colour: str
) -> None:
    page = admin_client.post(
        f"/admin/channel_type/edit/?id={agent.id}",
        data={"name": "代理渠道", "colour": colour, "version": agent.version},
    )

    assert page.status_code == 200
    assert 'href="#field-colour"' in page.text
    assert reloaded(session, agent).colour is None


@pytest.mark.parametrize("row", [CustomerGrade(name="A"), PriceLevel(name="A", discount=1)], ids=["flat", "own checks"])
def test_database_refuses_what_is_no_colour_of_the_palette(session: Session, row: CustomerGrade | PriceLevel) -> None:
    copy = type(row)(name=row.name, colour="violet", **({"discount": 1} if isinstance(row, PriceLevel) else {}))
    session.add(copy)

    with pytest.raises(IntegrityError, match="colour"):
        session.flush()


@pytest.mark.parametrize(
    "address",
    [
        "/admin/channel_type/",
        "/admin/channel_type/details/?id={row}",
        "/admin/customer/",
        "/admin/customer/details/?id=1",
    ],
)
def test_value_is_a_badge(admin_client: FlaskClient, green: ChannelType, address: str) -> None:
    page = admin_client.get(address.format(row=green.id)).text

    assert BADGE in page
    assert " style=" not in page


def test_picker_shows_the_colour(admin_client: FlaskClient, green: ChannelType) -> None:
    form = admin_client.get("/admin/customer/new/").text
    found = admin_client.get("/admin/customer/ajax/lookup/?name=channel_type&query=").get_json()

    assert f'<option value="{green.id}" data-colour="green">代理渠道</option>' in form
    assert found == [{"id": green.id, "text": "代理渠道", "colour": "green"}]


def test_badge_escapes_words_and_drops_unknown_colours() -> None:
    assert palette.badge("<b>", "red") == '<span class="value value-red">&lt;b&gt;</span>'
    assert palette.badge("<b>", 'x" onload="') == "&lt;b&gt;"
