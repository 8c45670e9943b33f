"""Owns whose words a caller may read: free words go to those whom they are for (OP-7-5-4, PP-C)."""

from daigou.domain.ids import SubjectId
from daigou.domain.order import (
    ROLES_BOUND_TO_AN_ORDER,
    Parties,
    Role,
    TableName,
    Trigger,
    holds,
)
from daigou.ledger.views import ApplicationView, TransitionView
from gateway.answers import TransitionAnswer
from gateway.backend import Backend

READS_ALL = frozenset({Role.CLIENT, Role.PROVIDER, Role.PLATFORM, Role.SUPPORT})
READS_OF_GOODS = frozenset({Role.STORAGE, Role.LOGISTICS})
OF_GOODS = frozenset({Trigger.OBJECT_TO_RECEIPT, Trigger.SETTLE_OBJECTION})
"""What is said of goods on the order's own axis; on the parcels' it is all."""


async def timeline_of(
    backend: Backend, subject: SubjectId, parties: Parties, caller: ApplicationView
) -> tuple[TransitionAnswer, ...]:
    """Every transition of a subject of these parties, with the words that came with it if
    they are for the caller."""
    steps = await backend.timeline(subject)
    refs = {
        step.sequence: str(step.facts["note_ref"])
        for step in steps
        if step.facts.get("note_ref") and may_read(caller, parties, step)
    }
    words = {ref: await backend.note(ref) for ref in dict.fromkeys(refs.values())}
    return tuple(
        TransitionAnswer.of(step)
        if step.sequence not in refs
        else TransitionAnswer.of(
            step, note=words[refs[step.sequence]], erased=words[refs[step.sequence]] is None
        )
        for step in steps
    )


def may_read(caller: ApplicationView, parties: Parties, step: TransitionView) -> bool:
    """Whether the words of a step are for a caller: as a party of the order, or its overseer."""
    held = {role for role in caller.roles if holds(role=role, party=caller.party, parties=parties)}
    if held & READS_ALL or step.actor.party == caller.party:
        return True
    if step.table == TableName.CONSULTATION:
        # Whoever asked is the only party there is, whatever its role.
        return bool(held & ROLES_BOUND_TO_AN_ORDER)
    # Of claims, logistics sees those that are against it alone.
    return bool(held & READS_OF_GOODS) and (
        step.table in (TableName.PARCEL, TableName.CLAIM) or step.trigger in OF_GOODS
    )
