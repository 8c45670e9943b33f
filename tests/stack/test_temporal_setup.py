from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from daigou.settings import Settings
from daigou.stack import Part, Stack, StackOptions, free_port
from daigou.temporal_setup import (
    SEARCH_ATTRIBUTES,
    TemporalSetupError,
    connect_as_configured,
    connect_temporal,
    ensure_namespace,
    set_up_temporal,
)


@pytest.fixture
def options(state_dir) -> StackOptions:
    return StackOptions(
        state_dir=state_dir, parts={Part.TEMPORAL}, temporal_port=free_port(), ui_port=None
    )


async def retention_days(client: Client) -> float:
    found = await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=client.namespace)
    )
    return found.config.workflow_execution_retention_ttl.ToTimedelta() / timedelta(days=1)


async def test_set_up_makes_what_is_missing_mends_what_differs_and_may_be_repeated(
    options: StackOptions,
) -> None:
    async with Stack(options) as stack:
        client = await connect_as_configured(
            {"target_host": stack.temporal_address, "namespace": "another"}
        )

        await set_up_temporal(client)
        assert await retention_days(client) == 90
        await ensure_namespace(client, retention=timedelta(days=3))
        assert await retention_days(client) == 3
        await set_up_temporal(client)
        assert await retention_days(client) == 90

        listed = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace="another")
        )
        assert SEARCH_ATTRIBUTES.items() <= dict(listed.custom_attributes).items()


async def test_an_attribute_of_another_type_is_an_error_that_says_what_to_do(
    options: StackOptions,
) -> None:
    async with Stack(options) as stack:
        client = await connect_as_configured(
            {"target_host": stack.temporal_address, "namespace": "default"}
        )
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace="default",
                search_attributes={"AmountFen": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD},
            )
        )

        with pytest.raises(TemporalSetupError, match=r"AmountFen.*remove it"):
            await set_up_temporal(client)


async def test_no_answer_names_the_address_and_the_variable() -> None:
    settings = Settings(
        database_url="postgresql+psycopg://daigou@localhost/daigou",
        temporal_address=f"127.0.0.1:{free_port()}",
    )

    with pytest.raises(TemporalSetupError, match=r"127\.0\.0\.1.*TEMPORAL_ADDRESS"):
        await connect_temporal(settings)
