"""Owns the guards and conditions of claims: what they rest on, who answers, how much is paid."""

from daigou.domain.claims import faults_of, no_agreement
from daigou.domain.commands import Admit, Basis, Claim, Compensation, Opponent
from daigou.domain.lifecycle.table import Condition, Situation
from daigou.domain.money import ZERO
from daigou.domain.order import Role
from daigou.domain.own_facts import Claimed
from daigou.domain.refusals import RefusalCode, Refused


def has_its_basis(situation: Situation) -> None:
    """PSR-25, PSR-24, PSR-17-2, PSR-13-4, PSR-13-7: all that is wrong with a claim is named at
    once, by what its sender knew of the order; the books look again. Without a claim, whether the
    order can have any."""
    command = situation.command
    if isinstance(command, Claim):
        reasons = faults_of(command, command.grounds)
    else:
        reasons = () if situation.facts.cancellable_until else (no_agreement(),)
    if reasons:
        raise Refused.for_all(reasons)


def rests_on(basis: Basis) -> Condition:
    """Whether a claim rests on this clause."""

    def holds(situation: Situation) -> bool:
        command = situation.command
        return not isinstance(command, Claim) or command.basis == basis

    return holds


def is_against(opponent: Opponent) -> Condition:
    """Whether the claim is against them."""

    def holds(situation: Situation) -> bool:
        return _claim(situation).against == opponent

    return holds


def answers_for_it(situation: Situation) -> None:
    """PSR-25, PSR-17-2: logistics answers what is claimed of it, and nobody else's; a provider
    answers for itself, and tells what the seller answered; the platform may tell any answer."""
    of_logistics = _claim(situation).against == Opponent.LOGISTICS
    if situation.actor.role != Role.PLATFORM and (
        (situation.actor.role == Role.LOGISTICS) != of_logistics
    ):
        raise Refused(
            RefusalCode.NOT_YOUR_ROLE,
            "PSR-17-2" if of_logistics else "PSR-25",
            f"a claim against {_claim(situation).against} is not for {situation.actor.role} to "
            "answer",
        )


def is_against_the_seller(situation: Situation) -> None:
    """PSR-13-4: a provider assists against the seller; for its own fault it answers itself, and
    against logistics the client is alone (PSR-17-2)."""
    against = _claim(situation).against
    if against != Opponent.SELLER:
        raise Refused(
            RefusalCode.NO_BASIS,
            "PSR-17-2" if against == Opponent.LOGISTICS else "PSR-13-4",
            f"a provider assists in claims against the seller, not in one against {against}",
        )


def is_no_more_than_asked(situation: Situation) -> None:
    """PSR-25: nobody admits more than is claimed, nor nothing."""
    command, asked = situation.command, _claim(situation).asked
    if isinstance(command, Admit) and not ZERO < command.amount <= asked:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-25",
            f"{asked} are claimed: admit all or some of it, or reject the claim",
        )


def is_what_was_admitted(situation: Situation) -> None:
    """PSR-24: what is paid is what was admitted, to the fen."""
    command, admitted = situation.command, _claim(situation).admitted
    if isinstance(command, Compensation) and command.amount != admitted:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-24",
            f"{admitted} were admitted, not {command.amount}",
        )


def _claim(situation: Situation) -> Claimed:
    if situation.facts.claim is None:
        raise TypeError("this is no claim")
    return situation.facts.claim
