"""Who may do what in each state, and where it leads: written by hand, not read from the tables."""

from itertools import product

import pytest

from daigou.domain.lifecycle import TABLES
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples

# What is not written here is not allowed. Paying from the deposit alone is told apart below.
FULFILMENT = """
new                  request               client                        requested

requested            accept                provider                      accepted
requested            refuse                provider                      refused
requested            withdraw              client                        withdrawn
requested            choose-logistics      client                        requested
requested            lapse                 clock                         lapsed

accepted             choose-logistics      client                        accepted
accepted             pay                   client                        paying
accepted             withdraw              client                        withdrawn
accepted             lapse                 clock                         lapsed

paying               confirm-payment       payment_institution platform  effective
paying               decline-payment       payment_institution platform  accepted
paying               escalate              clock                         paying

effective            purchase              provider                      purchasing
effective            report-unrealizable   provider                      unrealizable
effective            escalate              clock                         effective

purchasing           record-purchase       provider platform             purchased
purchasing           fail-purchase         platform                      effective
purchasing           reject-purchase       platform                      unrealizable
purchasing           escalate              clock                         purchasing

purchased            warehouse-receipt     storage                       warehoused
purchased            escalate              clock                         purchased

warehoused           object-to-goods       logistics                     warehouse_objection
warehoused           end-duty              clock                         stored

warehouse_objection  resolve-objection     logistics                     stored
warehouse_objection  escalate              clock                         warehouse_objection

stored               clear-customs         logistics                     exported
stored               end-free-storage      clock                         stored

exported             deliver               logistics                     delivered
exported             escalate              clock                         exported

delivered            confirm-receipt       client                        received
delivered            advise                clock                         delivered
delivered            deem-received         clock                         received

received             close                 clock                         closed
"""

REFUND = """
due                  confirm-refund        payment_institution platform  refunded
due                  fail-refund           payment_institution platform  credited
due                  escalate              clock                         due
"""

RECHARGE = """
new                  request               client                        due

due                  confirm-recharge      payment_institution platform  credited
due                  decline-recharge      payment_institution platform  declined
due                  escalate              clock                         due
"""

Triple = tuple[State, Trigger, Role]


def _matrix(text: str) -> dict[Triple, State]:
    lines = [words for words in (each.split() for each in text.splitlines()) if words]
    return {
        (State(state), Trigger(trigger), Role(role)): State(target)
        for state, trigger, *roles, target in lines
        for role in roles
    }


MATRICES = [
    pytest.param(TableName.FULFILMENT, _matrix(FULFILMENT), id="fulfilment"),
    pytest.param(TableName.REFUND, _matrix(REFUND), id="refund"),
    pytest.param(TableName.RECHARGE, _matrix(RECHARGE), id="recharge"),
]


@pytest.mark.clause("PSR-2-1")
@pytest.mark.clause("PSR-2-2")
@pytest.mark.clause("PSR-12-7")
@pytest.mark.clause("PSR-16")
@pytest.mark.parametrize(("name", "written"), MATRICES)
def test_the_table_allows_what_is_written_here_and_nothing_else(
    name: TableName, written: dict[Triple, State]
) -> None:
    table = TABLES[name]
    found = {}

    for state, trigger, role in product(table.states, Trigger, Role):
        sample = samples.situation(role, samples.command_of(trigger, table.name))
        try:
            row = table.fire(state=state, trigger=trigger, situation=sample)
        except Refused:
            continue
        found[state, trigger, role] = row.target

    assert found == written


@pytest.mark.clause("PSR-2-2")
@pytest.mark.clause("UA-1-8")
def test_a_payment_from_the_deposit_alone_takes_effect_at_once() -> None:
    sample = samples.situation(Role.CLIENT, samples.PAY_FROM_DEPOSIT)

    row = TABLES[TableName.FULFILMENT].fire(
        state=State.ACCEPTED, trigger=Trigger.PAY, situation=sample
    )

    assert row.target == State.EFFECTIVE


ENDS = {
    TableName.FULFILMENT: {
        "closed",
        "refused",
        "withdrawn",
        "lapsed",
        "unrealizable",
    },
    TableName.REFUND: {"refunded", "credited"},
    TableName.RECHARGE: {"credited", "declined"},
}


@pytest.mark.parametrize("name", TableName)
def test_the_ends_are_the_ends(name: TableName) -> None:
    assert set(TABLES[name].ends) == ENDS[name]


