"""A gateway on nothing: books that hold one order, and an engine that says yes to everything."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, cast

import httpx
from fastapi import FastAPI

from daigou.domain.book import Account, AccountKind, Effects, Journal, JournalKind, Leg
from daigou.domain.clocks import Clock
from daigou.domain.commands import (
    Basis,
    Calendar,
    Cause,
    LineCode,
    Loss,
    LossHead,
    Mandate,
    Opponent,
    Request,
    Topic,
)
from daigou.domain.engagements import EngagementReason, EngagementState
from daigou.domain.facts import Case, facts_of
from daigou.domain.ids import (
    AppKey,
    ClaimId,
    ConsultationId,
    CouponId,
    EngagementId,
    InvitationCode,
    OrderId,
    PartyId,
    RechargeId,
    SubjectId,
    TipId,
)
from daigou.domain.lifecycle import TABLES
from daigou.domain.mandate import MANDATES
from daigou.domain.money import ZERO, Money
from daigou.domain.notices import Channel, DeliveryState
from daigou.domain.order import Actor, Parties, Role, State, TableName, Trigger
from daigou.domain.own_facts import Claimed
from daigou.domain.steps import Receipt
from daigou.domain.terms import current
from daigou.ledger.idempotency import Begun, New
from daigou.ledger.notice_views import EndpointView, NoticeView, Replayed
from daigou.ledger.previews import Asked, Shown
from daigou.ledger.promotion_views import (
    BrokerageView,
    EngagementChangeView,
    EngagementView,
    InvitationView,
)
from daigou.ledger.side_views import ConsultationView, TipView
from daigou.ledger.views import (
    ApplicationView,
    ClaimView,
    ContractView,
    CouponView,
    DepositView,
    FindingView,
    ItemView,
    OrderView,
    PartyView,
    PreviewView,
    RechargeView,
    TransitionView,
)
from daigou.settings import Settings
from gateway.answers import PreviewAnswer
from gateway.app import create_app
from gateway.backend import Backend, ConsultationsWanted
from gateway.engine import WorkflowEngine
from tests.gateway.fake_accounts import FakeAccounting, a_chargeback_view
from tests.gateway.fake_records import FakeRecords
from tests.gateway.house import ADDRESS, BASE, LOGISTICS, PROVIDER, STORAGE, basic

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANNA = PartyId("cli_anna")
ORDER, RECHARGE = OrderId("ord_kettles"), RechargeId("rch_kettles")
CLAIM = ClaimId("clm_kettles")
TIP, CONSULTATION = TipId("tip_kettles"), ConsultationId("cns_kettles")
ENGAGEMENT = EngagementId("eng_mia_bund")
SECRET = "secret"
ENDPOINT, MESSAGE, DIGEST = "whk_kettles", f"msg_{'0' * 32}", "d" * 64
NOWHERE = Settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing")
ALL_ROLES = frozenset(Role) - {Role.CLOCK}
PARTIES = Parties(client=ANNA, provider=PROVIDER, storage=STORAGE, logistics=LOGISTICS)

REQUEST = Request(
    client=ANNA,
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
    delivery_address=ADDRESS,
    client_country="DE",
    mandate=Mandate(version="2026-11", digest=MANDATES["2026-11"].digest, agreed_at=NOON),
)


def an_item(number: int, table: TableName, state: State, **changes: Any) -> ItemView:
    """An item of the order."""
    view = ItemView(
        item=f"{ORDER}/{number}",
        table=table,
        state=state,
        clocks=(),
        next_actor=None,
        opening={},
        amount=None,
        opened_at=NOON,
        ended_at=None,
    )
    return replace(view, **changes)


def a_parcel(number: int, state: State = State.WAREHOUSED) -> ItemView:
    """A parcel, at the storage unless told otherwise."""
    return an_item(
        number,
        TableName.PARCEL,
        state,
        next_actor=Role.LOGISTICS,
        opening={"kind": "warehouse-receipt", "parcel_ref": "YW-1", "quantity": None},
    )


def a_refund(number: int, state: State = State.DUE) -> ItemView:
    """A refund of one yuan."""
    return an_item(
        number,
        TableName.REFUND,
        state,
        amount=Money(1_00),
        ended_at=None if state == State.DUE else NOON,
    )


ITEMS = (
    a_refund(9),
    a_parcel(5),
    an_item(6, TableName.REQUIREMENT, State.PROPOSED, next_actor=Role.PROVIDER),
    an_item(7, TableName.QUESTION, State.ASKED, next_actor=Role.PROVIDER),
    an_item(8, TableName.OPINION, State.GIVEN, ended_at=NOON),
    an_item(10, TableName.CANCELLATION, State.SETTLING, next_actor=Role.PROVIDER),
    an_item(
        11,
        TableName.DISSOLUTION,
        State.AWAITING_REFUND,
        next_actor=Role.PROVIDER,
        opening={
            "kind": "request-dissolution",
            "ground": "defective",
            "inspected": True,
            "evidence": ["evd_kettles"],
            "note_ref": "",
        },
    ),
)
"""One of each kind."""
CASE = Case(item=f"{ORDER}/10", table=TableName.CANCELLATION, state=State.SETTLING, granted=True)


def an_order_view(**changes: Any) -> OrderView:
    """An order as the books show it: accepted, unless told otherwise."""
    view = OrderView(
        id=ORDER,
        state=State.ACCEPTED,
        sequence=2,
        parties=PARTIES,
        request=REQUEST,
        terms_version=current().version,
        clocks=(
            Clock(
                term="payment",
                trigger=Trigger.LAPSE,
                due=NOON + timedelta(days=1),
                clause="PSR-2-2",
            ),
        ),
        next_actor=Role.CLIENT,
        lines=(),
        fee=None,
        amount=None,
        collected=ZERO,
        refunded=ZERO,
        fee_earned=ZERO,
        items=ITEMS,
        facts=replace(
            facts_of(REQUEST), cancellable_until=NOON, causes=(Cause.LOGISTICS,), case=CASE
        ),
        brokerage_rate=None,
        next_due_at=NOON + timedelta(days=1),
        placed_at=NOON,
        entered_at=NOON,
        ended_at=None,
    )
    return replace(view, **changes)


def a_claim_view(**changes: Any) -> ClaimView:
    """A claim on the order, of logistics: made, unless told otherwise."""
    view = ClaimView(
        id=CLAIM,
        order=ORDER,
        client=ANNA,
        provider=PROVIDER,
        logistics=LOGISTICS,
        basis=Basis.CAUSE_WITH_LOGISTICS,
        losses=(Loss(head=LossHead.PAID_TO_OTHERS, amount=Money(1_00)),),
        evidence=("evd_kettles",),
        claimed=Claimed(against=Opponent.LOGISTICS, asked=Money(1_00)),
        external_ref="",
        state=State.MADE,
        sequence=1,
        terms_version=current().version,
        clocks=(),
        next_actor=Role.LOGISTICS,
        made_at=NOON,
        ended_at=None,
    )
    return replace(view, **changes)


def a_step(
    sequence: int, trigger: Trigger, source: State, target: State, **changes: Any
) -> TransitionView:
    """A line of an order's timeline."""
    step = TransitionView(
        subject=SubjectId(ORDER),
        sequence=sequence,
        table=TableName.FULFILMENT,
        item="",
        trigger=trigger,
        source=source,
        target=target,
        actor=Actor(role=Role.CLIENT, party=ANNA),
        clause="PSR-1-1",
        facts={},
        at=NOON + timedelta(hours=sequence),
        recorded_at=NOON + timedelta(hours=sequence),
        notices=(),
    )
    return replace(step, **changes)


