"""Invitations: codes, who joined by whose, what it brings the inviter, and when that ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from daigou.domain.engagements import EngagementReason, EngagementWord
from daigou.domain.ids import InvitationCode, PartyId
from daigou.domain.invitations import BENEFIT, CODE
from daigou.domain.order import Role, State, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from daigou.domain.terms import current
from daigou.ledger.engagements import Engagements
from daigou.ledger.invitations import Invitation, Invitations
from daigou.ledger.promotion import Promotion
from daigou.ledger.promotion_views import InvitationView
from daigou.ledger.registry import Registry, RegistryConflictError
from daigou.ledger.views import PartyView
from tests.ledger.account_road import closure
from tests.ledger.attack import CHECK, HISTORY, INVITATION, STRANGER, UNIQUE, Sql, refused
from tests.ledger.road import ANNA, BEN, BUND, MIA, MIAS_ENGAGEMENT, NINGBO, NOON, YIWU, World

pytestmark = pytest.mark.usefixtures("proved")

CARL = PartyId("cli_carl")
INSTANT = timedelta(microseconds=1)
YEAR = current().duration(BENEFIT)


@pytest.fixture
def invitations(engine: Engine) -> Invitations:
    return Invitations(engine)


@pytest.fixture
def registry(engine: Engine) -> Registry:
    return Registry(engine)


def by(code: str, benefit: timedelta = YEAR) -> Invitation:
    return Invitation(code=InvitationCode(code), benefit=benefit, terms_version="2026-11")


def register(registry: Registry, client: PartyId = CARL, **changes: Any) -> PartyView:
    said: dict[str, Any] = {
        "id": client,
        "role": Role.CLIENT,
        "country": "DE",
        "agreement_version": "2026-11",
        "agreed_at": NOON,
    }
    return registry.register_party(**said | changes)


def joined(registry: Registry, invitations: Invitations, inviter: PartyId = ANNA) -> InvitationView:
    """Carl, registered with that client's code."""
    register(registry, invitation=by(invitations.code(inviter)))
    found = invitations.invitation_of(CARL)
    assert found is not None
    return found


# ---- codes and registrations -------------------------------------------------------------------


@pytest.mark.clause("UA-1-14")
def test_every_client_has_a_code_of_its_own_and_nobody_else_has(
    registry: Registry, invitations: Invitations
) -> None:
    clients = [PartyId(f"cli_many_{number:03d}") for number in range(200)]
    for client in clients:
        register(registry, client)

    codes = {invitations.code(client) for client in clients}

    assert len(codes) == 200
    assert all(CODE.fullmatch(code) for code in codes)
    # Each of the 32 letters and digits stands somewhere: 2000 draws miss one with 1e-26.
    assert len(set("".join(codes))) == 32
    assert invitations.code(clients[0]) == invitations.code(clients[0])
    for stranger in (YIWU, PartyId("cli_nobody")):
        with pytest.raises(LookupError):
            invitations.code(stranger)


@pytest.mark.clause("UA-1-14")
def test_client_is_linked_to_the_one_whose_code_it_brought(
    registry: Registry, invitations: Invitations
) -> None:
    party = register(registry, invitation=by(invitations.code(ANNA)))

    view = InvitationView(
        invitee=CARL,
        inviter=ANNA,
        registered_at=party.registered_at,
        benefit_until=party.registered_at + timedelta(days=365),
        ended_at=None,
    )
    assert invitations.invitation_of(CARL) == view
    assert invitations.invitations(ANNA) == (view,)
    assert invitations.invitations(ANNA, starting_after=CARL) == ()
    assert invitations.invitation_of(ANNA) is None


@pytest.mark.clause("UA-1-14")
def test_same_registration_again_changes_nothing(
    registry: Registry, invitations: Invitations
) -> None:
    first = joined(registry, invitations)

    assert register(registry, invitation=by(invitations.code(ANNA))).id == CARL
    with pytest.raises(RegistryConflictError):
        register(registry, invitation=by(invitations.code(BEN)))

    assert invitations.invitation_of(CARL) == first


