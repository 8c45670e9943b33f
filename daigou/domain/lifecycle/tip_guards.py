"""Owns the guard of tips: whether, how much and how often a client may tip."""

from daigou.domain.commands import Tip
from daigou.domain.lifecycle.table import Situation
from daigou.domain.refusals import Refused
from daigou.domain.tips import faults_of_tip, not_paid, was_paid


def can_be_given(situation: Situation) -> None:
    """PSR-21-1: all that is wrong with a tip is named at once, by what its sender knew of the
    order; the books look again. Without a tip, whether the order can have any."""
    command = situation.command
    if isinstance(command, Tip):
        reasons = faults_of_tip(command, command.grounds, situation.terms.limits)
    else:
        reasons = () if was_paid(situation.facts) else (not_paid(),)
    if reasons:
        raise Refused.for_all(reasons)
