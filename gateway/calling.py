"""Owns how the client calls: one request until it has its answer, bounded, always the same key."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from gateway.problems import EdgeCode, Problem

FIRST_WAIT_SECONDS, WAIT_SECONDS_MAX = 0.2, 5.0

A = TypeVar("A", bound=BaseModel)
Body = Mapping[str, Any]


class RefusalError(Exception):
    """The API said no: `problem` says why, by which clause, and what may be done instead."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.detail} ({problem.clause or problem.status})")
        self.problem = problem


class UnansweredError(Exception):
    """Nobody answered for as long as the client tries. The same call with the same key may be made
    again at any time, and is still carried out once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """An application's line to the gateway.

    What is answered with 503, is still running under its key, or breaks off on the way is sent
    again, with the same key, until `give_up_seconds` have passed.
    """

    http: httpx.AsyncClient
    give_up_seconds: float

    async def get(self, path: str, answer: type[A], *, query: Body | None = None) -> A:
        """Reads something.

        Raises:
            RefusalError: it is not there, or not for this application.
            UnansweredError: nobody answered in time.
        """
        said = {name: value for name, value in (query or {}).items() if value is not None}
        response = await self.send("GET", path, params=said)
        return answer.model_validate_json(response.content)

    async def post(self, path: str, body: Body, *, key: str) -> httpx.Response:
        """Commands something, once a key.

        Raises:
            RefusalError: the rules forbid it, or the request is not valid.
            UnansweredError: nobody answered in time; the outcome is not known.
        """
        return await self.send("POST", path, json=body, headers={"Idempotency-Key": key})

    async def send(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """Sends a request until it has an answer.

        Raises:
            RefusalError: the answer is a problem.
            UnansweredError: nobody answered in time.
        """
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + self.give_up_seconds
        pause = FIRST_WAIT_SECONDS
        while True:
            wait = pause
            try:
                response = await self.http.request(method, path, **parts)
            except httpx.TransportError as error:
                why = type(error).__name__
            else:
                if response.is_success:
                    return response
                problem = problem_of(response)
                if not _says_later(problem):
                    raise RefusalError(problem)
                why, wait = problem.detail, max(pause, _retry_after(response))
            if loop.time() + wait > give_up_at:
                raise UnansweredError(f"{method} {path}: {why}")
            await asyncio.sleep(wait)
            pause = min(2 * pause, WAIT_SECONDS_MAX)


def problem_of(response: httpx.Response) -> Problem:
    """The problem that an answer is; one is made up where something in between answered."""
    try:
        return Problem.model_validate_json(response.content)
    except ValidationError:
        return Problem(
            type="about:blank",
            title=response.reason_phrase,
            status=max(400, response.status_code),
            code=EdgeCode.INTERNAL_ERROR,
            detail=f"the answer {response.status_code} is no problem of this API",
        )


def _says_later(problem: Problem) -> bool:
    return problem.status in (502, 503, 504) or problem.code == EdgeCode.IDEMPOTENCY_KEY_RUNNING


def _retry_after(response: httpx.Response) -> float:
    said = response.headers.get("retry-after", "")
    return min(float(said), WAIT_SECONDS_MAX) if said.isdigit() else 0.0
