"""The stories of cases, for people to read, and their clocks.

The order decides: it has the one lock. It tells each step of the case here, by a signal; and when a
clock comes to its moment, this workflow tells the order.
"""

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate
from temporalio.exceptions import ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from daigou.domain.clocks import Clock
    from daigou.domain.ids import workflow_id
    from daigou.domain.lifecycle import CANCELLATION, DISSOLUTION
    from workflows import messages
    from workflows.card import case_card
    from workflows.handlers import hears
    from workflows.messages import CaseNews, Ending, OpenCase

STRIKE_AGAIN = timedelta(minutes=1)
"""An order that did not hear of a clock is told again after this, at first."""
STRIKE_AGAIN_MOST = timedelta(hours=1)
"""And at most: where nothing comes of it for days, the histories do not grow without end."""


class CaseStory:
    """One case of an order: what happened to it, and by when what is to happen."""

    def __init__(self, opening: OpenCase) -> None:
        self._opening = opening
        self._news = [opening.news]

    async def tell(self) -> Ending:
        """The case from its request to its end."""
        self._show()
        while not self._latest.ended:
            await self._next_turn()
        return Ending(state=self._latest.state, at=self._latest.at, transitions=len(self._news))

    def hear(self, news: CaseNews) -> None:
        """Takes the news in. An order that staff reset tells again what it told before."""
        if news.sequence <= self._latest.sequence:
            return
        self._news.append(news)
        self._show()
        self._upsert_search_attributes()

    @property
    def _latest(self) -> CaseNews:
        return self._news[-1]

    async def _next_turn(self) -> None:
        """Waits for news, or for a clock of which the order is told."""
        known = len(self._news)
        clock = next(iter(self._latest.clocks), None)
        try:
            if clock is None:
                await workflow.wait_condition(lambda: len(self._news) > known)
                return
            left = max(clock.due - workflow.now(), timedelta(0))
            await workflow.wait_condition(
                lambda: len(self._news) > known, timeout=left, timeout_summary=_in_words(clock)
            )
        except TimeoutError:
            await self._strike(known)

    async def _strike(self, known: int) -> None:
        """Tells the order that a clock has struck, until it hears; ever more seldom."""
        pause = STRIKE_AGAIN
        while len(self._news) == known:
            await self._tell_of_the_clock()
            try:
                await workflow.wait_condition(
                    lambda: len(self._news) > known,
                    timeout=pause,
                    timeout_summary="the order is told again if it did not hear",
                )
            except TimeoutError:
                workflow.logger.warning("case.order_did_not_hear")
                pause = min(2 * pause, STRIKE_AGAIN_MOST)

    async def _tell_of_the_clock(self) -> None:
        order = workflow.get_external_workflow_handle(workflow_id(self._opening.order))
        try:
            await order.signal(messages.STRIKE)
        except FailureError as gone:
            # Nothing of the order is left that could be told. What it was stands in the books.
            workflow.logger.error("case.order_gone")
            raise ApplicationError("the order is gone", type="OrderGone") from gone

    def _show(self) -> None:
        workflow.set_current_details(case_card(tuple(self._news)))

    def _upsert_search_attributes(self) -> None:
        pairs = messages.attributes_of(self._latest)
        updates: list[SearchAttributeUpdate[Any]] = [
            pair.key.value_set(pair.value) for pair in pairs
        ]
        if messages.DUE_AT not in {pair.key for pair in pairs}:
            updates.append(messages.DUE_AT.value_unset())
        if self._latest.ended:  # Who looks for open cases does not find it any more.
            updates.append(messages.ORDER_CASE.value_set("none"))
        workflow.upsert_search_attributes(updates)


@workflow.defn(name=messages.CANCELLATION)
@hears(CANCELLATION)
class Cancellation(CaseStory):
    """A client leaves an agreement before its goods clear the export customs (PSR-12)."""

    @workflow.init
    def __init__(self, opening: OpenCase) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: OpenCase) -> Ending:
        """The cancellation, as its order tells it."""
        return await self.tell()


@workflow.defn(name=messages.DISSOLUTION)
@hears(DISSOLUTION)
class Dissolution(CaseStory):
    """A client gives back what was delivered to it (PSR-13)."""

    @workflow.init
    def __init__(self, opening: OpenCase) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: OpenCase) -> Ending:
        """The dissolution, as its order tells it."""
        return await self.tell()


def _in_words(clock: Clock) -> str:
    return f"{clock.term.replace('_', ' ')} ends: {clock.trigger} · {clock.clause}"
