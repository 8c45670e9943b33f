"""Ways of a dissolution or a claim that differ only a little from others, e.g. in where the cause
is found: for every row of the tables to be taken, but not worth an order of the demo each."""

from daigou.domain.commands import Basis, Cause
from daigou.domain.order import Role, State, Trigger
from daigou.simulator.moves import (
    admit,
    agree_to_dissolve,
    apply_to_seller,
    ask_for_evidence,
    ask_to_dissolve,
    assist,
    claim,
    claim_overdue,
    confirm_receipt,
    dissolution_struck,
    keep_after_all,
    object_to_receipt,
    paid_outside,
    prove,
    refuse_to_dissolve,
    seller_pays_for_the_return,
    seller_refunds,
    settle_objection,
    withdraw_claim,
)
from daigou.simulator.paths.dissolution import AGREED, DELIVERED, SELLER_ASKED
from daigou.simulator.paths.ways import BOUGHT_HOME, PAID, PAID_BY_BOTH
from daigou.simulator.plans import ALL, Move, Path

_BY_LOGISTICS = (object_to_receipt, settle_objection(Cause.LOGISTICS))
_EVIDENCE_ASKED: tuple[Move, ...] = (ask_to_dissolve(), ask_for_evidence)
_COST_FEN = 7_20

RARE_DISSOLUTIONS = (
    *(
        Path(
            name=f"dissolution taken back while {state}",
            moves=(*PAID, *DELIVERED, *moves, keep_after_all(state), confirm_receipt()),
            end=State.CLOSED,
        )
        for state, moves in (
            (State.AWAITING_EVIDENCE, _EVIDENCE_ASKED),
            (State.ASKING_SELLER, SELLER_ASKED),
            (State.AWAITING_PROOF, AGREED),
        )
    ),
    *(
        Path(
            name=f"cause found with logistics while {state}",
            moves=(*PAID, *DELIVERED, *moves, *_BY_LOGISTICS, confirm_receipt()),
            end=State.CLOSED,
        )
        for state, moves in (
            (State.CHECKING, (ask_to_dissolve(),)),
            (State.AWAITING_EVIDENCE, _EVIDENCE_ASKED),
        )
    ),
    Path(
        name="refused once the client has confirmed",
        moves=(
            *PAID,
            *BOUGHT_HOME,
            ask_to_dissolve(State.RECEIVED),
            apply_to_seller(by=Role.PLATFORM),
            refuse_to_dissolve(by=Role.PLATFORM),
        ),
        end=State.CLOSED,
    ),
    Path(
        name="refused amid an objection",
        moves=(
            *PAID,
            *DELIVERED,
            *SELLER_ASKED,
            object_to_receipt,
            refuse_to_dissolve(),
            settle_objection(Cause.SELLER),
            confirm_receipt(),
        ),
        end=State.CLOSED,
    ),
    Path(
        name="dissolved amid an objection",
        moves=(*PAID, *DELIVERED, *AGREED, object_to_receipt, prove(), seller_refunds()),
        end=State.DISSOLVED,
    ),
    Path(
        name="dissolved for the cost of the return alone",
        moves=(
            *PAID_BY_BOTH,
            *DELIVERED,
            *SELLER_ASKED,
            agree_to_dissolve(keeps=ALL, by=Role.PLATFORM),
            prove(cost_fen=_COST_FEN),
            dissolution_struck(Trigger.ESCALATE, State.CHASING),
            seller_pays_for_the_return(at=State.CHASING),
        ),
        end=State.DISSOLVED,
        days=8,
    ),
    Path(
        name="helped once the seller has admitted",
        moves=(
            *PAID,
            *DELIVERED,
            *SELLER_ASKED,
            refuse_to_dissolve(),
            claim(State.DELIVERED, Basis.SELLER_REFUSED_DISSOLUTION),
            admit(),
            assist(State.ADMITTED),
            paid_outside,
            confirm_receipt(),
        ),
        end=State.CLOSED,
    ),
    Path(
        name="logistics answers and pays late, then a claim is taken back",
        moves=(
            *PAID,
            *DELIVERED,
            *_BY_LOGISTICS,
            confirm_receipt(),
            claim(State.CLOSED, Basis.CAUSE_WITH_LOGISTICS),
            claim_overdue(State.MADE),
            admit(by=Role.LOGISTICS),
            claim_overdue(State.ADMITTED),
            paid_outside,
            claim(State.CLOSED, Basis.CAUSE_WITH_LOGISTICS),
            withdraw_claim,
        ),
        end=State.CLOSED,
        days=21,
    ),
)
