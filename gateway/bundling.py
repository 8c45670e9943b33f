"""Owns what evidence for the payment institution is made of: what there is to show of an order, as
it stands, in one text that its digest proves (PSR-22-1)."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from daigou.domain.commands import Command, EvidenceBundle
from daigou.domain.ids import ChargebackId, PartyId, SubjectId
from daigou.domain.lifecycle import CHARGEBACK
from daigou.domain.lifecycle.table import Situation
from daigou.domain.order import Actor, TableName, Trigger
from daigou.domain.terms import terms_of
from daigou.ledger.account_views import ChargebackView
from daigou.ledger.notice_views import NoticeView
from daigou.ledger.views import OrderView, TransitionView
from gateway.answers import ChargebackAnswer, JournalAnswer, MovementAnswer, OrderAnswer
from gateway.backend import Backend
from gateway.problems import not_found

FORM = "daigou.evidence/1"
NOTICES_AT_ONCE = 500
NOTICES_PAGES_MAX = 20
_OF_ORDER = {
    "id", "client_id", "provider_id", "storage_id", "logistics_id", "state", "placed_at",
    "ended_at", "product", "freight", "delivery_address", "terms_version", "lines", "fee", "amount",
    "collected", "refunded",
}  # fmt: skip
_OF_CHARGEBACK = {
    "id", "order_id", "dispute", "payment", "amount", "reason", "footing", "head", "head_says",
    "evidence_due", "reported_at",
}  # fmt: skip
_RECEIPT = frozenset(
    {
        Trigger.WAREHOUSE_RECEIPT,
        Trigger.END_DUTY,
        Trigger.DELIVER,
        Trigger.CONFIRM_RECEIPT,
        Trigger.DEEM_RECEIVED,
        Trigger.OBJECT_TO_RECEIPT,
        Trigger.SETTLE_OBJECTION,
    }
)
"""The steps by which goods are received, or not."""


async def assembled(
    backend: Backend, command: Command, *, of: SubjectId, actor: Actor, again: bool
) -> Command:
    """A command to stage evidence, with the digest of the bundle that was put together for it and
    kept; any other command as it is. What is tried again may have been done: that is not asked
    here.

    Raises:
        Refused: evidence cannot be staged any more; nothing was kept.
    """
    if not isinstance(command, EvidenceBundle) or command.digest:
        return command
    chargeback = await backend.accounting.chargeback(ChargebackId(of))
    order = await backend.order(chargeback.order) if chargeback else None
    if chargeback is None or order is None:
        raise not_found("chargeback of this id")
    if not again:
        _ask_the_table(chargeback, command, actor)
    content, words = await _bundle(backend, chargeback, order)
    digest = hashlib.sha256(content.encode()).hexdigest()
    await backend.accounting.keep_bundle(
        chargeback=chargeback.id, digest=digest, content=content, words=words, by=actor.party
    )
    return EvidenceBundle(digest=digest)


def _ask_the_table(chargeback: ChargebackView, command: Command, actor: Actor) -> None:
    CHARGEBACK.fire(
        state=chargeback.state,
        trigger=Trigger.STAGE_EVIDENCE,
        situation=Situation(
            actor=actor,
            command=command,
            parties=chargeback.parties,
            terms=terms_of(chargeback.terms_version),
            at=datetime.now(UTC),
            facts=chargeback.facts,
            order=chargeback.state,
        ),
    )


async def _bundle(
    backend: Backend, chargeback: ChargebackView, order: OrderView
) -> tuple[str, str]:
    """The bundle and its words, each in canonical JSON."""
    subjects = SubjectId(order.id), SubjectId(chargeback.id)
    steps = [step for subject in subjects for step in await backend.timeline(subject)]
    refs = {str(step.facts["note_ref"]) for step in steps if step.facts.get("note_ref")}
    said = {ref: await backend.note(ref) for ref in sorted(refs)}
    words = canonical(
        {
            "messages": {ref: text for ref, text in said.items() if text is not None},
            "names": await _names(backend, order),
        }
    )
    shown = OrderAnswer.of(order)
    content = {
        "form": FORM,
        "chargeback": _dump(ChargebackAnswer.of(chargeback), include=_OF_CHARGEBACK),
        "mandate": _dump(shown.mandate),
        "order": _dump(shown, include=_OF_ORDER),
        "parcels": [_dump(parcel) for parcel in shown.parcels],
        "tracking": [_tracked(step) for step in steps if step.table == TableName.PARCEL],
        "receipt": [_told(step) for step in steps if step.trigger in _RECEIPT],
        "messages": [_message(step, said) for step in steps if step.facts.get("note_ref")],
        "timeline": [_told(step) for step in steps],
        "ledger": [
            _dump(JournalAnswer.of(journal)) | {"subject": journal.subject}
            for subject in subjects
            for journal in await backend.journals(subject)
        ],
        "movements": [
            _dump(MovementAnswer.of(movement))
            for subject in subjects
            for movement in await backend.movements(subject)
        ],
        "notices": [_notice(notice) async for notice in _notices(backend, subjects[0])],
        "evidence": [
            {
                "id": piece.id,
                "media_type": piece.media_type.value,
                "size": piece.size,
                "digest": piece.digest,
                "author": piece.author,
                "at": piece.at.isoformat(),
            }
            for piece in await backend.records.evidence_of(order.id)
        ],
        "words_digest": hashlib.sha256(words.encode()).hexdigest(),
    }
    return canonical(content), words


def canonical(value: Any) -> str:
    """JSON that is written in one way alone: names in order, no spaces, whole numbers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


