"""Owns the paths of dissolution: delivered goods that are given back, or are kept in the end.

The seller is asked; the goods go back to it, or are destroyed on site; whatever it pays goes on to
the client. Where it does not agree, or nothing is proved, the order goes on.
"""

from daigou.domain.commands import Basis, Cause, Ground, LossHead, Remedy
from daigou.domain.order import Role, State, Trigger
from daigou.simulator.moves import (
    add_evidence,
    admit,
    agree_to_dissolve,
    apply_to_seller,
    ask_for_evidence,
    ask_to_dissolve,
    assist,
    claim,
    close_dissolution,
    compensate,
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
)
from daigou.simulator.paths.goods import MONTHS_PACE
from daigou.simulator.paths.ways import (
    BOUGHT_HOME,
    PAID,
    PAID_BY_BOTH,
    PAID_BY_INSTITUTION,
)
from daigou.simulator.plans import HALF, Path, Share

DELIVERED = BOUGHT_HOME[:-1]
SELLER_ASKED = (ask_to_dissolve(), apply_to_seller())
AGREED = (*SELLER_ASKED, agree_to_dissolve())
_COST_FEN = 12_35

DISSOLVED = (
    Path(
        name="dissolved, the goods returned",
        moves=(*PAID_BY_BOTH, *DELIVERED, *AGREED, prove(), seller_refunds()),
        end=State.DISSOLVED,
        extra_lines=True,
    ),
    Path(
        name="dissolved, destroyed on site",
        moves=(
            *PAID_BY_INSTITUTION,
            *BOUGHT_HOME,
            ask_to_dissolve(State.RECEIVED, ground=Ground.INFRINGING),
            apply_to_seller(),
            agree_to_dissolve(remedy=Remedy.DESTROY),
            prove(remedy=Remedy.DESTROY),
            seller_refunds(),
        ),
        end=State.DISSOLVED,
    ),
    Path(
        name="dissolved, return paid in parts",
        moves=(
            *PAID,
            *DELIVERED,
            *AGREED,
            prove(cost_fen=_COST_FEN),
            seller_refunds(),
            seller_pays_for_the_return(HALF, at=State.CHASING),
            seller_pays_for_the_return(at=State.CHASING),
        ),
        end=State.DISSOLVED,
    ),
    Path(
        name="dissolved, refund in two parts",
        moves=(
            *PAID_BY_BOTH,
            *DELIVERED,
            *AGREED,
            prove(cost_fen=_COST_FEN),
            seller_pays_for_the_return(),
            seller_refunds(HALF),
            seller_refunds(),
        ),
        end=State.DISSOLVED,
    ),
    Path(
        name="dissolved, paid before proof",
        moves=(
            *PAID,
            *DELIVERED,
            *AGREED,
            seller_refunds(HALF, at=State.AWAITING_PROOF),
            seller_refunds(at=State.AWAITING_PROOF),
            prove(),
        ),
        end=State.DISSOLVED,
    ),
    Path(
        name="dissolved, the proof never came",
        moves=(
            *PAID_BY_BOTH,
            *DELIVERED,
            *AGREED,
            seller_refunds(HALF, at=State.AWAITING_PROOF),
            dissolution_struck(Trigger.ESCALATE, State.AWAITING_PROOF),
            dissolution_struck(Trigger.LAPSE, State.AWAITING_PROOF),
        ),
        end=State.DISSOLVED,
        days=31,
    ),
    Path(
        name="dissolved on more evidence",
        moves=(
            *PAID_BY_INSTITUTION,
            *DELIVERED,
            ask_to_dissolve(ground=Ground.NOT_AS_PROMISED),
            dissolution_struck(Trigger.ESCALATE, State.CHECKING),
            ask_for_evidence,
            add_evidence(State.AWAITING_EVIDENCE),
            add_evidence(State.CHECKING),
            apply_to_seller(),
            add_evidence(State.ASKING_SELLER),
            agree_to_dissolve(keeps=Share(2)),
            prove(),
            seller_refunds(),
        ),
        end=State.DISSOLVED,
        promoter=True,
        days=2,
    ),
    Path(
        name="dissolved, refunded late",
        moves=(
            *PAID_BY_BOTH,
            *DELIVERED,
            *AGREED,
            prove(cost_fen=_COST_FEN),
            dissolution_struck(Trigger.ESCALATE, State.AWAITING_REFUND),
            close_dissolution,
            seller_pays_for_the_return(at=State.CHASING),
            seller_refunds(HALF, at=State.CHASING),
            seller_refunds(at=State.CHASING),
        ),
        end=State.DISSOLVED,
        days=8,
    ),
    Path(
        name="dissolved, refund given up",
        moves=(
            *PAID,
            *DELIVERED,
            *AGREED,
            prove(),
            seller_refunds(HALF),
            close_dissolution,
            dissolution_struck(Trigger.ESCALATE, State.CHASING),
            dissolution_struck(Trigger.GIVE_UP, State.CHASING),
        ),
        end=State.DISSOLVED,
        days=60,
        pace=MONTHS_PACE,
    ),
    Path(
        name="dissolved, provider at fault",
        moves=(
            *PAID,
            *DELIVERED,
            *SELLER_ASKED,
            agree_to_dissolve(keeps=Share(3)),
            prove(),
            seller_refunds(),
            claim(State.DISSOLVED, Basis.DISSOLUTION_BY_PROVIDERS_FAULT, Share(3)),
            admit(),
            compensate,
        ),
        end=State.DISSOLVED,
    ),
)

