"""The promise of the Idempotency-Key, kept by a primary key, and raced for."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from daigou.domain.ids import AppKey
from daigou.domain.order import Role
from daigou.ledger.failures import StepForbiddenError
from daigou.ledger.idempotency import Begun, Idempotency, Mismatch, New, Replay, Running
from daigou.ledger.registry import Registry
from tests.ledger.road import ANNA, NOON

ANSWER: dict[str, Any] = {"status": 201, "body": b'{"id": 1}', "headers": {"etag": "x"}}


class Caller:
    """An application that sends one key."""

    def __init__(self, engine: Engine, key: str = "key-1") -> None:
        self._kept = Idempotency(engine)
        app, _ = Registry(engine).create_application(name="shop", roles=[Role.CLIENT], party=ANNA)
        self.key = {"app_key": app.key, "key": key}

    def begin(self, digest: str = "d1", *, now: datetime = NOON) -> Begun:
        return self._kept.begin(**self.key, request_digest=digest, now=now, lease_seconds=30)

    def finish(self, **answer: Any) -> None:
        self._kept.finish(**self.key, **(ANSWER | answer))

    def release(self) -> None:
        self._kept.release(**self.key)


@pytest.fixture
def caller(engine: Engine) -> Caller:
    return Caller(engine)


def test_first_is_let_in_and_the_next_waits(caller: Caller) -> None:
    assert caller.begin() == New()
    assert caller.begin() == Running()


def test_answer_is_told_again(caller: Caller) -> None:
    caller.begin()
    caller.finish()

    assert caller.begin() == Replay(**ANSWER)


def test_first_answer_stands(caller: Caller) -> None:
    caller.begin()
    caller.finish()
    caller.finish(status=500, body=b"late")
    caller.release()

    assert caller.begin(now=NOON + timedelta(days=1)) == Replay(**ANSWER)


@pytest.mark.parametrize("finished", [True, False])
def test_other_request_under_the_key_is_a_mismatch(caller: Caller, finished: bool) -> None:
    caller.begin()
    if finished:
        caller.finish()

    assert caller.begin("d2", now=NOON + timedelta(days=1)) == Mismatch()


def test_released_key_goes_on(caller: Caller) -> None:
    caller.begin()
    caller.release()

    assert caller.begin() == New(again=True)


@pytest.mark.parametrize(
    ("seconds", "begun"), [(29, Running()), (30, New(again=True)), (31, New(again=True))]
)
def test_lease_of_a_dead_caller_is_taken_over_when_it_ends(
    caller: Caller, seconds: int, begun: Begun
) -> None:
    caller.begin()

    assert caller.begin(now=NOON + timedelta(seconds=seconds)) == begun


def test_applications_do_not_share_keys(engine: Engine) -> None:
    assert Caller(engine).begin() == New()
    assert Caller(engine).begin("d2") == New()


def test_unknown_application_and_endless_key_are_refused(engine: Engine, caller: Caller) -> None:
    with pytest.raises(StepForbiddenError):
        Idempotency(engine).begin(
            app_key=AppKey("app_none"), key="k", request_digest="d", now=NOON, lease_seconds=1
        )
    with pytest.raises(StepForbiddenError):
        Caller(engine, "k" * 256).begin()


def test_of_twenty_racers_one_is_let_in(caller: Caller) -> None:
    with ThreadPoolExecutor(20) as threads:
        begun = Counter(threads.map(lambda _: caller.begin(), range(20)))

    assert begun == {New(): 1, Running(): 19}


def test_of_twenty_racers_for_a_dead_callers_key_one_is_let_in(caller: Caller) -> None:
    caller.begin()

    with ThreadPoolExecutor(20) as threads:
        later = NOON + timedelta(minutes=1)
        begun = Counter(threads.map(lambda _: caller.begin(now=later), range(20)))

    assert begun == {New(again=True): 1, Running(): 19}
