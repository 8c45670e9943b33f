"""Owns the reporting of a chargeback: held against the payment that it is of, and begun once,
whether a person or the institution's own message reports it (PSR-22-1)."""

from functools import partial

from fastapi import Request
from starlette.responses import Response

from daigou.domain.chargebacks import footing_of
from daigou.domain.commands import ReportChargeback
from daigou.domain.ids import ChargebackId, MovementRef, OrderId, SubjectId, chargeback_of
from daigou.domain.order import Parties
from daigou.domain.refusals import RefusalCode, Refused
from daigou.ledger.account_views import ChargebackView
from daigou.ledger.views import ApplicationView, OrderView
from gateway.backend import Backend
from gateway.finding import visible_order
from gateway.kinds import CHARGEBACKS
from gateway.opening import Asking, Beginning, asking_for, open_once
from gateway.parsing import body_of
from gateway.schemas import ReportChargebackBody
from workflows.messages import OpenSubject


async def report_chargeback(
    request: Request, *, caller: ApplicationView, key: str, order_id: str
) -> Response:
    """Reports a chargeback of a payment of an order, once a key, and answers with its receipt.

    Raises:
        ProblemError: the body is not valid, the order is not the caller's to see, the payment is
            not of it or has not so much left, or nobody answered in time.
    """
    raw = await body_of(request)
    order = await visible_order(request, caller, order_id)
    asking = await asking_for(
        request,
        CHARGEBACKS,
        ReportChargebackBody,
        raw,
        caller=caller,
        key=key,
        about=order,
        named=lambda body: chargeback_of(order.id, body.dispute),
    )

    async def beginning() -> Beginning[ChargebackView]:
        return beginning_of(asking, order)

    return await open_once(asking, beginning)


async def _check_payment(backend: Backend, asked: ReportChargeback) -> None:
    """Checks that the dispute is new, and the payment one of the order that has so much left to be
    charged back.

    Raises:
        Refused: it is not, or has not.
    """
    before = await backend.accounting.chargeback_of(asked.dispute)
    if before is not None:
        raise Refused(
            RefusalCode.ALREADY_RECORDED,
            "PSR-22-1",
            f"dispute {asked.dispute} is about {before.payment}",
        )
    payment = await backend.accounting.payment(MovementRef(asked.payment))
    if payment is None or payment.order != asked.order:
        raise Refused(
            RefusalCode.WRONG_REFERENCE,
            "PSR-22-1",
            f"{asked.payment} is no payment of {asked.order} that was captured",
        )
    if asked.amount > payment.left:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-22-1",
            f"of {payment.reference} {payment.left} were neither refunded nor charged back before, "
            f"not {asked.amount}",
        )


def beginning_of(
    asking: Asking[ChargebackView, ReportChargebackBody], order: OrderView
) -> Beginning[ChargebackView]:
    """What begins the chargeback, by what is known of the order now (PSR-22-4)."""
    asked = asking.body.to_command(order=OrderId(order.id), footing=footing_of(order.facts))
    reason = asked.reason.replace("_", " ")
    parties = Parties(
        client=order.parties.client,
        provider=order.parties.provider,
        storage=order.parties.storage,
        logistics=order.parties.logistics,
    )
    return Beginning(
        opening=OpenSubject(
            subject=SubjectId(ChargebackId(asking.subject)),
            request=asked,
            parties=parties,
            actor=asking.actor,
            command_id=asking.command_id,
            terms_version=order.terms_version,
            time_scale=asking.time_scale,
        ),
        parties=parties,
        is_same=lambda found: (
            (found.payment, found.charged_back.amount, found.charged_back.reason)
            == (asked.payment, asked.amount, asked.reason)
        ),
        summary=f"chargeback of {asked.amount} · {order.id} · {reason}",
        details=f"on {order.id}, of {asked.payment}: {reason}",
        amount=asked.amount,
        checks=(partial(_check_payment, asking.backend, asked),),
    )
