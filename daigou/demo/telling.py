"""Owns who is told in a run: the businesses' receiver of webhooks, and the proof of all notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Engine

from daigou.demo.cast import Application, Cast
from daigou.demo.notebook import Notebook
from daigou.demo.proofs import Proof
from daigou.demo.stage import Stage
from daigou.domain.notices import NOT_OUT, Channel, DeliveryState
from daigou.ledger.notices import Notices
from daigou.simulator.receiver import Receiver
from daigou.stack import free_port

LAST_SECONDS_MAX = 30.0
LOOK_SECONDS = 0.25
UNROUTED = "unrouted"


@asynccontextmanager
async def opened_receiver(cast: Cast, notebook: Notebook, stage: Stage) -> AsyncIterator[Receiver]:
    """The receiver of every business in the cast, each at a path of its own."""
    port = notebook.receivers_port(free_port)
    async with Receiver(port=port) as receiver:

        async def be_told(application: Application) -> None:
            desk = stage.desk(application.role, application.party)
            # The same key and address in every run: the same endpoint, and the same secret.
            secret = await desk.be_told(
                receiver.url(application.party), key=f"be-told/{application.party}"
            )
            receiver.expect(application.party, secret)

        await asyncio.gather(*(be_told(each) for each in cast.told_by_webhook))
        yield receiver


async def notices_proof(engine: Engine, receiver: Receiver) -> Proof:
    """Every notice is out, and the receiver could verify whatever it was sent."""
    notices = Notices(engine)
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + LAST_SECONDS_MAX
    while True:
        counts = await asyncio.to_thread(notices.counts)
        waiting = sum(
            count for (_, state), count in counts.items() if state in (*NOT_OUT, UNROUTED)
        )
        if not waiting or loop.time() > give_up_at:
            break
        await asyncio.sleep(LOOK_SECONDS)
    mails = counts.get((Channel.EMAIL, DeliveryState.OUT), 0)
    webhooks = counts.get((Channel.WEBHOOK, DeliveryState.OUT), 0)
    says = f"notices: {mails:,} e-mails and {webhooks:,} webhooks out, {waiting:,} waiting"
    if receiver.unverified:
        says += f"; {receiver.unverified:,} could not be verified"
    return Proof(says=says, holds=not waiting and not receiver.unverified)
