"""Owns the reasons of a freeze: what each forbids, by which clause, who places it, until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from daigou.domain.account_commands import Block, FreezeReason, PlaceFreeze
from daigou.domain.order import Role
from daigou.domain.refusals import RefusalCode, Refused

MONEY = frozenset({Block.WITHDRAWAL, Block.USE})
EVERYTHING = frozenset(Block)
NOTHING_NEW = frozenset({Block.RECHARGE, Block.SERVICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeRule:
    """A reason to freeze: `blocks` is all that it can forbid, `until` says in words what lifts it.

    A reason that nobody places by hand is placed by what happens: a chargeback, a closing.
    """

    clause: str
    says: str
    blocks: frozenset[Block]
    until: str
    placed_by: frozenset[Role] = frozenset()


_BROKEN_WITH = frozenset({Role.PROVIDER, Role.LOGISTICS})

FREEZES: Mapping[FreezeReason, FreezeRule] = MappingProxyType(
    {
        FreezeReason.SUSPICION: FreezeRule(
            clause="UA-1-9",
            says="suspicion",
            blocks=EVERYTHING,
            until="the platform has looked into it",
            placed_by=frozenset({Role.PLATFORM}),
        ),
        FreezeReason.LOST_CREDENTIAL: FreezeRule(
            clause="UA-1-2",
            says="a lost or misused credential",
            blocks=EVERYTHING,
            until="the client has proved who it is, and the platform says so",
            placed_by=frozenset({Role.CLIENT, Role.PLATFORM}),
        ),
        FreezeReason.BREACH: FreezeRule(
            clause="UA-4-5",
            says="the request of a party whose contract the client broke",
            blocks=MONEY,
            until="that party or the platform lifts it, or the sum has passed to that party",
            placed_by=_BROKEN_WITH | {Role.PLATFORM},
        ),
        FreezeReason.INACTIVITY: FreezeRule(
            clause="UA-1-15",
            says="inactivity",
            blocks=EVERYTHING,
            until="the client asks for its account again",
            placed_by=frozenset({Role.CLOCK}),
        ),
        FreezeReason.CHARGEBACK: FreezeRule(
            clause="PSR-22-1",
            says="a payment that was charged back",
            blocks=MONEY,
            until="the debt is paid, the institution decides against the client's dispute, or just "
            "cause is found",
        ),
        FreezeReason.CLOSING: FreezeRule(
            clause="UA-1-20",
            says="the closing of the account",
            blocks=NOTHING_NEW,
            until="the client keeps the account after all",
        ),
    }
)


def blocked_by(command: PlaceFreeze) -> frozenset[Block]:
    """What a freeze that is placed so forbids: what it chose, or all that its reason can."""
    whole = FREEZES[command.reason].blocks
    return whole & frozenset(command.blocks) if command.blocks else whole


_FORBIDDEN = {
    Block.SERVICE: "no purchase can be asked for",
    Block.RECHARGE: "nothing can be put into the deposit",
    Block.WITHDRAWAL: "nothing can be taken out of the deposit",
    Block.USE: "nothing can be paid from the deposit",
}


def blocked(what: Block, by: Sequence[tuple[str, str]]) -> Refused:
    """Why `what` is forbidden, and until when: the freezes `by` which it is, each by its reason and
    its clause."""
    rules = [(_rule_of(reason, clause), clause) for reason, clause in by]
    # The clause of a reason that stands alone is that of the refusal.
    reasons = "; ".join(
        f"for {rule.says}{f' ({clause})' if len(rules) > 1 else ''}, until {rule.until}"
        for rule, clause in rules
    )
    return Refused(
        RefusalCode.SERVICE_REFUSED if what == Block.SERVICE else RefusalCode.ACCOUNT_FROZEN,
        by[0][1],
        f"{_FORBIDDEN[what]} while the account is frozen {reasons}",
    )


def _rule_of(reason: str, clause: str) -> FreezeRule:
    """The rule of a reason; of one that a person wrote before there were rules, its words."""
    by_hand = FreezeRule(
        clause=clause, says=reason, blocks=MONEY, until="whoever placed it has lifted it"
    )
    return {str(known): rule for known, rule in FREEZES.items()}.get(reason, by_hand)
