"""Owns the kinds of subjects at the edge: where each is, how it is fetched, and who may see it.

A further kind is a row here. Its commands, their paths and its place among what an order allows
follow from it, and `gateway.routes.subjects` makes its reads.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from daigou.domain.ids import (
    CHARGEBACK_ID,
    CLAIM_ID,
    CLOSURE_ID,
    CONSULTATION_ID,
    FREEZE_ID,
    ORDER_ID,
    RECHARGE_ID,
    TIP_ID,
    WITHDRAWAL_ID,
    ChargebackId,
    ClaimId,
    ClosureId,
    ConsultationId,
    FreezeId,
    OrderId,
    RechargeId,
    TipId,
    WithdrawalId,
    kind_of,
)
from daigou.domain.lifecycle import (
    CHARGEBACK,
    CLAIM,
    CLOSURE,
    CONSULTATION,
    FREEZE,
    FULFILMENT,
    RECHARGE,
    TIP,
    WITHDRAWAL,
)
from daigou.domain.lifecycle.table import Table
from daigou.domain.order import Parties, Role, Trigger
from daigou.ledger.account_views import ChargebackView, ClosureView, FreezeView, WithdrawalView
from daigou.ledger.side_views import ConsultationView, TipView
from daigou.ledger.subject_views import SubjectView
from daigou.ledger.views import ApplicationView, ClaimView, OrderView, RechargeView
from gateway.auth import may_see
from gateway.backend import Backend

_AN_ORDER = "/orders/{order_id}"

V = TypeVar("V", bound=SubjectView)
V_co = TypeVar("V_co", bound=SubjectView, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeKind(Generic[V_co]):
    """A kind of subject: its `prefix` begins every id of the `pattern`, such as `example`.

    `opened_by` is the trigger that its POST pulls: on an order if it is `on_an_order`, or at
    `opens_at`, if it is not at its collection. `tag` groups its operations. `read` fetches one.
    Whoever takes part sees it, and so does who sees every order, but for the roles that it is
    `hidden_from` (OP-7-5-4).
    """

    prefix: str
    pattern: re.Pattern[str]
    table: Table
    opened_by: Trigger
    tag: str
    read: Callable[[Backend, str], Awaitable[V_co | None]]
    on_an_order: bool = False
    opens_at: str = ""
    hidden_from: frozenset[Role] = frozenset()
    example: str = ""

    @property
    def name(self) -> str:
        """What one is called."""
        return kind_of(self.prefix).name

    @property
    def collection(self) -> str:
        """What several are called, in paths."""
        return f"{self.name}s"

    @property
    def id_name(self) -> str:
        """What its id is called, in paths and bodies."""
        return f"{self.name}_id"

    @property
    def such_as(self) -> str:
        """An id for examples."""
        return self.example or f"{self.prefix}_2026_0001"

    @property
    def path(self) -> str:
        """The path of one, below the version of the API; its id is a parameter."""
        return f"/{self.collection}/{{{self.id_name}}}"

    @property
    def opening_path(self) -> str:
        """Where it is opened, below the version of the API."""
        if self.on_an_order:
            return f"{_AN_ORDER}/{self.collection}"
        return self.opens_at or f"/{self.collection}"

    @property
    def clause(self) -> str:
        """The clause that rules its opening."""
        return self.table.triggers[self.opened_by].clause

    def may_be_seen(self, caller: ApplicationView, parties: Parties) -> bool:
        """Whether an application may see one of these parties (OP-7-5-4)."""
        return may_see(caller, parties, hidden_from=self.hidden_from)

    def seen_of(self, caller: ApplicationView, views: Iterable[V]) -> tuple[V, ...]:
        """Those that an application may see."""
        return tuple(view for view in views if self.may_be_seen(caller, view.parties))


ORDERS: EdgeKind[OrderView] = EdgeKind(
    prefix="ord",
    pattern=ORDER_ID,
    table=FULFILMENT,
    opened_by=Trigger.REQUEST,
    tag="commands",
    read=lambda backend, order: backend.order(OrderId(order)),
)
RECHARGES: EdgeKind[RechargeView] = EdgeKind(
    prefix="rch",
    pattern=RECHARGE_ID,
    table=RECHARGE,
    opened_by=Trigger.REQUEST,
    tag="accounts",
    read=lambda backend, recharge: backend.recharge(RechargeId(recharge)),
)
CLAIMS: EdgeKind[ClaimView] = EdgeKind(
    prefix="clm",
    pattern=CLAIM_ID,
    table=CLAIM,
    opened_by=Trigger.MAKE_CLAIM,
    tag="claims",
    read=lambda backend, claim: backend.claim(ClaimId(claim)),
    on_an_order=True,
    # It has no business with it, though it sees every order.
    hidden_from=frozenset({Role.PAYMENT_INSTITUTION}),
)
WITHDRAWALS: EdgeKind[WithdrawalView] = EdgeKind(
    prefix="wdr",
    pattern=WITHDRAWAL_ID,
    table=WITHDRAWAL,
    opened_by=Trigger.REQUEST_WITHDRAWAL,
    tag="accounts",
    read=lambda backend, withdrawal: backend.accounting.withdrawal(WithdrawalId(withdrawal)),
)
FREEZES: EdgeKind[FreezeView] = EdgeKind(
    prefix="frz",
    pattern=FREEZE_ID,
    table=FREEZE,
    opened_by=Trigger.PLACE_FREEZE,
    tag="accounts",
    read=lambda backend, freeze: backend.accounting.freeze(FreezeId(freeze)),
    opens_at="/accounts/{client_id}/freezes",
)
CLOSURES: EdgeKind[ClosureView] = EdgeKind(
    prefix="acl",
    pattern=CLOSURE_ID,
    table=CLOSURE,
    opened_by=Trigger.CLOSE_ACCOUNT,
    tag="accounts",
    read=lambda backend, closure: backend.accounting.closure(ClosureId(closure)),
    opens_at="/accounts/{client_id}/closure",
)
CHARGEBACKS: EdgeKind[ChargebackView] = EdgeKind(
    prefix="cbk",
    pattern=CHARGEBACK_ID,
    table=CHARGEBACK,
    opened_by=Trigger.REPORT_CHARGEBACK,
    tag="chargebacks",
    read=lambda backend, chargeback: backend.accounting.chargeback(ChargebackId(chargeback)),
    on_an_order=True,
    example="cbk_2026_0001.dp_77",
)

TIPS: EdgeKind[TipView] = EdgeKind(
    prefix="tip",
    pattern=TIP_ID,
    table=TIP,
    opened_by=Trigger.GIVE_TIP,
    tag="tips",
    read=lambda backend, tip: backend.tip(TipId(tip)),
    on_an_order=True,
    # It comes from the deposit, and moves nothing outside.
    hidden_from=frozenset({Role.PAYMENT_INSTITUTION}),
)
CONSULTATIONS: EdgeKind[ConsultationView] = EdgeKind(
    prefix="cns",
    pattern=CONSULTATION_ID,
    table=CONSULTATION,
    opened_by=Trigger.CONSULT,
    tag="consultations",
    read=lambda backend, asked: backend.consultation(ConsultationId(asked)),
    hidden_from=frozenset({Role.PAYMENT_INSTITUTION}),
)

KINDS: tuple[EdgeKind[SubjectView], ...] = (
    ORDERS,
    RECHARGES,
    CLAIMS,
    TIPS,
    CONSULTATIONS,
    WITHDRAWALS,
    FREEZES,
    CLOSURES,
    CHARGEBACKS,
)
"""Every kind, in the order in which the document lists them."""

_BY_PREFIX = {kind.prefix: kind for kind in KINDS}


def kind_at_edge(subject: str) -> EdgeKind[SubjectView]:
    """The kind of a subject, by its id.

    Raises:
        KeyError: no kind at the edge has this prefix.
    """
    return _BY_PREFIX[subject.partition("_")[0]]