def an_endpoint_view(**changes: Any) -> EndpointView:
    """A webhook endpoint in use."""
    view = EndpointView(
        id=ENDPOINT,
        application=AppKey("app_1"),
        party=ANNA,
        url="https://shop.example.org/daigou",
        events=("*",),
        created_at=NOON,
        disabled_at=None,
        troubled_at=None,
        failures=0,
    )
    return replace(view, **changes)


def a_notice_view() -> NoticeView:
    """A notice that waits for that endpoint."""
    return NoticeView(
        message_id=MESSAGE,
        subject=SubjectId(ORDER),
        sequence=2,
        number=1,
        order_sequence=1,
        event="order.accepted",
        recipient_role=Role.CLIENT,
        party=ANNA,
        channel=Channel.WEBHOOK,
        target=ENDPOINT,
        state=DeliveryState.WAITING,
        at=NOON,
        routed_at=NOON,
        next_try_at=NOON,
        out_at=None,
        sent_at=None,
        replays=0,
        attempts=0,
        refused=False,
        last_error=None,
        external_ref=None,
        tries=(),
    )


def a_coupon(**changes: Any) -> CouponView:
    """A coupon of Anna's over a yuan."""
    view = CouponView(
        id=CouponId("cpn_anna"),
        client=ANNA,
        amount=Money(1_00),
        reduces=frozenset({LineCode.SERVICE_FEE}),
        valid_from=NOON,
        valid_until=NOON + timedelta(days=30),
        issued_by=PartyId("plt_platform"),
        issued_at=NOON,
        redeemed_for=None,
    )
    return replace(view, **changes)


