"""The simulated world is the same for the same seed, plausible in prices, and plainly invented."""

import statistics

from daigou.domain.ids import PARTY_ID
from daigou.domain.terms import current
from daigou.simulator import conduct
from daigou.simulator.world import World


def test_is_a_pure_function_of_its_seed() -> None:
    def everything(seed: int) -> tuple[object, ...]:
        world = World(seed)
        return world.clients(9), world.storages(3), tuple(world.basket(i) for i in range(50))

    assert everything(7) == everything(7)
    assert everything(7) != everything(8)


def test_prices_are_plausible() -> None:
    baskets = [World(1).basket(index) for index in range(2_000)]

    values = [b.offer.unit_price.amount * b.quantity for b in baskets]
    assert all(120 <= b.offer.unit_price.amount <= 50_000 for b in baskets)
    assert all(0 <= b.offer.freight.amount <= 1_200 for b in baskets)
    assert all(1 <= b.quantity <= 300 for b in baskets)
    assert 22_000 < statistics.median(values) < 28_000
    assert max(values) <= current().limits.order_fen_max


def test_ids_are_well_formed_and_plainly_fake() -> None:
    world = World(1)
    parties = (
        *world.clients(12),
        *world.providers(3),
        *world.storages(3),
        *world.logistics(3),
    )

    assert all(PARTY_ID.fullmatch(party.id) for party in parties)
    assert all("invented" in party.name for party in parties)
    assert all(storage.address for storage in world.storages(3))
    for block in conduct.OFFER_BLOCKS.values():
        offer = world.basket(11, block).offer
        assert 900_000_000_000 <= int(offer.id) < 1_000_000_000_000
        assert offer.link == f"https://detail.1688.com/offer/{offer.id}.html"


def test_offer_ids_name_their_block() -> None:
    for block in conduct.OFFER_BLOCKS.values():
        assert conduct.offer_block(block.offer_id(123)) == block

    assert conduct.offer_block("610947572360") == conduct.NORMAL


def test_tables_for_the_readme_list_every_choice() -> None:
    methods, offers = conduct.payment_method_table(), conduct.offer_table()

    assert all(f"`{token}`" in methods for token in conduct.PAYMENT_METHODS)
    assert all(f"`{digits}" in offers for digits in conduct.OFFER_BLOCKS)
