"""What a worker plugs into its ports: every simulated counterparty, over one memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from daigou.simulator.buyers import SimulatedBuyers
from daigou.simulator.memory import opened_memory
from daigou.simulator.payment_institution import SimulatedPaymentInstitution
from daigou.simulator.seller_platform import SimulatedSellerPlatform


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedCounterparties:
    """The simulated world as the ports see it; and buyers, whom no port asks for anything."""

    payment_institution: SimulatedPaymentInstitution
    seller_platform: SimulatedSellerPlatform
    buyers: SimulatedBuyers


@asynccontextmanager
async def simulated_counterparties(database_url: str) -> AsyncIterator[SimulatedCounterparties]:
    """The counterparties that remember in the schema `simulator` of that database.

    ```python
    async with simulated_counterparties(settings.database_url) as world:
        await world.payment_institution.capture(...)
    ```
    """
    async with opened_memory(database_url) as memory:
        yield SimulatedCounterparties(
            payment_institution=SimulatedPaymentInstitution(memory),
            seller_platform=SimulatedSellerPlatform(memory),
            buyers=SimulatedBuyers(memory),
        )
