"""Owns the outermost ring: one log line a request, and an answer whatever happens within."""

import time
from typing import Any

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import MEDIA_TYPE, EdgeCode, ProblemError
from gateway.trace import facts_of

log = structlog.get_logger("gateway")

CLIENT_GONE = 499


def problem_response(error: ProblemError) -> Response:
    """A problem as an answer."""
    return Response(
        error.problem.model_dump_json(by_alias=True),
        status_code=error.status,
        headers=dict(error.headers),
        media_type=MEDIA_TYPE,
    )


class Edge:
    """Wraps the application: logs each request once, and turns what nobody foresaw into a 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started = 0, time.perf_counter()

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _guard_headers(message)
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except ClientDisconnect:
            status = CLIENT_GONE
        except Exception:
            log.exception("request.crashed", path=_template(scope))
            if status:
                raise
            facts_of(scope)["code"] = EdgeCode.INTERNAL_ERROR
            await problem_response(_crashed())(scope, receive, send_and_note)
        finally:
            _log_line(scope, status, time.perf_counter() - started)


def _crashed() -> ProblemError:
    return ProblemError(
        code=EdgeCode.INTERNAL_ERROR,
        detail="something went wrong here; it is logged, and the same request may be sent again",
    )


def _guard_headers(message: Message) -> None:
    headers = MutableHeaders(scope=message)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Cache-Control", "no-store")


def _log_line(scope: Scope, status: int, seconds: float) -> None:
    facts: dict[str, Any] = {
        key: value for key, value in facts_of(scope).items() if value is not None
    }
    say = log.warning if status >= 500 else log.info
    say(
        "request.answered",
        method=scope["method"],
        path=_template(scope),
        status=status,
        duration_ms=round(seconds * 1000, 1),
        **facts,
    )


def _template(scope: Scope) -> str:
    """The route's template: a path as it came may hold anything."""
    route = scope.get("route")
    return getattr(route, "path", "(no route)")
