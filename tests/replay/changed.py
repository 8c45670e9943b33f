"""A workflow that was changed while orders lived by it: no replay may accept it."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from daigou.domain.lifecycle import FULFILMENT, ITEM_TABLES
    from daigou.domain.steps import Receipt
    from workflows import messages
    from workflows.handlers import obeys
    from workflows.messages import Ending, OpenOrder
    from workflows.purchase_order import PurchaseOrder


@workflow.defn(name=messages.PURCHASE_ORDER)
@obeys(FULFILMENT, *ITEM_TABLES)
class ImpatientOrder(PurchaseOrder):
    """An order that pauses before it is requested, as those on their way never did."""

    @workflow.init
    def __init__(self, opening: OpenOrder) -> None:
        super().__init__(opening)

    @workflow.run
    async def run(self, opening: OpenOrder) -> Ending:
        await workflow.sleep(timedelta(seconds=1))
        return await super().run(opening)

    @workflow.update(name=messages.OPENED)
    async def opened(self) -> Receipt:
        return await super().opened()