KEPT = (
    Path(
        name="dissolution taken back",
        moves=(*PAID, *DELIVERED, ask_to_dissolve(), keep_after_all(), confirm_receipt()),
        end=State.CLOSED,
    ),
    Path(
        name="seller refuses, claimed against",
        moves=(
            *PAID_BY_BOTH,
            *DELIVERED,
            *SELLER_ASKED,
            refuse_to_dissolve(),
            claim(
                State.DELIVERED,
                Basis.SELLER_REFUSED_DISSOLUTION,
                beside=(LossHead.COST_OF_DISPUTE,),
            ),
            assist(),
            admit(HALF),
            paid_outside,
            confirm_receipt(),
        ),
        end=State.CLOSED,
    ),
    Path(
        name="dissolution never answered",
        moves=(
            *PAID_BY_INSTITUTION,
            *DELIVERED,
            *SELLER_ASKED,
            dissolution_struck(Trigger.ESCALATE, State.ASKING_SELLER),
            dissolution_struck(Trigger.DEEM_REFUSED, State.ASKING_SELLER),
            confirm_receipt(),
        ),
        end=State.CLOSED,
        days=6,
    ),
    Path(
        name="asked for evidence in vain",
        moves=(
            *PAID,
            *DELIVERED,
            ask_to_dissolve(),
            ask_for_evidence,
            dissolution_struck(Trigger.LAPSE, State.AWAITING_EVIDENCE),
            confirm_receipt(),
        ),
        end=State.CLOSED,
        days=6,
    ),
    Path(
        name="nothing proved, nothing paid",
        moves=(
            *PAID_BY_BOTH,
            *DELIVERED,
            *AGREED,
            dissolution_struck(Trigger.ESCALATE, State.AWAITING_PROOF),
            dissolution_struck(Trigger.LAPSE, State.AWAITING_PROOF),
            confirm_receipt(),
        ),
        end=State.CLOSED,
        days=31,
    ),
    Path(
        name="cause with logistics, claimed",
        moves=(
            *PAID,
            *DELIVERED,
            *SELLER_ASKED,
            object_to_receipt,
            settle_objection(Cause.LOGISTICS),
            confirm_receipt(),
            claim(
                State.CLOSED,
                Basis.CAUSE_WITH_LOGISTICS,
                beside=(LossHead.PAID_TO_OTHERS, LossHead.COST_OF_DISPUTE),
            ),
            admit(Share(9), by=Role.LOGISTICS),
            paid_outside,
        ),
        end=State.CLOSED,
        days=2,
    ),
)
