"""Owns the paths up to the agreement: review, cautions, talk, and the ways that end before it."""

from daigou.domain.commands import CautionKind, RefusalReason
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.ports.counterparties import Standing
from daigou.simulator.moves import (
    accept,
    acknowledge,
    agree_requirement,
    answer_question,
    ask_question,
    decline_requirement,
    give_opinion,
    pay,
    permit,
    prohibit,
    purchase,
    raise_caution,
    refuse,
    require,
    struck,
    told_by_institution,
    withdraw,
)
from daigou.simulator.paths.ways import (
    BOTH,
    BOUGHT_HOME,
    HOME,
    PAID,
    PAID_BY_BOTH,
    PAID_BY_INSTITUTION,
    SENT_HOME,
)
from daigou.simulator.plans import Path
from daigou.simulator.world import DOUBTFUL, SENSITIVE

_LAPSED = (struck(Trigger.LAPSE, State.REQUESTED),)
_PAYMENT_LAPSED = (struck(Trigger.LAPSE, State.ACCEPTED),)

NONE = (
    Path(name="refused", moves=(refuse(),), end=State.REFUSED, days=0),
    Path(
        name="withdrawn before acceptance",
        moves=(withdraw(State.REQUESTED),),
        end=State.WITHDRAWN,
        days=0,
    ),
    Path(
        name="withdrawn after acceptance",
        moves=(accept, withdraw(State.ACCEPTED)),
        end=State.WITHDRAWN,
        days=0,
    ),
    Path(name="acceptance lapsed", moves=_LAPSED, end=State.LAPSED),
    Path(name="payment lapsed", moves=(accept, *_PAYMENT_LAPSED), end=State.LAPSED),
    Path(
        name="payment declined, then lapsed",
        moves=(accept, pay(BOTH, "pm_declined"), *_PAYMENT_LAPSED),
        end=State.LAPSED,
    ),
    Path(
        name="payment pending, then declined",
        moves=(accept, pay(BOTH, "pm_pending_then_declined"), *_PAYMENT_LAPSED),
        end=State.LAPSED,
    ),
    Path(
        name="payment silent, person declines",
        moves=(
            accept,
            pay(BOTH, "pm_silent"),
            told_by_institution(State.PAYING, Standing.REJECTED),
            *_PAYMENT_LAPSED,
        ),
        end=State.LAPSED,
        days=2,
    ),
    Path(
        name="doubtful goods, prohibited",
        moves=(prohibit,),
        end=State.REFUSED,
        category=DOUBTFUL,
        days=0,
    ),
    Path(
        name="doubtful goods, nobody decides",
        moves=(
            struck(Trigger.ESCALATE, State.IN_REVIEW),
            struck(Trigger.LAPSE, State.IN_REVIEW),
        ),
        end=State.LAPSED,
        category=DOUBTFUL,
        days=2,
    ),
    Path(
        name="doubtful goods, withdrawn",
        moves=(withdraw(State.IN_REVIEW),),
        end=State.WITHDRAWN,
        category=DOUBTFUL,
        days=0,
    ),
)

CAUTIONED = (
    Path(
        name="doubtful goods, permitted",
        moves=(
            struck(Trigger.ESCALATE, State.IN_REVIEW),
            permit,
            *PAID,
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
        category=DOUBTFUL,
        days=2,
    ),
    Path(
        name="customised, with talks",
        moves=(acknowledge(CautionKind.CUSTOMISED), *PAID_BY_BOTH, *BOUGHT_HOME),
        end=State.CLOSED,
        cautions=(CautionKind.CUSTOMISED,),
    ),
    Path(
        name="seller of low reputation",
        moves=(
            raise_caution(CautionKind.LOW_REPUTATION),
            acknowledge(CautionKind.LOW_REPUTATION),
            *PAID,
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
    ),
    Path(
        name="without a market price",
        moves=(
            raise_caution(CautionKind.NO_MARKET_PRICE, by=Role.PLATFORM),
            acknowledge(CautionKind.NO_MARKET_PRICE),
            *PAID_BY_INSTITUTION,
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
    ),
    Path(
        name="two cautions, both acknowledged",
        moves=(
            raise_caution(CautionKind.SENSITIVE),
            acknowledge(CautionKind.LOW_REPUTATION),
            acknowledge(CautionKind.SENSITIVE),
            *PAID,
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
        cautions=(CautionKind.LOW_REPUTATION,),
    ),
    Path(
        name="sensitive, refused unpaid",
        moves=(
            acknowledge(CautionKind.SENSITIVE),
            accept,
            refuse(State.ACCEPTED, RefusalReason.SENSITIVE_GOODS),
        ),
        end=State.REFUSED,
        cautions=(CautionKind.SENSITIVE,),
        days=0,
    ),
    Path(
        name="sensitive, refused at your cost",
        moves=(
            acknowledge(CautionKind.SENSITIVE),
            *PAID_BY_BOTH,
            refuse(State.EFFECTIVE, RefusalReason.SENSITIVE_GOODS, with_costs=True),
        ),
        end=State.REFUSED,
        category=SENSITIVE,
        extra_lines=True,
    ),
)

TALKED = (
    Path(
        name="requirement agreed",
        moves=(require(State.REQUESTED), agree_requirement, *PAID, *BOUGHT_HOME),
        end=State.CLOSED,
    ),
    Path(
        name="requirement declined",
        moves=(
            accept,
            require(State.ACCEPTED),
            decline_requirement,
            pay(BOTH, "pm_ok"),
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
    ),
    Path(
        name="requirement not answered",
        moves=(
            require(State.REQUESTED),
            *PAID,
            struck(Trigger.LAPSE, State.PROPOSED, table=TableName.REQUIREMENT, item=1),
            *BOUGHT_HOME,
        ),
        end=State.CLOSED,
        days=2,
    ),
    Path(
        name="requirement stops it, unpaid",
        moves=(
            require(State.REQUESTED, needed=True),
            accept,
            decline_requirement,
            refuse(State.ACCEPTED, RefusalReason.REQUIREMENT),
        ),
        end=State.REFUSED,
        days=0,
    ),
    Path(
        name="requirement stops it, paid back",
        moves=(
            accept,
            require(State.ACCEPTED, needed=True),
            pay(BOTH, "pm_ok"),
            refuse(State.EFFECTIVE, RefusalReason.REQUIREMENT),
        ),
        end=State.REFUSED,
        extra_lines=True,
    ),
    Path(
        name="question answered",
        moves=(ask_question(State.REQUESTED), answer_question(), *PAID, *BOUGHT_HOME),
        end=State.CLOSED,
    ),
    Path(
        name="question escalated, answered",
        moves=(
            *PAID_BY_INSTITUTION,
            purchase,
            ask_question(State.PURCHASED),
            struck(Trigger.ESCALATE, State.ASKED, table=TableName.QUESTION, item=1),
            answer_question(by=Role.PLATFORM),
            *HOME,
        ),
        end=State.CLOSED,
        days=2,
    ),
    Path(
        name="opinion of the platform",
        moves=(*PAID, purchase, give_opinion(State.PURCHASED), *SENT_HOME),
        end=State.CLOSED,
    ),
)
