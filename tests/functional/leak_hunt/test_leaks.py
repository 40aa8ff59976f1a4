"""Nobody finds what they must not: the hunt, by kind of address. The fixture fails a test that has found something."""

import pytest

from services.exchange.results import Mode
from tests.functional.leak_hunt.company import ADMIN, HUNTERS, MISSING_ID, NOBODY, PLACES, PREY, ROLES, role_of
from tests.functional.leak_hunt.export_hunt import hunt_export_page, hunt_exports
from tests.functional.leak_hunt.form_hunt import hunt_forms, hunt_taken_values, is_taken_if_seen
from tests.functional.leak_hunt.hunter import Hunter
from tests.functional.leak_hunt.import_hunt import hunt_import
from tests.functional.leak_hunt.list_hunt import expect_rows, hunt_list, hunt_other_list, hunt_scopes
from tests.functional.leak_hunt.listings import list_views, marked_views, pickers
from tests.functional.leak_hunt.picker_hunt import hunt_picker
from tests.functional.leak_hunt.questions import may_mean_rows, rules_of
from tests.functional.leak_hunt.rule_hunt import HEAD, ask_about, ask_about_rows
from tests.functional.leak_hunt.twin_hunt import hunt_differences

#: Hunters who share a company, so that it is not built for each.
GROUPS = (HUNTERS[:4], HUNTERS[4:6], HUNTERS[6:])
#: One of each role, for what does not depend on the place.
ONE_OF_EACH_ROLE = (
    "own_only-peer",
    "config_admin-outsider",
    "people_manager-outsider",
    "exchanger-co_follower",
    "employee-peer",
    "manager-leader",
)
EXPORTERS = ("exchanger-co_follower", "manager-leader", "config_admin-outsider", "people_manager-outsider", ADMIN)
IMPORTERS = ("exchanger-co_follower", "manager-leader")
#: Those from whom customers are hidden; to whom each is at least a notice has no twin without them.
WITHOUT_VIEW_ALL = ("own_only-leader", "config_admin-outsider", "people_manager-outsider", "exchanger-co_follower")
#: Those who own the prey, and those above them.
NEAR_PREY = ("a1", "leadA", "east", "boss", "solo")


@pytest.mark.parametrize("actors", GROUPS, ids=lambda actors: actors[0])
def test_no_rule_tells_or_changes_anything(hunter: Hunter, actors: tuple[str, ...]) -> None:
    asked: set[tuple[str, str]] = set()
    for actor in actors:
        for rule in rules_of(hunter.app):
            if may_mean_rows(hunter.app, rule.endpoint):
                ask_about_rows(hunter, actor, rule)
            elif (role_of(actor), str(rule)) not in asked:  # no row's page: whoever holds the role gets the same
                asked.add((role_of(actor), str(rule)))
                ask_about(hunter, actor, rule, MISSING_ID)


def test_no_rule_tells_who_is_not_logged_in_anything(hunter: Hunter) -> None:
    for rule in rules_of(hunter.app):
        ask_about(hunter, NOBODY, rule, hunter.world.customers[PREY[0]])


def test_head_tells_no_more_than_the_page(hunter: Hunter) -> None:
    for actor in IMPORTERS:
        for rule in rules_of(hunter.app):
            ask_about(hunter, actor, rule, hunter.world.customers[PREY[0]], methods=HEAD)


@pytest.mark.parametrize("half", [0, 1])
def test_list_shows_and_counts_what_the_actor_sees(hunter: Hunter, half: int) -> None:
    """Ask every second list of marked rows, so that two processes can share them."""
    for view in marked_views(hunter.app)[half::2]:
        hunt_list(hunter, ONE_OF_EACH_ROLE, view)


def test_list_of_other_rows_tells_nothing_of_customers(hunter: Hunter) -> None:
    for view in list_views(hunter.app):
        if view not in marked_views(hunter.app):
            for actor in ONE_OF_EACH_ROLE:
                hunt_other_list(hunter, actor, view)


def test_each_role_in_each_place_sees_its_own(hunter: Hunter) -> None:
    for actor in (*(f"{role}-{place}" for role in ROLES for place in PLACES), *NEAR_PREY, ADMIN):
        for view in marked_views(hunter.app):
            expect_rows(hunter, actor, view)
        for name in PREY:
            hunter.ask(actor, f"/admin/customer/details/?id={hunter.world.customers[name]}")


def test_part_of_a_list_holds_no_more_than_the_list(hunter: Hunter) -> None:
    for actor in HUNTERS:
        for view in marked_views(hunter.app):
            hunt_scopes(hunter, actor, view)


def test_export_holds_the_rows_that_the_actor_sees(hunter: Hunter) -> None:
    for view in list_views(hunter.app):
        for actor in EXPORTERS:
            hunt_exports(hunter, actor, view)
            hunt_export_page(hunter, actor, view)


def test_picker_offers_what_the_actor_sees(hunter: Hunter) -> None:
    for picker in pickers(hunter.app):
        for actor in (*ONE_OF_EACH_ROLE, ADMIN):
            hunt_picker(hunter, actor, picker)


def test_form_takes_no_hidden_row(hunter: Hunter) -> None:
    hunter.guarded = frozenset(hunter.world.customers[name] for name in PREY)
    for actor in HUNTERS:
        for view in marked_views(hunter.app):
            hunt_forms(hunter, actor, view)


def test_form_as_the_hunt_fills_it_in_takes_rows_that_are_seen(hunter: Hunter) -> None:
    """Without this, whatever else were wrong with what is sent would hide that a hidden row is taken."""
    hunter.guarded = frozenset(hunter.world.customers[name] for name in PREY)
    for view in marked_views(hunter.app):
        assert is_taken_if_seen(hunter, "exchanger-co_follower", view), view.url


def test_taken_name_or_code_tells_no_more_than_that(hunter: Hunter) -> None:
    for actor in HUNTERS:
        hunt_taken_values(hunter, actor)


def test_import_about_hidden_customers_changes_and_tells_nothing(hunter: Hunter) -> None:
    hunter.guarded = frozenset(hunter.world.customers[name] for name in PREY)
    for view in marked_views(hunter.app):
        if view.page.exchange != ():
            written = [hunt_import(hunter, actor, view, mode) for actor in IMPORTERS for mode in Mode]

            assert any(written), f"nothing was ever confirmed: {view.url}"


def test_hidden_customers_make_no_difference(hunter: Hunter) -> None:
    for actor in WITHOUT_VIEW_ALL:
        hunt_differences(hunter, actor, rules_of(hunter.app))
