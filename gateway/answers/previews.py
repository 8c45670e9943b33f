"""Owns what is shown of a command before it is given: every sum that it moves, and who gets it."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import Field

from daigou.domain.book import AccountKind, Effects, Journal, JournalKind, Leg
from daigou.domain.clauses import clause
from daigou.domain.commands import Line, LineCode
from daigou.domain.lifecycle import TABLES
from daigou.domain.money import ZERO, Fee, Money
from daigou.domain.order import Actor, Parties, Role, State, TableName, Trigger
from daigou.ledger.views import PreviewView
from gateway.answers.facts import FeeAnswer, LineAnswer
from gateway.wire import Answered, Moment, Sum

LINE_CLAUSES: Mapping[LineCode, str] = MappingProxyType(
    {
        LineCode.GOODS: "PSR-10-2",
        LineCode.FREIGHT: "PSR-10-2",
        LineCode.SERVICE_FEE: "PSR-10-1",
        LineCode.OTHER_FEE: "PSR-6",
        LineCode.STORAGE_FEE: "PSR-7",
        LineCode.FIXED_LOSS: "PSR-7",
        LineCode.PAYMENT_CHANNEL_FEE: "PSR-7",
        LineCode.INSPECTION_FEE: "PSR-7",
        LineCode.STORAGE_CHARGE: "PSR-7",
        LineCode.CANCELLATION_COST: "PSR-12-4",
        LineCode.SELLER_PENALTY: "PSR-12-5",
    }
)
"""Why each kind of line is there."""


class Purse(StrEnum):
    """Where money goes to or comes from that is not the order's own."""

    DEPOSIT = "deposit"
    INSTITUTION = "institution"
    DEBT = "debt"
    PROVIDER = "provider"
    PROMOTER = "promoter"
    THIRD_PARTY = "third_party"
    SELLER = "seller"
    COUPONS = "coupons"


class Way(StrEnum):
    """Whether somebody gets a sum, pays it, or owes it from then on."""

    GETS = "gets"
    PAYS = "pays"
    OWES = "owes"


_PURSES: Mapping[AccountKind, Purse] = MappingProxyType(
    {
        AccountKind.DEPOSIT: Purse.DEPOSIT,
        AccountKind.REFUND_TRANSIT: Purse.INSTITUTION,
        AccountKind.RECEIVABLE: Purse.DEBT,
        AccountKind.CHARGED_BACK: Purse.DEBT,
        AccountKind.PROVIDER: Purse.PROVIDER,
        AccountKind.PROMOTER: Purse.PROMOTER,
        AccountKind.THIRD_PARTY: Purse.THIRD_PARTY,
        AccountKind.BANK: Purse.SELLER,
        AccountKind.PROMOTION: Purse.COUPONS,
    }
)
"""Whose purse an account is; what the order holds for somebody is nobody's yet."""


class PreviewLineAnswer(LineAnswer):
    """A line that the order amount gets by it, and why."""

    clause: str

    @classmethod
    def of(cls, line: Line) -> Self:
        """The line as it travels."""
        shown = LineAnswer.of(line)
        return cls(**dict(shown), clause=LINE_CLAUSES[line.code])


class PreviewFeeAnswer(FeeAnswer):
    """The service fee on the new price, and why."""

    clause: str

    @classmethod
    def of(cls, fee: Fee) -> Self:
        """The fee as it travels."""
        return cls(**dict(FeeAnswer.of(fee)), clause=LINE_CLAUSES[LineCode.SERVICE_FEE])


class PreviewLegAnswer(Answered):
    """One entry to be: a debit if positive."""

    account: Annotated[str, Field(examples=["escrow:ord_2026_0001"])]
    amount: Sum


class PreviewJournalAnswer(Answered):
    """Entries that would be made together; they sum to zero."""

    kind: JournalKind
    clause: str
    legs: tuple[PreviewLegAnswer, ...]

    @classmethod
    def of(cls, journal: Journal) -> Self:
        """The journal as it travels."""
        return cls(
            kind=journal.kind,
            clause=journal.clause,
            legs=tuple(
                PreviewLegAnswer(account=leg.account.id, amount=Sum.of(leg.amount))
                for leg in journal.legs
            ),
        )


class GetsAnswer(Answered):
    """Who gets, pays or owes what, and why. One row for each sum that leaves the order or comes
    to it; what goes back through the institution has a row for each original payment."""

    purse: Purse
    party: Annotated[str | None, Field(description="Whose; null for the seller and for coupons.")]
    way: Way
    amount: Sum
    original: Annotated[
        str | None,
        Field(
            description="The payment that goes back: see `movements` of GET …/statement.",
            examples=["ord_2026_0001/3"],
        ),
    ]
    kind: JournalKind
    clause: str
    says: Annotated[str, Field(examples=["cli_anna's deposit gets ¥950.00"])]


