"""Owns the tip: what a client gives its provider, of its own will, on top of an order (PSR-21).

It is held for thirty days, in which the client has it back on request; at the end of them, to the
instant, it is the provider's. For a while the provider may still give it back, and need not.
"""

from types import MappingProxyType

from daigou.domain import commands, postings
from daigou.domain.lifecycle import tip_guards as guards
from daigou.domain.lifecycle.table import Deadline, Row, Table, TriggerSpec, Wait
from daigou.domain.lifecycle.words import CLIENT, PROVIDER, tell
from daigou.domain.order import Role, State, TableName, Trigger

TIP = Table(
    name=TableName.TIP,
    initial=State.NEW,
    ends=MappingProxyType(
        {
            State.REFUNDED: "refunded: it is in the client's deposit again",
            State.RETURNED: "earned, but given back by the provider",
            State.CLOSED: "the provider's for good",
        }
    ),
    triggers=MappingProxyType(
        {
            Trigger.GIVE_TIP: TriggerSpec(
                says="tip the provider, from the deposit", command=commands.Tip, clause="PSR-21-1"
            ),
            Trigger.REFUND_TIP: TriggerSpec(
                says="have the tip back",
                command=commands.Noted,
                clause="PSR-21-2",
                over_in=frozenset({State.EARNED, State.CLOSED}),
            ),
            Trigger.EARN_TIP: TriggerSpec(
                says="the time for a refund is over: the tip is the provider's",
                command=commands.Plain,
                clause="PSR-21-2",
            ),
            Trigger.RETURN_TIP: TriggerSpec(
                says="give an earned tip back to the client",
                command=commands.Noted,
                clause="PSR-21-2",
                over_in=frozenset({State.CLOSED}),
            ),
            Trigger.CLOSE: TriggerSpec(
                says="nobody gives the tip back any more",
                command=commands.Plain,
                clause="PSR-21-2",
            ),
        }
    ),
    rows=(
        Row(
            trigger=Trigger.GIVE_TIP,
            source=State.NEW,
            target=State.HELD,
            clause="PSR-21-1",
            roles=CLIENT,
            guards=(guards.can_be_given,),
            posts=postings.give_tip,
            notices=tell("tip.given", Role.PROVIDER),
        ),
        Row(
            trigger=Trigger.REFUND_TIP,
            source=State.HELD,
            target=State.REFUNDED,
            clause="PSR-21-2",
            roles=CLIENT,
            posts=postings.refund_tip,
            notices=tell("tip.refunded", Role.CLIENT, Role.PROVIDER),
        ),
        Row(
            trigger=Trigger.EARN_TIP,
            source=State.HELD,
            target=State.EARNED,
            clause="PSR-21-2",
            posts=postings.earn_tip,
            notices=tell("tip.earned", Role.CLIENT, Role.PROVIDER),
        ),
        Row(
            trigger=Trigger.RETURN_TIP,
            source=State.EARNED,
            target=State.RETURNED,
            clause="PSR-21-2",
            roles=PROVIDER,
            posts=postings.return_tip,
            notices=tell("tip.returned", Role.CLIENT, Role.PROVIDER),
        ),
        Row(
            trigger=Trigger.CLOSE,
            source=State.EARNED,
            target=State.CLOSED,
            clause="PSR-21-2",
        ),
    ),
    waits=(
        Wait(state=State.NEW, says="being given", next_actor=Role.CLIENT),
        Wait(
            state=State.HELD,
            says="held; the client has it back on request until it is the provider's",
            next_actor=Role.CLOCK,
            deadlines=(Deadline(term="tip_refund", trigger=Trigger.EARN_TIP),),
        ),
        Wait(
            state=State.EARNED,
            says="the provider's, who may still give it back, and need not",
            next_actor=Role.CLOCK,
            deadlines=(Deadline(term="tip_return", trigger=Trigger.CLOSE),),
        ),
    ),
)
