"""The composition of the edge: what it needs is handed in, or made from the settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from daigou.settings import Settings
from daigou.temporal_setup import connect_temporal
from gateway.backend import Backend
from gateway.docs import add_docs
from gateway.edge import Edge, problem_response
from gateway.engine import WorkflowEngine
from gateway.openapi import described
from gateway.parsing import faults_outside_the_body
from gateway.problems import EdgeCode, ProblemError, invalid
from gateway.routes import (
    accounts,
    chargebacks,
    checkout,
    claims,
    closures,
    commands,
    consultations,
    endpoints,
    engagements,
    erasing,
    evidence,
    findings,
    freezes,
    institution,
    invitations,
    notices,
    orders,
    parties,
    previews,
    principals,
    promotion,
    reference,
    screening,
    tips,
)
from gateway.trace import note

_ABOUT = """\
Purchasing-agent orders as durable workflows, exact to the fen.

**Who is calling.** HTTP Basic: your application's key and secret. Each application has roles, and a
party that it acts for; the lifecycle table says what a role may do. What is not yours is not there.

**Once.** Every POST carries an `Idempotency-Key`. The same key and body get the first answer again.

**No.** Every error is `application/problem+json` with a stable `code`, the `clause` that forbids
(`GET /v1/clauses`), what you may do instead, and every fault of the request at once.

**Before money moves.** What the settlement of a cancellation, a payment of the seller or a new
price comes to is shown under `previews`; the command names the `digest` of what was shown, and does
that or nothing.

**Money** is whole fen: `{"amount": 123123, "currency": "CNY"}` is ¥1,231.23. **Times** are
RFC 3339.
"""
_TAGS = [
    {"name": "orders", "description": "Placing orders and reading them."},
    {"name": "commands", "description": "What moves an order, one endpoint a trigger."},
    {"name": "parcels", "description": "The goods on their way; several to an order."},
    {"name": "requirements", "description": "What the client specially asks for."},
    {"name": "questions", "description": "Between the client and the purchasing person."},
    {"name": "opinions", "description": "What the platform thinks of a dispute; never final."},
    {"name": "cancellations", "description": "How a client leaves an agreement, and what of it."},
    {"name": "dissolutions", "description": "How delivered goods are given back, and paid back."},
    {"name": "previews", "description": "What a command would do to the money, before it does."},
    {"name": "refunds", "description": "What becomes of money on its way back."},
    {"name": "claims", "description": "What a client claims for a loss, and what comes of it."},
    {"name": "chargebacks", "description": "Payments that clients had taken back."},
    {
        "name": "accounts",
        "description": "Deposits, recharges, withdrawals; what freezes an account, its closing.",
    },
    {"name": "institution", "description": "What the payment institution tells us by itself."},
    {"name": "tips", "description": "What a client gives its provider of its own will."},
    {"name": "parties", "description": "Who takes part."},
    {"name": "consultations", "description": "Questions to the platform, answered in time."},
    {"name": "promotion", "description": "What wins orders: coupons, promoters, invitations."},
    {"name": "findings", "description": "What the sweeps found amiss, for those who run this."},
    {"name": "notices", "description": "Who was told what, when, on which channel; webhooks."},
    {"name": "reference", "description": "The texts that everyone may read."},
    {"name": "health", "description": "For those who run this."},
]
_ROUTERS = (
    orders.router,
    commands.router,
    claims.router,
    chargebacks.router,
    tips.router,
    accounts.router,
    freezes.router,
    closures.router,
    institution.router,
    parties.router,
    consultations.router,
    findings.router,
    reference.router,
    checkout.router,
    endpoints.router,
    erasing.router,
    evidence.router,
    notices.router,
    previews.router,
    principals.router,
    promotion.router,
    engagements.router,
    invitations.router,
    screening.router,
)
_HTTP_CODES = {404: EdgeCode.NOT_FOUND, 405: EdgeCode.METHOD_NOT_ALLOWED}


def create_app(
    settings: Settings,
    *,
    backend: Backend | None = None,
    engine: WorkflowEngine | None = None,
) -> FastAPI:
    """The gateway. Neither the database nor Temporal need be there yet: it says 503 until they are.

    `backend` and `engine` stand in for those that the settings name.
    """
    app = FastAPI(
        title="daigou",
        version="1",
        description=_ABOUT,
        openapi_tags=_TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.backend = backend or Backend(database_url=settings.database_url)
    app.state.engine = engine or WorkflowEngine(
        connect=partial(connect_temporal, settings),
        task_queue=settings.task_queue,
        wait_seconds_max=settings.update_wait_seconds_max,
    )
    # As they were built when imported: `include_router` would build each anew for every app, and
    # not before the first request, which would wait for it.
    app.router.routes.extend(route for router in _ROUTERS for route in router.routes)
    add_docs(app)
    app.openapi = partial(described, app)  # type: ignore[method-assign]  # FastAPI's documented way
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid_query)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_middleware(Edge)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await app.state.backend.close()


async def _on_problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, ProblemError):
        raise error
    note(request, code=error.code.value, clause=error.clause)
    return problem_response(error)


async def _on_invalid_query(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    return await _on_problem(request, invalid(faults_outside_the_body(error.errors())))


async def _on_http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = _HTTP_CODES.get(error.status_code)
    if code is None:
        raise error
    problem = ProblemError(
        code=code,
        detail="there is nothing at this path"
        if code == EdgeCode.NOT_FOUND
        else f"this path does not take {request.method}",
        headers=dict(error.headers or {}),
    )
    return await _on_problem(request, problem)
