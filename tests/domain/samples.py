"""One plausible order, and the actors, commands and situations around it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from daigou.domain import commands
from daigou.domain.account_facts import ChargedBack, Closing, Frozen
from daigou.domain.claims import OPPONENTS
from daigou.domain.commands import (
    ActualPrice,
    AdvanceDeposit,
    Basis,
    Cause,
    CautionKind,
    Command,
    DisputeReason,
    DriftLimit,
    Footing,
    FreezeReason,
    LineCode,
    Loss,
    LossHead,
    Mandate,
    Opponent,
    PaymentHold,
    PlaceFreeze,
    Remedy,
    Request,
    Stand,
)
from daigou.domain.facts import Case, Cautioned, Facts, Parcel, Requirement, facts_of
from daigou.domain.ids import ChargebackId, MovementRef, OrderId, PartyId
from daigou.domain.lifecycle import case_guards
from daigou.domain.lifecycle.table import Row, Situation, Table
from daigou.domain.money import ZERO, Money
from daigou.domain.order import (
    ROLES_BOUND_TO_AN_ORDER,
    Actor,
    Parties,
    Role,
    State,
    TableName,
    Trigger,
)
from daigou.domain.own_facts import Claimed
from daigou.domain.refusals import Refused
from daigou.domain.screening import Finding, Verdict
from daigou.domain.terms import Terms, terms_of

TERMS = terms_of("2026-11")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

CLIENT = PartyId("cli_anna")
PROVIDER = PartyId("prv_kai")
STORAGE = PartyId("sto_yiwu")
LOGISTICS = PartyId("log_sino")
PROMOTER = PartyId("pro_mia")
PARTIES = Parties(
    client=CLIENT, provider=PROVIDER, storage=STORAGE, logistics=LOGISTICS, promoter=PROMOTER
)
REFERENCE = MovementRef("ord_kettles/7")

REQUEST = Request(
    client=CLIENT,
    provider=PROVIDER,
    storage=STORAGE,
    logistics=LOGISTICS,
    product_link="https://detail.1688.com/offer/900000000001.html",
    offer_id="900000000001",
    title="kettle",
    seller_name="Yiwu Kitchenware",
    specification="1.7 l, steel",
    category="kitchen",
    quantity=300,
    unit_price=Money(4_00),
    freight=Money(30_00),
    delivery_address="adr_yiwu",
    client_country="DE",
    mandate=Mandate(version="2026-11", digest="", agreed_at=NOON),
)

IN_DOUBT = Finding(
    rule=1, verdict=Verdict.DOUBTFUL, matched="kettle", reason="looks like a brand", clause="PSR-14"
)
PAY_FROM_DEPOSIT = commands.Pay(from_deposit=Money(1_231_23))
PAY_FROM_BOTH = commands.Pay(
    from_deposit=Money(231_23), from_institution=Money(1_000_00), payment_method="card"
)

RECHARGE = commands.RequestRecharge(client=CLIENT, amount=Money(500_00), payment_method="pm_ok")

ADVANCE = AdvanceDeposit(amount=Money(400_00), balance_by=NOON + timedelta(days=20))
FACTS = replace(
    facts_of(REQUEST),
    drift_limit=DriftLimit(amount=Money(10_00)),
    cautions=(Cautioned(caution=CautionKind.SENSITIVE, acknowledged=True),),
    paying_in=State.ACCEPTED,
    storage_unpaid=Money(30_00),
    requirements=(Requirement(item="ord_kettles/2", needed=True, state=State.PROPOSED),),
)
"""What the order knows, so that no guard is in the way of `command_of`."""

PRICE = Money(1_230_00)
RETURN_COST = Money(20_00)
CASE = Case(item="ord_kettles/20", table=TableName.CANCELLATION, state=State.ASKING_SELLER)

PART = ActualPrice(goods=Money(400_00), freight=Money(30_00), quantity=100)
DEAR_PART = ActualPrice(goods=Money(1_300_00), freight=Money(30_00), quantity=100)
LOWER = ActualPrice(goods=Money(1_190_00), freight=Money(30_00), quantity=300)
WITHIN_LIMIT = ActualPrice(goods=Money(1_210_00), freight=Money(30_00), quantity=300)
HIGHER = ActualPrice(goods=Money(1_210_01), freight=Money(30_00), quantity=300)

GROUNDS = commands.Grounds(
    state=State.DISSOLVED,
    agreed=True,
    with_logistics=True,
    seller_refused=True,
    amount=Money(1_231_23),
)
"""What gives a claim on every basis."""
CLAIM = commands.Claim(
    order=OrderId("ord_kettles"),
    against=Opponent.PROVIDER,
    basis=Basis.PROVIDERS_FAULT,
    losses=(Loss(head=LossHead.DIRECT_LOSS, amount=Money(500_00)),),
    grounds=GROUNDS,
    evidence=("evd_kettles",),
    note_ref="note_1",
)

TIP = commands.Tip(
    order=OrderId("ord_kettles"),
    amount=Money(50_00),
    grounds=commands.TipGrounds(paid=True),
)
CONSULT = commands.Consult(
    topic=commands.Topic.SERVICES,
    answer_by=NOON + timedelta(days=21),
    calendar=commands.Calendar.STATE_COUNCIL,
    note_ref="note_1",
)
CHARGEBACK = ChargebackId("cbk_kettles")
BUNDLE = "ab" * 32
"""The digest of a bundle of evidence."""
ON_REQUEST = replace(TERMS, freeze_on_chargeback=False)
"""Terms by which a provider asks for each freeze itself (PSR-22-1)."""
EVIDENCE_DUE = NOON + timedelta(days=10)
REPORT = commands.ReportChargeback(
    order=OrderId("ord_kettles"),
    dispute="dp_1",
    payment=MovementRef("ord_kettles/3"),
    amount=Money(1_000_00),
    reason=DisputeReason.CHANGED_MIND,
    evidence_due=EVIDENCE_DUE,
    footing=Footing(),
)
CHARGED_BACK = ChargedBack(
    amount=REPORT.amount,
    reason=REPORT.reason,
    footing=REPORT.footing,
    evidence_due=EVIDENCE_DUE,
    paying_in=State.DEMANDED,
    staged=BUNDLE,
)
PAY_DEBT_FROM_DEPOSIT = commands.PayChargeback(from_deposit=REPORT.amount)
PAY_DEBT_FROM_BOTH = commands.PayChargeback(
    from_deposit=Money(400_00), from_institution=Money(600_00), payment_method="card"
)
SUSPICION = PlaceFreeze(client=CLIENT, reason=FreezeReason.SUSPICION)
FREEZES = {
    FreezeReason.SUSPICION: SUSPICION,
    FreezeReason.LOST_CREDENTIAL: replace(SUSPICION, reason=FreezeReason.LOST_CREDENTIAL),
    FreezeReason.BREACH: replace(
        SUSPICION,
        reason=FreezeReason.BREACH,
        order=OrderId("ord_kettles"),
        amount=Money(80_00),
    ),
    FreezeReason.INACTIVITY: replace(
        SUSPICION, reason=FreezeReason.INACTIVITY, inactive_since=NOON - timedelta(days=154)
    ),
}
"""A freeze for each reason that somebody places one for."""
PLACED_BY = {
    FreezeReason.SUSPICION: {Role.PLATFORM},
    FreezeReason.LOST_CREDENTIAL: {Role.CLIENT, Role.PLATFORM},
    FreezeReason.BREACH: {Role.PROVIDER, Role.LOGISTICS, Role.PLATFORM},
    FreezeReason.INACTIVITY: {Role.CLOCK},
}
"""Who may place it."""
CLOSE_ACCOUNT = commands.CloseAccount(client=CLIENT, payment_method="pm_ok")

_OUTCOME = commands.Outcome(reference=REFERENCE)
_VERDICT = commands.Verdict(note_ref="note_1")
_NOTED = commands.Noted(note_ref="note_1")
PROOF = commands.Disposal(remedy=Remedy.RETURN, evidence=("evd_3",), cost=RETURN_COST)
_MESSAGE = commands.Message(note_ref="note_1")
_CAUSE = commands.CauseFound(cause=Cause.NONE_FOUND)
_OBJECTION = commands.Objection(reason=commands.ObjectionReason.DAMAGED)
_MOVED = commands.Transport(tracking_ref="trk_1")
_COMMANDS: dict[Trigger, Command] = {
    Trigger.REQUEST: REQUEST,
    Trigger.PERMIT_GOODS: _VERDICT,
    Trigger.PROHIBIT_GOODS: _VERDICT,
    Trigger.RAISE_CAUTION: commands.Caution(caution=CautionKind.LOW_REPUTATION),
    Trigger.ACKNOWLEDGE_CAUTION: commands.Caution(caution=CautionKind.SENSITIVE),
    Trigger.LIMIT_PRICE_DRIFT: commands.LimitPriceDrift(limit=DriftLimit(amount=Money(10_00))),
    Trigger.ACCEPT: commands.Accept(),
    Trigger.REFUSE: commands.Refuse(reason=commands.RefusalReason.SENSITIVE_GOODS),
    Trigger.WITHDRAW: commands.Withdraw(),
    Trigger.CHOOSE_LOGISTICS: commands.ChooseLogistics(logistics=LOGISTICS),
    Trigger.PAY: PAY_FROM_BOTH,
    Trigger.CONFIRM_PAYMENT: _OUTCOME,
    Trigger.DECLINE_PAYMENT: _OUTCOME,
    Trigger.REPORT_PRICE: HIGHER,
    Trigger.QUOTE_ANEW: HIGHER,
    Trigger.PURCHASE: commands.Purchase(),
    Trigger.RECORD_PURCHASE: commands.RecordPurchase(
        seller_order_no="so_1",
        goods=Money(1_200_00),
        freight=Money(30_00),
        delivery_address="adr_yiwu",
    ),
    Trigger.FAIL_PURCHASE: _OUTCOME,
    Trigger.REJECT_PURCHASE: _OUTCOME,
    Trigger.REPORT_UNREALIZABLE: commands.ReportUnrealizable(
        reason=commands.UnrealizableReason.SOLD_OUT
    ),
    Trigger.REPORT_PROGRESS: _NOTED,
    Trigger.OBJECT_TO_RECEIPT: _OBJECTION,
    Trigger.SETTLE_OBJECTION: _CAUSE,
    Trigger.DISPATCH: commands.Dispatch(tracking_ref="trk_1"),
    Trigger.TRACK: _MOVED,
    Trigger.WAREHOUSE_RECEIPT: commands.WarehouseReceipt(parcel_ref="parcel_1"),
    Trigger.OBJECT_TO_GOODS: _OBJECTION,
    Trigger.RESOLVE_OBJECTION: _NOTED,
    Trigger.EXCHANGE: commands.Dispatch(tracking_ref="trk_2"),
    Trigger.REPORT_LOST: _NOTED,
    Trigger.RECORD_SELLER_REFUND: commands.SellerRefund(
        goods=Money(400_00), freight=Money(10_00), external_ref="sr_1"
    ),
    Trigger.ABANDON_GOODS: _NOTED,
    Trigger.CLEAR_CUSTOMS: _MOVED,
    Trigger.REFUSE_PACKAGE: _OBJECTION,
    Trigger.SETTLE_PACKAGE: _CAUSE,
    Trigger.DELIVER: _MOVED,
    Trigger.SEND_BACK: _MOVED,
    Trigger.HAND_BACK: _NOTED,
    Trigger.REQUEST_CANCELLATION: _NOTED,
    Trigger.WITHDRAW_CANCELLATION: _NOTED,
    Trigger.CONSENT_TO_CANCELLATION: commands.SellerConsent(refund=PRICE),
    Trigger.REFUSE_CANCELLATION: _NOTED,
    Trigger.RECORD_CANCELLATION_REFUND: commands.CaseRefund(amount=PRICE, external_ref="sr_1"),
    Trigger.PROCEED_WITHOUT_REFUND: _NOTED,
    Trigger.SETTLE_CANCELLATION: commands.SettleCancellation(digest="0" * 64),
    Trigger.REQUEST_DISSOLUTION: commands.RequestDissolution(
        ground=commands.Ground.DEFECTIVE, inspected=True, evidence=("evd_1",)
    ),
    Trigger.WITHDRAW_DISSOLUTION: _NOTED,
    Trigger.ASK_FOR_EVIDENCE: _NOTED,
    Trigger.SUPPLEMENT_EVIDENCE: commands.MoreEvidence(evidence=("evd_2",)),
    Trigger.APPLY_TO_SELLER: _NOTED,
    Trigger.CONSENT_TO_DISSOLUTION: commands.SellerAgreement(refund=PRICE, remedy=Remedy.RETURN),
    Trigger.REFUSE_DISSOLUTION: _NOTED,
    Trigger.PROVE_DISPOSAL: PROOF,
    Trigger.RECORD_DISSOLUTION_REFUND: commands.CaseRefund(amount=PRICE, external_ref="sr_1"),
    Trigger.RECORD_RETURN_COST: commands.ReturnCost(amount=RETURN_COST, external_ref="rc_1"),
    Trigger.CLOSE_DISSOLUTION: _NOTED,
    Trigger.REQUIRE: commands.Require(note_ref="note_1"),
    Trigger.AGREE_REQUIREMENT: _NOTED,
    Trigger.DECLINE_REQUIREMENT: _NOTED,
    Trigger.ASK_QUESTION: _MESSAGE,
    Trigger.ANSWER_QUESTION: _MESSAGE,
    Trigger.GIVE_OPINION: _MESSAGE,
    Trigger.CONFIRM_REFUND: _OUTCOME,
    Trigger.FAIL_REFUND: _OUTCOME,
    Trigger.CONFIRM_RECHARGE: _OUTCOME,
    Trigger.DECLINE_RECHARGE: _OUTCOME,
    Trigger.MAKE_CLAIM: CLAIM,
    Trigger.RECORD_ASSISTANCE: _MESSAGE,
    Trigger.ADMIT_CLAIM: commands.Admit(amount=Money(300_00)),
    Trigger.REJECT_CLAIM: _MESSAGE,
    Trigger.WITHDRAW_CLAIM: _NOTED,
    Trigger.RECORD_COMPENSATION: commands.Compensation(amount=Money(300_00), external_ref="pay_1"),
    Trigger.GIVE_TIP: TIP,
    Trigger.REFUND_TIP: _NOTED,
    Trigger.RETURN_TIP: _NOTED,
    Trigger.CONSULT: CONSULT,
    Trigger.ANSWER_CONSULTATION: _MESSAGE,
    Trigger.WITHDRAW_CONSULTATION: _NOTED,
    Trigger.REQUEST_WITHDRAWAL: commands.RequestWithdrawal(
        client=CLIENT, amount=Money(500_00), payment_method="pm_ok"
    ),
    Trigger.CONFIRM_WITHDRAWAL: _OUTCOME,
    Trigger.DECLINE_WITHDRAWAL: _OUTCOME,
    Trigger.PLACE_FREEZE: SUSPICION,
    Trigger.LIFT_FREEZE: _MESSAGE,
    Trigger.CONTEST_RESTRICTION: _MESSAGE,
    Trigger.AWARD_SUM: _MESSAGE,
    Trigger.RECOVER_ACCOUNT: _NOTED,
    Trigger.CLOSE_ACCOUNT: CLOSE_ACCOUNT,
    Trigger.KEEP_ACCOUNT: _NOTED,
    Trigger.NAME_PAYOUT_METHOD: commands.PayoutMethod(payment_method="pm_other"),
    Trigger.CONFIRM_PAYOUT: _OUTCOME,
    Trigger.DECLINE_PAYOUT: _OUTCOME,
    Trigger.REPORT_CHARGEBACK: REPORT,
    Trigger.FIND_JUST_CAUSE: _MESSAGE,
    Trigger.DENY_JUST_CAUSE: commands.DenyJustCause(head=commands.Head.OTHER, note_ref="note_1"),
    Trigger.REQUEST_FREEZE: _NOTED,
    Trigger.PAY_CHARGEBACK: PAY_DEBT_FROM_BOTH,
    Trigger.CONFIRM_CHARGEBACK_PAYMENT: _OUTCOME,
    Trigger.DECLINE_CHARGEBACK_PAYMENT: _OUTCOME,
    Trigger.WIN_CHARGEBACK: commands.InstitutionVerdict(external_ref="vd_1"),
    Trigger.LOSE_CHARGEBACK: commands.InstitutionVerdict(external_ref="vd_1"),
    Trigger.STAGE_EVIDENCE: commands.EvidenceBundle(digest=BUNDLE),
    Trigger.SUBMIT_EVIDENCE: commands.EvidenceBundle(digest=BUNDLE),
    Trigger.HEED_CHARGEBACK: PaymentHold(chargeback=CHARGEBACK, stand=Stand.HOLDS),
    Trigger.REFUSE_SERVICE: _NOTED,
    Trigger.DISPOSE_GOODS: commands.DisposeGoods(
        proceeds=Money(700_00), storage_costs=Money(50_00), external_ref="buyer_1"
    ),
}
AFTER_DELIVERY = (State.DELIVERED, State.RECEIPT_OBJECTION, State.RECEIVED)
"""Where an order stands of which a dissolution can be open."""
_ORDER_WHILE = {TableName.PARCEL: State.PURCHASED, TableName.REQUIREMENT: State.REQUESTED}
_ASKED_WHILE = {
    State.AWAITING_OUTCOME: State.PURCHASING,
    State.SETTLING: State.EFFECTIVE,
    State.ASKING_SELLER: State.STORED,
}
_PAID_IN = (State.ACCEPTED, State.AWAITING_TOP_UP, State.AWAITING_BALANCE)
_PARCEL_AT = {
    State.CLOSED: State.CLAIMED,
    State.ABANDONED: State.ABANDONED,
    State.UNREALIZABLE: State.RETURNED,
}


def request(**changes: Any) -> Request:
    """The request for 300 kettles, changed as told."""
    return replace(REQUEST, **changes)


def command_of(trigger: Trigger, table: TableName = TableName.FULFILMENT) -> Command:
    """A well-formed command of a trigger."""
    if (table, trigger) == (TableName.RECHARGE, Trigger.REQUEST):
        return RECHARGE
    return _COMMANDS.get(trigger, commands.Plain())


def actor(role: Role, party: PartyId | None = None) -> Actor:
    """Someone in that role: by default this order's own, or anybody where the role is nobody's."""
    own = PARTIES.holder(role) if role in ROLES_BOUND_TO_AN_ORDER else PartyId(f"any_{role}")
    if own is None:
        raise LookupError(role)
    return Actor(role=role, party=own if party is None else party)


def situation(
    role: Role,
    command: Command | None,
    *,
    party: PartyId | None = None,
    parties: Parties = PARTIES,
    facts: Facts = FACTS,
    order: State = State.PURCHASED,
    passed_over: tuple[Row, ...] = (),
    terms: Terms = TERMS,
    at: datetime = NOON,
) -> Situation:
    """What a guard sees when that role gives that command."""
    return Situation(
        actor=actor(role, party),
        command=command,
        parties=parties,
        terms=terms,
        at=at,
        facts=facts,
        order=order,
        passed_over=passed_over,
    )


def situation_for(
    table: Table, row: Row, *, role: Role | None = None, party: PartyId | None = None
) -> Situation:
    """A situation in which just this row of its source and trigger is taken."""
    if table.name == TableName.CANCELLATION:
        return _situation_of_a_cancellation(row, role=role, party=party)
    if table.name == TableName.DISSOLUTION:
        return _situation_of_a_dissolution(row, role=role, party=party)
    if table.name == TableName.CLAIM:
        return _situation_of_a_claim(table, row, role=role, party=party)
    if table.name == TableName.FREEZE:
        return _situation_of_a_freeze(table, row, role=role, party=party)
    if table.name == TableName.CHARGEBACK:
        return _situation_of_a_chargeback(table, row, role=role, party=party)
    command, facts = command_of(row.trigger, table.name), FACTS
    variant = table.variant(row)
    passed_over: tuple[Row, ...] = ()
    match row.trigger:
        case Trigger.REQUEST if table.name == TableName.FULFILMENT:
            command = (request(findings=(IN_DOUBT,)), REQUEST)[variant]
        case Trigger.PAY:
            command = (PAY_FROM_DEPOSIT, PAY_FROM_BOTH)[variant]
        case Trigger.CONFIRM_PAYMENT | Trigger.DECLINE_PAYMENT:
            facts = replace(facts, paying_in=_PAID_IN[variant])
        case Trigger.REPORT_PRICE | Trigger.QUOTE_ANEW:
            command = (PART, LOWER, WITHIN_LIMIT, HIGHER)[variant]
        case Trigger.ACCEPT_PART:
            facts = replace(facts, offer=(PART, DEAR_PART)[variant])
        case Trigger.RECORD_PURCHASE:
            facts = replace(facts, advance=(ADVANCE, None)[variant])
        case Trigger.DECLINE_OFFER | Trigger.LAPSE | Trigger.REJECT_PURCHASE:
            facts = replace(facts, advance_bought=row.target == State.RECOVERING)
        case Trigger.SETTLE_OBJECTION | Trigger.SETTLE_PACKAGE:
            command = commands.CauseFound(cause=(Cause.LOGISTICS, Cause.NONE_FOUND)[variant])
        case Trigger.CHARGE_STORAGE | Trigger.CONFIRM_RECHARGE:
            passed_over = table.rows_from(row.source, row.trigger)[:variant]
        case Trigger.FOLLOW_PARCELS:
            facts = replace(facts, parcels=(all_goods_at(row.target),))
        case Trigger.SEND_BACK:
            facts = replace(facts, case=replace(CASE, state=State.RETURNING))
        case Trigger.FOLLOW_CASE:
            facts = _facts_followed_by(row)
        case Trigger.HEED_CHARGEBACK:
            command = a_hold(Stand.HOLDS if row.stays else Stand.JUSTIFIED)
        case Trigger.REFUSE_SERVICE | Trigger.DISPOSE_GOODS:
            facts = replace(facts, holds=(a_hold(Stand.OWING),), held=True)
        case Trigger.WIND_UP:
            passed_over = table.rows_from(row.source, row.trigger)[:variant]
    return situation(
        role or min(row.roles or {Role.CLOCK}),
        command,
        party=party,
        facts=facts,
        order=_ORDER_WHILE.get(table.name, row.source),
        passed_over=passed_over,
    )


def _facts_followed_by(row: Row) -> Facts:
    """What an order knows that follows its case by this row."""
    delivered = row.source in AFTER_DELIVERY
    case = replace(CASE, table=TableName.DISSOLUTION if delivered else TableName.CANCELLATION)
    if not row.stays:
        return replace(FACTS, case=replace(case, state=row.target), held=True)
    begins = row.when is case_guards.case_begins_to_hold
    return replace(
        FACTS, case=case if begins else replace(case, state=State.REFUSED), held=not begins
    )


def _situation_of_a_cancellation(
    row: Row, *, role: Role | None, party: PartyId | None
) -> Situation:
    """A situation in which just this row of a cancellation is taken."""
    command, order, parcel = command_of(row.trigger), State.STORED, State.HANDED_BACK
    case, terms = replace(CASE, state=row.source, expected=PRICE), TERMS
    match row.trigger, row.target:
        case Trigger.REQUEST_CANCELLATION, _:
            order = _ASKED_WHILE[row.target]
        case Trigger.CONSENT_TO_CANCELLATION, State.TERMS_OFFERED:
            command = commands.SellerConsent(refund=PRICE, penalty=Money(1))
        case Trigger.CONSENT_TO_CANCELLATION, State.SETTLING:
            command, case = commands.SellerConsent(refund=ZERO), replace(case, granted=True)
        case Trigger.ACCEPT_TERMS, State.SETTLING:
            case = replace(case, expected=ZERO)
        case Trigger.REFUSE_CANCELLATION, _:
            case = replace(case, granted=row.clause == "PSR-12-6")
        case Trigger.DEEM_REFUSED, _:
            terms = replace(TERMS, silence_refuses=not row.stays)
        case Trigger.RECORD_CANCELLATION_REFUND, _ if row.stays:
            command = commands.CaseRefund(amount=Money(1), external_ref="sr_1")
        case Trigger.SETTLE_CANCELLATION | Trigger.SETTLE_BY_DEFAULT, _:
            case = replace(case, received=ZERO if row.target == State.CHASING else PRICE)
            terms = replace(TERMS, debts_from_deposit=bool(row.gives_way))
        case Trigger.FOLLOW_ORDER, State.OVERTAKEN if row.clause == "PSR-12-7":
            parcel = State.EXPORTED
        case Trigger.FOLLOW_ORDER, State.OVERTAKEN:
            order = State.UNREALIZABLE
        case Trigger.FOLLOW_ORDER, State.ASKING_SELLER if row.source == State.RETURNING:
            parcel = State.LOST
        case Trigger.FOLLOW_ORDER, State.SETTLING if row.source == State.AWAITING_OUTCOME:
            order = State.EFFECTIVE
        case Trigger.FOLLOW_ORDER, State.SETTLING:
            case = replace(case, expected=ZERO)
    if row.target == State.RETURNING:
        parcel = State.STORED
    goods = replace(all_goods_at(parcel), returned=parcel != State.EXPORTED)
    return situation(
        role or min(row.roles or {Role.CLOCK}),
        command,
        party=party,
        facts=replace(FACTS, case=None if row.source == State.NEW else case, parcels=(goods,)),
        order=order,
        terms=terms,
    )


def _situation_of_a_dissolution(row: Row, *, role: Role | None, party: PartyId | None) -> Situation:
    """A situation in which just this row of a dissolution is taken: the seller owes the price and
    what the return cost, if the row does not say otherwise."""
    command, order, terms, causes = command_of(row.trigger), State.DELIVERED, TERMS, FACTS.causes
    case = Case(
        item=CASE.item,
        table=TableName.DISSOLUTION,
        state=row.source,
        expected=PRICE,
        remedy=Remedy.RETURN,
        cost=RETURN_COST,
    )
    match row.trigger, row.target:
        case Trigger.DEEM_REFUSED, _:
            terms = replace(TERMS, silence_refuses=not row.stays)
        case Trigger.PROVE_DISPOSAL, State.CHASING:
            case = replace(case, received=PRICE)
        case Trigger.PROVE_DISPOSAL, State.DISSOLVED:
            command, case = replace(PROOF, cost=ZERO), replace(case, received=PRICE)
        case Trigger.LAPSE, State.DISSOLVED:
            case = replace(case, received=Money(1))
        case Trigger.RECORD_DISSOLUTION_REFUND, State.AWAITING_REFUND:
            command = commands.CaseRefund(amount=Money(1), external_ref="sr_1")
        case Trigger.RECORD_DISSOLUTION_REFUND, State.DISSOLVED:
            case = replace(case, cost_paid=RETURN_COST)
        case Trigger.RECORD_RETURN_COST, State.DISSOLVED:
            case = replace(case, received=PRICE)
        case Trigger.FOLLOW_ORDER, _ if row.clause == "PSR-17-2":
            causes = (Cause.LOGISTICS,)
        case Trigger.FOLLOW_ORDER, _:
            order = State.CLOSED
    return situation(
        role or min(row.roles or {Role.CLOCK}),
        command,
        party=party,
        facts=replace(FACTS, case=None if row.source == State.NEW else case, causes=causes),
        order=order,
        terms=terms,
    )


def _situation_of_a_claim(
    table: Table, row: Row, *, role: Role | None, party: PartyId | None
) -> Situation:
    """A situation in which just this row of a claim is taken: it is against whom it has to be."""
    role = role or min(row.roles or {Role.CLOCK})
    tried = [
        situation(
            role,
            a_claim(basis) if row.trigger == Trigger.MAKE_CLAIM else command_of(row.trigger),
            party=party,
            facts=Facts(claim=a_claimed(against=against)),
            order=row.source,
        )
        for basis, against in OPPONENTS.items()
    ]
    return next((each for each in tried if _takes(table, row, each)), tried[0])


def _situation_of_a_freeze(
    table: Table, row: Row, *, role: Role | None, party: PartyId | None
) -> Situation:
    """A situation in which just this row of a freeze is taken, or, where the role cannot place it
    for that reason, another one that it can."""
    behind = table.rows_from(row.source, row.trigger)[table.variant(row) + 1 :]
    ahead = table.rows_from(row.source, row.trigger)[: table.variant(row)]
    places = row.trigger == Trigger.PLACE_FREEZE
    role = role or min(roles_of(row) or {Role.CLOCK})
    tried = [
        situation(
            role,
            FREEZES[reason] if places else command_of(row.trigger),
            party=party,
            facts=Facts() if places else Facts(freeze=a_freeze(reason)),
            order=row.source,
            passed_over=() if places else ahead,
        )
        for reason in FREEZES
    ]
    fitting = (each for one in (row, *behind, *ahead) for each in tried if _takes(table, one, each))
    return next(fitting, tried[0])


def _situation_of_a_chargeback(
    table: Table, row: Row, *, role: Role | None, party: PartyId | None
) -> Situation:
    """A situation in which just this row of a chargeback is taken."""
    command, known, terms = command_of(row.trigger), CHARGED_BACK, TERMS
    variant = table.variant(row)
    passed_over: tuple[Row, ...] = ()
    match row.trigger:
        case Trigger.REPORT_CHARGEBACK:
            unclear = row.target == State.EXAMINING
            reason = DisputeReason.NOT_RECEIVED if unclear else DisputeReason.CHANGED_MIND
            command, terms = replace(REPORT, reason=reason), (TERMS, ON_REQUEST, TERMS)[variant]
        case Trigger.DENY_JUST_CAUSE:
            terms = (TERMS, ON_REQUEST)[variant]
        case Trigger.PAY_CHARGEBACK:
            at_once = row.target != State.PAYING
            command = PAY_DEBT_FROM_DEPOSIT if at_once else PAY_DEBT_FROM_BOTH
            known = replace(known, lost=row.target == State.SETTLED)
        case Trigger.CONFIRM_CHARGEBACK_PAYMENT:
            known = replace(known, won=row.target == State.WON, lost=row.target == State.SETTLED)
        case Trigger.DECLINE_CHARGEBACK_PAYMENT if row.target == State.WON:
            known = replace(known, won=True)
        case Trigger.DECLINE_CHARGEBACK_PAYMENT:
            paying_in = State.OWING if row.target == State.OWING else State.DEMANDED
            known = replace(known, paying_in=paying_in, lost=row.target == State.SETTLED)
            giving_way = [
                each for each in table.rows_from(row.source, row.trigger) if each.gives_way
            ]
            passed_over = () if row.gives_way else tuple(giving_way)
        case Trigger.OFFSET_DEPOSIT | Trigger.COLLECT_DEBT:
            known = replace(known, lost=row.target == State.SETTLED)
            passed_over = table.rows_from(row.source, row.trigger)[:variant]
    return situation(
        role or min(row.roles or {Role.CLOCK}),
        command,
        party=party,
        facts=Facts() if row.source == State.NEW else Facts(chargeback=known),
        order=row.source,
        passed_over=passed_over,
        terms=terms,
    )


def roles_of(row: Row) -> frozenset[Role]:
    """Who can take the row: of those that may pull its trigger, whom its reason lets. A freeze is
    placed by those whom its reason concerns, so its rows are for fewer than they say."""
    if row.trigger != Trigger.PLACE_FREEZE:
        return row.roles or frozenset({Role.CLOCK})
    meant = [
        PLACED_BY[reason]
        for reason, command in FREEZES.items()
        if row.when and row.when(situation(Role.CLOCK, command))
    ]
    return frozenset().union(*meant)


def _takes(table: Table, row: Row, situation: Situation) -> bool:
    try:
        return table.fire(state=row.source, trigger=row.trigger, situation=situation) is row
    except Refused:
        return False


def a_claim(basis: Basis, **changes: Any) -> commands.Claim:
    """A claim for ¥500.00 on that basis, changed as told."""
    return replace(CLAIM, **{"basis": basis, "against": OPPONENTS[basis], **changes})


def a_claimed(*, against: Opponent = Opponent.PROVIDER, **changes: Any) -> Claimed:
    """What a claim for ¥500.00 of which ¥300.00 were admitted knows of itself."""
    return replace(Claimed(against=against, asked=Money(500_00), admitted=Money(300_00)), **changes)


def a_freeze(reason: FreezeReason) -> Frozen:
    """What a freeze for that reason knows of itself."""
    said = FREEZES[reason]
    return Frozen(reason=reason, amount=said.amount, inactive_since=said.inactive_since)


def a_closing(payment_method: str = "pm_ok") -> Closing:
    """What the closing of an account knows of itself."""
    return Closing(payment_method=payment_method)


def a_hold(stand: Stand, chargeback: ChargebackId = CHARGEBACK) -> PaymentHold:
    """A chargeback of the order that stands so."""
    return PaymentHold(chargeback=chargeback, stand=stand)


def all_goods_at(stage: State) -> Parcel:
    """The one parcel of an order whose goods stand there."""
    return Parcel(item="ord_kettles/9", quantity=300, state=_PARCEL_AT.get(stage, stage))


def line(code: LineCode, amount: int, collector: PartyId) -> commands.Line:
    """A line that a provider adds to the checkout; `amount` in fen."""
    return commands.Line(code=code, label=code.value, amount=Money(amount), collector=collector)
