"""Owns the workflows of the subjects that are no orders: each kind lives by the one table it has.

A further kind is a line here: its table, the trigger that opens it, and what is its own.
"""

from collections.abc import Callable, Iterable

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from daigou.domain import lifecycle
    from daigou.domain.clocks import Timing
    from daigou.domain.commands import (
        Admit,
        Command,
        Compensation,
        PayChargeback,
        PaymentHold,
        PlaceFreeze,
        ReportChargeback,
        RequestRecharge,
        RequestWithdrawal,
    )
    from daigou.domain.commands import Claim as MakeClaim
    from daigou.domain.commands import Tip as GiveTip
    from daigou.domain.ids import ChargebackId, SubjectId, kind_named, order_of
    from daigou.domain.lifecycle.chargeback import STANDS
    from daigou.domain.lifecycle.table import Row, Table
    from daigou.domain.money import Money
    from daigou.domain.order import Trigger
    from daigou.domain.steps import Committed, Receipt
    from daigou.domain.terms import terms_of
    from workflows import messages
    from workflows.attributes import Shown, standing
    from workflows.card import in_words, order_card
    from workflows.handlers import obeys
    from workflows.heralds import News, of_paid_debts
    from workflows.life import Life
    from workflows.messages import (
        Ending,
        OpenClaim,
        OpenRecharge,
        OpenSubject,
        Pull,
        SubjectOpening,
    )

SumOf = Callable[[Command], Money | None]
"""The sum that a command is about, which people read beside its step; none where it is about none.
"""
NewsOf = Callable[[Life], Iterable[News]]
"""What others have to know of where a subject stands; they are told when it changes."""


class _Subject:
    """One subject, from the command that opens it to its end, by its table."""

    table: Table
    opens: Trigger
    shows_its_state: bool
    sum_of: SumOf
    news_of: NewsOf | None

    def __init__(self, opening: SubjectOpening) -> None:
        self._shown = Shown()
        self._told: dict[SubjectId, News] = {}
        self.life = Life(
            subject=opening.subject,
            table=self.table,
            parties=opening.parties,
            timing=Timing(
                terms=terms_of(opening.terms_version),
                scale=opening.time_scale,
                agreed=opening.due,
            ),
            show=self._show,
            summarise=self._summarise,
            tells=self._tell,
        )

    async def live(self, opening: SubjectOpening) -> Ending:
        """Its life, by the table."""
        await self.life.open(
            self.opens,
            Pull(actor=opening.actor, command=opening.request, command_id=opening.command_id),
        )
        await self.life.live()
        return self.life.ending()

    @workflow.update(name=messages.OPENED, description="answers once it is in the books")
    async def opened(self) -> Receipt:
        """Where the subject stands once it is written, and its first call outside is answered."""
        return await self.life.opened()

    def _show(self, committed: Committed) -> None:
        workflow.set_current_details(order_card(self.life, committed))
        if self.shows_its_state:
            self._shown.show(standing(self.life.main, waiting=self.life.main))

    def _tell(self, committed: Committed) -> Iterable[News]:
        yield from of_paid_debts(committed)
        if self.news_of is None:
            return
        for news in self.news_of(self.life):
            if self._told.get(news.to) != news:
                self._told[news.to] = news
                yield news

    def _summarise(self, row: Row, command: Command) -> str:
        about = self.sum_of(command)
        return " · ".join([in_words(row), *([] if about is None else [str(about)]), row.clause])


def _no_sum(command: Command) -> Money | None:
    return None


def _workflow(
    table: Table,
    *,
    opens: Trigger,
    opening: type[SubjectOpening] = OpenSubject,
    sum_of: SumOf = _no_sum,
    news_of: NewsOf | None = None,
) -> type[_Subject]:
    """The workflow of a kind of subjects. It must be bound to its own name in this module: there
    the sandbox looks for it."""
    kind = kind_named(table.name)

    # The SDK reads here what to decode an opening to, and only where `self` is not annotated.
    def init(self, opening: opening) -> None:  # type: ignore[no-untyped-def, valid-type]
        _Subject.__init__(self, opening)

    async def run(self, opening: opening) -> Ending:  # type: ignore[no-untyped-def, valid-type]
        return await _Subject.live(self, opening)

    # And it takes a function that was made in another one for that of a local class.
    init.__name__, init.__qualname__ = "__init__", f"{kind.workflow}.__init__"
    run.__qualname__ = f"{kind.workflow}.run"
    made = type(
        kind.workflow,
        (_Subject,),
        {
            "__doc__": f"One {kind.name}, by the {table.name} table.",
            "__init__": workflow.init(init),
            "run": workflow.run(run),
            "table": table,
            "opens": opens,
            "shows_its_state": kind.shows_its_state,
            "sum_of": staticmethod(sum_of),
            "news_of": None if news_of is None else staticmethod(news_of),
        },
    )
    return workflow.defn(name=kind.workflow)(obeys(table)(made))


def _sum_of_claim(command: Command) -> Money | None:
    match command:
        case MakeClaim(asked=amount) | Admit(amount=amount) | Compensation(amount=amount):
            return amount
        case _:
            return None


def _sum_of_account(command: Command) -> Money | None:
    match command:
        case (
            RequestRecharge(amount=amount)
            | RequestWithdrawal(amount=amount)
            | ReportChargeback(amount=amount)
            | PlaceFreeze(amount=amount)
        ):
            return amount
        case PayChargeback():
            return command.from_deposit + command.from_institution
        case _:
            return None


def _news_of_chargeback(life: Life) -> Iterable[News]:
    """The order waits for it, goes on, or ends by it (PSR-22-1)."""
    stand = STANDS.get(life.main.state)
    if stand is not None:
        chargeback = ChargebackId(life.subject)
        yield News(
            to=SubjectId(order_of(chargeback)),
            trigger=Trigger.HEED_CHARGEBACK,
            command=PaymentHold(chargeback=chargeback, stand=stand),
        )


def _sum_of_tip(command: Command) -> Money | None:
    return command.amount if isinstance(command, GiveTip) else None


Recharge = _workflow(lifecycle.RECHARGE, opens=Trigger.REQUEST, opening=OpenRecharge)
Claim = _workflow(
    lifecycle.CLAIM, opens=Trigger.MAKE_CLAIM, opening=OpenClaim, sum_of=_sum_of_claim
)
Withdrawal = _workflow(
    lifecycle.WITHDRAWAL, opens=Trigger.REQUEST_WITHDRAWAL, sum_of=_sum_of_account
)
Freeze = _workflow(lifecycle.FREEZE, opens=Trigger.PLACE_FREEZE, sum_of=_sum_of_account)
AccountClosure = _workflow(lifecycle.CLOSURE, opens=Trigger.CLOSE_ACCOUNT)
Chargeback = _workflow(
    lifecycle.CHARGEBACK,
    opens=Trigger.REPORT_CHARGEBACK,
    sum_of=_sum_of_account,
    news_of=_news_of_chargeback,
)

Tip = _workflow(lifecycle.TIP, opens=Trigger.GIVE_TIP, sum_of=_sum_of_tip)
Consultation = _workflow(lifecycle.CONSULTATION, opens=Trigger.CONSULT)

SUBJECTS = (
    Recharge,
    Claim,
    Withdrawal,
    Freeze,
    AccountClosure,
    Chargeback,
    Tip,
    Consultation,
)
"""All of them, for the worker."""