@pytest.mark.clause("UA-1-14")
def test_nobody_is_invited_after_its_registration_nor_by_itself(
    registry: Registry, invitations: Invitations
) -> None:
    register(registry)
    for code in (invitations.code(ANNA), invitations.code(CARL)):
        with pytest.raises(RegistryConflictError):
            register(registry, invitation=by(code))

    assert invitations.invitation_of(CARL) is None


@pytest.mark.clause("UA-1-14")
def test_code_that_nobody_has_registers_nobody(registry: Registry) -> None:
    with pytest.raises(Refused) as refusal:
        register(registry, invitation=by("ZZZZZZZZZZ"))

    assert (refusal.value.code, refusal.value.clause) == (
        RefusalCode.UNKNOWN_INVITATION,
        "UA-1-14",
    )
    with pytest.raises(LookupError):
        registry.party(CARL)


@pytest.mark.clause("UA-1-14")
def test_one_code_invites_many_at_once(registry: Registry, invitations: Invitations) -> None:
    code = invitations.code(ANNA)
    clients = [PartyId(f"cli_race_{number:02d}") for number in range(20)]

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda each: register(registry, each, invitation=by(code)), clients))

    assert [each.invitee for each in invitations.invitations(ANNA)] == clients


@pytest.mark.clause("UA-1-14")
def test_of_many_that_register_one_client_at_once_one_inviter_gets_it(
    registry: Registry, invitations: Invitations
) -> None:
    codes = [invitations.code(ANNA), invitations.code(BEN)] * 10

    def attempt(code: str) -> str | None:
        try:
            register(registry, invitation=by(code))
        except RegistryConflictError:
            return None
        return code

    with ThreadPoolExecutor(20) as threads:
        won = list(threads.map(attempt, codes))

    assert won.count(None) == 10
    (code,) = set(won) - {None}
    found = invitations.invitation_of(CARL)
    assert found is not None
    assert invitations.code(found.inviter) == code


# ---- what it brings ----------------------------------------------------------------------------


@pytest.fixture
def _anna_promotes(registry: Registry, world: World) -> None:
    """Mia promotes from Anna's account, with a contract from before anybody registered."""
    registry.register_party(
        id=MIA, role=Role.PROMOTER, country="CN", name=str(MIA), client_account=ANNA
    )
    world.contract(begins_at=NOON - timedelta(days=400))


@pytest.mark.clause("UA-1-14")
@pytest.mark.usefixtures("_anna_promotes")
def test_inviter_benefits_for_a_year_to_the_instant(
    registry: Registry, invitations: Invitations
) -> None:
    registered = joined(registry, invitations).registered_at

    def won(at: timedelta) -> PartyId | None:
        return invitations.promoter_of(CARL, provider=YIWU, at=registered + at)

    assert won(timedelta()) == MIA
    assert won(timedelta(days=365) - INSTANT) == MIA
    assert won(timedelta(days=365)) is None
    assert won(timedelta(days=366)) is None


@pytest.mark.clause("UA-1-14")
@pytest.mark.usefixtures("_anna_promotes")
def test_invitee_that_closes_its_account_ends_it_at_that_instant(
    registry: Registry, invitations: Invitations
) -> None:
    registered = joined(registry, invitations).registered_at
    closed = registered + timedelta(days=30)

    assert invitations.end_invitation(CARL, at=closed)

    assert not invitations.end_invitation(CARL, at=closed + timedelta(days=1))
    found = invitations.invitation_of(CARL)
    assert found is not None
    assert found.ended_at == closed
    assert invitations.promoter_of(CARL, provider=YIWU, at=closed - INSTANT) == MIA
    assert invitations.promoter_of(CARL, provider=YIWU, at=closed) is None


@pytest.mark.clause("UA-1-14")
@pytest.mark.usefixtures("_anna_promotes")
def test_closing_an_account_ends_its_inviters_benefit_and_its_own_code(
    registry: Registry, invitations: Invitations, world: World
) -> None:
    registered = joined(registry, invitations).registered_at
    closing, closed = closure(world, client=CARL), registered + timedelta(days=30)
    before = invitations.promoter_of(CARL, provider=YIWU, at=closed)

    closing.pull(Trigger.WIND_UP, target=State.CLOSED, at=closed)

    found = invitations.invitation_of(CARL)
    assert found is not None
    assert (before, found.ended_at) == (MIA, closed)
    assert invitations.promoter_of(CARL, provider=YIWU, at=closed) is None
    with pytest.raises(Refused) as refusal:
        register(registry, PartyId("cli_dora"), invitation=by(invitations.code(CARL)))
    assert refusal.value.code == RefusalCode.UNKNOWN_INVITATION


