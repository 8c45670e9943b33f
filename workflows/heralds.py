"""Owns how a subject tells others what its steps mean for them: each hears of it by a signal.

News are told in their order, until they arrive. A subject that has ended hears nothing: what it was
stands in the books.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from temporalio import workflow
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from daigou.domain.commands import Command, Plain
    from daigou.domain.ids import SubjectId, workflow_id
    from daigou.domain.order import CLOCK, Trigger
    from daigou.domain.steps import Committed
    from workflows.messages import Pull


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What another subject is to make of a step: a trigger that it pulls on itself."""

    to: SubjectId
    trigger: Trigger
    command: Command


Tells = Callable[[Committed], Iterable[News]]
"""What others are to be told after a step."""


def of_paid_debts(committed: Committed) -> Iterable[News]:
    """The chargebacks hear whose debts were paid by a step of something else, or could be, since it
    put money into the deposit (PSR-22-3)."""
    for chargeback in committed.pays:
        yield News(to=SubjectId(chargeback), trigger=Trigger.COLLECT_DEBT, command=Plain())


class Heralds:
    """What one subject has to tell."""

    def __init__(self, subject: SubjectId) -> None:
        self._subject = subject
        self._news: deque[tuple[News, str]] = deque()
        self._telling: asyncio.Task[None] | None = None

    def tell(self, news: Iterable[News], *, sequence: int) -> None:
        """Tells others of a step, one after the other; nobody waits for it."""
        for each in news:
            self._news.append((each, f"{self._subject}/{sequence}/{each.trigger}"))
        if self._news and (self._telling is None or self._telling.done()):
            self._telling = asyncio.create_task(self._deliver())

    async def told(self) -> None:
        """Until all news are told."""
        if self._telling:
            await self._telling

    async def _deliver(self) -> None:
        while self._news:
            news, command_id = self._news.popleft()
            other = workflow.get_external_workflow_handle(workflow_id(news.to))
            pull = Pull(actor=CLOCK, command=news.command, command_id=command_id)
            try:
                await other.signal(news.trigger.value, pull)
            except FailureError:
                workflow.logger.info("news.untold", extra={"to": news.to})
