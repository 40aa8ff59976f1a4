"""Fixtures of the hunt: the marked company, in which people have done something, and the hunter."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.functional.leak_hunt import company, deeds
from tests.functional.leak_hunt.company import World
from tests.functional.leak_hunt.hunter import Hunter, summary


@pytest.fixture
def world(app: Flask) -> World:
    """Return the company."""
    found = company.build(app)
    deeds.do_all(app, found)
    return found


@pytest.fixture
def hunter(app: Flask, world: World, request: pytest.FixtureRequest) -> Iterator[Hunter]:
    """Yield a hunter, who must not have found anything in the end. A report in XML says how many requests were sent."""
    found = Hunter(app, world)
    with found.watching():
        yield found
    request.node.user_properties.append(("requests", found.sent))
    if found.findings:
        pytest.fail(summary(found.findings), pytrace=False)
