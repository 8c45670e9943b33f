"""Resets workflows, as staff can in the Temporal UI."""

from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import ResetReapplyType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client

FIRST_TASK_COMPLETED = 4


async def reset(client: Client, workflow: str, *, forgets: bool = False) -> None:
    """Lets a workflow run again from its first task.

    By default it is given again what it was given since; one that `forgets` is not, as if none of
    that had reached its history.
    """
    described = await client.get_workflow_handle(workflow).describe()
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow, run_id=described.run_id),
            workflow_task_finish_event_id=FIRST_TASK_COMPLETED,
            request_id=uuid4().hex,
            reason="a test",
            reset_reapply_type=ResetReapplyType.RESET_REAPPLY_TYPE_NONE
            if forgets
            else ResetReapplyType.RESET_REAPPLY_TYPE_UNSPECIFIED,
        )
    )
