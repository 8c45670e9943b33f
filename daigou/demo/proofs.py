"""Owns what proves a run beside its orders: the audit, and the books of the counterparties."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from daigou.demo.actors import Played, Standing
from daigou.domain.book import BANK, INSTITUTION, Account, AccountKind
from daigou.domain.ids import PartyId, SubjectId
from daigou.domain.money import Money, total
from daigou.domain.order import TableName
from daigou.ledger.audit import audit
from daigou.ledger.queries import Queries
from daigou.simulator.counterparties import SimulatedCounterparties


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One thing that was checked, in words, and whether it holds."""

    says: str
    holds: bool


def balances(engine: Engine) -> dict[str, int]:
    """What every account of the ledger stands at, in fen, debit positive."""
    return {each.account: each.balance.amount for each in Queries(engine).account_balances()}


def audit_proof(engine: Engine) -> Proof:
    """The ledger against itself."""
    report = audit(engine)
    return Proof(says=str(report), holds=report.ok)


async def counterparties_proofs(
    outside: SimulatedCounterparties, *, closing: Mapping[str, int]
) -> tuple[Proof, ...]:
    """The ledger against the institution's statement and the seller platform's orders."""
    statement = await outside.payment_institution.statement()
    captured, refunded = statement.captured, statement.refunded
    paid = [order.paid for order in await outside.seller_platform.orders() if order.paid]
    paybacks = await outside.seller_platform.paybacks()
    back = total([each.amount for each in paybacks if not each.own])
    more = total([each.amount for each in paybacks if each.own])
    return (
        _same(
            f"institution: captured {captured}, refunded {refunded}",
            theirs=captured.amount - refunded.amount,
            ours=closing.get(INSTITUTION.id, 0),
        ),
        _same(
            f"sellers: paid {total(paid)} for {len(paid)} orders, paid back {back}, and {more} "
            "for returns and claims",
            theirs=(total(paid) - back - more).amount,
            ours=-closing.get(BANK.id, 0),
        ),
    )


def deposits_proof(
    *,
    opening: Mapping[str, int],
    closing: Mapping[str, int],
    recharged: Mapping[PartyId, int],
    played: Iterable[Played],
) -> Proof:
    """Each client's deposit against recharges and plans; not where an order left its plan."""
    changes: dict[PartyId, int] = defaultdict(int)
    unplanned = set()
    for each in played:
        client = each.plan.deal.client.id
        changes[client] += each.plan.expected.deposit_change
        # What a client puts in along the way is in the plan, too.
        changes[client] += sum(act.recharges_fen for act in each.plan.acts)
        if each.standing != Standing.PLANNED:
            unplanned.add(client)
    checked = sorted(changes.keys() - unplanned)
    wrong = []
    for client in checked:
        account = Account(AccountKind.DEPOSIT, client).id
        # What is in a deposit is owed to its client: a credit.
        sought = -opening.get(account, 0) + recharged.get(client, 0) + changes[client]
        if (found := -closing.get(account, 0)) != sought:
            wrong.append(f"{client} holds {Money(found)}, expected {Money(sought)}")
    says = f"deposits: {len(checked)} hold what recharges, payments and refunds come to"
    return Proof(says="; ".join(wrong) or says, holds=not wrong)


def promotion_proof(
    *, opening: Mapping[str, int], closing: Mapping[str, int], played: Sequence[Played]
) -> Proof:
    """What promoters got, and what coupons took off, against the plans; not where one was left."""
    brokerage = sum(each.plan.expected.brokerage for each in played)
    coupons = sum(each.plan.expected.coupon for each in played)
    won = [each for each in played if each.plan.deal.promoter]
    invited = [each for each in won if each.plan.path.invited]
    given = [each for each in played if each.plan.path.coupon_fen]
    says = (
        f"promotion: {len(won)} orders won, {len(invited)} through an invitation, for "
        f"{Money(brokerage)} of brokerage, "
        f"{len(given)} with a coupon, {Money(coupons)} taken off"
    )
    if _some_strayed(*won, *given):
        return _not_held(says)
    return _same(
        says,
        theirs=coupons + brokerage,
        ours=_gained(AccountKind.PROMOTION, opening, closing)
        - _gained(AccountKind.PROMOTER, opening, closing),
    )


def debts_proof(
    *, opening: Mapping[str, int], closing: Mapping[str, int], played: Sequence[Played]
) -> Proof:
    """What clients owe for cancellations, against the plans; not where one was left."""
    owed = sum(each.plan.expected.debt for each in played)
    says = f"debts: {Money(owed)} owed for what cancellations cost"
    poor = [each for each in played if each.plan.path.poor]
    if _some_strayed(*poor):
        return _not_held(says)
    return _same(says, theirs=owed, ours=_gained(AccountKind.RECEIVABLE, opening, closing))


def claims_proof(engine: Engine, *, played: Sequence[Played]) -> Proof:
    """What providers paid for clients' claims, against the plans; not where one was left."""
    claimed = [each for each in played if each.plan.beside_in(TableName.CLAIM)]
    claims = [claim for each in claimed for claim in each.plan.beside_in(TableName.CLAIM)]
    sought = sum(each.plan.expected.compensated for each in claimed)
    says = f"claims: {len(claims)} made, {Money(sought)} paid for them by providers"
    if _some_strayed(*claimed):
        return _not_held(says)
    queries = Queries(engine)
    paid = [
        leg.amount.amount
        for claim in claims
        for journal in queries.journals(SubjectId(claim))
        for leg in journal.legs
        if leg.account == BANK.id
    ]
    return _same(says, theirs=sought, ours=sum(paid))


def tips_proof(engine: Engine, *, played: Sequence[Played]) -> Proof:
    """What providers have of clients' tips, against the plans; not where one was left."""
    tipped = [each for each in played if each.plan.beside_in(TableName.TIP)]
    tips = [tip for each in tipped for tip in each.plan.beside_in(TableName.TIP)]
    sought = sum(each.plan.expected.tipped for each in tipped)
    says = f"tips: {len(tips)} given, {Money(sought)} the providers' in the end"
    if _some_strayed(*tipped):
        return _not_held(says)
    queries = Queries(engine)
    earned = [
        -leg.amount.amount
        for tip in tips
        for journal in queries.journals(tip)
        for leg in journal.legs
        if leg.account.partition(":")[0] == AccountKind.PROVIDER
    ]
    return _same(says, theirs=sought, ours=sum(earned))


def _some_strayed(*played: Played) -> bool:
    return any(each.standing != Standing.PLANNED for each in played)


def _not_held(says: str) -> Proof:
    return Proof(says=f"{says}; not held against the ledger: some left their plan", holds=True)


def _gained(kind: AccountKind, opening: Mapping[str, int], closing: Mapping[str, int]) -> int:
    """What the accounts of a kind gained in a run, in fen, debit positive."""
    return sum(
        fen - opening.get(account, 0)
        for account, fen in closing.items()
        if account.partition(":")[0] == kind
    )


def _same(says: str, *, theirs: int, ours: int) -> Proof:
    if theirs == ours:
        return Proof(says=f"{says}; the ledger agrees", holds=True)
    return Proof(says=f"{says}; the ledger differs by {Money(ours - theirs)}", holds=False)
