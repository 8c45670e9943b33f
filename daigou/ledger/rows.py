"""Owns the translation between the domain's values and the rows that hold them, both ways.

Rows come as mappings from a query or from `open_book`'s JSON, and go as mappings to `write_step`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol

from pydantic import Field, TypeAdapter

from daigou.domain.book import (
    Account,
    AccountKind,
    Captured,
    Coupon,
    Debt,
    Disputed,
    Movement,
    MovementKind,
    MovementState,
    Paid,
    Personal,
)
from daigou.domain.clocks import Clock, running
from daigou.domain.commands import (
    AdvanceDeposit,
    CautionKind,
    Command,
    DriftLimit,
    Inference,
    Line,
    LineCode,
    Mandate,
    Request,
)
from daigou.domain.facts import Facts
from daigou.domain.ids import ChargebackId, CouponId, MovementRef, PartyId, SubjectId
from daigou.domain.lifecycle import TABLES
from daigou.domain.lifecycle.chargeback import HOLDING, JUST
from daigou.domain.money import Fee, Money
from daigou.domain.order import Parties, State, TableName
from daigou.domain.screening import Finding
from daigou.domain.steps import Committed, Recorded, Step


class Row(Protocol):
    """A row, whether of a query or of JSON."""

    def __getitem__(self, column: str, /) -> Any: ...


def differs(row: Row, said: Mapping[str, Any]) -> bool:
    """Whether a row that is there already says otherwise than a request for it."""
    return any(row[column] != value for column, value in said.items())


_STEP = TypeAdapter(Step)
_COMMAND: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="kind")])
_COMMITTED = TypeAdapter(Committed)
_RECORDED = TypeAdapter(Recorded)
_CLOCKS = TypeAdapter(tuple[Clock, ...])
_INFERRED = TypeAdapter(tuple[Inference, ...])
_FACTS = TypeAdapter(Facts)
_FINDINGS = TypeAdapter(tuple[Finding, ...])
_MOMENT = TypeAdapter(datetime)


_OF_THE_MOMENT = {"at", "recorded_at", "clocks"}


def digest_of(step: Step) -> str:
    """What a step says, as SHA-256 in hex; the moments of its recording are not part of it.

    A workflow task that is tried again says the same at another moment: the first one counts.
    Fields at their default are left out, so that a field added to a command later leaves the
    digests of older steps as they are.
    """
    said = _STEP.dump_json(step, exclude=_OF_THE_MOMENT, exclude_defaults=True)
    return hashlib.sha256(said).hexdigest()


def command_json(command: Command) -> Any:
    """A command as it stands in the log."""
    return _COMMAND.dump_python(command, mode="json")


def committed_json(committed: Committed) -> Any:
    """A step's result as it stands beside its transition."""
    return _COMMITTED.dump_python(committed, mode="json")


def committed_of(json: Any) -> Committed:
    """The result that was stored with a transition."""
    return _COMMITTED.validate_python(json)


