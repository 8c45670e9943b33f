"""Owns the posting templates: what each trigger does to the books, as balanced journals.

Debits are positive. A template is pure: it reads a `Book` and a command, and returns `Effects`;
the ledger writes them in the transition's one transaction.
"""

from typing import TypeVar

from daigou.domain.book import (
    BANK,
    INSTITUTION,
    Account,
    AccountKind,
    Book,
    Effects,
    Journal,
    JournalKind,
    Leg,
    Movement,
    MovementKind,
    MovementState,
    Paid,
    Settled,
)
from daigou.domain.commands import (
    Accept,
    Command,
    Line,
    LineCode,
    Outcome,
    Pay,
    RecordPurchase,
    Request,
    RequestRecharge,
)
from daigou.domain.ids import PartyId
from daigou.domain.money import ZERO, Money, service_fee, total
from daigou.domain.refusals import RefusalCode, Refused

C = TypeVar("C", bound=Command)


def open_checkout(book: Book, command: Command) -> Effects:
    """Acceptance: every line with who collects it, the fee computed on the quote (PSR-6, 10-2)."""
    accepted = _expect(command, Accept)
    request, provider = _order(book)
    fee = service_fee(goods=request.goods, freight=request.freight, rate=book.fee_rate)
    lines = (
        Line(code=LineCode.GOODS, label=request.title, amount=request.goods, collector=provider),
        Line(
            code=LineCode.FREIGHT,
            label="freight to the warehouse",
            amount=request.freight,
            collector=provider,
        ),
        Line(
            code=LineCode.SERVICE_FEE,
            label="order service fee",
            amount=fee.amount,
            collector=provider,
        ),
        *accepted.lines,
    )
    return Effects(lines=lines, fee=fee)


def pay_from_deposit(book: Book, command: Command) -> Effects:
    """The whole amount from the deposit: the agreement takes effect (PSR-2-2, UA-1-8)."""
    pay = _expect(command, Pay)
    _check_whole(book, pay)
    paid = Paid(from_deposit=pay.from_deposit, from_institution=ZERO)
    return Effects(journals=(_payment(book, book.deposit, paid),), paid=paid)


def reserve_payment(book: Book, command: Command) -> Effects:
    """The deposit's part is set aside, the institution's part is to be captured (UA-1-8)."""
    pay = _expect(command, Pay)
    _check_whole(book, pay)
    reserved = _move(
        JournalKind.PAYMENT_RESERVED,
        "UA-1-8",
        book.deposit,
        book.own(AccountKind.PAYMENT_RESERVED),
        pay.from_deposit,
    )
    return Effects(
        journals=reserved,
        intends=Movement(
            reference=book.reference,
            kind=MovementKind.CAPTURE,
            amount=pay.from_institution,
            payment_method=pay.payment_method,
        ),
    )


def confirm_payment(book: Book, command: Command) -> Effects:
    """The capture succeeded: all that was paid goes to its lines (PSR-2-2)."""
    movement = _movement(book, command)
    paid = Paid(
        from_deposit=book.holds(AccountKind.PAYMENT_RESERVED),
        from_institution=movement.amount,
        capture=movement.reference,
    )
    return Effects(
        journals=(_payment(book, book.own(AccountKind.PAYMENT_RESERVED), paid),),
        paid=paid,
        settles=_settled(command, MovementState.DONE),
    )


def release_payment(book: Book, command: Command) -> Effects:
    """The capture was declined: the deposit's part is free again."""
    _movement(book, command)
    released = _move(
        JournalKind.PAYMENT_RELEASED,
        "UA-1-8",
        book.own(AccountKind.PAYMENT_RESERVED),
        book.deposit,
        book.holds(AccountKind.PAYMENT_RESERVED),
    )
    return Effects(journals=released, settles=_settled(command, MovementState.FAILED))


def reserve_purchase(book: Book, command: Command) -> Effects:
    """The seller's price leaves the escrow and waits for the seller's answer (PSR-8)."""
    price = book.holds(AccountKind.ESCROW)
    return Effects(
        journals=_move(
            JournalKind.PURCHASE_RESERVED,
            "PSR-8",
            book.own(AccountKind.ESCROW),
            book.own(AccountKind.SELLER_TRANSIT),
            price,
        ),
        intends=Movement(reference=book.reference, kind=MovementKind.BUY, amount=price),
    )