async def _names(backend: Backend, order: OrderView) -> dict[str, str | None]:
    """Who acted, by name: the provider, and the person that purchased for it (PSR-4)."""
    known = await backend.records.principal_shown(
        order=order.id, provider=PartyId(order.parties.provider)
    )
    if known is None:
        return {}
    return {
        "provider": known.principal.legal_name,
        "purchasing_person": known.purchasing_person,
    }


async def _notices(backend: Backend, subject: SubjectId) -> AsyncIterator[NoticeView]:
    last: str | None = None
    for _ in range(NOTICES_PAGES_MAX):
        page = await backend.notices(
            party=None, limit=NOTICES_AT_ONCE, subject=subject, starting_after=last
        )
        for notice in page:
            yield notice
        if len(page) < NOTICES_AT_ONCE:
            return
        last = page[-1].message_id


def _told(step: TransitionView) -> dict[str, Any]:
    return {
        "subject": step.subject,
        "sequence": step.sequence,
        "axis": step.table.value,
        "item": step.item or None,
        "trigger": step.trigger.value,
        "source": step.source.value,
        "target": step.target.value,
        "role": step.actor.role.value,
        "party": step.actor.party,
        "clause": step.clause,
        "at": step.at.isoformat(),
        "told": list(step.notices),
    }


def _tracked(step: TransitionView) -> dict[str, Any]:
    refs = ("tracking_ref", "parcel_ref", "quantity")
    return _told(step) | {name: step.facts[name] for name in refs if step.facts.get(name)}


def _message(step: TransitionView, said: Mapping[str, str | None]) -> dict[str, Any]:
    """That something was said, when and by whom; the words stand apart, their digest here."""
    ref = str(step.facts["note_ref"])
    text = said[ref]
    digest = None if text is None else hashlib.sha256(text.encode()).hexdigest()
    return {
        "subject": step.subject,
        "sequence": step.sequence,
        "trigger": step.trigger.value,
        "role": step.actor.role.value,
        "party": step.actor.party,
        "at": step.at.isoformat(),
        "note": ref,
        "digest": digest,
    }


def _notice(notice: NoticeView) -> dict[str, Any]:
    return {
        "id": notice.message_id,
        "event": notice.event,
        "to": notice.recipient_role.value,
        "party": notice.party,
        "channel": notice.channel.value,
        "at": notice.at.isoformat(),
        "out_at": notice.out_at.isoformat() if notice.out_at else None,
    }


def _dump(answer: BaseModel, *, include: set[str] | None = None) -> dict[str, Any]:
    return answer.model_dump(mode="json", include=include)
