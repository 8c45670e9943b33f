"""The typed client of the API: what a backend in Python places, commands and reads orders with.

    async with DaigouClient("http://127.0.0.1:8080", app_key, app_secret) as daigou:
        done = await daigou.place(body, key="order-4711")
        await daigou.accept(done.receipt.id, key="accept-4711")

Every command takes a `key`, the caller's own name for it: the same key is carried out once, however
often the call is made.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import httpx

from daigou.domain.commands import Line, ObjectionReason, RefusalReason, UnrealizableReason
from daigou.domain.evidence import MediaType
from daigou.domain.money import ZERO, Money
from daigou.domain.notices import DeliveryState
from daigou.domain.order import State, TableName, Trigger
from daigou.domain.screening import RuleKind, Verdict
from daigou.domain.sweeps import SweepName
from gateway.answers import (
    AllowedActionsAnswer,
    ClausesAnswer,
    DeadlinesAnswer,
    DepositAnswer,
    EntryPage,
    FindingPage,
    MandateDeclarationAnswer,
    OrderAnswer,
    OrderPage,
    PartyAnswer,
    ReceiptAnswer,
    RechargeAnswer,
    StatementAnswer,
    TermsAnswer,
    TimelineAnswer,
)
from gateway.calling import Body, Calling, RefusalError, UnansweredError
from gateway.checkout import CheckoutAnswer, RatesAnswer
from gateway.erasing import ErasureAnswer
from gateway.evidence import EvidenceAnswer, EvidencePage
from gateway.principals import DeclaredAnswer, PrincipalAnswer
from gateway.screening import RuleAnswer, RulePage
from gateway.telling import (
    EndpointAnswer,
    EndpointPage,
    NewEndpointAnswer,
    NoticeAnswer,
    NoticePage,
    ReplayedAnswer,
)

__all__ = ["DaigouClient", "Done", "RefusalError", "UnansweredError"]

ANSWER_SECONDS_MAX = 30.0
"""Longer than the gateway itself waits for an answer."""
GIVE_UP_SECONDS = 120.0
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A command was carried out; `replayed` says that it had been before, under the same key."""

    receipt: ReceiptAnswer
    replayed: bool


