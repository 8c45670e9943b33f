"""Owns what proves a run beside its orders: the audit, and the books of the counterparties."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields

from sqlalchemy import Engine

from daigou.demo.actors import Played, Standing
from daigou.domain.book import BANK, INSTITUTION, Account, AccountKind, JournalKind
from daigou.domain.ids import PartyId, SubjectId
from daigou.domain.money import Money, total
from daigou.domain.order import TableName
from daigou.ledger.audit import audit
from daigou.ledger.queries import Queries
from daigou.simulator.counterparties import SimulatedCounterparties
from daigou.simulator.plans import Plan
from daigou.simulator.sums import ChargedBack

Moved = dict[tuple[JournalKind, str], int]
"""What was moved, in fen, debit positive: by which kind of journal, to which kind of account."""


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
    """The ledger against the institution's statement, the seller platform's orders, and what buyers
    paid for retained goods."""
    statement = await outside.payment_institution.statement()
    captured, refunded = statement.captured, statement.refunded
    paid_out, charged_back = statement.paid_out, statement.charged_back
    paid = [order.paid for order in await outside.seller_platform.orders() if order.paid]
    paybacks = await outside.seller_platform.paybacks()
    back = total([each.amount for each in paybacks if not each.own])
    more = total([each.amount for each in paybacks if each.own])
    sales = await outside.buyers.sales()
    sold = total([each.amount for each in sales])
    return (
        _same(
            f"institution: captured {captured}, refunded {refunded}, paid out {paid_out}, charged "
            f"back {charged_back}",
            theirs=(captured - refunded - paid_out - charged_back).amount,
            ours=closing.get(INSTITUTION.id, 0),
        ),
        _same(
            f"sellers: paid {total(paid)} for {len(paid)} orders, paid back {back}, and {more} "
            f"for returns and claims; buyers: {sold} for the goods of {len(sales)}",
            theirs=(total(paid) - back - more - sold).amount,
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
        if each.plan.path.plays_alone:
            changes[client] += each.plan.deposit_fen
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


def promotion_proof(engine: Engine, *, played: Iterable[Played]) -> Proof:
    """What promoters got, and what coupons took off, against the plans."""
    promoted = _planned(played, lambda plan: plan.deal.promoter or plan.path.coupon_fen)
    won = [each for each in promoted if each.plan.deal.promoter]
    invited = [each for each in won if each.plan.path.invited]
    given = [each for each in promoted if each.plan.path.coupon_fen]
    moved = _moved(engine, promoted)
    return _agree(
        f"promotion: {len(won)} orders won, {len(invited)} through an invitation, {len(given)} "
        "with a coupon",
        sought={
            "of brokerage": sum(each.plan.expected.brokerage for each in promoted),
            "taken off": sum(each.plan.expected.coupon for each in promoted),
        },
        found={
            "of brokerage": -_sum(moved, to=AccountKind.PROMOTER),
            "taken off": _sum(moved, to=AccountKind.PROMOTION),
        },
    )


def debts_proof(engine: Engine, *, played: Iterable[Played]) -> Proof:
    """What clients owe for cancellations, against the plans."""
    poor = _planned(played, lambda plan: plan.path.poor)
    return _agree(
        f"debts: {len(poor)} orders of clients who have little",
        sought={"owed for what cancellations cost": sum(each.plan.expected.debt for each in poor)},
        found={
            "owed for what cancellations cost": _sum(
                _moved(engine, poor), to=AccountKind.RECEIVABLE
            )
        },
    )


def claims_proof(engine: Engine, *, played: Iterable[Played]) -> Proof:
    """What providers paid for clients' claims, against the plans."""
    claimed = _planned(played, lambda plan: plan.beside_in(TableName.CLAIM))
    claims = [claim for each in claimed for claim in each.plan.beside_in(TableName.CLAIM)]
    return _agree(
        f"claims: {len(claims)} made",
        sought={"paid by providers": sum(each.plan.expected.compensated for each in claimed)},
        found={
            "paid by providers": sum(
                fen
                for claim in claims
                for _, account, fen in _legs(engine, SubjectId(claim))
                if account == BANK.kind
            )
        },
    )


def tips_proof(engine: Engine, *, played: Iterable[Played]) -> Proof:
    """What providers have of clients' tips, against the plans."""
    tipped = _planned(played, lambda plan: plan.beside_in(TableName.TIP))
    tips = [tip for each in tipped for tip in each.plan.beside_in(TableName.TIP)]
    return _agree(
        f"tips: {len(tips)} given",
        sought={"the providers' in the end": sum(each.plan.expected.tipped for each in tipped)},
        found={
            "the providers' in the end": -sum(
                fen
                for tip in tips
                for _, account, fen in _legs(engine, tip)
                if account == AccountKind.PROVIDER
            )
        },
    )