def record_purchase(book: Book, command: Command) -> Effects:
    """The seller took the order, at the price and to the address agreed (PSR-9, PSR-11)."""
    bought = _expect(command, RecordPurchase)
    request, _ = _order(book)
    if (bought.goods, bought.freight) != (request.goods, request.freight):
        raise Refused(
            RefusalCode.PRICE_CHANGED,
            "PSR-9",
            f"the seller charges {bought.goods} + {bought.freight} freight; "
            f"agreed were {request.goods} + {request.freight}",
        )
    if bought.delivery_address != request.delivery_address:
        raise Refused(
            RefusalCode.WRONG_DELIVERY_ADDRESS,
            "PSR-11",
            "the seller order does not carry the chosen storage provider's address",
        )
    movement = _sent(book)
    return Effects(
        journals=_move(
            JournalKind.PURCHASE_PAID,
            "PSR-8",
            book.own(AccountKind.SELLER_TRANSIT),
            BANK,
            book.holds(AccountKind.SELLER_TRANSIT),
        ),
        settles=Settled(
            reference=movement.reference,
            state=MovementState.DONE,
            external_ref=bought.seller_order_no,
            reason="",
        ),
    )


def release_purchase(book: Book, command: Command) -> Effects:
    """The seller was not paid: the price is back in escrow, and may be spent again."""
    _movement(book, command)
    return Effects(journals=_back_to_escrow(book), settles=_settled(command, MovementState.FAILED))


def refund_collected(book: Book, command: Command) -> Effects:
    """All that the provider collected goes back to where it came from (PSR-9, PSR-7).

    Third-party lines stay: the provider never held them. A price still on its way to the seller
    is taken back first.
    """
    if book.paid is None:
        raise Refused(RefusalCode.NOT_IN_THIS_STATE, "PSR-9", "nothing was paid for this order")
    back = total(
        [
            book.holds(kind)
            for kind in (AccountKind.ESCROW, AccountKind.SELLER_TRANSIT, AccountKind.FEE_HELD)
        ]
    )
    # The deposit pays the lines in the order of the checkout: the provider's come first.
    to_deposit = min(book.paid.from_deposit, back)
    to_institution = back - to_deposit
    escrow = book.holds(AccountKind.ESCROW) + book.holds(AccountKind.SELLER_TRANSIT)
    refund = Journal(
        kind=JournalKind.REFUND,
        clause="PSR-9",
        legs=_legs(
            (book.own(AccountKind.ESCROW), escrow),
            (book.own(AccountKind.FEE_HELD), book.holds(AccountKind.FEE_HELD)),
            (book.deposit, -to_deposit),
            (book.own(AccountKind.REFUND_TRANSIT), -to_institution),
        ),
    )
    settles = None
    if book.movement is not None:
        _movement(book, command)
        settles = _settled(command, MovementState.FAILED)
    return Effects(
        journals=(*_back_to_escrow(book), refund),
        settles=settles,
        opens_refund=bool(to_institution),
        intends=Movement(
            reference=book.reference,
            kind=MovementKind.REFUND,
            amount=to_institution,
            original=book.paid.capture,
        )
        if to_institution
        else None,
    )


def confirm_refund(book: Book, command: Command) -> Effects:
    """The institution paid the client back."""
    movement = _movement(book, command)
    return Effects(
        journals=_move(
            JournalKind.REFUND_PAID,
            "PSR-9",
            book.own(AccountKind.REFUND_TRANSIT),
            INSTITUTION,
            movement.amount,
        ),
        settles=_settled(command, MovementState.DONE),
    )


def credit_refund(book: Book, command: Command) -> Effects:
    """The institution cannot pay the client back: its deposit takes the money."""
    movement = _movement(book, command)
    return Effects(
        journals=_move(
            JournalKind.REFUND_CREDITED,
            "PSR-9",
            book.own(AccountKind.REFUND_TRANSIT),
            book.deposit,
            movement.amount,
        ),
        settles=_settled(command, MovementState.FAILED),
    )


def earn_fee(book: Book, command: Command) -> Effects:
    """The provider's duty ended: its fee, and its other agreed fees, are earned (PSR-16)."""
    _, provider = _order(book)
    return Effects(
        journals=_move(
            JournalKind.FEE_EARNED,
            "PSR-16",
            book.own(AccountKind.FEE_HELD),
            Account(AccountKind.PROVIDER, provider),
            book.holds(AccountKind.FEE_HELD),
        )
    )


