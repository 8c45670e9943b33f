"""How this service meets Temporal: the connection, the namespace, the attributes to search by."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TypeVar

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.service import RPCError, RPCStatusCode

from daigou.settings import Settings

# The embedded server's default of one day would lose histories that support needs.
RETENTION = timedelta(days=90)
SEARCH_ATTRIBUTES: Mapping[str, IndexedValueType.ValueType] = {
    "OrderState": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "OrderCase": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "PaymentHold": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "ClientId": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "ProviderId": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "NextActor": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "DueAt": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "AmountFen": IndexedValueType.INDEXED_VALUE_TYPE_INT,
}
# A server that was just started, or a namespace that was just made, takes a moment to be known
# by every part of a cluster (its caches are refreshed every ten seconds).
USABLE_SECONDS_MAX = 60.0
RETRY_SECONDS = 0.1

T = TypeVar("T")

_JSON = PydanticJSONPlainPayloadConverter()


class SharedPayloadConverter(CompositePayloadConverter):
    """Pydantic's converter, one a process.

    The SDK makes a payload converter for every workflow that it holds; pydantic's would build its
    validators anew for each, which costs more processor and memory than all else in an order.
    """

    def __init__(self) -> None:
        super().__init__(
            *(
                _JSON if isinstance(each, JSONPlainPayloadConverter) else each
                for each in DefaultPayloadConverter.default_encoding_payload_converters
            )
        )


DATA_CONVERTER = DataConverter(payload_converter_class=SharedPayloadConverter)


class TemporalSetupError(Exception):
    """Temporal cannot be used as it stands; the text says what to do."""


async def connect_temporal(settings: Settings) -> Client:
    """A client of the Temporal that the settings and Temporal's own environment configuration name.

    Raises `TemporalSetupError` if the configuration cannot be read or nothing answers there.
    """
    try:
        config = ClientConfig.load_client_connect_config()
    except (RuntimeError, OSError) as error:
        raise TemporalSetupError(
            f"Temporal's configuration cannot be read ({error}): check the TEMPORAL_… variables."
        ) from error

    # What was set comes before a profile's file, and that before our defaults.
    if "temporal_address" in settings.model_fields_set or "target_host" not in config:
        config["target_host"] = settings.temporal_address
    if "temporal_namespace" in settings.model_fields_set or "namespace" not in config:
        config["namespace"] = settings.temporal_namespace
    return await connect_as_configured(config)


async def connect_as_configured(config: ClientConnectConfig) -> Client:
    """A client that speaks as all of ours do, whatever the environment says."""
    try:
        return await Client.connect(**config, data_converter=DATA_CONVERTER)
    except RuntimeError as error:
        raise TemporalSetupError(
            f"no Temporal answers at {config.get('target_host')} ({error}): "
            "start it (`daigou up`), or set TEMPORAL_ADDRESS."
        ) from error


async def set_up_temporal(client: Client) -> None:
    """Everything this service needs of a Temporal cluster; may be run any number of times."""
    await ensure_namespace(client)
    await ensure_search_attributes(client)


async def ensure_namespace(client: Client, *, retention: timedelta = RETENTION) -> None:
    """Have the client's namespace exist with this retention; returns once it can be used."""
    kept_for = Duration()
    kept_for.FromTimedelta(retention)
    describe = DescribeNamespaceRequest(namespace=client.namespace)
    service = client.workflow_service

    try:
        found = await service.describe_namespace(describe)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        await _register_namespace(client, kept_for)
    else:
        if found.config.workflow_execution_retention_ttl == kept_for:
            return
        await service.update_namespace(
            UpdateNamespaceRequest(
                namespace=client.namespace,
                config=NamespaceConfig(workflow_execution_retention_ttl=kept_for),
            )
        )

    await _until_usable(
        lambda: service.describe_namespace(describe), what=f"namespace {client.namespace!r}"
    )


async def ensure_search_attributes(client: Client) -> None:
    """Have `SEARCH_ATTRIBUTES` registered; returns once a search by each of them is answered.

    Raises `TemporalSetupError` if one exists with another type.
    """
    listed = await _until_usable(
        lambda: client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        ),
        what=f"namespace {client.namespace!r}",
    )
    present = dict(listed.custom_attributes)
    _check_types(present)

    missing = {name: kind for name, kind in SEARCH_ATTRIBUTES.items() if name not in present}
    if missing:
        await _add_search_attributes(client, missing)
    # One query by all of them, since each is refused until the last is known.
    query = " OR ".join(f"{name} IS NOT NULL" for name in SEARCH_ATTRIBUTES)
    await _until_usable(lambda: client.count_workflows(query), what="search by the new attributes")


async def _register_namespace(client: Client, kept_for: Duration) -> None:
    request = RegisterNamespaceRequest(
        namespace=client.namespace,
        description="Purchasing-agent orders",
        workflow_execution_retention_period=kept_for,
    )
    try:
        await client.workflow_service.register_namespace(request)
    except RPCError as error:
        # Another set-up job was quicker.
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise


async def _add_search_attributes(
    client: Client, missing: Mapping[str, IndexedValueType.ValueType]
) -> None:
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise


def _check_types(present: Mapping[str, IndexedValueType.ValueType]) -> None:
    for name, kind in present.items():
        wanted = SEARCH_ATTRIBUTES.get(name, kind)
        if kind != wanted:
            raise TemporalSetupError(
                f"the search attribute {name} is registered as "
                f"{IndexedValueType.Name(kind)}, but {IndexedValueType.Name(wanted)} is needed: "
                f"remove it (`temporal operator search-attribute remove --name {name}`), or use "
                "another namespace (TEMPORAL_NAMESPACE)."
            )


async def _until_usable(probe: Callable[[], Awaitable[T]], *, what: str) -> T:
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + USABLE_SECONDS_MAX
    while True:
        try:
            return await probe()
        except RPCError as error:
            if loop.time() > give_up_at:
                raise TemporalSetupError(
                    f"{what}: not usable after {USABLE_SECONDS_MAX:.0f} s: {error}"
                ) from error
        await asyncio.sleep(RETRY_SECONDS)
