"""Owns the guards and conditions of the rows: each guard refuses by the name of its clause."""

from daigou.domain.cautions import CAUTIONS
from daigou.domain.commands import (
    Accept,
    ActualPrice,
    Cause,
    CauseFound,
    Caution,
    CautionKind,
    Dispatch,
    LineCode,
    Pay,
    RefusalReason,
    Refuse,
    Request,
    RequestRecharge,
    WarehouseReceipt,
)
from daigou.domain.facts import WAY
from daigou.domain.lifecycle.table import Condition, Situation
from daigou.domain.money import ZERO, Money
from daigou.domain.order import State
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.screening import Verdict

ADDED_AT_CHECKOUT = frozenset(
    {
        LineCode.OTHER_FEE,
        LineCode.STORAGE_FEE,
        LineCode.FIXED_LOSS,
        LineCode.PAYMENT_CHANNEL_FEE,
        LineCode.INSPECTION_FEE,
    }
)
REFUSED_VERDICTS = frozenset({Verdict.PROHIBITED, Verdict.SUSPENDED})

# The request.


def goods_are_not_prohibited(situation: Situation) -> None:
    """PSR-14, LM-22: prohibited or suspended goods are neither asked for nor accepted; all that was
    found is named."""
    command = situation.command
    if not isinstance(command, Request | Accept):
        return
    found = [each for each in command.findings if each.verdict in REFUSED_VERDICTS]
    said = [f"{each.matched}: {each.reason} ({each.clause})" for each in found]
    prohibited = any(each.verdict == Verdict.PROHIBITED for each in found)
    if isinstance(command, Request) and command.category in situation.terms.prohibited_categories:
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


def advance_is_a_part_of_the_price(situation: Situation) -> None:
    """PSR-15-2: an advance deposit is a part of the goods' price."""
    command = situation.command
    if not isinstance(command, Request) or command.advance is None:
        return
    if not ZERO < command.advance.amount < command.goods:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-15-2",
            f"an advance deposit is more than nothing and less than the goods' {command.goods}",
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


# The acceptance, and the ways out of it.


def cautions_are_acknowledged(situation: Situation) -> None:
    """PSR-15: the client knows what it is in for before the order is accepted."""
    open_ones = situation.facts.unacknowledged
    if open_ones:
        named = ", ".join(f"{each} ({CAUTIONS[each].clause})" for each in open_ones)
        raise Refused(
            RefusalCode.CAUTION_NOT_ACKNOWLEDGED,
            CAUTIONS[open_ones[0]].clause,
            f"the client has not acknowledged the caution about: {named} (acknowledge-caution)",
        )


def caution_was_raised(situation: Situation) -> None:
    """PSR-15: only a caution that was raised can be acknowledged, and customised goods need the
    result of the client's talks with the seller (PSR-15-1)."""
    command = situation.command
    if not isinstance(command, Caution):
        return
    clause = CAUTIONS[command.caution].clause
    if not situation.facts.cautioned_of(command.caution):
        raise Refused(
            RefusalCode.WRONG_REFERENCE, clause, f"no caution about {command.caution} was raised"
        )
    if command.caution == CautionKind.CUSTOMISED and not command.note_ref:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            clause,
            "say in the note what you and the seller agreed about the customised goods",
        )


def caution_is_new(situation: Situation) -> None:
    """PSR-15: a caution is raised once; acknowledged, it stays so."""
    command = situation.command
    if isinstance(command, Caution) and situation.facts.cautioned_of(command.caution):
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            CAUTIONS[command.caution].clause,
            f"the caution about {command.caution} has been raised already",
        )


def inspection_is_not_excluded(situation: Situation) -> None:
    """PSR-15-1 and PSR-15-4: for some goods no inspection can be offered."""
    if not isinstance(situation.command, Accept):
        return
    if not any(line.code == LineCode.INSPECTION_FEE for line in situation.command.lines):
        return
    for each in situation.facts.cautions:
        caution = CAUTIONS[each.caution]
        if caution.excludes_inspection:
            raise Refused(
                RefusalCode.EXCLUDED_BY_CAUTION,
                caution.clause,
                f"no inspection is offered for goods under the caution {each.caution}",
            )


def refusal_says_why_before(situation: Situation) -> None:
    """PSR-2-1: before the acceptance a provider may refuse for any reason, and keeps nothing."""
    command = situation.command
    if isinstance(command, Refuse) and command.costs:
        raise Refused(
            RefusalCode.LINE_NOT_ALLOWED, "PSR-2-1", "nothing was paid, so no costs can be kept"
        )


def refusal_is_still_allowed(situation: Situation) -> None:
    """PSR-3-2 and PSR-15-5: who has accepted may refuse for two reasons alone."""
    command, facts = situation.command, situation.facts
    if not isinstance(command, Refuse):
        return
    if command.reason == RefusalReason.SENSITIVE_GOODS:
        if facts.cautioned_of(CautionKind.SENSITIVE):
            return
        detail = "no caution about sensitive goods was raised on this order"
        raise Refused(RefusalCode.REASON_NOT_ALLOWED, "PSR-15-5", detail)
    if command.costs:
        raise Refused(
            RefusalCode.LINE_NOT_ALLOWED,
            "PSR-15-5",
            "costs are the client's only where sensitive goods are refused",
        )
    if command.reason == RefusalReason.REQUIREMENT:
        for each in facts.requirements:
            if each.item == command.requirement and each.state != State.AGREED:
                return
        raise Refused(
            RefusalCode.REASON_NOT_ALLOWED,
            "PSR-3-2",
            "name the special requirement, not agreed to, that stands in the way (requirement)",
        )
    raise Refused(
        RefusalCode.REASON_NOT_ALLOWED,
        "PSR-3-2",
        f"once accepted, an order is refused because of a special requirement (PSR-3-2) or for "
        f"sensitive goods (PSR-15-5), not because of {command.reason}",
    )


