"""A replayer that is configured as the worker is: by the functions that build and connect it."""

import inspect
from typing import Any, cast

import pytest
from temporalio.client import Client
from temporalio.envconfig import ClientConnectConfig
from temporalio.worker import Replayer

import worker
from daigou.ports.books import Books
from daigou.ports.payment_institution import PaymentInstitution
from daigou.ports.seller_platform import SellerPlatform
from daigou.temporal_setup import connect_as_configured

NOWHERE: ClientConnectConfig = {"target_host": "127.0.0.1:1", "namespace": "replay"}


async def workers_replayer(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Replayer:
    """Replays as the worker runs: its workflows, its sandbox, its client's data converter."""
    taken = inspect.signature(Replayer.__init__).parameters.keys()
    config = {name: value for name, value in _worker_config(monkeypatch).items() if name in taken}
    # Lazy: nothing answers there, and nobody asks.
    client = await connect_as_configured({**NOWHERE, "lazy": True})  # type: ignore[typeddict-item]
    return Replayer(**{**config, "data_converter": client.data_converter, **changes})


def _worker_config(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    def note(client: Client, **config: Any) -> dict[str, Any]:
        return config

    with monkeypatch.context() as patch:
        patch.setattr(worker, "Worker", note)
        built = worker.build_worker(
            # Nothing is called: a replay reads what was answered from the history.
            cast(Client, None),
            task_queue="replay",
            books=cast(Books, None),
            institution=cast(PaymentInstitution, None),
            sellers=cast(SellerPlatform, None),
        )
    return cast(dict[str, Any], built)
