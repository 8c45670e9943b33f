"""Owns the guards and conditions of the rows: each guard refuses by the name of its clause."""

from daigou.domain.commands import Accept, LineCode, Pay, Request, RequestRecharge
from daigou.domain.lifecycle.table import Situation
from daigou.domain.money import Money
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.screening import Verdict

ADDED_AT_CHECKOUT = frozenset(
    {
        LineCode.OTHER_FEE,
        LineCode.STORAGE_FEE,
        LineCode.FIXED_LOSS,
        LineCode.PAYMENT_CHANNEL_FEE,
    }
)
REFUSED_VERDICTS = frozenset({Verdict.PROHIBITED, Verdict.SUSPENDED})


def goods_are_not_prohibited(situation: Situation) -> None:
    """PSR-14, LM-22: prohibited or suspended goods are refused at once, all of them named."""
    command = situation.command
    if not isinstance(command, Request):
        return
    found = [each for each in command.findings if each.verdict in REFUSED_VERDICTS]
    said = [f"{each.matched}: {each.reason} ({each.clause})" for each in found]
    prohibited = any(each.verdict == Verdict.PROHIBITED for each in found)
    if command.category in situation.terms.prohibited_categories:
        # The terms are the floor: what they prohibit cannot be lifted from the list.
        prohibited = True
        if not any(each.matched == command.category for each in found):
            said.insert(0, f"goods of the category {command.category} are not purchased (PSR-14)")
    if said:
        raise Refused(
            RefusalCode.PROHIBITED_GOODS if prohibited else RefusalCode.GOODS_SUSPENDED,
            "PSR-14" if prohibited else "LM-22",
            "; ".join(said),
        )


def goods_are_in_doubt(situation: Situation) -> bool:
    """PSR-14: whether the screening found something that a person is to decide."""
    command = situation.command
    return isinstance(command, Request) and any(
        each.verdict == Verdict.DOUBTFUL for each in command.findings
    )


def order_is_within_limits(situation: Situation) -> None:
    """PSR-1-1: quantity and value stay within what the platform handles."""
    command, limits = situation.command, situation.terms.limits
    if not isinstance(command, Request):
        return
    if not command.unit_price:
        raise Refused(RefusalCode.INVALID_REQUEST, "PSR-1-1", "a unit price is above zero")
    if not 1 <= command.quantity <= limits.quantity_max:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-1-1",
            f"the quantity is from 1 to {limits.quantity_max:,}",
        )
    if (command.goods + command.freight).amount > limits.order_fen_max:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-1-1",
            f"goods and freight together are at most {Money(limits.order_fen_max)}",
        )


def recharge_is_within_limits(situation: Situation) -> None:
    """UA-1-8: a recharge is neither a trifle nor a fortune."""
    command, limits = situation.command, situation.terms.limits
    if not isinstance(command, RequestRecharge):
        return
    if not limits.recharge_fen_min <= command.amount.amount <= limits.recharge_fen_max:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "UA-1-8",
            f"a recharge is from {Money(limits.recharge_fen_min)} "
            f"to {Money(limits.recharge_fen_max)}",
        )


def logistics_is_chosen(situation: Situation) -> None:
    """PSR-5: no agreement takes effect without a logistics provider."""
    if situation.parties.logistics is None:
        raise Refused(
            RefusalCode.NO_LOGISTICS_CHOSEN,
            "PSR-5",
            "choose a logistics provider before paying (choose-logistics)",
        )


def lines_name_their_collector(situation: Situation) -> None:
    """PSR-6 and PSR-7: what the provider adds is its own fee or a third party's, and says so."""
    if not isinstance(situation.command, Accept):
        return
    provider = situation.parties.provider
    for line in situation.command.lines:
        if line.code not in ADDED_AT_CHECKOUT:
            raise Refused(
                RefusalCode.LINE_NOT_ALLOWED,
                "PSR-6",
                f"the line {line.code} is computed from the request and cannot be added",
            )
        if line.of_third_party and line.collector == provider:
            raise Refused(
                RefusalCode.LINE_NOT_ALLOWED,
                "PSR-7",
                f"the line {line.code} is collected by a third party, not by the provider",
            )
        if not line.of_third_party and line.collector != provider:
            raise Refused(
                RefusalCode.LINE_NOT_ALLOWED,
                "PSR-6",
                f"the line {line.code} is the provider's own and must name it as its collector",
            )


def needs_no_institution(situation: Situation) -> bool:
    """UA-1-8: whether the deposit pays it all."""
    command = situation.command
    return isinstance(command, Pay) and not command.from_institution