def nothing_is_bought(situation: Situation) -> None:
    """PSR-9: what the seller has of the client's money must come back first."""
    if situation.facts.advance_bought:
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "PSR-15-2",
            "the advance deposit is with the seller: say what came of it (report-unrealizable)",
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
    command = situation.command
    if not isinstance(command, Accept | Refuse):
        return
    provider = situation.parties.provider
    for line in command.lines if isinstance(command, Accept) else command.costs:
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


# Payment and the price.


def needs_no_institution(situation: Situation) -> bool:
    """UA-1-8: whether the deposit pays it all."""
    command = situation.command
    return isinstance(command, Pay) and not command.from_institution


def paid_in(state: State) -> Condition:
    """Whether the payment under way was made in that state."""
    return lambda situation: situation.facts.paying_in == state


def price_can_be_settled(situation: Situation) -> None:
    """PSR-15-2 and PSR-9: while only an advance deposit is paid, a new price undoes the order."""
    facts = situation.facts
    if facts.advance is not None and not facts.advance_bought:
        raise Refused(
            RefusalCode.PRICE_CHANGED,
            "PSR-9",
            "only the advance deposit is paid: where the price changed before it went to the "
            "seller, the order is unrealizable (report-unrealizable)",
        )


def price_makes_sense(situation: Situation) -> None:
    """PSR-10-2: a price is of goods that the client asked for."""
    command = situation.command
    if not isinstance(command, ActualPrice):
        return
    if not 1 <= command.quantity <= situation.facts.quantity:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-10-2",
            f"the quantity is from 1 to the {situation.facts.quantity} that are agreed",
        )
    if not command.goods:
        raise Refused(RefusalCode.INVALID_REQUEST, "PSR-10-2", "goods have a price above zero")
    if command.total.amount > situation.terms.limits.order_fen_max:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-1-1",
            f"goods and freight together are at most {Money(situation.terms.limits.order_fen_max)}",
        )
    if command.total < situation.facts.with_seller:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-15-2",
            f"the seller has {situation.facts.with_seller} of advance deposit already and cannot "
            f"ask {command.total} in all",
        )


def is_a_part_only(situation: Situation) -> bool:
    """PSR-9: whether the seller has fewer than were ordered."""
    command = situation.command
    return isinstance(command, ActualPrice) and command.quantity < situation.facts.quantity


def price_fell(situation: Situation) -> bool:
    """PSR-10-2: whether the seller asks no more than is agreed."""
    command = situation.command
    return isinstance(command, ActualPrice) and command.total <= situation.facts.price


def rise_was_allowed(situation: Situation) -> bool:
    """PSR-10-2: whether the client agreed beforehand to so much more."""
    command, facts = situation.command, situation.facts
    return isinstance(command, ActualPrice) and facts.drift_limit.allows(
        facts.drifted + command.total - facts.price
    )


def part_costs_no_more(situation: Situation) -> bool:
    """PSR-10-2: whether what is paid already covers the part."""
    offer = situation.facts.offer
    return offer is not None and offer.total <= situation.facts.price


def balance_is_to_come(situation: Situation) -> bool:
    """PSR-15-2: whether the advance deposit alone is being bought."""
    return situation.facts.advance is not None and not situation.facts.advance_bought


def seller_has_the_advance(situation: Situation) -> bool:
    """PSR-15-2: whether the seller has money that has to come back before the order can end."""
    return situation.facts.advance_bought


# Parcels.


def goods_are_bought(situation: Situation) -> None:
    """PSR-8: only goods that were bought are on their way."""
    if situation.order not in WAY:
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "PSR-8",
            f"no parcel can be on its way while the order is {situation.order}",
        )


def goods_are_missing(situation: Situation) -> None:
    """PSR-8: a parcel holds goods of the order that are in no other."""
    command, missing = situation.command, situation.facts.missing
    named = command.quantity if isinstance(command, Dispatch | WarehouseReceipt) else None
    quantity = missing if named is None else named
    if not 1 <= quantity <= missing:
        raise Refused(
            RefusalCode.TOO_MANY_GOODS,
            "PSR-8",
            f"{missing} of the order's {situation.facts.quantity} goods are not on their way yet",
        )


def storage_is_owed(situation: Situation) -> None:
    """PSR-7: there is something to pay."""
    if not situation.facts.storage_unpaid:
        raise Refused(RefusalCode.NOTHING_TO_PAY, "PSR-7", "no charge of the storage is unpaid")


def goods_stand_at(stage: State) -> Condition:
    """Whether the order's slowest parcel stands at that stage."""
    return lambda situation: situation.facts.stage == stage


def cause_lies_with_logistics(situation: Situation) -> bool:
    """PSR-17-2: whether the client is to claim against logistics."""
    command = situation.command
    return isinstance(command, CauseFound) and command.cause == Cause.LOGISTICS


# Talk.


def order_is_not_agreed_yet(situation: Situation) -> None:
    """PSR-3-1: requirements are made with the request, before the agreement takes effect."""
    if situation.order not in {State.IN_REVIEW, State.REQUESTED, State.ACCEPTED}:
        raise Refused(
            RefusalCode.NOT_IN_THIS_STATE,
            "PSR-3-1",
            f"a special requirement comes before the agreement; the order is {situation.order}",
        )
