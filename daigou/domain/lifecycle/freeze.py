"""Owns the freeze: a reason for which an account is closed to some uses, until it is lifted.

An account has any number of them; it is free when none is left. What a chargeback or a closing
freezes is lifted with it, and is no freeze of its own.
"""

from types import MappingProxyType

from daigou.domain import commands, postings
from daigou.domain.commands import FreezeReason
from daigou.domain.lifecycle import account_guards as guards
from daigou.domain.lifecycle.table import Deadline, Row, Table, TriggerSpec, Wait
from daigou.domain.lifecycle.words import CLIENT, LOGISTICS, PLATFORM, PROVIDER, tell
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode

_ALL = CLIENT | PROVIDER | LOGISTICS | PLATFORM
_CREDITORS = (Role.PROVIDER, Role.LOGISTICS)
_LOST = guards.is_frozen_for(FreezeReason.LOST_CREDENTIAL)
_ACTIVE_AGAIN = frozenset({RefusalCode.NOT_IN_THIS_STATE})

ROWS = (
    *(
        Row(
            trigger=Trigger.PLACE_FREEZE,
            source=State.NEW,
            target=target,
            clause=clause,
            roles=_ALL | {Role.CLOCK},
            when=guards.is_frozen_for(reason),
            guards=(guards.may_place_it, guards.says_what_is_to_be_frozen),
            posts=posts,
            notices=notices,
        )
        for reason, target, clause, posts, notices in (
            (
                FreezeReason.LOST_CREDENTIAL,
                State.PLACED,
                "UA-1-2",
                postings.place,
                tell("freeze.placed", Role.CLIENT, Role.PLATFORM),
            ),
            (
                FreezeReason.SUSPICION,
                State.PLACED,
                "UA-1-9",
                postings.place,
                tell("freeze.placed", Role.CLIENT),
            ),
            (
                FreezeReason.BREACH,
                State.RESTRICTED,
                "UA-4-5",
                postings.place,
                tell("freeze.restricted", Role.CLIENT)
                + tell("freeze.restriction_placed", Role.PLATFORM),
            ),
            (
                FreezeReason.INACTIVITY,
                State.WARNED,
                "UA-1-15",
                None,
                tell("freeze.inactivity_warned", Role.CLIENT),
            ),
        )
    ),
    *(
        Row(
            trigger=Trigger.LIFT_FREEZE,
            source=state,
            target=State.LIFTED,
            clause=clause,
            roles=roles,
            when=when,
            posts=postings.lift,
            notices=tell("freeze.lifted", Role.CLIENT),
        )
        for state, clause, roles, when in (
            (State.PLACED, "UA-1-2", PLATFORM, _LOST),
            (State.PLACED, "UA-1-9", PLATFORM, None),
            (State.RESTRICTED, "UA-4-5", PROVIDER | LOGISTICS | PLATFORM, None),
            (State.CONTESTED, "UA-4-5", PROVIDER | LOGISTICS | PLATFORM, None),
        )
    ),
    *(
        Row(
            trigger=Trigger.ESCALATE,
            source=State.PLACED,
            target=State.PLACED,
            clause=clause,
            when=when,
            notices=tell("freeze.review_due", Role.PLATFORM),
        )
        for clause, when in (("UA-1-2", _LOST), ("UA-1-9", None))
    ),
    # A broken contract: the client goes to court in time, or the sum passes to the other party.
    Row(
        trigger=Trigger.CONTEST_RESTRICTION,
        source=State.RESTRICTED,
        target=State.CONTESTED,
        clause="UA-4-5",
        roles=CLIENT,
        notices=tell("freeze.contested", Role.PLATFORM, *_CREDITORS),
    ),
    Row(
        trigger=Trigger.TRANSFER_TO_PROVIDER,
        source=State.RESTRICTED,
        target=State.TRANSFERRED,
        clause="UA-4-5",
        posts=postings.transfer_to_provider,
        notices=tell("freeze.transferred", Role.CLIENT, *_CREDITORS),
    ),
    Row(
        trigger=Trigger.AWARD_SUM,
        source=State.CONTESTED,
        target=State.TRANSFERRED,
        clause="UA-4-5",
        roles=PLATFORM,
        posts=postings.transfer_to_provider,
        notices=tell("freeze.transferred", Role.CLIENT, *_CREDITORS),
    ),
    Row(
        trigger=Trigger.ESCALATE,
        source=State.CONTESTED,
        target=State.CONTESTED,
        clause="UA-4-5",
        notices=tell("freeze.review_due", Role.PLATFORM),
    ),
    # Inactivity: warned, frozen, and at last cancelled; the balance stays the client's.
    Row(
        trigger=Trigger.FREEZE_INACTIVE,
        source=State.WARNED,
        target=State.DORMANT,
        clause="UA-1-15",
        posts=postings.freeze_if_inactive,
        notices=tell("freeze.inactive", Role.CLIENT),
        gives_way=_ACTIVE_AGAIN,
    ),
    Row(
        trigger=Trigger.FREEZE_INACTIVE,
        source=State.WARNED,
        target=State.CALLED_OFF,
        clause="UA-1-15",
    ),
    Row(
        trigger=Trigger.RECOVER_ACCOUNT,
        source=State.WARNED,
        target=State.CALLED_OFF,
        clause="UA-1-15",
        roles=CLIENT | PLATFORM,
    ),
    Row(
        trigger=Trigger.RECOVER_ACCOUNT,
        source=State.DORMANT,
        target=State.LIFTED,
        clause="UA-1-15",
        roles=CLIENT | PLATFORM,
        posts=postings.lift,
        notices=tell("freeze.lifted", Role.CLIENT),
    ),
    Row(
        trigger=Trigger.CANCEL_ACCOUNT,
        source=State.DORMANT,
        target=State.CANCELLED,
        clause="UA-1-15",
        posts=postings.cancel_account,
        notices=tell("freeze.account_cancelled", Role.CLIENT, Role.PLATFORM),
    ),
)