def a_contract(**changes: Any) -> ContractView:
    """A promoter's contract over a fifth."""
    view = ContractView(
        id=3,
        promoter=PartyId("pro_mia"),
        provider=PROVIDER,
        rate=Fraction(1, 5),
        begins_at=NOON,
        ends_at=None,
    )
    return replace(view, **changes)


class FakePromotion:
    """Knows one coupon and one contract, and takes every change."""

    async def issue_coupon(self, **asked: Any) -> CouponView:
        return a_coupon(id=asked["id"])

    async def coupons(self, client: PartyId, **_: Any) -> tuple[CouponView, ...]:
        return (a_coupon(client=client),)

    async def sign_contract(self, **asked: Any) -> ContractView:
        return a_contract(**asked)

    async def end_contract(self, contract: int, *, ends_at: datetime) -> ContractView | None:
        return a_contract(ends_at=ends_at) if contract == 3 else None

    async def change_rate(self, contract: int, **asked: Any) -> ContractView | None:
        return a_contract(id=4, replaces=contract) if contract == 3 else None

    async def contracts(self, **_: Any) -> tuple[ContractView, ...]:
        return (a_contract(),)


def an_engagement(**changes: Any) -> EngagementView:
    """A promoter's engagement, active."""
    view = EngagementView(
        id=ENGAGEMENT,
        promoter=PartyId("pro_mia"),
        promotion_provider=PartyId("psp_bund"),
        changes=tuple(
            EngagementChangeView(
                state=state,
                reason=EngagementReason.AGREED,
                clause="UA-1-11-13",
                author=PartyId("psp_bund"),
                at=NOON,
            )
            for state in (EngagementState.PROPOSED, EngagementState.ACTIVE)
        ),
    )
    return replace(view, **changes)


class FakeEngaging:
    """Knows one engagement with an order, one code and one invitee, and takes every word."""

    async def propose(self, **asked: Any) -> EngagementView:
        parties = {name: asked[name] for name in ("id", "promoter", "promotion_provider")}
        return an_engagement(**parties)

    async def say(self, engagement: EngagementId, **_: Any) -> EngagementView:
        return an_engagement(id=engagement)

    async def engagement(self, engagement: EngagementId) -> EngagementView | None:
        return an_engagement() if engagement == ENGAGEMENT else None

    async def engagements(self, **_: Any) -> tuple[EngagementView, ...]:
        return (an_engagement(),)

    async def brokerage(self, engagement: EngagementId, **_: Any) -> tuple[BrokerageView, ...]:
        won = BrokerageView(
            order=ORDER,
            promoter=PartyId("pro_mia"),
            provider=PROVIDER,
            rate=Fraction(1, 5),
            fee_earned=Money(1_23),
            brokerage=Money(25),
        )
        return (won,)

    async def code(self, client: PartyId) -> InvitationCode:
        return InvitationCode("K7WMP3XQ9T")

    async def invitations(self, inviter: PartyId, **_: Any) -> tuple[InvitationView, ...]:
        view = InvitationView(
            invitee=PartyId("cli_carl"),
            inviter=inviter,
            registered_at=NOON,
            benefit_until=NOON.replace(year=2027),
            ended_at=None,
        )
        return (view,)

    async def promoter_of(self, invitee: PartyId, *, provider: PartyId) -> PartyId | None:
        return None


class FakeShowing:
    """Knows one preview, and shows it for every command."""

    async def of(self, asked: Asked) -> PreviewView:
        rows = TABLES[asked.table].rows
        return PreviewView(
            order=asked.order,
            item=asked.item,
            sequence=3,
            trigger=asked.trigger,
            target=next(row for row in rows if row.trigger == asked.trigger).target,
            clause="PSR-12-3",
            digest=DIGEST,
            effects=Effects(),
            at=asked.at,
        )

    async def keep(self, shown: Shown) -> Shown:
        return shown

    async def shown(self, order: OrderId, digest: str) -> Shown | None:
        return a_preview() if digest == DIGEST else None

    async def of_order(self, order: OrderId, **_: Any) -> tuple[Shown, ...] | None:
        return (a_preview(),)


