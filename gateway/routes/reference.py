"""The endpoints of what everyone may read: the texts, the terms, and whether we are well."""

from fastapi import APIRouter, Request

from daigou.domain.clauses import CATALOGUE
from daigou.domain.mandate import MANDATES
from daigou.domain.terms import current
from gateway.accepting import gives
from gateway.answers import (
    ClauseAnswer,
    ClausesAnswer,
    HealthAnswer,
    MandateDeclarationAnswer,
    TermsAnswer,
)
from gateway.backend import Backend
from gateway.engine import WorkflowEngine
from gateway.openapi import BOOKS, READ, problems
from gateway.problems import unavailable

router = APIRouter(dependencies=[gives("application/json")])


@router.get(
    "/v1/mandate-declaration",
    tags=["reference"],
    operation_id="getMandateDeclaration",
    summary="The mandate declaration to agree to",
    description="The present version, its text and its digest (PSR-1-2). Open to everyone.",
    responses=problems(*READ),
)
async def get_mandate_declaration() -> MandateDeclarationAnswer:
    return MandateDeclarationAnswer.of(MANDATES[current().mandate])


@router.get(
    "/v1/terms",
    tags=["reference"],
    operation_id="getTerms",
    summary="Durations, limits and rates",
    description="The terms that a new order begins with, and keeps. Open to everyone.",
    responses=problems(*READ),
)
async def get_terms(request: Request) -> TermsAnswer:
    return TermsAnswer.of(current(), time_scale=request.app.state.settings.time_scale)


@router.get(
    "/v1/clauses",
    tags=["reference"],
    operation_id="listClauses",
    summary="Every duty, by its id",
    description="What the clauses that answers cite mean, in our own words. Open to everyone.",
    responses=problems(*READ),
)
async def list_clauses() -> ClausesAnswer:
    return ClausesAnswer(data=tuple(ClauseAnswer.of(each) for each in CATALOGUE.values()))


@router.get(
    "/healthz",
    tags=["health"],
    operation_id="getHealth",
    summary="Whether this process lives",
    description="Says nothing of what it needs. Open to everyone.",
    responses=problems(*READ),
)
async def get_health() -> HealthAnswer:
    return HealthAnswer(status="ok")


@router.get(
    "/readyz",
    tags=["health"],
    operation_id="getReadiness",
    summary="Whether commands can be carried out",
    description="Asks the database and Temporal. Open to everyone.",
    responses=problems(*BOOKS),
)
async def get_readiness(request: Request) -> HealthAnswer:
    backend: Backend = request.app.state.backend
    engine: WorkflowEngine = request.app.state.engine
    silent = [
        name
        for name, well in (
            ("the database", await backend.is_well()),
            ("Temporal", await engine.is_well()),
        )
        if not well
    ]
    if silent:
        raise unavailable(f"{' and '.join(silent)} cannot be reached")
    return HealthAnswer(status="ready")
