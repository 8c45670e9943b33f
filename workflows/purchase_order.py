"""The life of a purchase order, from the request to its end, by the fulfilment table."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from daigou.domain.clocks import Timing
    from daigou.domain.commands import Accept, Command, Pay
    from daigou.domain.ids import SubjectId
    from daigou.domain.lifecycle import FULFILMENT, ITEM_TABLES
    from daigou.domain.lifecycle.table import Row
    from daigou.domain.money import service_fee
    from daigou.domain.order import Trigger
    from daigou.domain.steps import Committed, Receipt
    from daigou.domain.terms import terms_of
    from workflows import messages
    from workflows.attributes import Shown, standing
    from workflows.card import in_words, order_card
    from workflows.handlers import obeys
    from workflows.life import Life
    from workflows.messages import Ending, OpenOrder, Pull


@workflow.defn(name=messages.PURCHASE_ORDER)
@obeys(FULFILMENT, *ITEM_TABLES)
class PurchaseOrder:
    """One order. Commands arrive as updates; deadlines and outside calls follow the table."""

    @workflow.init
    def __init__(self, opening: OpenOrder) -> None:
        self._opening = opening
        request = opening.request
        self._shown = Shown()
        self.life = Life(
            subject=SubjectId(opening.order),
            table=FULFILMENT,
            parties=request.parties,
            timing=Timing(
                terms=terms_of(opening.terms_version),
                country=request.client_country,
                scale=opening.time_scale,
                agreed=request.advance.balance_by if request.advance else None,
            ),
            show=self._show,
            summarise=self._summarise,
        )

    @workflow.run
    async def run(self, opening: OpenOrder) -> Ending:
        """The order's life; the rows, calls and deadlines of it stand in the tables."""
        await self._requested(opening)
        await self.life.live()
        return self.life.ending()

    @workflow.update(name=messages.OPENED, description="answers once the request is in the books")
    async def opened(self) -> Receipt:
        """Where the order stands once its request is written."""
        return await self.life.opened()

    @workflow.signal(name=messages.STRIKE, description="a case's clock has come to its moment")
    async def strike(self) -> None:
        """Strikes what is due."""
        await self.life.strike()

    async def _requested(self, opening: OpenOrder) -> None:
        await self.life.open(
            Trigger.REQUEST,
            Pull(actor=opening.actor, command=opening.request, command_id=opening.command_id),
        )

    def _show(self, committed: Committed) -> None:
        workflow.set_current_details(order_card(self.life, committed))
        self._upsert_search_attributes(committed)

    def _upsert_search_attributes(self, committed: Committed) -> None:
        if self.life.main.calling:
            return
        amount, case = committed.amount, self.life.facts.case
        updates = [*standing(self.life.main, waiting=self.life.waiting)]
        if case:
            open_case = case.table.value if case.is_open else "none"
            updates.append(messages.ORDER_CASE.value_set(open_case))
        if amount:  # Until the checkout is open the gateway's own estimate stands.
            updates.append(messages.AMOUNT_FEN.value_set(amount.amount))
        self._shown.show(updates)

    def _summarise(self, row: Row, command: Command) -> str:
        if isinstance(command, Accept):
            request = self._opening.request
            fee = service_fee(
                goods=request.goods,
                freight=request.freight,
                rate=terms_of(self._opening.terms_version).fee_rate,
            )
            return f"{in_words(row)} · {fee} · PSR-10-1"
        if isinstance(command, Pay):
            return (
                f"{in_words(row)} · {command.from_deposit} from the deposit, "
                f"{command.from_institution} from the payment institution · {row.clause}"
            )
        return f"{in_words(row)} · {row.clause}"