def a_preview() -> Shown:
    """A preview of the settlement that was shown to the provider: its fee is kept."""
    asker = Actor(role=Role.PROVIDER, party=PROVIDER)
    fee = Account(AccountKind.FEE_HELD, ORDER), Account(AccountKind.PROVIDER, PROVIDER)
    earned = Journal(
        kind=JournalKind.FEE_EARNED,
        clause="PSR-12-3",
        legs=(Leg(fee[0], Money(1_23)), Leg(fee[1], Money(-1_23))),
    )
    view = PreviewView(
        order=ORDER,
        item=f"{ORDER}/10",
        sequence=11,
        trigger=Trigger.SETTLE_CANCELLATION,
        target=State.CANCELLED,
        clause="PSR-12-3",
        digest=DIGEST,
        effects=Effects(journals=(earned,)),
        at=NOON,
    )
    answer = PreviewAnswer.of(view, table=TableName.CANCELLATION, parties=PARTIES, asker=asker)
    return Shown(
        order=view.order,
        digest=view.digest,
        sequence=view.sequence,
        item=view.item,
        trigger=view.trigger,
        asker=asker,
        at=view.at,
        answer=answer.model_dump(mode="json"),
    )


def a_tip_view(**changes: Any) -> TipView:
    """A tip for the order: held, unless told otherwise."""
    view = TipView(
        id=TIP,
        order=ORDER,
        client=ANNA,
        provider=PROVIDER,
        amount=Money(1_00),
        state=State.HELD,
        sequence=1,
        terms_version=current().version,
        clocks=(),
        next_actor=Role.CLOCK,
        given_at=NOON,
        ended_at=None,
    )
    return replace(view, **changes)


def a_consultation_view(**changes: Any) -> ConsultationView:
    """A client's question: asked, unless told otherwise."""
    view = ConsultationView(
        id=CONSULTATION,
        asker_role=Role.CLIENT,
        asker=ANNA,
        topic=Topic.SERVICES,
        answer_by=NOON + timedelta(days=21),
        calendar=Calendar.STATE_COUNCIL,
        state=State.ASKED,
        sequence=1,
        terms_version=current().version,
        clocks=(),
        next_actor=Role.PLATFORM,
        asked_at=NOON,
        ended_at=None,
    )
    return replace(view, **changes)