class DaigouClient:
    """An application's client. Every method may raise `RefusalError` and `UnansweredError`."""

    def __init__(
        self,
        base_url: str,
        app_key: str,
        app_secret: str,
        *,
        give_up_seconds: float = GIVE_UP_SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url,
            auth=(app_key, app_secret),
            timeout=ANSWER_SECONDS_MAX,
            transport=transport,
        )
        self._calling = Calling(http=self._http, give_up_seconds=give_up_seconds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Gives the connections back."""
        await self._http.aclose()

    # Placing and commanding orders.

    async def place(self, body: Body, *, key: str) -> Done:
        """Places an order; `body` is that of `POST /v1/orders`."""
        return await self._command("/v1/orders", body, key=key)

    async def command(
        self,
        order_id: str,
        trigger: Trigger | str,
        body: Body | None = None,
        *,
        key: str,
        item: tuple[TableName, str] | None = None,
    ) -> Done:
        """Pulls any trigger of an order, or of an item of it: which table, and its number."""
        at = f"/v1/orders/{order_id}" + (f"/{item[0]}s/{item[1]}" if item else "")
        return await self._command(f"{at}/{trigger}", body or {}, key=key)

    async def accept(self, order_id: str, *, key: str, lines: Iterable[Line] = ()) -> Done:
        """The provider accepts, with the lines beyond goods, freight and fee (PSR-2-1, PSR-6)."""
        said = [
            {
                "code": line.code,
                "label": line.label,
                "amount": _price(line.amount),
                "collector": line.collector,
            }
            for line in lines
        ]
        return await self.command(order_id, Trigger.ACCEPT, {"lines": said}, key=key)

    async def refuse(
        self, order_id: str, *, key: str, reason: RefusalReason, note: str | None = None
    ) -> Done:
        """The provider refuses the request (PSR-2-1)."""
        body = {"reason": reason, "note": note}
        return await self.command(order_id, Trigger.REFUSE, body, key=key)

    async def withdraw(self, order_id: str, *, key: str, note: str | None = None) -> Done:
        """The client takes the request back before paying (PSR-2-2)."""
        return await self.command(order_id, Trigger.WITHDRAW, {"note": note}, key=key)

    async def choose_logistics(self, order_id: str, *, key: str, logistics_id: str) -> Done:
        """The client chooses who ships the goods abroad (PSR-5)."""
        body = {"logistics_id": logistics_id}
        return await self.command(order_id, Trigger.CHOOSE_LOGISTICS, body, key=key)

    async def pay(
        self,
        order_id: str,
        *,
        key: str,
        from_deposit: Money = ZERO,
        from_institution: Money = ZERO,
        payment_method: str | None = None,
    ) -> Done:
        """The client pays the whole order amount (PSR-2-2, UA-1-8)."""
        body = {
            "from_deposit": _price(from_deposit),
            "from_institution": _price(from_institution),
            "payment_method": payment_method,
        }
        return await self.command(order_id, Trigger.PAY, body, key=key)

    async def confirm_payment(
        self, order_id: str, *, key: str, reference: str, external_ref: str | None = None
    ) -> Done:
        """The institution says that the payment was captured (PSR-2-2)."""
        body = _outcome(reference, external_ref)
        return await self.command(order_id, Trigger.CONFIRM_PAYMENT, body, key=key)

    async def decline_payment(
        self, order_id: str, *, key: str, reference: str, reason: str | None = None
    ) -> Done:
        """The institution says that the payment was declined (PSR-2-2)."""
        body = _outcome(reference, reason=reason)
        return await self.command(order_id, Trigger.DECLINE_PAYMENT, body, key=key)

    async def purchase(self, order_id: str, *, key: str) -> Done:
        """The provider orders the goods from the seller (PSR-8)."""
        return await self.command(order_id, Trigger.PURCHASE, key=key)

    async def record_purchase(
        self,
        order_id: str,
        *,
        key: str,
        seller_order_no: str,
        goods: Money,
        freight: Money,
        delivery_address: str,
    ) -> Done:
        """The seller took the order and was paid (PSR-8, PSR-11)."""
        body = {
            "seller_order_no": seller_order_no,
            "goods": _price(goods),
            "freight": _price(freight),
            "delivery_address": delivery_address,
        }
        return await self.command(order_id, Trigger.RECORD_PURCHASE, body, key=key)

    async def fail_purchase(
        self, order_id: str, *, key: str, reference: str, reason: str | None = None
    ) -> Done:
        """The seller was not paid; it can be tried again (PSR-8)."""
        body = _outcome(reference, reason=reason)
        return await self.command(order_id, Trigger.FAIL_PURCHASE, body, key=key)

    async def reject_purchase(
        self, order_id: str, *, key: str, reference: str, reason: str | None = None
    ) -> Done:
        """The seller cannot or will not sell (PSR-9)."""
        body = _outcome(reference, reason=reason)
        return await self.command(order_id, Trigger.REJECT_PURCHASE, body, key=key)

    async def report_unrealizable(
        self, order_id: str, *, key: str, reason: UnrealizableReason, note: str | None = None
    ) -> Done:
        """The provider reports that the purchase cannot be made (PSR-9)."""
        body = {"reason": reason, "note": note}
        return await self.command(order_id, Trigger.REPORT_UNREALIZABLE, body, key=key)

    async def warehouse_receipt(self, order_id: str, *, key: str, parcel_ref: str) -> Done:
        """The storage received the goods (PSR-16)."""
        body = {"parcel_ref": parcel_ref}
        return await self.command(order_id, Trigger.WAREHOUSE_RECEIPT, body, key=key)

    async def object_to_goods(
        self, order_id: str, *, key: str, reason: ObjectionReason, note: str | None = None
    ) -> Done:
        """Logistics objects to the goods at the storage (PSR-16)."""
        body = {"reason": reason, "note": note}
        return await self.command(order_id, Trigger.OBJECT_TO_GOODS, body, key=key)

    async def resolve_objection(self, order_id: str, *, key: str) -> Done:
        """The objection is settled (PSR-16)."""
        return await self.command(order_id, Trigger.RESOLVE_OBJECTION, key=key)

    async def clear_customs(self, order_id: str, *, key: str, tracking_ref: str) -> Done:
        """The goods cleared export customs (PSR-12-7)."""
        body = {"tracking_ref": tracking_ref}
        return await self.command(order_id, Trigger.CLEAR_CUSTOMS, body, key=key)

    async def deliver(self, order_id: str, *, key: str, tracking_ref: str) -> Done:
        """The goods were delivered (PSR-17-1)."""
        body = {"tracking_ref": tracking_ref}
        return await self.command(order_id, Trigger.DELIVER, body, key=key)

    async def confirm_receipt(self, order_id: str, *, key: str) -> Done:
        """The client confirms receipt without objection (PSR-18-2)."""
        return await self.command(order_id, Trigger.CONFIRM_RECEIPT, key=key)

    async def confirm_refund(
        self, order_id: str, *, key: str, refund: str, external_ref: str | None = None
    ) -> Done:
        """The institution paid a refund (PSR-9); `refund` is its number."""
        body = {"external_ref": external_ref}
        return await self.command(
            order_id, Trigger.CONFIRM_REFUND, body, key=key, item=(TableName.REFUND, refund)
        )

    async def fail_refund(
        self, order_id: str, *, key: str, refund: str, reason: str | None = None
    ) -> Done:
        """The institution cannot pay a refund (PSR-9); `refund` is its number."""
        body = {"reason": reason}
        return await self.command(
            order_id, Trigger.FAIL_REFUND, body, key=key, item=(TableName.REFUND, refund)
        )

    # Reading orders.

    async def order(self, order_id: str) -> OrderAnswer:
        """An order as it stands."""
        return await self._calling.get(f"/v1/orders/{order_id}", OrderAnswer)

    async def orders(
        self,
        *,
        state: State | None = None,
        client: str | None = None,
        provider: str | None = None,
        due_before: datetime | None = None,
        limit: int = 20,
        starting_after: str | None = None,
    ) -> OrderPage:
        """One page of orders, the newest first."""
        query = {
            "state": state,
            "client": client,
            "provider": provider,
            "due_before": due_before.isoformat() if due_before else None,
            "limit": limit,
            "starting_after": starting_after,
        }
        return await self._calling.get("/v1/orders", OrderPage, query=query)

    async def all_orders(self, **wanted: Any) -> AsyncIterator[OrderAnswer]:
        """Every order of a filter (as `orders`), page by page."""
        last: str | None = None
        while True:
            page = await self.orders(**{**wanted, "limit": PAGE, "starting_after": last})
            for order in page.data:
                yield order
            if not page.has_more:
                return
            last = page.data[-1].id

    async def allowed_actions(self, order_id: str) -> AllowedActionsAnswer:
        """What may be done now, by when, and what forbids the rest."""
        return await self._calling.get(
            f"/v1/orders/{order_id}/allowed-actions", AllowedActionsAnswer
        )

    async def timeline(self, order_id: str) -> TimelineAnswer:
        """Everything that happened to an order."""
        return await self._calling.get(f"/v1/orders/{order_id}/timeline", TimelineAnswer)

    async def statement(self, order_id: str) -> StatementAnswer:
        """An order's money."""
        return await self._calling.get(f"/v1/orders/{order_id}/statement", StatementAnswer)

    async def deadlines(self, order_id: str) -> DeadlinesAnswer:
        """The deadlines of an order that run now."""
        return await self._calling.get(f"/v1/orders/{order_id}/deadlines", DeadlinesAnswer)

    async def diagram(self, order_id: str) -> str:
        """An order's diagram, as SVG."""
        response = await self._calling.send(
            "GET", f"/v1/orders/{order_id}/diagram.svg", headers={"Accept": "image/svg+xml"}
        )
        return response.text

    # Deposits and recharges.

    async def request_recharge(
        self, *, key: str, amount: Money, payment_method: str, recharge_id: str | None = None
    ) -> Done:
        """The client puts money into its deposit (UA-1-8)."""
        body = {
            "amount": _price(amount),
            "payment_method": payment_method,
            "recharge_id": recharge_id,
        }
        return await self._command("/v1/recharges", body, key=key)

    async def confirm_recharge(
        self, recharge_id: str, *, key: str, reference: str, external_ref: str | None = None
    ) -> Done:
        """The institution says that a recharge was captured (UA-1-8)."""
        at = f"/v1/recharges/{recharge_id}/{Trigger.CONFIRM_RECHARGE}"
        return await self._command(at, _outcome(reference, external_ref), key=key)

    async def decline_recharge(
        self, recharge_id: str, *, key: str, reference: str, reason: str | None = None
    ) -> Done:
        """The institution says that a recharge was declined (UA-1-8)."""
        at = f"/v1/recharges/{recharge_id}/{Trigger.DECLINE_RECHARGE}"
        return await self._command(at, _outcome(reference, reason=reason), key=key)

    async def recharge(self, recharge_id: str) -> RechargeAnswer:
        """A recharge as it stands."""
        return await self._calling.get(f"/v1/recharges/{recharge_id}", RechargeAnswer)

    async def deposit(self, client_id: str) -> DepositAnswer:
        """A client's deposit."""
        return await self._calling.get(f"/v1/deposits/{client_id}", DepositAnswer)

    async def deposit_entries(
        self, client_id: str, *, limit: int = 20, starting_after: int | None = None
    ) -> EntryPage:
        """One page of a deposit's statement."""
        query = {"limit": limit, "starting_after": starting_after}
        return await self._calling.get(f"/v1/deposits/{client_id}/entries", EntryPage, query=query)

    # What is amiss, for those who run the service.

    async def findings(
        self,
        *,
        sweep: SweepName | None = None,
        open: bool | None = None,  # noqa: A002 - it is the query's own word
        limit: int = 20,
        starting_after: int | None = None,
    ) -> FindingPage:
        """One page of what the sweeps found, the newest first."""
        query = {
            "sweep": sweep,
            "open": None if open is None else str(open).lower(),
            "limit": limit,
            "starting_after": starting_after,
        }
        return await self._calling.get("/v1/findings", FindingPage, query=query)

    # What orders refer to.

    async def screening_rules(
        self, *, lifted: bool = False, limit: int = PAGE, starting_after: int | None = None
    ) -> RulePage:
        """One page of the screening list, the oldest rule first (PSR-14, LM-22)."""
        query = {"lifted": lifted, "limit": limit, "starting_after": starting_after}
        return await self._calling.get("/v1/screening-rules", RulePage, query=query)

    async def add_screening_rule(
        self, *, key: str, kind: RuleKind, pattern: str, verdict: Verdict, reason: str
    ) -> RuleAnswer:
        """The platform puts a rule on the screening list (PSR-14, LM-22)."""
        body = {"kind": kind, "pattern": pattern, "verdict": verdict, "reason": reason}
        response = await self._calling.post("/v1/screening-rules", body, key=key)
        return RuleAnswer.model_validate_json(response.content)

    async def lift_screening_rule(self, rule: int, *, key: str) -> RuleAnswer:
        """The platform takes a rule off the screening list (PSR-14, LM-22)."""
        response = await self._calling.post(f"/v1/screening-rules/{rule}/lift", {}, key=key)
        return RuleAnswer.model_validate_json(response.content)

    async def principal(self, order_id: str) -> PrincipalAnswer:
        """For whom the purchasing person of an order acts (PSR-4)."""
        return await self._calling.get(f"/v1/orders/{order_id}/principal", PrincipalAnswer)

    async def declare_principal(self, provider_id: str, body: Body, *, key: str) -> DeclaredAnswer:
        """A provider declares its legal entity and who buys for it (PSR-4)."""
        response = await self._calling.post(f"/v1/parties/{provider_id}/principal", body, key=key)
        return DeclaredAnswer.model_validate_json(response.content)

    async def checkout(self, order_id: str, *, currencies: Iterable[str] = ()) -> CheckoutAnswer:
        """What an order costs and is to be paid until when, with estimates (PSR-6, UA-2-3)."""
        query = {"currency": list(currencies) or None}
        return await self._calling.get(
            f"/v1/orders/{order_id}/checkout", CheckoutAnswer, query=query
        )

    async def exchange_rates(self) -> RatesAnswer:
        """The rates that estimates are made with (UA-2-3)."""
        return await self._calling.get("/v1/exchange-rates", RatesAnswer)

    async def add_evidence(
        self, order_id: str, body: bytes, *, key: str, media_type: MediaType
    ) -> EvidenceAnswer:
        """Gives a piece of evidence with an order (PSR-17-1)."""
        headers = {"Idempotency-Key": key, "Content-Type": media_type.value}
        at = f"/v1/orders/{order_id}/evidence"
        response = await self._calling.send("POST", at, content=body, headers=headers)
        return EvidenceAnswer.model_validate_json(response.content)

    async def evidence(self, order_id: str) -> EvidencePage:
        """What evidence an order has (PSR-17-1)."""
        return await self._calling.get(f"/v1/orders/{order_id}/evidence", EvidencePage)

    async def evidence_bytes(self, order_id: str, evidence_id: str) -> bytes:
        """The bytes of a piece of evidence (PSR-17-1)."""
        at = f"/v1/orders/{order_id}/evidence/{evidence_id}"
        return (await self._calling.send("GET", at)).content

    async def erase_personal_data(self, party_id: str, *, force: bool = False) -> ErasureAnswer:
        """Erases a party's personal data for good (PSR-23)."""
        at, query = f"/v1/parties/{party_id}/personal-data", {"force": True} if force else {}
        response = await self._calling.send("DELETE", at, params=query)
        return ErasureAnswer.model_validate_json(response.content)

    # Webhook endpoints, and who was told what.

    async def add_webhook_endpoint(
        self, *, key: str, url: str, events: Iterable[str] = ("*",)
    ) -> NewEndpointAnswer:
        """Has this application told of its party's events (PSR-27); keep the `secret`."""
        body = {"url": url, "events": list(events)}
        response = await self._calling.post("/v1/webhook-endpoints", body, key=key)
        return NewEndpointAnswer.model_validate_json(response.content)

    async def webhook_endpoints(
        self, *, limit: int = 20, starting_after: str | None = None
    ) -> EndpointPage:
        """One page of endpoints."""
        query = {"limit": limit, "starting_after": starting_after}
        return await self._calling.get("/v1/webhook-endpoints", EndpointPage, query=query)

    async def webhook_endpoint(self, endpoint_id: str) -> EndpointAnswer:
        """An endpoint, and how it does."""
        return await self._calling.get(f"/v1/webhook-endpoints/{endpoint_id}", EndpointAnswer)

    async def disable_webhook_endpoint(self, endpoint_id: str) -> EndpointAnswer:
        """Sends nothing more there."""
        response = await self._calling.send("DELETE", f"/v1/webhook-endpoints/{endpoint_id}")
        return EndpointAnswer.model_validate_json(response.content)

    async def rotate_webhook_secret(self, endpoint_id: str, *, key: str) -> NewEndpointAnswer:
        """Gives an endpoint a new secret; the one before signs as well for a day."""
        response = await self._calling.post(
            f"/v1/webhook-endpoints/{endpoint_id}/rotate-secret", {}, key=key
        )
        return NewEndpointAnswer.model_validate_json(response.content)

    async def replay_to_webhook_endpoint(
        self,
        endpoint_id: str,
        *,
        key: str,
        since: datetime | None = None,
        subject: str | None = None,
        from_order_sequence: int | None = None,
    ) -> ReplayedAnswer:
        """Sends again what was told since a moment, or of a subject from a place on (PSR-27)."""
        body = {
            "since": since.isoformat() if since else None,
            "subject": subject,
            "from_order_sequence": from_order_sequence,
        }
        response = await self._calling.post(
            f"/v1/webhook-endpoints/{endpoint_id}/replay", _said(body), key=key
        )
        return ReplayedAnswer.model_validate_json(response.content)

    async def notices(
        self,
        *,
        state: DeliveryState | None = None,
        limit: int = 20,
        starting_after: str | None = None,
    ) -> NoticePage:
        """One page of what this application's party was told, the newest first (PSR-27)."""
        query = {"state": state, "limit": limit, "starting_after": starting_after}
        return await self._calling.get("/v1/notices", NoticePage, query=query)

    async def order_notices(
        self, order_id: str, *, limit: int = 20, starting_after: str | None = None
    ) -> NoticePage:
        """One page of an order's delivery log."""
        query = {"limit": limit, "starting_after": starting_after}
        return await self._calling.get(f"/v1/orders/{order_id}/notices", NoticePage, query=query)

    async def replay_notice(self, message_id: str, *, key: str) -> NoticeAnswer:
        """Sends a notice again, under the same id."""
        response = await self._calling.post(f"/v1/notices/{message_id}/replay", {}, key=key)
        return NoticeAnswer.model_validate_json(response.content)

    # Parties, texts, and whether the service is ready.

    async def register(self, body: Body, *, key: str) -> PartyAnswer:
        """Registers a party; `body` is that of `POST /v1/parties`."""
        response = await self._calling.post("/v1/parties", body, key=key)
        return PartyAnswer.model_validate_json(response.content)

    async def party(self, party_id: str) -> PartyAnswer:
        """A registered party."""
        return await self._calling.get(f"/v1/parties/{party_id}", PartyAnswer)

    async def mandate_declaration(self) -> MandateDeclarationAnswer:
        """The declaration that clients agree to (PSR-1-2)."""
        return await self._calling.get("/v1/mandate-declaration", MandateDeclarationAnswer)

    async def terms(self) -> TermsAnswer:
        """The terms that a new order begins with."""
        return await self._calling.get("/v1/terms", TermsAnswer)

    async def clauses(self) -> ClausesAnswer:
        """The catalogue of duties."""
        return await self._calling.get("/v1/clauses", ClausesAnswer)

    async def is_ready(self) -> bool:
        """Whether commands can be carried out, asked once."""
        try:
            return (await self._http.get("/readyz")).is_success
        except httpx.TransportError:
            return False

    async def _command(self, path: str, body: Body, *, key: str) -> Done:
        response = await self._calling.post(path, _said(body), key=key)
        return Done(
            receipt=ReceiptAnswer.model_validate_json(response.content),
            replayed=response.headers.get("Idempotency-Replayed") == "true",
        )


def _said(body: Body) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def _price(money: Money) -> Mapping[str, Any]:
    return {"amount": money.amount, "currency": money.currency}


def _outcome(reference: str, external_ref: str | None = None, *, reason: str | None = None) -> Body:
    return {"reference": reference, "external_ref": external_ref, "reason": reason}
