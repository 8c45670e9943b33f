"""Owns what proves a run beside its orders: the audit, and the books of the counterparties."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
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

Moved = Counter[tuple[JournalKind, str]]
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
    won = [each for each in promoted if each.deal.promoter]
    invited = [each for each in won if each.path.invited]
    given = [each for each in promoted if each.path.coupon_fen]
    moved = _moved_by(engine, promoted)
    return _agree(
        f"promotion: {len(won)} orders won, {len(invited)} through an invitation, {len(given)} "
        "with a coupon",
        {
            "of brokerage": (
                sum(each.expected.brokerage for each in promoted),
                -_sum(moved, to=AccountKind.PROMOTER),
            ),
            "taken off": (
                sum(each.expected.coupon for each in promoted),
                _sum(moved, to=AccountKind.PROMOTION),
            ),
        },
    )


def debts_proof(engine: Engine, *, played: Iterable[Played]) -> Proof:
    """What clients owe for cancellations, against the plans."""
    poor = _planned(played, lambda plan: plan.path.poor)
    sought = sum(each.expected.debt for each in poor)
    found = _sum(_moved_by(engine, poor), to=AccountKind.RECEIVABLE)
    return _agree(
        f"debts: {len(poor)} orders of clients who have little",
        {"owed for what cancellations cost": (sought, found)},
    )


def claims_proof(engine: Engine, *, played: Iterable[Played]) -> Proof:
    """What providers paid for clients' claims, against the plans."""
    claimed = _planned(played, lambda plan: plan.beside_in(TableName.CLAIM))
    claims = _beside(claimed, TableName.CLAIM)
    sought = sum(each.expected.compensated for each in claimed)
    found = _sum(_moved(engine, claims), to=BANK.kind)
    return _agree(f"claims: {len(claims)} made", {"paid by providers": (sought, found)})


def tips_proof(engine: Engine, *, played: Iterable[Played]) -> Proof:
    """What providers have of clients' tips, against the plans."""
    tipped = _planned(played, lambda plan: plan.beside_in(TableName.TIP))
    tips = _beside(tipped, TableName.TIP)
    sought = sum(each.expected.tipped for each in tipped)
    found = -_sum(_moved(engine, tips), to=AccountKind.PROVIDER)
    return _agree(f"tips: {len(tips)} given", {"the providers' in the end": (sought, found)})


def chargebacks_proof(engine: Engine, *, played: Iterable[Played]) -> Proof:
    """What became of payments that were charged back, against the plans."""
    disputed = _planned(played, lambda plan: plan.beside_in(TableName.CHARGEBACK))
    count = len(_beside(disputed, TableName.CHARGEBACK))
    moved, debts = _moved_by(engine, disputed), AccountKind.CHARGED_BACK
    found = {
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
    }
    sought = _summed(each.expected.charged_back for each in disputed)
    return _agree(
        f"chargebacks: {count} reported",
        {what: (fen, found[what]) for what, fen in sought.items()},
    )


def accounts_proof(engine: Engine, *, played: Iterable[Played]) -> Proof:
    """What was paid out of deposits, and passed on for broken contracts, against the plans."""
    tables = (TableName.WITHDRAWAL, TableName.FREEZE, TableName.CLOSURE)
    changed = _planned(played, lambda plan: any(plan.beside_in(table) for table in tables))
    counts = [len(_beside(changed, table)) for table in tables]
    moved = _moved_by(engine, changed)
    return _agree(
        f"accounts: {counts[0]} withdrawals, {counts[1]} freezes, {counts[2]} closed",
        {
            "paid out": (
                sum(each.expected.withdrawn for each in changed),
                -moved[JournalKind.WITHDRAWAL_PAID, INSTITUTION.kind],
            ),
            "passed on for broken contracts": (
                sum(each.expected.passed_on for each in changed),
                moved[JournalKind.RESTRICTION_TRANSFERRED, AccountKind.DEPOSIT],
            ),
        },
    )


def _planned(played: Iterable[Played], concerns: Callable[[Plan], object]) -> list[Plan]:
    """The plans that a proof is about. Of what left its plan, no plan says where its money is."""
    return [
        each.plan for each in played if each.standing == Standing.PLANNED and concerns(each.plan)
    ]


def _beside(plans: Iterable[Plan], table: TableName) -> list[SubjectId]:
    return [subject for plan in plans for subject in plan.beside_in(table)]


def _summed(each: Iterable[ChargedBack]) -> dict[str, int]:
    whole = {field.name: 0 for field in fields(ChargedBack)}
    for one in each:
        for what, fen in asdict(one).items():
            whole[what] += fen
    return whole


def _moved_by(engine: Engine, plans: Iterable[Plan]) -> Moved:
    """What orders, all that is beside them, and what clients put in along the way moved."""
    subjects: list[SubjectId] = []
    for plan in plans:
        order = SubjectId(plan.deal.order)
        subjects += [order, *plan.beside]
        if any(act.recharges_fen for act in plan.acts):
            subjects.append(SubjectId(f"rch_for_{order}"))
    return _moved(engine, subjects)


def _moved(engine: Engine, subjects: Iterable[SubjectId]) -> Moved:
    queries, moved = Queries(engine), Moved()
    for subject in subjects:
        for journal in queries.journals(subject):
            for leg in journal.legs:
                moved[journal.kind, leg.account.partition(":")[0]] += leg.amount.amount
    return moved


def _sum(moved: Moved, *, to: AccountKind) -> int:
    return sum(fen for (_, account), fen in moved.items() if account == to)


def _agree(about: str, sums: Mapping[str, tuple[int, int]]) -> Proof:
    """Each sum as the plans have it, and as the ledger has it, in fen."""
    wrong = [
        f"{Money(found)} {what}, expected {Money(sought)}"
        for what, (sought, found) in sums.items()
        if found != sought
    ]
    if wrong:
        return Proof(says=f"{about}; the ledger says {'; '.join(wrong)}", holds=False)
    agreed = ", ".join(f"{Money(sought)} {what}" for what, (sought, _) in sums.items())
    return Proof(says=f"{about}: {agreed}; the ledger agrees", holds=True)


def _same(says: str, *, theirs: int, ours: int) -> Proof:
    if theirs == ours:
        return Proof(says=f"{says}; the ledger agrees", holds=True)
    return Proof(says=f"{says}; the ledger differs by {Money(ours - theirs)}", holds=False)