def chargebacks_proof(engine: Engine, *, played: Iterable[Played]) -> Proof:
    """What became of payments that were charged back, against the plans."""
    disputed = _planned(played, lambda plan: plan.beside_in(TableName.CHARGEBACK))
    count = sum(len(each.plan.beside_in(TableName.CHARGEBACK)) for each in disputed)
    moved, debts = _moved(engine, disputed), AccountKind.CHARGED_BACK
    return _agree(
        f"chargebacks: {count} reported",
        sought=_summed(each.plan.expected.charged_back for each in disputed),
        found={
            "taken": -moved[JournalKind.CHARGEBACK, INSTITUTION.kind],
            "won": moved[JournalKind.CHARGEBACK_WON, INSTITUTION.kind],
            "paid": -moved[JournalKind.CHARGEBACK_PAID, debts],
            "offset": -moved[JournalKind.OFFSET, debts],
            # Of an order all that is disputed and goes back leaves what it holds.
            "returned": moved[JournalKind.REFUND_DISPUTED, AccountKind.ESCROW]
            + moved[JournalKind.REFUND_DISPUTED, AccountKind.FEE_HELD],
            "sold": moved[JournalKind.DISPOSAL, BANK.kind],
            "owed": _sum(moved, to=debts),
            "borne": _sum(moved, to=AccountKind.RECEIVABLE),
        },
    )


def accounts_proof(engine: Engine, *, played: Iterable[Played]) -> Proof:
    """What was paid out of deposits, and passed on for broken contracts, against the plans."""
    tables = (TableName.WITHDRAWAL, TableName.FREEZE, TableName.CLOSURE)
    changed = _planned(played, lambda plan: any(plan.beside_in(table) for table in tables))
    counts = [sum(len(each.plan.beside_in(table)) for each in changed) for table in tables]
    moved = _moved(engine, changed)
    return _agree(
        f"accounts: {counts[0]} withdrawals, {counts[1]} freezes, {counts[2]} closed",
        sought={
            "paid out": sum(each.plan.expected.withdrawn for each in changed),
            "passed on for broken contracts": sum(each.plan.expected.passed_on for each in changed),
        },
        found={
            "paid out": -moved[JournalKind.WITHDRAWAL_PAID, INSTITUTION.kind],
            "passed on for broken contracts": moved[
                JournalKind.RESTRICTION_TRANSFERRED, AccountKind.DEPOSIT
            ],
        },
    )


def _planned(played: Iterable[Played], concerns: Callable[[Plan], object]) -> list[Played]:
    """The orders that a proof is about. Of what left its plan, no plan says where its money is."""
    return [each for each in played if each.standing == Standing.PLANNED and concerns(each.plan)]


def _summed(each: Iterable[ChargedBack]) -> dict[str, int]:
    whole = {field.name: 0 for field in fields(ChargedBack)}
    for one in each:
        for what, fen in asdict(one).items():
            whole[what] += fen
    return whole


def _moved(engine: Engine, played: Iterable[Played]) -> Moved:
    """What orders, all that is beside them, and what clients put in along the way moved."""
    moved: Moved = defaultdict(int)
    for plan in (each.plan for each in played):
        order = SubjectId(plan.deal.order)
        recharges = any(act.recharges_fen for act in plan.acts)
        along_the_way = (SubjectId(f"rch_for_{order}"),) if recharges else ()
        for kind, account, fen in _legs(engine, order, *plan.beside, *along_the_way):
            moved[kind, account] += fen
    return moved


def _legs(engine: Engine, *subjects: SubjectId) -> Iterator[tuple[JournalKind, str, int]]:
    """Each movement of a subject: in which journal, to which kind of account, how many fen."""
    queries = Queries(engine)
    for subject in subjects:
        for journal in queries.journals(subject):
            for leg in journal.legs:
                yield journal.kind, leg.account.partition(":")[0], leg.amount.amount


def _sum(moved: Moved, *, to: AccountKind) -> int:
    return sum(fen for (_, account), fen in moved.items() if account == to)


def _agree(about: str, *, sought: Mapping[str, int], found: Mapping[str, int]) -> Proof:
    sums = ", ".join(f"{Money(fen)} {what}" for what, fen in sought.items())
    wrong = [
        f"{Money(found[what])} {what}, expected {Money(fen)}"
        for what, fen in sought.items()
        if found[what] != fen
    ]
    says = f"{about}; the ledger says " + "; ".join(wrong) if wrong else None
    return Proof(says=says or f"{about}: {sums}; the ledger agrees", holds=not wrong)


def _same(says: str, *, theirs: int, ours: int) -> Proof:
    if theirs == ours:
        return Proof(says=f"{says}; the ledger agrees", holds=True)
    return Proof(says=f"{says}; the ledger differs by {Money(ours - theirs)}", holds=False)
