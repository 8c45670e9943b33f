"""A workflow stands behind its books: whoever saw the books is not told otherwise."""

from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from daigou.domain.ids import SubjectId, workflow_id
from daigou.domain.order import Role, State, Trigger
from tests.gateway.house import House


async def _forget(house: House, order: str) -> None:
    """Has the order's workflow begin anew, as if none of the commands had reached its history."""
    handle = house.temporal.get_workflow_handle(workflow_id(SubjectId(order)))
    described = await handle.describe()
    await house.temporal.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=house.temporal.namespace,
            workflow_execution=WorkflowExecution(workflow_id=handle.id, run_id=described.run_id),
            workflow_task_finish_event_id=4,
            request_id=uuid4().hex,
            reason="the machine died between the books and the history",
            reset_reapply_type=ResetReapplyType.RESET_REAPPLY_TYPE_NONE,
        )
    )


async def test_what_the_order_says_is_allowed_is_allowed(house: House) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    before = await house.order(order)
    await _forget(house, order)

    done = await house.do(order, Trigger.DISPATCH, Role.PROVIDER, {"tracking_ref": "SF1"})

    after = await house.order(order)
    assert done.receipt.state == State.DISPATCHED
    assert after.sequence == before.sequence + 2, "the parcel's step and the order's"
    assert (await house.balance(client)).amount == 0, "nothing was paid twice"


async def test_an_items_command_is_judged_by_the_items_that_the_books_hold(house: House) -> None:
    client = await house.rich_client()
    order = await house.bought(client)
    await house.do(order, Trigger.DISPATCH, Role.PROVIDER, {"tracking_ref": "SF1"})
    await _forget(house, order)

    done = await house.do(order, Trigger.WAREHOUSE_RECEIPT, Role.STORAGE, {"parcel_ref": "SF1"})

    assert done.receipt.order_state == State.WAREHOUSED
