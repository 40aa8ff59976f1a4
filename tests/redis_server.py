"""A real Redis for the tests: the one of ``KEPEI_TEST_REDIS_URL``, else one on this machine."""

import os

import pytest
import redis

DEFAULT_URL = "redis://127.0.0.1:6379/15"


def url() -> str:
    """Return the address of a Redis that answers. Its keys are the tests' own by their names.

    Where ``KEPEI_TEST_REDIS_URL`` names one it must answer; else the test is skipped with what to do about it.
    """
    given = os.environ.get("KEPEI_TEST_REDIS_URL")
    if given:
        return given
    try:
        with redis.Redis.from_url(DEFAULT_URL, socket_connect_timeout=2) as client:
            client.ping()
    except redis.ConnectionError:
        pytest.skip(f"no Redis answers on {DEFAULT_URL}: start one, or set KEPEI_TEST_REDIS_URL")
    return DEFAULT_URL


def forget(address: str, name: str) -> None:
    """Delete the keys of a queue."""
    with redis.Redis.from_url(address) as client:
        keys = list(client.scan_iter(f"huey.*{name}*"))
        if keys:
            client.delete(*keys)