class PreviewAnswer(Answered):
    """What a command would do to the money of an order, exactly, as long as nothing else happens to
    it. A command that names the `digest` does this and nothing else, or is refused as stale."""

    digest: Annotated[str, Field(description="What a command says which preview was shown by.")]
    order_id: str
    sequence: Annotated[int, Field(description="The number that the step would have.")]
    item: Annotated[str | None, Field(description="The case that it is of, if it is of one.")]
    trigger: Trigger
    leads_to: State
    says: Annotated[str, Field(description="That state in words.")]
    clause: Annotated[str, Field(description="The clause of the step.")]
    clause_says: str
    lines: Annotated[
        tuple[PreviewLineAnswer, ...],
        Field(description="Added to the order amount; computed ones take the old ones' place."),
    ]
    fee: Annotated[
        PreviewFeeAnswer | None, Field(description="Computed anew, where the price changes.")
    ]
    journals: tuple[PreviewJournalAnswer, ...]
    gets: tuple[GetsAnswer, ...]
    asker_role: Annotated[Role, Field(description="Who asked for it first.")]
    asker_id: str
    at: Annotated[Moment, Field(description="When it was first shown.")]

    @classmethod
    def of(cls, preview: PreviewView, *, table: TableName, parties: Parties, asker: Actor) -> Self:
        """The preview as it travels, to whoever sees it."""
        effects = preview.effects
        return cls(
            digest=preview.digest,
            order_id=preview.order,
            sequence=preview.sequence,
            item=preview.item or None,
            trigger=preview.trigger,
            leads_to=preview.target,
            says=TABLES[table].says(preview.target),
            clause=preview.clause,
            clause_says=clause(preview.clause).say,
            lines=tuple(PreviewLineAnswer.of(line) for line in effects.lines),
            fee=PreviewFeeAnswer.of(effects.fee) if effects.fee else None,
            journals=tuple(PreviewJournalAnswer.of(journal) for journal in effects.journals),
            gets=tuple(_gets(effects, parties)),
            asker_role=asker.role,
            asker_id=asker.party,
            at=preview.at,
        )


class PreviewPage(Answered):
    """Some previews, the newest first; ask on with `starting_after` the last one's digest."""

    data: tuple[PreviewAnswer, ...]
    has_more: bool


def _gets(effects: Effects, parties: Parties) -> Iterator[GetsAnswer]:
    for journal in effects.journals:
        for leg in journal.legs:
            purse = _PURSES.get(leg.account.kind)
            if purse is None:
                continue
            for amount, original in _parts(purse, leg, effects):
                yield _row(purse, journal, leg, amount, original, parties)


def _parts(purse: Purse, leg: Leg, effects: Effects) -> Iterator[tuple[Money, str | None]]:
    """A leg's sum, or what of it goes back of each original payment."""
    if purse != Purse.INSTITUTION:
        yield max(leg.amount, -leg.amount), None
        return
    for refund in effects.refunds:
        yield refund.amount, refund.original


def _row(
    purse: Purse,
    journal: Journal,
    leg: Leg,
    amount: Money,
    original: str | None,
    parties: Parties,
) -> GetsAnswer:
    # A credit is what somebody gets; what leaves the bank, the seller does.
    taken = Way.OWES if purse == Purse.DEBT else Way.PAYS
    way = Way.GETS if leg.amount < ZERO else taken
    party = _party(purse, leg, parties)
    return GetsAnswer(
        purse=purse,
        party=party,
        way=way,
        amount=Sum.of(amount),
        original=original,
        kind=journal.kind,
        clause=journal.clause,
        says=_says(purse, party, way, amount, original),
    )


def _party(purse: Purse, leg: Leg, parties: Parties) -> str | None:
    match purse:
        case Purse.INSTITUTION:
            return parties.client
        case Purse.SELLER | Purse.COUPONS:
            return None
        case Purse.DEBT if leg.account.kind == AccountKind.CHARGED_BACK:
            return parties.client
        case _:
            return leg.account.owner


def _says(purse: Purse, party: str | None, way: Way, amount: Money, original: str | None) -> str:
    match purse:
        case Purse.DEPOSIT:
            return f"{party}'s deposit {way} {amount}"
        case Purse.INSTITUTION:
            return f"{party} {way} {amount} through the payment institution, of {original}"
        case Purse.DEBT if way == Way.GETS:
            return f"{party} owes {amount} less"
        case Purse.SELLER:
            return f"the seller {way} {amount}"
        case Purse.COUPONS:
            return f"the platform's coupons {'get' if way == Way.GETS else 'pay'} {amount}"
        case _:
            return f"{party} {way} {amount}"
