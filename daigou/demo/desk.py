"""Owns the desk that an application sits at: what the demo's actors see and do, all over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

import httpx

from daigou.demo.bodies import Body, command_body
from daigou.demo.notebook import Credentials
from daigou.domain.commands import (
    Claim,
    CloseAccount,
    Command,
    EvidenceBundle,
    FreezeReason,
    LineCode,
    PlaceFreeze,
    ReportChargeback,
    RequestWithdrawal,
    Tip,
)
from daigou.domain.engagements import EngagementReason
from daigou.domain.evidence import MediaType
from daigou.domain.ids import CouponId, OrderId, PartyId, SubjectId
from daigou.domain.money import Money
from daigou.domain.order import TableName, Trigger
from daigou.domain.screening import RuleKind, Verdict
from daigou.simulator.plans import Happened
from gateway.answers import OrderAnswer, ReceiptAnswer, TimelineAnswer, TransitionAnswer
from gateway.client import DaigouClient, Done, RefusalError
from gateway.problems import EdgeCode

REDUCED_BY_COUPONS = (LineCode.SERVICE_FEE, LineCode.OTHER_FEE)


class Desk:
    """One application's. Every method may raise `RefusalError` and `UnansweredError`."""

    def __init__(self, client: DaigouClient) -> None:
        self._client = client

    async def timeline(self, order: OrderId) -> Sequence[Happened]:
        """What has happened to an order; nothing while it is not placed."""
        return tuple(_happened(step) for step in await _found(self._client.timeline(order)))

    async def timeline_beside(self, subject: SubjectId) -> Sequence[Happened]:
        """What has happened to what is beside an order, as an item of that; nothing while it is not
        there."""
        steps = await _found(self._client.timeline(subject))
        return tuple(replace(_happened(step), item=subject) for step in steps)

    async def order(self, order: OrderId) -> OrderAnswer:
        """An order as it stands."""
        return await self._client.order(order)

    async def diagram(self, order: OrderId) -> str:
        """An order's diagram, as SVG."""
        return await self._client.diagram(order)

    async def place(self, body: Body, *, key: str) -> ReceiptAnswer:
        """Places an order."""
        return (await self._client.place(body, key=key)).receipt

    async def command(
        self,
        order: OrderId,
        trigger: Trigger,
        body: Body,
        *,
        key: str,
        item: tuple[TableName, str] | None = None,
    ) -> ReceiptAnswer:
        """Pulls a trigger of an order, or of the item of it that is named: its table and its id."""
        if item is None:
            return (await self._client.command(order, trigger, body, key=key)).receipt
        table, number = item[0], item[1].rpartition("/")[2]
        if table == TableName.REFUND:
            # Which refund is meant, the path says and not the body.
            body = {name: value for name, value in body.items() if name != "reference"}
        done = await self._client.command(order, trigger, body, key=key, item=(table, number))
        return done.receipt

    async def command_beside(
        self, subject: SubjectId, trigger: Trigger, command: Command, *, key: str
    ) -> ReceiptAnswer:
        """Makes a claim, gives a tip, reports a chargeback, … or does something with one."""
        match command:
            case Claim():
                done = await self._client.make_claim(
                    command.order,
                    key=key,
                    against=command.against,
                    basis=command.basis,
                    losses=command.losses,
                    evidence=command.evidence,
                    claim_id=subject,
                )
            case Tip():
                done = await self._client.give_tip(
                    command.order, key=key, amount=command.amount, tip_id=subject
                )
            case ReportChargeback():
                done = await self._client.report_chargeback(
                    command.order,
                    key=key,
                    dispute=command.dispute,
                    payment=command.payment,
                    amount=command.amount,
                    reason=command.reason,
                    evidence_due=command.evidence_due,
                )
            case EvidenceBundle() if trigger == Trigger.SUBMIT_EVIDENCE:
                staged = (await self._client.chargeback(subject)).staged
                done = await self._client.submit_evidence(subject, key=key, digest=staged or "")
            case EvidenceBundle():
                done = await self._client.stage_evidence(subject, key=key)
            case RequestWithdrawal() | PlaceFreeze() | CloseAccount():
                done = await self._of_the_account(subject, command, key=key)
            case _:
                body = command_body(command)
                done = await self._client.command(subject, trigger, body, key=key)
        return done.receipt

    async def _of_the_account(
        self,
        subject: SubjectId,
        command: RequestWithdrawal | PlaceFreeze | CloseAccount,
        *,
        key: str,
    ) -> Done:
        match command:
            case RequestWithdrawal():
                return await self._client.request_withdrawal(
                    key=key,
                    amount=command.amount,
                    payment_method=command.payment_method,
                    withdrawal_id=subject,
                )
            case PlaceFreeze():
                return await self._client.place_freeze(
                    command.client,
                    key=key,
                    reason=command.reason,
                    order_id=command.order,
                    amount=command.amount or None,
                    note=command.note_ref or None,
                    freeze_id=subject,
                )
            case CloseAccount():
                return await self._client.close_account(
                    command.client,
                    key=key,
                    payment_method=command.payment_method,
                    closure_id=subject,
                )

    async def preview(self, order: OrderId, trigger: Trigger, body: Body) -> str:
        """What a command would do now: the digest that it is to be sent with."""
        return (await self._client.preview(order, trigger, body)).digest

    async def hand_in(self, order: OrderId, words: str, *, key: str) -> str:
        """Gives a piece of evidence with an order; its id."""
        body = words.encode()
        piece = await self._client.add_evidence(order, body, key=key, media_type=MediaType.TEXT)
        return piece.id

    async def give_coupon(
        self, coupon: CouponId, *, client: PartyId, amount: Money, since: datetime, until: datetime
    ) -> None:
        """Gives a client a coupon that reduces the provider's fees."""
        await self._client.issue_coupon(
            key=f"give/{coupon}",
            coupon_id=coupon,
            client_id=client,
            amount=amount,
            reduces=REDUCED_BY_COUPONS,
            valid_from=since,
            valid_until=until,
        )

    async def sign_contract(
        self, *, promoter: PartyId, provider: PartyId, rate: Fraction, since: datetime
    ) -> None:
        """Records what a provider pays a promoter for the orders that it wins."""
        await self._client.sign_contract(
            key=f"sign/{promoter}/{provider}",
            promoter_id=promoter,
            provider_id=provider,
            rate=rate,
            begins_at=since,
        )

    async def engage(self, *, promoter: PartyId, promotion_provider: PartyId) -> None:
        """Records that a promotion provider engages a promoter, and makes it active."""
        engagement = f"eng_{promoter.removeprefix('pro_')}"
        await self._client.propose_engagement(
            key=f"propose/{engagement}",
            promoter_id=promoter,
            promotion_provider_id=promotion_provider,
            engagement_id=engagement,
        )
        await self._client.activate_engagement(
            engagement, key=f"activate/{engagement}", reason=EngagementReason.AGREED
        )

    async def invitation_code(self, client: PartyId) -> str:
        """The code with which a client invites others."""
        return (await self._client.invitation_code(client=client)).code

    async def screen(self, category: str, verdict: Verdict, reason: str) -> None:
        """Puts a category on the screening list; once."""
        await self._client.add_screening_rule(
            key=f"screen/{category}",
            kind=RuleKind.CATEGORY,
            pattern=category,
            verdict=verdict,
            reason=reason,
        )

    async def register(self, body: Body, key: str) -> None:
        """Registers a party."""
        await self._client.register(body, key=key)

    async def recharge(self, amount: Money, *, recharge_id: str) -> None:
        """Puts money into the deposit, through the payment method that always works."""
        await self._client.request_recharge(
            key=recharge_id, amount=amount, payment_method="pm_ok", recharge_id=recharge_id
        )

    async def recover_account(self, client: PartyId) -> None:
        """Asks for the client's account again, if it is frozen since nobody used it."""
        for freeze in (await self._client.account(client)).freezes:
            if freeze.subject and freeze.reason == FreezeReason.INACTIVITY:
                await self._client.recover_account(freeze.subject, key=f"recover/{freeze.subject}")

    async def be_told(self, url: str, *, key: str) -> str:
        """Has every event of the party sent to a URL; the secret that verifies them."""
        return (await self._client.add_webhook_endpoint(key=key, url=url)).secret

    async def is_ready(self) -> bool:
        """Whether commands can be carried out now."""
        return await self._client.is_ready()


@asynccontextmanager
async def opened_desk(
    gateway: str,
    credentials: Credentials,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Desk]:
    """The desk of the application that the credentials prove."""
    client = DaigouClient(gateway, credentials.key, credentials.secret, transport=transport)
    async with client:
        yield Desk(client)


async def _found(timeline: Awaitable[TimelineAnswer]) -> Sequence[TransitionAnswer]:
    try:
        return (await timeline).data
    except RefusalError as refusal:
        if refusal.problem.code == EdgeCode.NOT_FOUND:
            return ()
        raise


def _happened(step: TransitionAnswer) -> Happened:
    return Happened(
        table=step.axis,
        item=step.item or "",
        trigger=step.trigger,
        source=step.source,
        target=step.target,
        sequence=step.sequence,
        at=step.at,
    )