class FakeBackend:
    """Knows one application of each role, one order with a claim, a tip and a chargeback, one
    recharge, one of each that an account goes through, one consultation, and the parties."""

    def __init__(self) -> None:
        self.view = an_order_view(
            claims=(a_claim_view(),), tips=(a_tip_view(),), chargebacks=(a_chargeback_view(),)
        )
        self.asked = a_consultation_view()
        self.notes: dict[str, str] = {}
        self.records = FakeRecords()
        self.promotion = FakePromotion()
        self.engaging = FakeEngaging()
        self.showing = FakeShowing()
        self.accounting = FakeAccounting()

    async def authenticate(self, *, key: str, secret: str) -> ApplicationView | None:
        if secret != SECRET:
            return None
        roles = ALL_ROLES if key == "all" else frozenset({Role(key)})
        return ApplicationView(
            key=AppKey(key),
            name=key,
            roles=roles,
            party=ANNA,
            created_at=NOON,
            revoked_at=None,
        )

    async def party(self, party: PartyId) -> PartyView | None:
        return (await self.parties([party])).get(party)

    async def parties(self, parties: Iterable[PartyId]) -> dict[PartyId, PartyView]:
        known = {
            ANNA: Role.CLIENT,
            PROVIDER: Role.PROVIDER,
            STORAGE: Role.STORAGE,
            LOGISTICS: Role.LOGISTICS,
        }
        return {
            party: PartyView(
                id=party,
                role=known[party],
                name="",
                country="DE",
                address=ADDRESS if party == STORAGE else "",
                agreement_version="2026-11",
                agreed_at=NOON,
                registered_at=NOON,
            )
            for party in parties
            if party in known
        }

    async def register(self, party: Any) -> PartyView:
        return PartyView(
            id=party.id,
            role=party.role,
            name=party.name,
            country=party.country,
            address=party.address,
            agreement_version=party.agreement_version,
            agreed_at=party.agreed_at,
            registered_at=NOON,
        )

    async def add_note(self, *, note: str, body: str, **_: Any) -> None:
        self.notes[note] = body

    async def note(self, note: str) -> str | None:
        return self.notes.get(note)

    async def begin(self, **_: Any) -> Begun:
        return New()

    async def finish(self, **_: Any) -> None:
        return None

    async def release(self, **_: Any) -> None:
        return None

    async def order(self, order: OrderId) -> OrderView | None:
        return self.view if order == ORDER else None

    async def orders(self, wanted: Any) -> tuple[OrderView, ...] | None:
        return (self.view,)

    async def timeline(self, subject: SubjectId) -> tuple[TransitionView, ...]:
        return (a_step(1, Trigger.REQUEST, State.NEW, State.REQUESTED),)

    async def journals(self, subject: SubjectId) -> tuple[()]:
        return ()

    async def movements(self, subject: SubjectId) -> tuple[()]:
        return ()

    async def claim(self, claim: ClaimId) -> ClaimView | None:
        return next((each for each in self.view.claims if each.id == claim), None)

    async def tip(self, tip: TipId) -> TipView | None:
        return next((each for each in self.view.tips if each.id == tip), None)

    async def consultation(self, consultation: ConsultationId) -> ConsultationView | None:
        return self.asked if consultation == CONSULTATION else None

    async def consultations(
        self, wanted: ConsultationsWanted
    ) -> tuple[ConsultationView, ...] | None:
        return None if wanted.starting_after else (self.asked,)

    async def recharge(self, recharge: RechargeId) -> RechargeView | None:
        if recharge != RECHARGE:
            return None
        return RechargeView(
            id=RECHARGE,
            client=ANNA,
            amount=Money(1),
            state=State.DUE,
            sequence=1,
            clocks=(),
            requested_at=NOON,
            ended_at=None,
        )

    async def deposit(self, client: PartyId) -> DepositView | None:
        return DepositView(client=client, balance=ZERO, frozen_for=())

    async def deposit_entries(self, client: PartyId, **_: Any) -> tuple[()]:
        return ()

    async def add_endpoint(self, **asked: Any) -> tuple[EndpointView, str]:
        return an_endpoint_view(url=asked["url"], events=asked["events"]), asked["secret"]

    async def endpoint(self, endpoint: str, **_: Any) -> EndpointView | None:
        return an_endpoint_view() if endpoint == ENDPOINT else None

    async def endpoints(self, **_: Any) -> tuple[EndpointView, ...]:
        return (an_endpoint_view(),)

    async def rotate_secret(self, endpoint: str, **_: Any) -> EndpointView | None:
        return await self.endpoint(endpoint)

    async def disable_endpoint(self, endpoint: str, **_: Any) -> EndpointView | None:
        return an_endpoint_view(disabled_at=NOON)

    async def notices(self, **_: Any) -> tuple[NoticeView, ...]:
        return (a_notice_view(),)

    async def notice(self, message: str, **_: Any) -> NoticeView | None:
        return a_notice_view() if message == MESSAGE else None

    async def replay(self, message: str) -> bool:
        return True

    async def replay_to(self, endpoint: str, **_: Any) -> Replayed:
        return Replayed(notices=1, last_at=NOON, has_more=False)

    async def findings(self, **_: Any) -> tuple[FindingView, ...]:
        return (
            FindingView(
                number=17,
                sweep="stuck",
                subject=ORDER,
                detail="no_workflow",
                first_seen=NOON,
                last_seen=NOON,
                cleared_at=None,
                times=1,
            ),
        )

    async def is_well(self) -> bool:
        return True

    async def close(self) -> None:
        return None


class FakeEngine:
    """Carries everything out, and remembers it."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    async def open(self, opening: Any, **told: Any) -> Receipt:
        return self._receipt(opening.subject, opening)

    async def is_under_way(self, subject: Any) -> bool:
        return False

    async def pull(self, subject: Any, trigger: Trigger, pull: Any) -> Receipt:
        return self._receipt(subject, pull)

    async def is_well(self) -> bool:
        return True

    def _receipt(self, subject: Any, said: Any) -> Receipt:
        self.sent.append(said)
        return Receipt(
            subject=SubjectId(subject),
            sequence=1,
            state=State.REQUESTED,
            item="",
            order_state=State.REQUESTED,
            at=NOON,
            next_actor=Role.PROVIDER,
            due=None,
        )


def a_gateway(backend: FakeBackend | None = None, engine: FakeEngine | None = None) -> FastAPI:
    """A gateway on these."""
    return create_app(
        NOWHERE,
        backend=cast(Backend, backend or FakeBackend()),
        engine=cast(WorkflowEngine, engine or FakeEngine()),
    )


def http_as(who: str | None, app: FastAPI) -> httpx.AsyncClient:
    """A bare client: `who` is a role, `all` for every one of them, None for nobody."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url=BASE,
        headers=basic(who, SECRET) if who else {},
    )