def recorded_of(row: Any) -> Recorded:
    """The step that a transition's row holds."""
    return _RECORDED.validate_python(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clockwork:
    """A subject's clocks as its row holds them: all of them, and when the next one strikes."""

    clocks: Any
    next_due_at: datetime | None


def clockwork(*, table: TableName, state: State, clocks: tuple[Clock, ...]) -> Clockwork:
    """The clock columns of a row whose axis stands at `state`."""
    awake = running(table=TABLES[table], state=state, clocks=clocks)
    return Clockwork(
        clocks=_CLOCKS.dump_python(clocks, mode="json"),
        next_due_at=awake[0].due if awake else None,
    )


def running_clocks(*, table: TableName, state: State, json: Any) -> tuple[Clock, ...]:
    """The clocks of a row that run now, the next to strike first."""
    return running(table=TABLES[table], state=state, clocks=_CLOCKS.validate_python(json))


def facts_json(facts: Facts) -> Any:
    """What an order knows, as its row holds it; what is as by default is left out."""
    return _FACTS.dump_python(facts, mode="json", exclude_defaults=True)


def facts_in(json: Any) -> Facts:
    """What an order knows, from its row."""
    return _FACTS.validate_python(json)


def clocks_of(json: Any) -> tuple[Clock, ...]:
    """Every clock of a row, running and asleep."""
    return _CLOCKS.validate_python(json)


def moment_in(value: Any) -> datetime:
    """A moment of a row, whether of a query or of JSON."""
    return _MOMENT.validate_python(value)


def moment_of(value: Any) -> datetime | None:
    """A moment of a row that may have none."""
    return None if value is None else moment_in(value)


def parties_of(order: Row) -> Parties:
    """Whose order it is."""
    return Parties(
        client=PartyId(order["client"]),
        provider=PartyId(order["provider"]),
        storage=PartyId(order["storage"]),
        logistics=_party(order["logistics"]),
        promoter=_party(order["promoter"]),
    )


def paid_of(order: Row) -> Paid | None:
    """Where the order amount came from; None until it was paid."""
    if order["paid_from_deposit"] is None:
        return None
    return Paid(
        from_deposit=Money(order["paid_from_deposit"]),
        from_institution=Money(order["paid_from_institution"]),
        from_coupons=Money(order["paid_from_coupons"]),
    )


def account_named(id_: str) -> Account:
    """The account of an id."""
    kind, _, owner = id_.partition(":")
    return Account(AccountKind(kind), owner)


def captured_of(row: Row) -> Captured:
    """A capture, with what was given back of it."""
    return Captured(
        reference=MovementRef(row["reference"]),
        amount=Money(row["amount"]),
        refunded=Money(row["refunded"]),
        credited=Money(row["credited"]),
        disputed=Money(row["disputed"]),
    )


def disputed_of(row: Row) -> Disputed:
    """A chargeback of one of an order's payments, as it weighs on the order."""
    return Disputed(
        chargeback=ChargebackId(row["id"]),
        payment=MovementRef(row["payment"]),
        amount=Money(row["amount"]),
        owed=Money(row["owed"]),
        returned=Money(row["returned"]),
        holds=row["state"] in HOLDING,
        won=row["won"],
        just=row["state"] in JUST,
    )


def personal_of(row: Row | None) -> Personal:
    """What is known of a client's account."""
    if row is None:
        return Personal()
    return Personal(
        balance=Money(row["balance"]),
        debts=tuple(
            Debt(account=account_named(each["account"]), amount=Money(each["amount"]))
            for each in row["debts"]
        ),
        frozen=row["frozen"],
        unfinished=tuple(row["unfinished"]),
        last_act=moment_of(row["last_act"]),
    )


def coupon_of(row: Row) -> Coupon:
    """A coupon that a command names."""
    return Coupon(
        id=CouponId(row["id"]),
        amount=Money(row["amount"]),
        reduces=frozenset(LineCode(code) for code in row["reduces"]),
        usable=row["usable"],
    )


def request_row(subject: SubjectId, request: Request) -> dict[str, Any]:
    """The row of `purchase_request`."""
    return {
        "order_id": subject,
        "logistics": request.logistics,
        "product_link": request.product_link,
        "offer_id": request.offer_id,
        "title": request.title,
        "seller_name": request.seller_name,
        "specification": request.specification,
        "category": request.category,
        "quantity": request.quantity,
        "unit_price": request.unit_price.amount,
        "freight": request.freight.amount,
        "currency": request.unit_price.currency,
        "delivery_address": request.delivery_address,
        "client_country": request.client_country,
        "mandate_version": request.mandate.version,
        "mandate_digest": request.mandate.digest,
        "mandate_agreed_at": request.mandate.agreed_at,
        "inferred": _INFERRED.dump_python(request.inferred, mode="json"),
        "promoter": request.promoter,
        "cautions": list(request.cautions),
        "advance_amount": request.advance.amount.amount if request.advance else None,
        "advance_balance_by": request.advance.balance_by if request.advance else None,
        "drift_limit": None if request.drift_limit.any else request.drift_limit.amount.amount,
        "findings": _FINDINGS.dump_python(request.findings, mode="json"),
    }


def request_of(order: Row, request: Row) -> Request:
    """The request as it was made, from the order's row and its own."""
    return Request(
        client=PartyId(order["client"]),
        provider=PartyId(order["provider"]),
        storage=PartyId(order["storage"]),
        logistics=_party(request["logistics"]),
        product_link=request["product_link"],
        offer_id=request["offer_id"],
        title=request["title"],
        seller_name=request["seller_name"],
        specification=request["specification"],
        category=request["category"],
        quantity=request["quantity"],
        unit_price=Money(request["unit_price"]),
        freight=Money(request["freight"]),
        delivery_address=request["delivery_address"],
        client_country=request["client_country"],
        mandate=Mandate(
            version=request["mandate_version"],
            digest=request["mandate_digest"],
            agreed_at=_MOMENT.validate_python(request["mandate_agreed_at"]),
        ),
        inferred=_INFERRED.validate_python(request["inferred"]),
        promoter=_party(request["promoter"]),
        cautions=tuple(CautionKind(each) for each in request["cautions"]),
        advance=_advance_of(request),
        drift_limit=DriftLimit(any=True)
        if request["drift_limit"] is None
        else DriftLimit(amount=Money(request["drift_limit"])),
        findings=_FINDINGS.validate_python(request["findings"]),
    )


def _advance_of(request: Row) -> AdvanceDeposit | None:
    if request["advance_amount"] is None:
        return None
    return AdvanceDeposit(
        amount=Money(request["advance_amount"]),
        balance_by=_MOMENT.validate_python(request["advance_balance_by"]),
    )


def line_rows(
    *, subject: SubjectId, sequence: int, after: int, lines: Sequence[Line], fee: Fee | None
) -> list[dict[str, Any]]:
    """Rows of `order_line`, numbered on from `after`; the fee's line says how it was computed."""
    return [
        {
            "subject": subject,
            "line_no": number,
            "sequence": sequence,
            "code": line.code,
            "label": line.label,
            "amount": line.amount.amount,
            "currency": line.amount.currency,
            "collector": line.collector,
            **(_fee_columns(fee) if fee and line.code == LineCode.SERVICE_FEE else {}),
        }
        for number, line in enumerate(lines, start=after + 1)
    ]


def line_of(row: Row) -> Line:
    """A line of the checkout."""
    return Line(
        code=LineCode(row["code"]),
        label=row["label"],
        amount=Money(row["amount"]),
        collector=PartyId(row["collector"]),
    )


def fee_of(lines: Sequence[Row]) -> Fee | None:
    """The service fee with all that it was computed from; None until the checkout is open."""
    for row in lines:
        if row["code"] == LineCode.SERVICE_FEE:
            return Fee(
                base=Money(row["fee_base"]),
                rate=f"{row['fee_numerator']}/{row['fee_denominator']}",
                rounding=row["fee_rounding"],
                amount=Money(row["amount"]),
            )
    return None


def movement_row(*, step: Step, movement: Movement) -> dict[str, Any]:
    """The row of `movement` for an intent: sent, its outcome not known."""
    return {
        "reference": movement.reference,
        "subject": step.subject,
        "sequence": step.sequence,
        "kind": movement.kind,
        "amount": movement.amount.amount,
        "currency": movement.amount.currency,
        "payment_method": movement.payment_method,
        "original": movement.original,
        "state": MovementState.SENT,
        "external_ref": "",
        "reason": "",
        "sent_at": step.at,
    }


def movement_of(row: Row) -> Movement:
    """The intent of a movement."""
    return Movement(
        reference=MovementRef(row["reference"]),
        kind=MovementKind(row["kind"]),
        amount=Money(row["amount"]),
        payment_method=row["payment_method"],
        original=_reference(row["original"]),
    )


def _fee_columns(fee: Fee) -> dict[str, Any]:
    numerator, _, denominator = fee.rate.partition("/")
    return {
        "fee_base": fee.base.amount,
        "fee_numerator": int(numerator),
        "fee_denominator": int(denominator),
        "fee_rounding": fee.rounding,
    }


def _party(value: str | None) -> PartyId | None:
    return None if value is None else PartyId(value)


def _reference(value: str | None) -> MovementRef | None:
    return None if value is None else MovementRef(value)
