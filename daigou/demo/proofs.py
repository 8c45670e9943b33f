"""Owns what proves a run beside its orders: the audit, and the books of the counterparties."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    return _same(
        says, theirs=owed, ours=_gained(AccountKind.RECEIVABLE, opening, closing, of="cli_")
    )


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


def chargebacks_proof(engine: Engine, *, played: Sequence[Played]) -> Proof:
    """What became of payments that were charged back, against the plans; not where one was left."""
    disputed = [each for each in played if each.plan.beside_in(TableName.CHARGEBACK)]
    count = sum(len(each.plan.beside_in(TableName.CHARGEBACK)) for each in disputed)
    sought = _summed(each.plan.expected.charged_back for each in disputed)
    sums = ", ".join(f"{Money(fen)} {what}" for what, fen in sought.items())
    says = f"chargebacks: {count} reported: {sums}"
    if _some_strayed(*disputed):
        return _not_held(says)
    moved: dict[tuple[JournalKind, str], int] = defaultdict(int)
    for each in disputed:
        for kind, account, fen in _moved_by(engine, each):
            moved[kind, account] += fen
    debts = AccountKind.CHARGED_BACK
    found = {
        "taken": -moved[JournalKind.CHARGEBACK, INSTITUTION.kind],
        "won": moved[JournalKind.CHARGEBACK_WON, INSTITUTION.kind],
        "paid": -moved[JournalKind.CHARGEBACK_PAID, debts],
        "offset": -moved[JournalKind.OFFSET, debts],
        # Of an order all that is disputed and goes back leaves what it holds.
        "returned": moved[JournalKind.REFUND_DISPUTED, AccountKind.ESCROW]
        + moved[JournalKind.REFUND_DISPUTED, AccountKind.FEE_HELD],
        "sold": moved[JournalKind.DISPOSAL, BANK.kind],
        "owed": sum(fen for (_, account), fen in moved.items() if account == debts),
        "borne": sum(
            fen for (_, account), fen in moved.items() if account == AccountKind.RECEIVABLE
        ),
    }
    wrong = [
        f"{Money(found[what])} {what}, expected {Money(fen)}"
        for what, fen in sought.items()
        if found[what] != fen
    ]
    return Proof(
        says="; ".join(wrong) or f"{says}; the ledger agrees",
        holds=not wrong,
    )


def accounts_proof(engine: Engine, *, played: Sequence[Played]) -> Proof:
    """What was paid out of deposits, and passed on for broken contracts, against the plans; not
    where one was left."""
    tables = (TableName.WITHDRAWAL, TableName.FREEZE, TableName.CLOSURE)
    changed = [each for each in played if any(each.plan.beside_in(table) for table in tables)]
    out = sum(each.plan.expected.withdrawn for each in changed)
    broken = sum(each.plan.expected.passed_on for each in changed)
    counts = [sum(len(each.plan.beside_in(table)) for each in changed) for table in tables]
    says = (
        f"accounts: {counts[0]} withdrawals, {counts[1]} freezes, {counts[2]} closed, "
        f"{Money(out)} paid out, {Money(broken)} passed on for broken contracts"
    )
    if _some_strayed(*changed):
        return _not_held(says)
    moved: dict[tuple[JournalKind, str], int] = defaultdict(int)
    for each in changed:
        for kind, account, fen in _moved_by(engine, each):
            moved[kind, account] += fen
    found_out = -moved[JournalKind.WITHDRAWAL_PAID, INSTITUTION.kind]
    found_broken = moved[JournalKind.RESTRICTION_TRANSFERRED, AccountKind.DEPOSIT]
    if (found_out, found_broken) == (out, broken):
        return Proof(says=f"{says}; the ledger agrees", holds=True)
    return Proof(
        says=f"{says}; the ledger says {Money(found_out)} and {Money(found_broken)}", holds=False
    )


def _summed(each: Iterable[ChargedBack]) -> dict[str, int]:
    whole = {field.name: 0 for field in fields(ChargedBack)}
    for one in each:
        for what, fen in asdict(one).items():
            whole[what] += fen
    return whole


def _moved_by(engine: Engine, played: Played) -> Iterator[tuple[JournalKind, str, int]]:
    """What an order, all that is beside it, and what its client put in along the way moved."""
    queries, plan = Queries(engine), played.plan
    order = SubjectId(plan.deal.order)
    along_the_way = (SubjectId(f"rch_for_{order}"),) if _recharges(plan) else ()
    for subject in (order, *plan.beside, *along_the_way):
        for journal in queries.journals(subject):
            for leg in journal.legs:
                yield journal.kind, leg.account.partition(":")[0], leg.amount.amount


def _recharges(plan: Plan) -> bool:
    return any(act.recharges_fen for act in plan.acts)


def _some_strayed(*played: Played) -> bool:
    return any(each.standing != Standing.PLANNED for each in played)


def _not_held(says: str) -> Proof:
    return Proof(says=f"{says}; not held against the ledger: some left their plan", holds=True)


def _gained(
    kind: AccountKind, opening: Mapping[str, int], closing: Mapping[str, int], *, of: str = ""
) -> int:
    """What the accounts of a kind gained in a run, in fen, debit positive; those `of` owners whose
    ids begin so."""
    return sum(
        fen - opening.get(account, 0)
        for account, fen in closing.items()
        if account.startswith(f"{kind}:{of}" if of else kind) and account.partition(":")[0] == kind
    )


def _same(says: str, *, theirs: int, ours: int) -> Proof:
    if theirs == ours:
        return Proof(says=f"{says}; the ledger agrees", holds=True)
    return Proof(says=f"{says}; the ledger differs by {Money(ours - theirs)}", holds=False)
