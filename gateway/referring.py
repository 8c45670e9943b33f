"""Owns what bodies refer to: parties that have to be registered, evidence that has to be there.

Whatever is wrong with a body otherwise, what it refers to legibly is looked up: all its faults are
told at once.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter

from daigou.domain.ids import OrderId, SubjectId
from daigou.domain.refusals import RefusalCode
from gateway.backend import Backend
from gateway.parsing import FaultsError, parse
from gateway.problems import Fault, invalid
from gateway.schemas import Named
from gateway.schemas.body import ReferringBody

B = TypeVar("B", bound=ReferringBody)


async def parsed(
    backend: Backend,
    model: type[B],
    raw: bytes,
    *,
    clause: str,
    subject: SubjectId | None = None,
    context: Mapping[str, Any] | None = None,
) -> B:
    """A body; `clause` is its trigger's, `subject` the one whose evidence it may name: what is not
    there yet has none. `context` is what its validators are told.

    Raises:
        ProblemError: it is no JSON, or not valid; every fault is named, and so is whatever it
            refers to legibly that is not there.
    """

    def clause_of(loc: tuple[str | int, ...]) -> str:
        return (model.clause_of(str(loc[0])) if loc else "") or clause

    try:
        return parse(TypeAdapter(model), raw, clause_of=clause_of, context=context)
    except FaultsError as error:
        at_fault = {fault.pointer for fault in error.faults}
        lost = await _faults_of_references(
            backend, model, error.fields, subject=subject, clause=clause
        )
        legible = (fault for fault in lost if fault.pointer not in at_fault)
        raise invalid((*error.faults, *legible)) from None


async def check_references(
    backend: Backend, body: ReferringBody, *, subject: SubjectId, clause: str
) -> None:
    """Checks that the parties that a body names are registered, and its evidence is the order's.

    Raises:
        ProblemError: some are not; every one of them is named.
    """
    said = body.model_dump(mode="json")
    if faults := await _faults_of_references(
        backend, type(body), said, subject=subject, clause=clause
    ):
        raise invalid(faults)


async def faults_of_named(
    backend: Backend, named: tuple[Named, ...], *, clause: str
) -> tuple[Fault, ...]:
    """The parties that a body names and that are not registered in their role."""
    known = await backend.parties(each.party for each in named) if named else {}
    return tuple(
        Fault(
            pointer=each.pointer,
            code=RefusalCode.NOT_REGISTERED,
            detail=f"is not registered as {' or '.join(sorted(each.roles))}",
            clause=each.clause or clause,
        )
        for each in named
        if each.party not in known or known[each.party].role not in each.roles
    )


async def _faults_of_references(
    backend: Backend,
    model: type[ReferringBody],
    said: object,
    *,
    subject: SubjectId | None,
    clause: str,
) -> tuple[Fault, ...]:
    strangers = await faults_of_named(backend, tuple(model.named_in(said)), clause=clause)
    return (*strangers, *await _faults_of_proofs(backend, model, said, subject, clause))


async def _faults_of_proofs(
    backend: Backend,
    model: type[ReferringBody],
    said: object,
    subject: SubjectId | None,
    clause: str,
) -> tuple[Fault, ...]:
    """The evidence that a body names and the order does not have."""
    proofs = tuple(model.proofs_in(said))
    if not proofs:
        return ()
    pieces = await backend.records.evidence_of(OrderId(subject)) if subject else ()
    known = {piece.id for piece in pieces}
    return tuple(
        Fault(
            pointer=pointer,
            code=RefusalCode.WRONG_REFERENCE,
            detail="is no evidence on this order",
            clause=model.clause_of(pointer.split("/")[1]) or clause,
        )
        for pointer, each in proofs
        if each not in known
    )
