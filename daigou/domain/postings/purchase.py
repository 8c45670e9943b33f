"""Owns the templates of the purchase: what the seller gets, and what a changed price does."""

from dataclasses import replace

from daigou.domain.book import (
    BANK,
    AccountKind,
    Book,
    Effects,
    JournalKind,
    Movement,
    MovementKind,
    MovementState,
    Paid,
    Settled,
)
from daigou.domain.commands import ActualPrice, Command, RecordPurchase, SellerRefund
from daigou.domain.money import ZERO, Money
from daigou.domain.postings.checkout import paid_to_seller, priced, repriced
from daigou.domain.postings.earning import unearned
from daigou.domain.postings.legs import answered, expect, move, order_of, sent, settled
from daigou.domain.postings.payment import Sides, payment
from daigou.domain.postings.refunds import back_to_escrow, give_back, seller_paid_back
from daigou.domain.refusals import RefusalCode, Refused


def reserve_purchase(book: Book, command: Command) -> Effects:
    """The seller's price leaves the escrow and waits for the seller's answer (PSR-8)."""
    price = book.holds(AccountKind.ESCROW)
    return Effects(
        journals=move(
            JournalKind.PURCHASE_RESERVED,
            "PSR-8",
            book.own(AccountKind.ESCROW),
            book.own(AccountKind.SELLER_TRANSIT),
            price,
        ),
        intends=Movement(reference=book.reference, kind=MovementKind.BUY, amount=price),
    )


def record_purchase(book: Book, command: Command) -> Effects:
    """The seller took the order to the address agreed, at no more than agreed (PSR-9, PSR-11).

    What it charges less goes back, with the fee on it (PSR-10-2).
    """
    bought = expect(command, RecordPurchase)
    request, _ = order_of(book)
    facts = book.facts
    if bought.delivery_address != request.delivery_address:
        raise Refused(
            RefusalCode.WRONG_DELIVERY_ADDRESS,
            "PSR-11",
            "the seller order does not carry the chosen storage provider's address",
        )
    in_two_steps = facts.advance is not None and not facts.advance_bought
    price = bought.goods + bought.freight
    if price > facts.price or (in_two_steps and price != facts.price):
        raise Refused(
            RefusalCode.PRICE_CHANGED,
            "PSR-9",
            f"the seller charges {bought.goods} + {bought.freight} freight; agreed were "
            f"{facts.goods} + {facts.freight}: report the price before buying (report-price)",
        )
    if not in_two_steps and price < paid_to_seller(book):
        raise Refused(
            RefusalCode.PRICE_CHANGED,
            "PSR-15-2",
            f"the seller has {paid_to_seller(book)} already and cannot charge {price} in all",
        )
    on_the_way = book.holds(AccountKind.SELLER_TRANSIT)
    charged = on_the_way if in_two_steps else price - paid_to_seller(book)
    effects = Effects(
        journals=move(
            JournalKind.PURCHASE_PAID,
            "PSR-8",
            book.own(AccountKind.SELLER_TRANSIT),
            BANK,
            charged,
        ),
        settles=Settled(
            reference=sent(book).reference,
            state=MovementState.DONE,
            external_ref=bought.seller_order_no,
            reason="",
        ),
    )
    if (bought.goods, bought.freight) == (facts.goods, facts.freight):
        return effects
    trued = _true_up(book, goods=bought.goods, freight=bought.freight)
    return replace(
        trued,
        journals=(
            *effects.journals,
            *back_to_escrow(book, on_the_way - charged),
            *trued.journals,
        ),
        settles=effects.settles,
    )


def release_purchase(book: Book, command: Command) -> Effects:
    """The seller was not paid: the price is back in escrow, and may be spent again."""
    answered(book, command)
    return Effects(journals=back_to_escrow(book), settles=settled(command, MovementState.FAILED))


def true_up(book: Book, command: Command) -> Effects:
    """The price fell: the excess of goods, freight and fee goes back (PSR-10-2)."""
    price = _price(book, command)
    return _with_release(book, command, _true_up(book, goods=price.goods, freight=price.freight))


def charge_rise(book: Book, command: Command) -> Effects:
    """The price rose by no more than the client allowed: its deposit pays it (PSR-10-2)."""
    price = _price(book, command)
    lines, fee, rise = repriced(book, goods=price.goods, freight=price.freight)
    paid = Paid(from_deposit=rise.whole)
    sides = Sides(deposit=book.deposit, coupons=book.own(AccountKind.COUPON_RESERVED))
    charged = Effects(
        journals=(payment(book, rise, sides, paid),) if rise.whole else (),
        lines=lines,
        fee=fee,
        paid=paid,
    )
    return _with_release(book, command, charged)


def reprice(book: Book, command: Command) -> Effects:
    """The checkout shows the new price; what is missing is asked for (PSR-10-2)."""
    price = _price(book, command)
    lines, fee = priced(book, goods=price.goods, freight=price.freight)
    return _with_release(book, command, Effects(lines=lines, fee=fee))


def keep_offer(book: Book, command: Command) -> Effects:
    """The seller has a part only: nothing moves until the client chose."""
    return _with_release(book, command, Effects())


def pass_on_seller_refund(book: Book, command: Command) -> Effects:
    """What the seller paid back for a parcel goes to the client, with the fee on it (PSR-9)."""
    refund = expect(command, SellerRefund)
    facts = book.facts
    if refund.goods > facts.goods or refund.freight > facts.freight:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            "PSR-9",
            f"the seller charged {facts.goods} + {facts.freight} freight and cannot have paid "
            f"back {refund.goods} + {refund.freight}",
        )
    back = refund.goods + refund.freight
    lines, fee, left = repriced(
        book, goods=facts.goods - refund.goods, freight=facts.freight - refund.freight
    )
    # A fee that was earned before the goods went back to the seller is no longer the provider's.
    fees = max(ZERO, book.fee_earned - left.fees)
    given = give_back(book, escrow=back, fees=fees, clause="PSR-9")
    return replace(
        given,
        journals=(
            *seller_paid_back(book, back),
            *unearned(book, min(fees, book.fee_earned), clause="PSR-9"),
            *given.journals,
        ),
        lines=lines,
        fee=fee,
    )


def _true_up(book: Book, *, goods: Money, freight: Money) -> Effects:
    lines, fee, left = repriced(book, goods=goods, freight=freight)
    back = give_back(
        book,
        escrow=max(ZERO, -left.escrow),
        fees=max(ZERO, -left.fees),
        clause="PSR-10-2",
    )
    return replace(back, lines=lines, fee=fee)


def _price(book: Book, command: Command) -> ActualPrice:
    """The seller's price: as it was just told, or as the client just agreed to."""
    if isinstance(command, ActualPrice):
        return command
    if book.facts.offer is None:
        raise TypeError(f"{book.subject} has no offer to agree to")
    return book.facts.offer


def _with_release(book: Book, command: Command, effects: Effects) -> Effects:
    """Takes the price back first that was on its way, where the seller answered with another."""
    if not isinstance(command, ActualPrice):
        return effects
    if book.movement is None and not command.reference:
        return effects
    movement = sent(book)
    if movement.reference != command.reference:
        raise Refused(
            RefusalCode.WRONG_REFERENCE,
            "PSR-10-2",
            f"{command.reference} is not the purchase that is open; that is {movement.reference}",
        )
    return replace(
        effects,
        journals=(*back_to_escrow(book), *effects.journals),
        settles=Settled(
            reference=movement.reference,
            state=MovementState.FAILED,
            external_ref="",
            reason="repriced",
        ),
    )