def send_recharge(book: Book, command: Command) -> Effects:
    """A recharge is to be captured; nothing is in the deposit yet (UA-1-8)."""
    recharge = _expect(command, RequestRecharge)
    return Effects(
        intends=Movement(
            reference=book.reference,
            kind=MovementKind.CAPTURE,
            amount=recharge.amount,
            payment_method=recharge.payment_method,
        )
    )


def credit_recharge(book: Book, command: Command) -> Effects:
    """The recharge was captured: the deposit takes it (UA-1-8)."""
    movement = _movement(book, command)
    return Effects(
        journals=_move(JournalKind.RECHARGE, "UA-1-8", INSTITUTION, book.deposit, movement.amount),
        settles=_settled(command, MovementState.DONE),
    )


def drop_recharge(book: Book, command: Command) -> Effects:
    """The recharge was declined: the books never saw it."""
    _movement(book, command)
    return Effects(settles=_settled(command, MovementState.FAILED))


def _payment(book: Book, deposit_side: Account, paid: Paid) -> Journal:
    by_collector: dict[Account, Money] = {}
    for line in book.lines:
        account = _account_of(book, line)
        by_collector[account] = by_collector.get(account, ZERO) + line.amount
    return Journal(
        kind=JournalKind.PAYMENT,
        clause="PSR-2-2",
        legs=_legs(
            (deposit_side, paid.from_deposit),
            (INSTITUTION, paid.from_institution),
            *((account, -amount) for account, amount in by_collector.items()),
        ),
    )


def _account_of(book: Book, line: Line) -> Account:
    if line.of_third_party:
        return Account(AccountKind.THIRD_PARTY, line.collector)
    if line.code in (LineCode.GOODS, LineCode.FREIGHT):
        return book.own(AccountKind.ESCROW)
    return book.own(AccountKind.FEE_HELD)


def _check_whole(book: Book, pay: Pay) -> None:
    due = total([line.amount for line in book.lines])
    if pay.from_deposit + pay.from_institution != due:
        raise Refused(
            RefusalCode.PART_PAYMENT,
            "PSR-2-2",
            f"the order amount is {due}; {pay.from_deposit} from the deposit and "
            f"{pay.from_institution} from the institution do not make it up exactly",
        )


def _back_to_escrow(book: Book) -> tuple[Journal, ...]:
    return _move(
        JournalKind.PURCHASE_RELEASED,
        "PSR-9",
        book.own(AccountKind.SELLER_TRANSIT),
        book.own(AccountKind.ESCROW),
        book.holds(AccountKind.SELLER_TRANSIT),
    )


def _move(
    kind: JournalKind, clause: str, source: Account, target: Account, amount: Money
) -> tuple[Journal, ...]:
    if not amount:
        return ()
    return (Journal(kind=kind, clause=clause, legs=_legs((source, amount), (target, -amount))),)


def _legs(*sums: tuple[Account, Money]) -> tuple[Leg, ...]:
    return tuple(Leg(account, amount) for account, amount in sums if amount)


def _settled(command: Command, state: MovementState) -> Settled:
    outcome = _expect(command, Outcome)
    return Settled(
        reference=outcome.reference,
        state=state,
        external_ref=outcome.external_ref,
        reason=outcome.reason,
    )


def _movement(book: Book, command: Command) -> Movement:
    outcome = _expect(command, Outcome)
    movement = _sent(book)
    if movement.reference != outcome.reference:
        raise Refused(
            RefusalCode.WRONG_REFERENCE,
            "PSR-6",
            f"{outcome.reference} is not the movement that is open; that is {movement.reference}",
        )
    return movement


def _sent(book: Book) -> Movement:
    if book.movement is None:
        raise Refused(
            RefusalCode.WRONG_REFERENCE, "PSR-6", f"no movement of {book.subject} is open"
        )
    return book.movement


def _order(book: Book) -> tuple[Request, PartyId]:
    if book.request is None or book.provider is None:
        raise TypeError(f"{book.subject} is not an order")
    return book.request, book.provider


def _expect(command: Command, kind: type[C]) -> C:
    if not isinstance(command, kind):
        raise TypeError(f"expected {kind.__name__}, got {type(command).__name__}")
    return command