FREEZE = Table(
    name=TableName.FREEZE,
    initial=State.NEW,
    ends=MappingProxyType(
        {
            State.LIFTED: "lifted",
            State.TRANSFERRED: "the sum passed to whom the client owed it",
            State.CALLED_OFF: "the client was active again in time",
            State.CANCELLED: "the account is cancelled; what it holds is kept for the client",
        }
    ),
    triggers=MappingProxyType(
        {
            Trigger.PLACE_FREEZE: TriggerSpec(
                says="freeze a client's account, for a reason",
                command=commands.PlaceFreeze,
                clause="UA-1-9",
            ),
            Trigger.LIFT_FREEZE: TriggerSpec(
                says="lift the freeze, and say why", command=commands.Message, clause="UA-1-9"
            ),
            Trigger.CONTEST_RESTRICTION: TriggerSpec(
                says="say that a court decides about the restriction",
                command=commands.Message,
                clause="UA-4-5",
            ),
            Trigger.TRANSFER_TO_PROVIDER: TriggerSpec(
                says="nobody went to court: the sum passes to whom the client owes it",
                command=commands.Plain,
                clause="UA-4-5",
            ),
            Trigger.AWARD_SUM: TriggerSpec(
                says="pass the sum on as the court decided, and say how it did",
                command=commands.Message,
                clause="UA-4-5",
            ),
            Trigger.FREEZE_INACTIVE: TriggerSpec(
                says="nothing was heard since the warning: freeze the account",
                command=commands.Plain,
                clause="UA-1-15",
            ),
            Trigger.RECOVER_ACCOUNT: TriggerSpec(
                says="ask for the account again", command=commands.Noted, clause="UA-1-15"
            ),
            Trigger.CANCEL_ACCOUNT: TriggerSpec(
                says="nobody asked for the account: cancel it, and keep what it holds",
                command=commands.Plain,
                clause="UA-1-15",
            ),
            Trigger.ESCALATE: TriggerSpec(
                says="the freeze has lasted long: have the platform look at it",
                command=commands.Plain,
                clause="UA-1-9",
            ),
        }
    ),
    rows=ROWS,
    waits=(
        Wait(state=State.NEW, says="being placed", next_actor=Role.PLATFORM),
        Wait(
            state=State.PLACED,
            says="the account is frozen until the platform lifts it",
            next_actor=Role.PLATFORM,
            deadlines=(
                Deadline(term="freeze_review", trigger=Trigger.ESCALATE, again="freeze_review"),
            ),
        ),
        Wait(
            state=State.RESTRICTED,
            says="restricted for a broken contract; the client may go to court in time",
            next_actor=Role.CLIENT,
            deadlines=(Deadline(term="resolution", trigger=Trigger.TRANSFER_TO_PROVIDER),),
        ),
        Wait(
            state=State.CONTESTED,
            says="a court decides; the platform does as it says",
            next_actor=Role.PLATFORM,
            deadlines=(
                Deadline(term="freeze_review", trigger=Trigger.ESCALATE, again="freeze_review"),
            ),
        ),
        Wait(
            state=State.WARNED,
            says="warned of inactivity; any act of the client calls it off",
            next_actor=Role.CLIENT,
            deadlines=(Deadline(term="inactivity_warning", trigger=Trigger.FREEZE_INACTIVE),),
        ),
        Wait(
            state=State.DORMANT,
            says="frozen for inactivity until the client asks for its account",
            next_actor=Role.CLIENT,
            deadlines=(Deadline(term="dormancy", trigger=Trigger.CANCEL_ACCOUNT),),
        ),
    ),
)