@pytest.mark.clause("UA-1-14")
def test_what_is_over_or_never_was_leaves_nothing_to_end(
    registry: Registry, invitations: Invitations
) -> None:
    found = joined(registry, invitations)

    assert not invitations.end_invitation(CARL, at=found.benefit_until)
    assert not invitations.end_invitation(ANNA, at=NOON)
    assert not invitations.end_invitation(PartyId("cli_nobody"), at=NOON)
    assert invitations.invitation_of(CARL) == found


@pytest.mark.clause("UA-1-14")
@pytest.mark.usefixtures("_anna_promotes")
def test_of_twenty_that_end_it_at_once_one_does(
    registry: Registry, invitations: Invitations
) -> None:
    registered = joined(registry, invitations).registered_at

    with ThreadPoolExecutor(20) as threads:
        ended = list(
            threads.map(
                lambda day: invitations.end_invitation(CARL, at=registered + timedelta(days=day)),
                range(1, 21),
            )
        )

    assert ended.count(True) == 1


@pytest.mark.clause("UA-1-14")
@pytest.mark.clause("UA-1-11-13")
@pytest.mark.usefixtures("_anna_promotes")
def test_inviter_whose_promoter_earns_nothing_then_wins_nothing(
    registry: Registry, invitations: Invitations, engagements: Engagements, promotion: Promotion
) -> None:
    registered = joined(registry, invitations).registered_at
    day = timedelta(days=1)
    engagements.say(
        MIAS_ENGAGEMENT,
        word=EngagementWord.SUSPEND,
        reason=EngagementReason.UNDER_REVIEW,
        author=BUND,
        command_id="suspend",
        at=registered + 10 * day,
    )
    engagements.say(
        MIAS_ENGAGEMENT,
        word=EngagementWord.ACTIVATE,
        reason=EngagementReason.CLEARED,
        author=BUND,
        command_id="clear",
        at=registered + 20 * day,
    )
    (contract,) = promotion.contracts(promoter=MIA)
    promotion.end_contract(contract.id, ends_at=registered + 30 * day)

    def won(days: int) -> PartyId | None:
        return invitations.promoter_of(CARL, provider=YIWU, at=registered + days * day)

    assert [won(days) for days in (9, 10, 19, 20, 29, 30)] == [MIA, None, None, MIA, MIA, None]
    assert invitations.promoter_of(CARL, provider=NINGBO, at=registered) is None


@pytest.mark.clause("UA-1-14")
def test_inviter_without_a_promoter_of_its_own_wins_nothing(
    registry: Registry, invitations: Invitations, world: World
) -> None:
    world.contract(begins_at=NOON - timedelta(days=400))
    found = joined(registry, invitations)

    assert invitations.promoter_of(CARL, provider=YIWU, at=found.registered_at) is None


# ---- whose account a promoter has --------------------------------------------------------------


@pytest.mark.clause("UA-1-11-13")
def test_promoter_has_one_account_and_an_account_one_promoter(registry: Registry) -> None:
    def mia(**changes: Any) -> PartyView:
        said = {"id": MIA, "role": Role.PROMOTER, "country": "CN", "name": str(MIA)}
        return registry.register_party(**said | changes)

    # One that was registered before tells it later.
    assert mia(client_account=ANNA) == mia(client_account=ANNA) == mia()
    with pytest.raises(RegistryConflictError):
        mia(client_account=BEN)
    with pytest.raises(RegistryConflictError):
        mia(id=PartyId("pro_lee"), name="Lee", client_account=ANNA)
    with pytest.raises(LookupError):
        registry.party(PartyId("pro_lee"))
    with pytest.raises(Refused):
        mia(id=PartyId("pro_lee"), name="Lee", client_account=YIWU)


# ---- by those who go around the door -----------------------------------------------------------


JOINING = (
    "INSERT INTO invitation (invitee, inviter, code, registered_at, benefit_until, terms_version)"
    " SELECT id, '{}', '{}', registered_at, registered_at + interval '365 days', '2026-11'"
    " FROM party WHERE id = '{}'"
)


