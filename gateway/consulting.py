"""Owns the putting of a question to the platform: its due date is counted here, and it is begun
once (UA-4-6)."""

from datetime import UTC, datetime

from fastapi import Request
from starlette.responses import Response

from daigou.domain.order import Parties
from daigou.domain.terms import current
from daigou.ledger.side_views import ConsultationView
from daigou.ledger.views import ApplicationView
from gateway.business_days import business_days_after
from gateway.kinds import CONSULTATIONS
from gateway.opening import Beginning, asking_for, open_once
from gateway.parsing import body_of
from gateway.schemas import ConsultBody
from workflows.messages import OpenSubject


async def consult(request: Request, *, caller: ApplicationView, key: str) -> Response:
    """Puts a question to the platform, once a key, and answers with its receipt.

    Raises:
        ProblemError: the body is not valid, the caller is nobody who may ask, the id is another
            consultation's, or nobody answered in time.
    """
    raw = await body_of(request)
    asking = await asking_for(request, CONSULTATIONS, ConsultBody, raw, caller=caller, key=key)
    actor, terms = asking.actor, current()
    parties = Parties.only(actor.role, actor.party)

    async def beginning() -> Beginning[ConsultationView]:
        due = business_days_after(
            datetime.now(UTC), days=terms.consultation_business_days, scale=asking.time_scale
        )
        asked = asking.body.to_command(
            answer_by=due.at,
            calendar=due.calendar,
            note_ref=await asking.keep_note(asking.body.question),
        )
        return Beginning(
            opening=OpenSubject(
                subject=asking.subject,
                request=asked,
                parties=parties,
                actor=actor,
                command_id=asking.command_id,
                terms_version=terms.version,
                time_scale=asking.time_scale,
                due=due.at,
            ),
            parties=parties,
            is_same=lambda found: (found.parties, found.topic) == (parties, asked.topic),
            summary=f"question about the {asked.topic} · {actor.party} · UA-4-6",
        )

    return await open_once(asking, beginning)