WRONG_STATE, WRONG_ROLE = RefusalCode.NOT_IN_THIS_STATE, RefusalCode.NOT_YOUR_ROLE
REFUSALS = [
    # Only the provider decides, and only once.
    ("requested", "accept", "client", WRONG_ROLE, "PSR-2-1"),
    ("requested", "accept", "platform", WRONG_ROLE, "PSR-2-1"),
    ("requested", "refuse", "client", WRONG_ROLE, "PSR-2-1"),
    ("accepted", "accept", "provider", WRONG_STATE, "PSR-2-1"),
    ("accepted", "refuse", "provider", WRONG_STATE, "PSR-2-1"),
    ("lapsed", "accept", "provider", WRONG_STATE, "PSR-2-1"),
    # Nothing is paid before acceptance, twice, or by another.
    ("requested", "pay", "client", WRONG_STATE, "PSR-2-2"),
    ("accepted", "pay", "provider", WRONG_ROLE, "PSR-2-2"),
    ("paying", "pay", "client", WRONG_STATE, "PSR-2-2"),
    ("effective", "pay", "client", WRONG_STATE, "PSR-2-2"),
    ("paying", "confirm-payment", "client", WRONG_ROLE, "PSR-2-2"),
    ("paying", "decline-payment", "provider", WRONG_ROLE, "PSR-2-2"),
    # Once a payment is under way the request cannot be taken back, nor the carrier changed.
    ("paying", "withdraw", "client", WRONG_STATE, "PSR-2-2"),
    ("effective", "withdraw", "client", WRONG_STATE, "PSR-2-2"),
    ("paying", "choose-logistics", "client", WRONG_STATE, "PSR-5"),
    ("effective", "choose-logistics", "client", WRONG_STATE, "PSR-5"),
    # The provider buys, and only what is paid; the seller's no is not the provider's to say.
    ("accepted", "purchase", "provider", WRONG_STATE, "PSR-8"),
    ("purchasing", "purchase", "provider", WRONG_STATE, "PSR-8"),
    ("effective", "purchase", "client", WRONG_ROLE, "PSR-8"),
    ("effective", "record-purchase", "provider", WRONG_STATE, "PSR-8"),
    ("purchasing", "fail-purchase", "provider", WRONG_ROLE, "PSR-8"),
    ("purchasing", "reject-purchase", "provider", WRONG_ROLE, "PSR-9"),
    ("purchased", "report-unrealizable", "provider", WRONG_STATE, "PSR-9"),
    ("accepted", "report-unrealizable", "provider", WRONG_STATE, "PSR-9"),
    # The goods: the storage receives, logistics objects and ships, in this order.
    ("effective", "warehouse-receipt", "storage", WRONG_STATE, "PSR-16"),
    ("purchased", "warehouse-receipt", "provider", WRONG_ROLE, "PSR-16"),
    ("warehoused", "object-to-goods", "client", WRONG_ROLE, "PSR-16"),
    ("stored", "object-to-goods", "logistics", WRONG_STATE, "PSR-16"),
    ("warehouse_objection", "resolve-objection", "provider", WRONG_ROLE, "PSR-16"),
    ("warehoused", "clear-customs", "logistics", WRONG_STATE, "PSR-12-7"),
    ("warehouse_objection", "clear-customs", "logistics", WRONG_STATE, "PSR-12-7"),
    ("stored", "clear-customs", "storage", WRONG_ROLE, "PSR-12-7"),
    ("stored", "deliver", "logistics", WRONG_STATE, "PSR-17-1"),
    # Receipt is the client's to confirm, once, or the clock's to deem.
    ("exported", "confirm-receipt", "client", WRONG_STATE, "PSR-18-2"),
    ("delivered", "confirm-receipt", "logistics", WRONG_ROLE, "PSR-18-2"),
    ("received", "confirm-receipt", "client", WRONG_STATE, "PSR-18-2"),
    ("delivered", "deem-received", "provider", WRONG_ROLE, "PSR-18-2"),
    ("closed", "confirm-receipt", "client", WRONG_STATE, "PSR-18-2"),
    ("received", "close", "platform", WRONG_ROLE, "PSR-13-2"),
]


@pytest.mark.parametrize(("state", "trigger", "role", "code", "clause"), REFUSALS)
def test_a_forbidden_act_is_refused_by_its_clause(
    state: str, trigger: str, role: str, code: RefusalCode, clause: str
) -> None:
    sample = samples.situation(Role(role), samples.command_of(Trigger(trigger)))

    with pytest.raises(Refused) as caught:
        TABLES[TableName.FULFILMENT].fire(
            state=State(state), trigger=Trigger(trigger), situation=sample
        )

    assert (caught.value.code, caught.value.clause) == (code, clause)
