"""Owns how an order tells its cases: each has a workflow of its own, in which people read of it.

Nothing depends on it. A case that could not be told of stands on its order's card all the same, and
its clocks strike there, a little later.
"""

import asyncio
from collections import deque
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from daigou.domain.facts import Facts
    from daigou.domain.ids import PartyId, SubjectId, case_workflow_id
    from daigou.domain.lifecycle.table import Row
    from daigou.domain.money import Money
    from daigou.domain.order import State, TableName
    from daigou.domain.steps import Committed, MoneyLine
    from workflows import messages
    from workflows.axis import Axis
    from workflows.messages import CaseNews, OpenCase

WORKFLOWS = {
    TableName.CANCELLATION: messages.CANCELLATION,
    TableName.DISSOLUTION: messages.DISSOLUTION,
}
"""The workflow of each kind of case."""


class Hosts:
    """The workflows of an order's cases."""

    def __init__(self, *, subject: SubjectId, client: PartyId, provider: PartyId) -> None:
        self._subject = subject
        self._client = client
        self._provider = provider
        self._hosts: dict[str, Host] = {}

    def tell(
        self, axis: Axis, row: Row, committed: Committed, *, facts: Facts, order: State
    ) -> None:
        """Tells a case where it stands now; the first news starts its workflow."""
        case, news = axis.table.name, _news(axis, row, committed, facts=facts, order=order)
        if axis.item in self._hosts:
            self._hosts[axis.item].tell(news)
            return
        self._hosts[axis.item] = Host(
            OpenCase(
                order=self._subject,
                case=case,
                number=1 + sum(host.opening.case == case for host in self._hosts.values()),
                client=self._client,
                provider=self._provider,
                news=news,
            )
        )

    async def told(self) -> None:
        """Until all news are told."""
        for host in self._hosts.values():
            await host.told()


class Host:
    """The workflow of one case: news reach it one after the other."""

    def __init__(self, opening: OpenCase) -> None:
        self.opening = opening
        self._id = case_workflow_id(opening.order, opening.case, opening.number)
        self._news: deque[CaseNews] = deque()
        self._telling = asyncio.create_task(self._begin())

    def tell(self, news: CaseNews) -> None:
        """Tells it where the case stands now."""
        self._news.append(news)
        if self._telling.done():
            self._telling = asyncio.create_task(self._deliver())

    async def told(self) -> None:
        """Until all news are told."""
        await self._telling

    async def _begin(self) -> None:
        try:
            await self._start()
        except WorkflowAlreadyStartedError:
            # The order was reset by staff: its case has heard of this before.
            workflow.logger.warning("case.known", extra={"case": self._id})
        await self._deliver()

    async def _start(self) -> None:
        opening = self.opening
        kind = opening.case.value
        story = await workflow.start_child_workflow(
            WORKFLOWS[opening.case],
            opening,
            id=self._id,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            # It may have a word to say after the order ended: the seller's money can come late.
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(messages.ORDER_CASE, kind),
                    SearchAttributePair(messages.CLIENT_ID, opening.client),
                    SearchAttributePair(messages.PROVIDER_ID, opening.provider),
                    *messages.attributes_of(opening.news),
                ]
            ),
            static_summary=f"{kind} {opening.number} of {opening.order}",
        )
        story.add_done_callback(_note_how_it_ended)

    async def _deliver(self) -> None:
        case = workflow.get_external_workflow_handle(self._id)
        while self._news:
            news = self._news.popleft()
            try:
                await case.signal(news.trigger.value, news)
            except FailureError:
                # Somebody ended it by hand. The order knows all that it would have shown.
                workflow.logger.warning("case.untold", extra={"case": self._id})


def _news(axis: Axis, row: Row, committed: Committed, *, facts: Facts, order: State) -> CaseNews:
    sums: tuple[tuple[str, Money], ...] = ()
    if facts.case and facts.case.item == axis.item:
        sums = (
            ("to be paid back by the seller", facts.case.expected),
            ("paid back by the seller", facts.case.received),
            ("the seller's penalty", facts.case.penalty),
        )
    return CaseNews(
        sequence=committed.sequence,
        trigger=row.trigger,
        clause=row.clause,
        state=axis.state,
        says=axis.table.says(axis.state),
        at=committed.at,
        next_actor=axis.next_actor,
        clocks=axis.clocks,
        ended=axis.ended,
        order_state=order,
        money=tuple(MoneyLine(what=what, amount=sum_) for what, sum_ in sums if sum_),
    )


def _note_how_it_ended(story: asyncio.Future[Any]) -> None:
    # It may have been ended by hand: that is to be seen there, and is nothing to the order.
    if not story.cancelled() and story.exception():
        workflow.logger.warning("case.ended_otherwise", extra={"why": str(story.exception())})
