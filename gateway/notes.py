"""Owns whose words a caller may read: free words go to those whom they are for (OP-7-5-4, PP-C)."""

from dataclasses import replace
from typing import Any

from daigou.domain.ids import PartyId, SubjectId
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
TOLD_OF_REPORTS = frozenset({Role.PLATFORM, Role.SUPPORT})
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
    shown = [replace(step, facts=_facts_for(caller, step)) for step in steps]
    return tuple(
        TransitionAnswer.of(step)
        if step.sequence not in refs
        else TransitionAnswer.of(
            step, note=words[refs[step.sequence]], erased=words[refs[step.sequence]] is None
        )
        for step in shown
    )


def may_read(caller: ApplicationView, parties: Parties, step: TransitionView) -> bool:
    """Whether the words of a step are for a caller: as a party of the order, or its overseer."""
    held = {role for role in caller.roles if holds(role=role, party=caller.party, parties=parties)}
    if held & READS_ALL or step.actor.party == caller.party:
        return True
    if step.table == TableName.CONSULTATION:
        # Whoever asked is the only party there is, whatever its role.
        return bool(held & ROLES_BOUND_TO_AN_ORDER)
    # Of claims and freezes, logistics sees those alone that are against it, or that it asked for.
    return bool(held & READS_OF_GOODS) and (
        step.table in (TableName.PARCEL, TableName.CLAIM, TableName.FREEZE)
        or step.trigger in OF_GOODS
    )


def reads_words_of(caller: ApplicationView, client: PartyId) -> bool:
    """Whether the words with what froze a client's account are for a caller."""
    alone = Parties.alone(client)
    return any(
        role in READS_ALL and holds(role=role, party=caller.party, parties=alone)
        for role in caller.roles
    )


def _facts_for(caller: ApplicationView, step: TransitionView) -> dict[str, Any]:
    """What a command said, but for what is not for the caller: that the authorities were told of a
    client, and under which number, is for those who told them (UA-1-9)."""
    if caller.roles & TOLD_OF_REPORTS:
        return step.facts
    return {name: value for name, value in step.facts.items() if name != "report"}
