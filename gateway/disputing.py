"""Owns the reporting of a chargeback: held against the payment that it is of, and begun once,
whether a person or the institution's own message reports it (PSR-22-1)."""

from fastapi import Request
from starlette.responses import Response

from daigou.domain.chargebacks import footing_of
from daigou.domain.commands import ReportChargeback
from daigou.domain.ids import ChargebackId, MovementRef, OrderId, SubjectId, chargeback_of
from daigou.domain.order import Parties
from daigou.domain.refusals import RefusalCode, Refused
from daigou.ledger.account_views import ChargebackView, PaymentView
from daigou.ledger.views import ApplicationView, OrderView
from gateway.backend import Backend
from gateway.finding import visible_order
from gateway.kinds import CHARGEBACKS
from gateway.opening import Asking, Beginning, ask_the_table, asking_for, open_once
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
        begins = beginning_of(asking, order)
        await ask_the_table(asking, begins)
        await check_payment(asking.backend, asking.subject, asked_in(asking, order))
        return begins

    return await open_once(asking, beginning)


async def check_payment(backend: Backend, chargeback: SubjectId, asked: ReportChargeback) -> None:
    """Checks that the payment is one of the order, and has so much left to be charged back; what
    was reported before is not refused.

    Raises:
        Refused: it is not, or has not.
    """
    before = await backend.accounting.chargeback_of(asked.dispute)
    if before is not None:
        if SubjectId(before.id) != chargeback:
            raise Refused(
                RefusalCode.ALREADY_RECORDED,
                "PSR-22-1",
                f"dispute {asked.dispute} is about {before.payment}",
            )
        return
    payment = await backend.accounting.payment(MovementRef(asked.payment))
    if payment is None or payment.order != asked.order:
        raise Refused(
            RefusalCode.WRONG_REFERENCE,
            "PSR-22-1",
            f"{asked.payment} is no payment of {asked.order} that was captured",
        )
    check_what_is_left(payment, asked)


def check_what_is_left(payment: PaymentView, asked: ReportChargeback) -> None:
    """Checks that so much of a payment can still be charged back.

    Raises:
        Refused: it cannot: the rest was given back before.
    """
    if asked.amount > payment.left:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-22-1",
            f"of {payment.reference} {payment.left} were neither refunded nor charged back before, "
            f"not {asked.amount}",
        )


def asked_in(
    asking: Asking[ChargebackView, ReportChargebackBody], order: OrderView
) -> ReportChargeback:
    """What is reported, by what is known of the order now (PSR-22-4)."""
    return asking.body.to_command(order=OrderId(order.id), footing=footing_of(order.facts))


def beginning_of(
    asking: Asking[ChargebackView, ReportChargebackBody], order: OrderView
) -> Beginning[ChargebackView]:
    """What begins the chargeback."""
    asked = asked_in(asking, order)
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
    )