@pytest.mark.clause("UA-1-14")
def test_database_links_nobody_but_at_the_registration_by_the_inviters_own_code(
    invitations: Invitations, sql: Sql
) -> None:
    code = invitations.code(ANNA)
    newcomer = (
        "INSERT INTO party (id, role, name, country, address)"
        " VALUES ('cli_carl', 'client', '', 'DE', ''); "
    )

    assert refused(sql, JOINING.format(ANNA, code, BEN)) == INVITATION
    assert refused(sql, newcomer + JOINING.format(BEN, code, CARL)) == INVITATION
    assert refused(sql, newcomer + JOINING.format(ANNA, "ZZZZZZZZZZ", CARL)) == INVITATION
    own = "(SELECT code FROM invitation_code WHERE client = 'cli_carl')"
    itself = JOINING.replace("'{}', '{}', registered_at,", "id, " + own + ", registered_at,")
    assert refused(sql, newcomer + itself.format(CARL)) == CHECK
    late = JOINING.replace("', registered_at, ", "', registered_at + interval '1 d', ")
    assert refused(sql, newcomer + late.format(ANNA, code, CARL)) == INVITATION
    twice = newcomer + JOINING.format(ANNA, code, CARL) + "; " + JOINING.format(ANNA, code, CARL)
    assert refused(sql, twice) == UNIQUE
    assert refused(sql, newcomer + JOINING.format(ANNA, code, CARL)) is None


@pytest.mark.clause("UA-1-14")
def test_invitation_stays_as_it_was_and_only_ends_early_once(
    registry: Registry, invitations: Invitations, sql: Sql
) -> None:
    joined(registry, invitations)
    for change in (
        "inviter = 'cli_ben'",
        "code = (SELECT code FROM invitation_code WHERE client = 'cli_ben')",
        "benefit_until = benefit_until + interval '1 d'",
        "registered_at = registered_at - interval '1 d', ended_at = registered_at",
        "ended_at = benefit_until",
        "ended_at = registered_at - interval '1 s'",
        "ended_at = NULL",
    ):
        assert refused(sql, f"UPDATE invitation SET {change}") == HISTORY, change
    ending = "UPDATE invitation SET ended_at = registered_at + interval '1 d'"
    assert refused(sql, ending) is None
    assert refused(sql, ending) == HISTORY
    assert refused(sql, "UPDATE invitation SET ended_at = NULL") == HISTORY
    for attack in (
        "DELETE FROM invitation",
        "TRUNCATE invitation",
        "DELETE FROM invitation_code",
        "UPDATE invitation_code SET client = 'cli_stranger' WHERE client = 'cli_ben'",
    ):
        assert refused(sql, attack) == HISTORY, attack


@pytest.mark.clause("UA-1-14")
def test_code_is_a_clients_and_written_as_codes_are(sql: Sql) -> None:
    making = "INSERT INTO invitation_code (code, client) VALUES ('{}', '{}')"

    assert refused(sql, making.format("ABCDEFGH23", YIWU)) == INVITATION
    assert refused(sql, making.format("ABCDEFGH23", ANNA)) == UNIQUE
    for code in ("ABCDEFGH2", "abcdefgh23", "ABCDEFGH20", "ABCDEFGHO3", "ABCDEFGH1I"):
        assert refused(sql, making.format(code, ANNA)) == CHECK, code


@pytest.mark.clause("UA-1-11-13")
@pytest.mark.usefixtures("_anna_promotes")
def test_account_that_a_promoter_promotes_from_stays(sql: Sql) -> None:
    linking = "INSERT INTO promoter_account (promoter, client) VALUES ('{}', '{}')"

    assert refused(sql, "UPDATE promoter_account SET client = 'cli_ben'") == HISTORY
    assert refused(sql, "DELETE FROM promoter_account") == HISTORY
    assert refused(sql, "TRUNCATE promoter_account") == HISTORY
    assert refused(sql, linking.format(YIWU, BEN)) == STRANGER
    assert refused(sql, linking.format(MIA, YIWU)) == STRANGER
    assert refused(sql, linking.format(MIA, BEN)) == UNIQUE
