"""Who may do what in each state, and where it leads: written by hand, not read from the tables."""

from itertools import product

import pytest

from daigou.domain.lifecycle import TABLES
from daigou.domain.order import Role, State, TableName, Trigger
from daigou.domain.refusals import RefusalCode, Refused
from tests.domain import samples

# What is not written here is not allowed. Where the situation decides, each way is written: a|b.
FULFILMENT = """
new                  request               client                        in_review|requested

in_review            permit-goods          platform                      requested
in_review            prohibit-goods        platform                      refused
in_review            withdraw              client                        withdrawn
in_review            escalate              clock                         in_review
in_review            lapse                 clock                         lapsed

requested            raise-caution         provider platform             requested
requested            acknowledge-caution   client                        requested
requested            choose-logistics      client                        requested
requested            limit-price-drift     client                        requested
requested            accept                provider                      accepted
requested            refuse                provider                      refused
requested            withdraw              client                        withdrawn
requested            lapse                 clock                         lapsed

accepted             choose-logistics      client                        accepted
accepted             limit-price-drift     client                        accepted
accepted             pay                   client                        effective|paying
accepted             refuse                provider                      refused
accepted             withdraw              client                        withdrawn
accepted             lapse                 clock                         lapsed

paying               confirm-payment       payment_institution platform  effective
paying               decline-payment       payment_institution platform  accepted|awaiting_top_up|awaiting_balance
paying               escalate              clock                         paying

effective            purchase              provider                      purchasing
effective            report-price          provider                      awaiting_choice|effective|awaiting_top_up
effective            report-unrealizable   provider                      unrealizable
effective            refuse                provider                      refused
effective            limit-price-drift     client                        effective
effective            remind                clock                         effective
effective            escalate              clock                         effective

awaiting_choice      accept-part           client                        effective|awaiting_top_up
awaiting_choice      decline-offer         client                        recovering|unrealizable
awaiting_choice      lapse                 clock                         recovering|unrealizable

awaiting_top_up      pay                   client                        effective|paying
awaiting_top_up      decline-offer         client                        recovering|unrealizable
awaiting_top_up      lapse                 clock                         recovering|unrealizable

purchasing           record-purchase       provider platform             purchased|awaiting_balance
purchasing           quote-anew            platform                      awaiting_choice|effective|awaiting_top_up
purchasing           fail-purchase         platform                      effective
purchasing           reject-purchase       platform                      recovering|unrealizable
purchasing           escalate              clock                         purchasing

recovering           report-unrealizable   provider platform             unrealizable
recovering           escalate              clock                         recovering

awaiting_balance     pay                   client                        effective|paying
awaiting_balance     withdraw              client                        forfeited
awaiting_balance     forfeit               clock                         forfeited

purchased            report-progress       provider                      purchased
purchased            prompt                clock                         purchased
purchased            chase                 clock                         purchased
purchased            remind                clock                         purchased
purchased            escalate              clock                         purchased
purchased            follow-parcels        clock                         dispatched|warehouse_objection|warehoused|going_back

dispatched           report-progress       provider                      dispatched
dispatched           prompt                clock                         dispatched
dispatched           chase                 clock                         dispatched
dispatched           follow-parcels        clock                         warehouse_objection|warehoused|stored|exported|delivered|abandoned|closed|unrealizable|going_back

warehouse_objection  follow-parcels        clock                         dispatched|warehoused|stored|exported|delivered|abandoned|closed|unrealizable|going_back

warehoused           follow-parcels        clock                         warehouse_objection|stored|going_back

stored               follow-parcels        clock                         exported|delivered|abandoned|closed|going_back

exported             follow-parcels        clock                         delivered|closed

delivered            confirm-receipt       client                        received
delivered            object-to-receipt     client                        receipt_objection
delivered            advise                clock                         delivered
delivered            deem-received         clock                         received

receipt_objection    settle-objection      platform                      delivered
receipt_objection    confirm-receipt       client                        received
receipt_objection    escalate              clock                         receipt_objection

received             close                 clock                         closed

going_back           follow-parcels        clock                         dispatched|warehouse_objection|warehoused|stored|exported|delivered|abandoned|closed|unrealizable

effective            follow-case           clock                         effective|cancelled
awaiting_choice      follow-case           clock                         awaiting_choice|cancelled
awaiting_top_up      follow-case           clock                         awaiting_top_up|cancelled
awaiting_balance     follow-case           clock                         awaiting_balance|cancelled
purchased            follow-case           clock                         purchased|cancelled
dispatched           follow-case           clock                         dispatched|cancelled
warehouse_objection  follow-case           clock                         warehouse_objection|cancelled
warehoused           follow-case           clock                         warehoused|cancelled
stored               follow-case           clock                         stored|cancelled
going_back           follow-case           clock                         going_back|cancelled
paying               follow-case           clock                         paying
purchasing           follow-case           clock                         purchasing
recovering           follow-case           clock                         recovering
exported             follow-case           clock                         exported

delivered            follow-case           clock                         delivered|dissolved
receipt_objection    follow-case           clock                         receipt_objection|dissolved
received             follow-case           clock                         received|dissolved

effective            heed-chargeback       clock                         effective|unrealizable
awaiting_choice      heed-chargeback       clock                         awaiting_choice|unrealizable
awaiting_top_up      heed-chargeback       clock                         awaiting_top_up|unrealizable
awaiting_balance     heed-chargeback       clock                         awaiting_balance|unrealizable
paying               heed-chargeback       clock                         paying
purchasing           heed-chargeback       clock                         purchasing
recovering           heed-chargeback       clock                         recovering
purchased            heed-chargeback       clock                         purchased
dispatched           heed-chargeback       clock                         dispatched
warehouse_objection  heed-chargeback       clock                         warehouse_objection
warehoused           heed-chargeback       clock                         warehoused
stored               heed-chargeback       clock                         stored
going_back           heed-chargeback       clock                         going_back
exported             heed-chargeback       clock                         exported
delivered            heed-chargeback       clock                         delivered
receipt_objection    heed-chargeback       clock                         receipt_objection
received             heed-chargeback       clock                         received

effective            refuse-service        provider platform             refused
awaiting_choice      refuse-service        provider platform             refused
awaiting_top_up      refuse-service        provider platform             refused
awaiting_balance     refuse-service        provider platform             refused

purchased            dispose-goods         provider platform             disposed
dispatched           dispose-goods         provider platform             disposed
warehouse_objection  dispose-goods         provider platform             disposed
warehoused           dispose-goods         provider platform             disposed
stored               dispose-goods         provider platform             disposed
going_back           dispose-goods         provider platform             disposed
"""  # noqa: E501

PARCEL = """
new                  dispatch              provider                      dispatched
new                  report-lost           provider platform             lost
new                  warehouse-receipt     storage                       warehoused

dispatched           track                 provider platform             dispatched
dispatched           warehouse-receipt     storage                       warehoused
dispatched           report-lost           provider platform             lost
dispatched           prompt                clock                         dispatched
dispatched           remind                clock                         dispatched
dispatched           escalate              clock                         dispatched

lost                 warehouse-receipt     storage                       warehoused
lost                 exchange              provider                      dispatched
lost                 record-seller-refund  provider platform             returned
lost                 escalate              clock                         lost

warehoused           object-to-goods       logistics                     warehouse_objection
warehoused           end-duty              clock                         stored

warehouse_objection  resolve-objection     logistics                     stored
warehouse_objection  accept-goods          client                        stored
warehouse_objection  exchange              provider                      dispatched
warehouse_objection  record-seller-refund  provider platform             returned
warehouse_objection  escalate              clock                         warehouse_objection

stored               clear-customs         logistics                     exported
stored               abandon-goods         client                        abandoned
stored               pay-storage           client                        stored
exported             pay-storage           client                        exported
package_refused      pay-storage           client                        package_refused
stored               warn-of-charges       clock                         stored
stored               charge-storage        clock                         stored
stored               warn-of-abandonment   clock                         stored
stored               deem-abandoned        clock                         abandoned

exported             deliver               logistics                     delivered
exported             refuse-package        client                        package_refused
exported             escalate              clock                         exported

package_refused      settle-package        platform                      claimed|exported
package_refused      deliver               logistics                     delivered
package_refused      escalate              clock                         package_refused

dispatched           send-back             provider                      going_back
warehoused           send-back             storage                       going_back
warehouse_objection  send-back             storage                       going_back
stored               send-back             storage                       going_back

going_back           hand-back             provider platform             handed_back
going_back           warehouse-receipt     storage                       warehoused
going_back           report-lost           provider platform             lost
going_back           escalate              clock                         going_back

handed_back          exchange              provider                      dispatched
handed_back          record-seller-refund  provider platform             returned
handed_back          escalate              clock                         handed_back
"""

CANCELLATION = """
new                  request-cancellation        client                  awaiting_outcome|settling|asking_seller

awaiting_outcome     withdraw-cancellation       client                  withdrawn
awaiting_outcome     escalate                    clock                   awaiting_outcome
awaiting_outcome     follow-order                clock                   settling|asking_seller|overtaken

asking_seller        consent-to-cancellation     provider platform       terms_offered|returning|awaiting_refund|settling
asking_seller        refuse-cancellation         provider platform       refused
asking_seller        withdraw-cancellation       client                  withdrawn
asking_seller        escalate                    clock                   asking_seller
asking_seller        deem-refused                clock                   refused|asking_seller
asking_seller        follow-order                clock                   overtaken

terms_offered        accept-terms                client                  returning|awaiting_refund|settling
terms_offered        withdraw-cancellation       client                  withdrawn
terms_offered        lapse                       clock                   lapsed
terms_offered        follow-order                clock                   overtaken

returning            escalate                    clock                   returning
returning            follow-order                clock                   asking_seller|awaiting_refund|settling|overtaken

awaiting_refund      record-cancellation-refund  provider platform       awaiting_refund|settling
awaiting_refund      proceed-without-refund      platform                settling
awaiting_refund      refuse-cancellation         platform                refused
awaiting_refund      escalate                    clock                   awaiting_refund
awaiting_refund      follow-order                clock                   returning|overtaken

settling             settle-cancellation         provider platform       cancelled|chasing
settling             record-cancellation-refund  provider platform       settling
settling             remind                      clock                   settling
settling             settle-by-default           clock                   cancelled|chasing
settling             follow-order                clock                   returning|overtaken

chasing              record-cancellation-refund  provider platform       chasing|cancelled
chasing              escalate                    clock                   chasing
chasing              give-up                     clock                   cancelled
"""  # noqa: E501

DISSOLUTION = """
new                  request-dissolution        client                   checking

checking             ask-for-evidence           provider                 awaiting_evidence
checking             supplement-evidence        client                   checking
checking             apply-to-seller            provider platform        asking_seller
checking             withdraw-dissolution       client                   withdrawn
checking             escalate                   clock                    checking
checking             follow-order               clock                    overtaken

awaiting_evidence    supplement-evidence        client                   checking
awaiting_evidence    withdraw-dissolution       client                   withdrawn
awaiting_evidence    lapse                      clock                    lapsed
awaiting_evidence    follow-order               clock                    overtaken

asking_seller        consent-to-dissolution     provider platform        awaiting_proof
asking_seller        refuse-dissolution         provider platform        refused
asking_seller        supplement-evidence        client                   asking_seller
asking_seller        withdraw-dissolution       client                   withdrawn
asking_seller        escalate                   clock                    asking_seller
asking_seller        deem-refused               clock                    refused|asking_seller
asking_seller        follow-order               clock                    overtaken

awaiting_proof       prove-disposal             client                   awaiting_refund|chasing|dissolved
awaiting_proof       record-dissolution-refund  provider platform        awaiting_proof
awaiting_proof       withdraw-dissolution       client                   withdrawn
awaiting_proof       escalate                   clock                    awaiting_proof
awaiting_proof       lapse                      clock                    dissolved|lapsed
awaiting_proof       follow-order               clock                    overtaken

awaiting_refund      record-dissolution-refund  provider platform        awaiting_refund|chasing|dissolved
awaiting_refund      record-return-cost         provider platform        awaiting_refund
awaiting_refund      close-dissolution          platform                 chasing
awaiting_refund      escalate                   clock                    awaiting_refund
awaiting_refund      follow-order               clock                    overtaken

chasing              record-dissolution-refund  provider platform        chasing|dissolved
chasing              record-return-cost         provider platform        chasing|dissolved
chasing              escalate                   clock                    chasing
chasing              give-up                    clock                    dissolved
"""  # noqa: E501

REQUIREMENT = """
new                  require               client                        proposed

proposed             agree-requirement     provider                      agreed
proposed             decline-requirement   provider                      declined
proposed             lapse                 clock                         declined
"""

QUESTION = """
new                  ask-question          client                        asked

asked                answer-question       provider platform             answered
asked                escalate              clock                         asked
"""

OPINION = """
new                  give-opinion          platform                      given
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

# The provider answers for itself and tells the seller's answer, logistics answers for itself.
CLAIM = """
new                  make-claim            client                        made

made                 record-assistance     provider                      made
made                 admit-claim           provider logistics platform   admitted
made                 reject-claim          provider logistics platform   rejected
made                 withdraw-claim        client                        withdrawn
made                 escalate              clock                         made

admitted             record-assistance     provider                      admitted
admitted             record-compensation   platform                      compensated
admitted             escalate              clock                         admitted
"""

# Within thirty days the client has it back; after them the provider may give it back, or not.
TIP = """
new                  give-tip              client                        held

held                 refund-tip            client                        refunded
held                 earn-tip              clock                         earned

earned               return-tip            provider                      returned
earned               close                 clock                         closed
"""

CONSULTATION = """
new                  consult               client provider storage logistics promoter  asked

asked                answer-consultation   platform                      answered
asked                withdraw-consultation client provider storage logistics promoter  withdrawn
asked                remind                clock                         asked
asked                escalate              clock                         asked
"""

WITHDRAWAL = """
new                  request-withdrawal    client                        due

due                  confirm-withdrawal    payment_institution platform  paid_out
due                  decline-withdrawal    payment_institution platform  returned
due                  escalate              clock                         due
"""

# Each reason is for those to name whom it concerns; a person lifts what a person placed.
FREEZE = """
new                  place-freeze          client                        placed
new                  place-freeze          provider logistics            restricted
new                  place-freeze          platform                      placed|restricted
new                  place-freeze          clock                         warned

placed               lift-freeze           platform                      lifted
placed               escalate              clock                         placed

restricted           lift-freeze           provider logistics platform   lifted
restricted           contest-restriction   client                        contested
restricted           transfer-to-provider  clock                         transferred

contested            lift-freeze           provider logistics platform   lifted
contested            award-sum             platform                      transferred
contested            escalate              clock                         contested

warned               recover-account       client platform               called_off
warned               freeze-inactive       clock                         dormant|called_off

dormant              recover-account       client platform               lifted
dormant              cancel-account        clock                         cancelled
"""

CLOSURE = """
new              close-account       client                        winding_up

winding_up       keep-account        client                        withdrawn
winding_up       wind-up             clock                         paying_out|closed|winding_up

paying_out       confirm-payout      payment_institution platform  closed
paying_out       decline-payout      payment_institution platform  awaiting_method
paying_out       escalate            clock                         paying_out

awaiting_method  name-payout-method  client                        winding_up
awaiting_method  escalate            clock                         awaiting_method
"""

# The institution reports and decides, the platform judges, the client pays or its deposit does.
CHARGEBACK = """
new        report-chargeback           payment_institution platform  examining|demanded

examining  find-just-cause             platform                      justified
examining  deny-just-cause             platform                      demanded
examining  escalate                    clock                         examining
examining  win-chargeback              payment_institution platform  won
examining  lose-chargeback             payment_institution platform  examining
examining  stage-evidence              provider platform             examining
examining  submit-evidence             provider platform             examining

demanded   find-just-cause             platform                      justified
demanded   request-freeze              provider                      demanded
demanded   pay-chargeback              client                        paying|covered|settled
demanded   offset-deposit              clock                         covered|settled|owing
demanded   collect-debt                clock                         covered|settled|demanded
demanded   win-chargeback              payment_institution platform  won
demanded   lose-chargeback             payment_institution platform  demanded
demanded   stage-evidence              provider platform             demanded
demanded   submit-evidence             provider platform             demanded

paying     confirm-chargeback-payment  payment_institution platform  covered|settled|won
paying  decline-chargeback-payment  payment_institution platform  covered|demanded|owing|settled|won
paying     escalate                    clock                         paying
paying     win-chargeback              payment_institution platform  paying
paying     lose-chargeback             payment_institution platform  paying
paying     stage-evidence              provider platform             paying
paying     submit-evidence             provider platform             paying

owing      pay-chargeback              client                        paying|covered|settled
owing      collect-debt                clock                         covered|settled|owing
owing      escalate                    clock                         owing
owing      win-chargeback              payment_institution platform  won
owing      lose-chargeback             payment_institution platform  owing
owing      stage-evidence              provider platform             owing
owing      submit-evidence             provider platform             owing

covered    win-chargeback              payment_institution platform  won
covered    lose-chargeback             payment_institution platform  settled
covered    close                       clock                         settled
covered    stage-evidence              provider platform             covered
covered    submit-evidence             provider platform             covered

justified  collect-debt                clock                         justified
justified  win-chargeback              payment_institution platform  won
justified  lose-chargeback             payment_institution platform  borne
justified  close                       clock                         borne
"""

Triple = tuple[State, Trigger, Role]


def _matrix(text: str) -> dict[Triple, set[State]]:
    lines = [words for words in (each.split() for each in text.splitlines()) if words]
    return {
        (State(state), Trigger(trigger), Role(role)): {State(each) for each in targets.split("|")}
        for state, trigger, *roles, targets in lines
        for role in roles
    }


MATRICES = {
    TableName.FULFILMENT: _matrix(FULFILMENT),
    TableName.PARCEL: _matrix(PARCEL),
    TableName.REQUIREMENT: _matrix(REQUIREMENT),
    TableName.QUESTION: _matrix(QUESTION),
    TableName.OPINION: _matrix(OPINION),
    TableName.CANCELLATION: _matrix(CANCELLATION),
    TableName.DISSOLUTION: _matrix(DISSOLUTION),
    TableName.REFUND: _matrix(REFUND),
    TableName.RECHARGE: _matrix(RECHARGE),
    TableName.CLAIM: _matrix(CLAIM),
    TableName.TIP: _matrix(TIP),
    TableName.CONSULTATION: _matrix(CONSULTATION),
    TableName.WITHDRAWAL: _matrix(WITHDRAWAL),
    TableName.FREEZE: _matrix(FREEZE),
    TableName.CLOSURE: _matrix(CLOSURE),
    TableName.CHARGEBACK: _matrix(CHARGEBACK),
}


@pytest.mark.clause("PSR-2-1")
@pytest.mark.clause("PSR-2-2")
@pytest.mark.clause("PSR-3-1")
@pytest.mark.clause("PSR-8")
@pytest.mark.clause("PSR-12-1-A")
@pytest.mark.clause("PSR-12-1-B")
@pytest.mark.clause("PSR-12-7")
@pytest.mark.clause("PSR-13-1")
@pytest.mark.clause("PSR-13-4")
@pytest.mark.clause("PSR-13-5")
@pytest.mark.clause("PSR-13-6")
@pytest.mark.clause("PSR-16")
@pytest.mark.clause("PSR-17-1")
@pytest.mark.clause("PSR-20")
@pytest.mark.clause("PSR-21-2")
@pytest.mark.clause("PSR-26")
@pytest.mark.clause("UA-4-6")
@pytest.mark.clause("PSR-22-1")
@pytest.mark.clause("PSR-22-2")
@pytest.mark.clause("PSR-22-3")
@pytest.mark.clause("PSR-22-4")
@pytest.mark.clause("PSR-26")
@pytest.mark.clause("UA-1-2")
@pytest.mark.clause("UA-1-8")
@pytest.mark.clause("UA-1-9")
@pytest.mark.clause("UA-1-15")
@pytest.mark.clause("UA-1-20")
@pytest.mark.clause("UA-4-5")
@pytest.mark.parametrize("name", TABLES)
def test_the_table_allows_what_is_written_here_and_nothing_else(name: TableName) -> None:
    table = TABLES[name]
    found: dict[Triple, set[State]] = {}

    for state, trigger, role in product(table.states, Trigger, Role):
        for row in table.rows_from(state, trigger):
            situation = samples.situation_for(table, row, role=role)
            try:
                taken = table.fire(state=state, trigger=trigger, situation=situation)
            except Refused:
                continue
            found.setdefault((state, trigger, role), set()).add(taken.target)

    assert found == MATRICES[name]


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
        "forfeited",
        "abandoned",
        "cancelled",
        "dissolved",
        "disposed",
    },
    TableName.PARCEL: {"delivered", "returned", "abandoned", "claimed"},
    TableName.REQUIREMENT: {"agreed", "declined"},
    TableName.QUESTION: {"answered"},
    TableName.OPINION: {"given"},
    TableName.CANCELLATION: {"cancelled", "refused", "withdrawn", "lapsed", "overtaken"},
    TableName.DISSOLUTION: {"dissolved", "refused", "withdrawn", "lapsed", "overtaken"},
    TableName.REFUND: {"refunded", "credited"},
    TableName.RECHARGE: {"credited", "declined"},
    TableName.CLAIM: {"rejected", "withdrawn", "compensated"},
    TableName.TIP: {"refunded", "returned", "closed"},
    TableName.CONSULTATION: {"answered", "withdrawn"},
    TableName.WITHDRAWAL: {"paid_out", "returned"},
    TableName.FREEZE: {"lifted", "transferred", "called_off", "cancelled"},
    TableName.CLOSURE: {"closed", "withdrawn"},
    TableName.CHARGEBACK: {"won", "settled", "borne"},
}


@pytest.mark.parametrize("name", TABLES)
def test_the_ends_are_the_ends(name: TableName) -> None:
    assert set(TABLES[name].ends) == ENDS[name]


WRONG_STATE, WRONG_ROLE = RefusalCode.NOT_IN_THIS_STATE, RefusalCode.NOT_YOUR_ROLE
REFUSALS = [
    # Goods in doubt are for a person of the platform.
    ("in_review", "permit-goods", "provider", WRONG_ROLE, "PSR-14"),
    ("in_review", "prohibit-goods", "client", WRONG_ROLE, "PSR-14"),
    ("in_review", "accept", "provider", WRONG_STATE, "PSR-2-1"),
    # Only the provider decides, and only once.
    ("requested", "accept", "client", WRONG_ROLE, "PSR-2-1"),
    ("requested", "accept", "platform", WRONG_ROLE, "PSR-2-1"),
    ("requested", "refuse", "client", WRONG_ROLE, "PSR-2-1"),
    ("accepted", "accept", "provider", WRONG_STATE, "PSR-2-1"),
    ("purchasing", "refuse", "provider", WRONG_STATE, "PSR-2-1"),
    ("lapsed", "accept", "provider", WRONG_STATE, "PSR-2-1"),
    # Cautions come before the acceptance; the client acknowledges for itself.
    ("requested", "raise-caution", "client", WRONG_ROLE, "PSR-15-1"),
    ("requested", "acknowledge-caution", "provider", WRONG_ROLE, "PSR-15-1"),
    ("accepted", "raise-caution", "provider", WRONG_STATE, "PSR-15-1"),
    ("accepted", "acknowledge-caution", "client", WRONG_STATE, "PSR-15-1"),
    # Nothing is paid before acceptance, twice, or by another.
    ("requested", "pay", "client", WRONG_STATE, "PSR-2-2"),
    ("accepted", "pay", "provider", WRONG_ROLE, "PSR-2-2"),
    ("paying", "pay", "client", WRONG_STATE, "PSR-2-2"),
    ("effective", "pay", "client", WRONG_STATE, "PSR-2-2"),
    ("awaiting_top_up", "pay", "provider", WRONG_ROLE, "PSR-10-2"),
    ("awaiting_balance", "pay", "provider", WRONG_ROLE, "PSR-15-2"),
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
    ("awaiting_choice", "purchase", "provider", WRONG_STATE, "PSR-8"),
    ("awaiting_top_up", "purchase", "provider", WRONG_STATE, "PSR-8"),
    ("awaiting_balance", "purchase", "provider", WRONG_STATE, "PSR-8"),
    ("effective", "purchase", "client", WRONG_ROLE, "PSR-8"),
    ("effective", "record-purchase", "provider", WRONG_STATE, "PSR-8"),
    ("purchasing", "fail-purchase", "provider", WRONG_ROLE, "PSR-8"),
    ("purchasing", "reject-purchase", "provider", WRONG_ROLE, "PSR-9"),
    ("purchased", "report-unrealizable", "provider", WRONG_STATE, "PSR-9"),
    ("accepted", "report-unrealizable", "provider", WRONG_STATE, "PSR-9"),
    # A new price is the provider's to report and the client's to take.
    ("effective", "report-price", "client", WRONG_ROLE, "PSR-9"),
    ("purchasing", "report-price", "provider", WRONG_STATE, "PSR-10-2"),
    ("purchasing", "quote-anew", "provider", WRONG_ROLE, "PSR-9"),
    ("awaiting_choice", "accept-part", "provider", WRONG_ROLE, "PSR-10-2"),
    ("awaiting_top_up", "decline-offer", "provider", WRONG_ROLE, "PSR-10-2"),
    ("purchasing", "limit-price-drift", "client", WRONG_STATE, "PSR-10-2"),
    # Receipt is the client's to confirm, once, or the clock's to deem.
    ("exported", "confirm-receipt", "client", WRONG_STATE, "PSR-18-2"),
    ("delivered", "confirm-receipt", "logistics", WRONG_ROLE, "PSR-18-2"),
    ("received", "confirm-receipt", "client", WRONG_STATE, "PSR-18-2"),
    ("delivered", "deem-received", "provider", WRONG_ROLE, "PSR-18-2"),
    ("received", "object-to-receipt", "client", WRONG_STATE, "PSR-18-3"),
    ("receipt_objection", "settle-objection", "logistics", WRONG_ROLE, "PSR-17-2"),
    ("closed", "confirm-receipt", "client", WRONG_STATE, "PSR-18-2"),
    ("received", "close", "platform", WRONG_ROLE, "PSR-13-2"),
    # Where the order stands on its way follows from its parcels; nobody says it.
    ("purchased", "follow-parcels", "storage", WRONG_ROLE, "PSR-8"),
    ("stored", "follow-parcels", "platform", WRONG_ROLE, "PSR-12-7"),
]

REFUSALS_OF_PARCELS = [
    # The storage receives, logistics objects and ships, in this order.
    ("new", "warehouse-receipt", "provider", WRONG_ROLE, "PSR-16"),
    ("new", "dispatch", "storage", WRONG_ROLE, "PSR-8"),
    ("warehoused", "warehouse-receipt", "storage", WRONG_STATE, "PSR-16"),
    ("warehoused", "report-lost", "provider", WRONG_STATE, "PSR-8"),
    ("warehoused", "object-to-goods", "client", WRONG_ROLE, "PSR-16"),
    ("stored", "object-to-goods", "logistics", WRONG_STATE, "PSR-16"),
    ("warehouse_objection", "resolve-objection", "provider", WRONG_ROLE, "PSR-16"),
    ("warehouse_objection", "accept-goods", "provider", WRONG_ROLE, "PSR-16"),
    ("stored", "exchange", "provider", WRONG_STATE, "PSR-8"),
    ("stored", "record-seller-refund", "provider", WRONG_STATE, "PSR-9"),
    ("dispatched", "record-seller-refund", "provider", WRONG_STATE, "PSR-9"),
    ("warehoused", "clear-customs", "logistics", WRONG_STATE, "PSR-12-7"),
    ("warehouse_objection", "clear-customs", "logistics", WRONG_STATE, "PSR-12-7"),
    ("stored", "clear-customs", "storage", WRONG_ROLE, "PSR-12-7"),
    ("stored", "abandon-goods", "storage", WRONG_ROLE, "PSR-7"),
    ("exported", "abandon-goods", "client", WRONG_STATE, "PSR-7"),
    ("stored", "deem-abandoned", "platform", WRONG_ROLE, "PSR-7"),
    # A package is refused at the door or not at all; the platform says where the cause lies.
    ("stored", "deliver", "logistics", WRONG_STATE, "PSR-17-1"),
    ("delivered", "refuse-package", "client", WRONG_STATE, "PSR-17-1"),
    ("exported", "refuse-package", "logistics", WRONG_ROLE, "PSR-17-1"),
    ("package_refused", "settle-package", "logistics", WRONG_ROLE, "PSR-17-2"),
    # The storage sends back what it has; what is on its way, the provider calls back.
    ("stored", "send-back", "provider", WRONG_ROLE, "PSR-12-6"),
    ("dispatched", "send-back", "storage", WRONG_ROLE, "PSR-12-6"),
    ("exported", "send-back", "storage", WRONG_STATE, "PSR-12-6"),
    ("going_back", "hand-back", "storage", WRONG_ROLE, "PSR-12-6"),
    ("stored", "hand-back", "provider", WRONG_STATE, "PSR-12-6"),
    ("going_back", "clear-customs", "logistics", WRONG_STATE, "PSR-12-7"),
    ("handed_back", "clear-customs", "logistics", WRONG_STATE, "PSR-12-7"),
]

REFUSALS_OF_CANCELLATIONS = [
    # The client asks, takes back and takes terms; nobody does it for the client.
    ("new", "request-cancellation", "provider", WRONG_ROLE, "PSR-12-1-A"),
    ("new", "request-cancellation", "platform", WRONG_ROLE, "PSR-12-1-A"),
    ("asking_seller", "withdraw-cancellation", "provider", WRONG_ROLE, "PSR-12-1-B"),
    ("terms_offered", "accept-terms", "provider", WRONG_ROLE, "PSR-12-5"),
    ("terms_offered", "consent-to-cancellation", "provider", WRONG_STATE, "PSR-12-1-B"),
    ("asking_seller", "accept-terms", "client", WRONG_STATE, "PSR-12-5"),
    # What is granted is granted.
    ("returning", "withdraw-cancellation", "client", WRONG_STATE, "PSR-12-1-B"),
    ("awaiting_refund", "withdraw-cancellation", "client", WRONG_STATE, "PSR-12-1-B"),
    ("settling", "withdraw-cancellation", "client", WRONG_STATE, "PSR-12-1-B"),
    # The seller's word comes through the provider; once goods are back, the platform alone may say
    # that it refuses, or that nobody waits for its money any more.
    ("asking_seller", "consent-to-cancellation", "client", WRONG_ROLE, "PSR-12-5"),
    ("asking_seller", "refuse-cancellation", "client", WRONG_ROLE, "PSR-12-6"),
    ("returning", "refuse-cancellation", "provider", WRONG_STATE, "PSR-12-1-B"),
    ("awaiting_refund", "refuse-cancellation", "provider", WRONG_ROLE, "PSR-12-1-B"),
    ("awaiting_refund", "proceed-without-refund", "provider", WRONG_ROLE, "PSR-12-1-B"),
    ("returning", "record-cancellation-refund", "provider", WRONG_STATE, "PSR-12-1-B"),
    ("asking_seller", "record-cancellation-refund", "provider", WRONG_STATE, "PSR-12-1-B"),
    # The provider settles, once; the fee is its own to keep or waive.
    ("settling", "settle-cancellation", "client", WRONG_ROLE, "PSR-12-3"),
    ("awaiting_refund", "settle-cancellation", "provider", WRONG_STATE, "PSR-12-3"),
    ("asking_seller", "settle-cancellation", "provider", WRONG_STATE, "PSR-12-3"),
    ("chasing", "settle-cancellation", "provider", WRONG_STATE, "PSR-12-3"),
    ("settling", "settle-by-default", "provider", WRONG_ROLE, "PSR-12-3"),
    ("chasing", "give-up", "platform", WRONG_ROLE, "PSR-12-1-B"),
    # Where a case stands follows from its order; nobody says it, and nobody leaves an end.
    ("settling", "follow-order", "platform", WRONG_ROLE, "PSR-12-7"),
    ("cancelled", "record-cancellation-refund", "provider", WRONG_STATE, "PSR-12-1-B"),
    ("refused", "consent-to-cancellation", "provider", WRONG_STATE, "PSR-12-1-B"),
    ("withdrawn", "consent-to-cancellation", "provider", WRONG_STATE, "PSR-12-1-B"),
    ("overtaken", "settle-cancellation", "provider", WRONG_STATE, "PSR-12-3"),
]

REFUSALS_OF_DISSOLUTIONS = [
    # The client asks, hands in, takes back and proves; nobody does it for the client.
    ("new", "request-dissolution", "provider", WRONG_ROLE, "PSR-13-1"),
    ("new", "request-dissolution", "platform", WRONG_ROLE, "PSR-13-1"),
    ("checking", "supplement-evidence", "provider", WRONG_ROLE, "PSR-13-1"),
    ("asking_seller", "withdraw-dissolution", "provider", WRONG_ROLE, "PSR-13-4"),
    ("awaiting_proof", "prove-disposal", "provider", WRONG_ROLE, "PSR-13-5"),
    # The provider looks at the form alone: it cannot refuse, nor can the seller before it is asked.
    ("checking", "ask-for-evidence", "client", WRONG_ROLE, "PSR-13-1"),
    ("checking", "refuse-dissolution", "provider", WRONG_STATE, "PSR-13-4"),
    ("checking", "consent-to-dissolution", "provider", WRONG_STATE, "PSR-13-5"),
    ("awaiting_evidence", "apply-to-seller", "provider", WRONG_STATE, "PSR-13-4"),
    ("asking_seller", "ask-for-evidence", "provider", WRONG_STATE, "PSR-13-1"),
    # The seller's word comes through the provider, or the platform.
    ("checking", "apply-to-seller", "client", WRONG_ROLE, "PSR-13-4"),
    ("asking_seller", "consent-to-dissolution", "client", WRONG_ROLE, "PSR-13-5"),
    ("asking_seller", "refuse-dissolution", "client", WRONG_ROLE, "PSR-13-4"),
    # What the seller agreed to stands.
    ("awaiting_refund", "withdraw-dissolution", "client", WRONG_STATE, "PSR-13-4"),
    ("chasing", "withdraw-dissolution", "client", WRONG_STATE, "PSR-13-4"),
    ("awaiting_proof", "refuse-dissolution", "provider", WRONG_STATE, "PSR-13-4"),
    ("awaiting_refund", "refuse-dissolution", "platform", WRONG_STATE, "PSR-13-4"),
    ("awaiting_proof", "supplement-evidence", "client", WRONG_STATE, "PSR-13-1"),
    # Goods are disposed of once, and what that cost is known from then on.
    ("asking_seller", "prove-disposal", "client", WRONG_STATE, "PSR-13-5"),
    ("awaiting_refund", "prove-disposal", "client", WRONG_STATE, "PSR-13-5"),
    ("awaiting_proof", "record-return-cost", "provider", WRONG_STATE, "PSR-13-5"),
    # The seller pays nothing back before it agreed; the platform alone gives up waiting for it.
    ("asking_seller", "record-dissolution-refund", "provider", WRONG_STATE, "PSR-13-6"),
    ("awaiting_refund", "record-dissolution-refund", "client", WRONG_ROLE, "PSR-13-6"),
    ("awaiting_refund", "record-return-cost", "client", WRONG_ROLE, "PSR-13-5"),
    ("awaiting_refund", "close-dissolution", "provider", WRONG_ROLE, "PSR-13-6"),
    ("awaiting_proof", "close-dissolution", "platform", WRONG_STATE, "PSR-13-6"),
    ("chasing", "give-up", "platform", WRONG_ROLE, "PSR-13-6"),
    # Where a case stands follows from its order; nobody says it, and nobody leaves an end.
    ("checking", "follow-order", "platform", WRONG_ROLE, "PSR-17-2"),
    ("refused", "consent-to-dissolution", "provider", WRONG_STATE, "PSR-13-5"),
    ("lapsed", "supplement-evidence", "client", WRONG_STATE, "PSR-13-1"),
    ("dissolved", "record-dissolution-refund", "provider", WRONG_STATE, "PSR-13-6"),
    ("overtaken", "apply-to-seller", "provider", WRONG_STATE, "PSR-13-4"),
]

REFUSALS_OF_CLAIMS = [
    # A client claims, and takes back what nobody has answered yet.
    ("new", "make-claim", "provider", WRONG_ROLE, "PSR-24"),
    ("new", "make-claim", "platform", WRONG_ROLE, "PSR-24"),
    ("made", "withdraw-claim", "provider", WRONG_ROLE, "PSR-25"),
    ("admitted", "withdraw-claim", "client", WRONG_STATE, "PSR-25"),
    ("rejected", "withdraw-claim", "client", WRONG_STATE, "PSR-25"),
    # It is answered once, and never by the client.
    ("made", "admit-claim", "client", WRONG_ROLE, "PSR-25"),
    ("made", "reject-claim", "client", WRONG_ROLE, "PSR-25"),
    ("admitted", "admit-claim", "provider", WRONG_STATE, "PSR-25"),
    ("admitted", "reject-claim", "provider", WRONG_STATE, "PSR-25"),
    ("rejected", "admit-claim", "platform", WRONG_STATE, "PSR-25"),
    # The provider alone assists; the platform alone records what was paid, of what was admitted.
    ("made", "record-assistance", "platform", WRONG_ROLE, "PSR-13-4"),
    ("made", "record-compensation", "platform", WRONG_STATE, "PSR-24"),
    ("admitted", "record-compensation", "provider", WRONG_ROLE, "PSR-24"),
    ("compensated", "record-compensation", "platform", WRONG_STATE, "PSR-24"),
    ("made", "escalate", "platform", WRONG_ROLE, "PSR-25"),
]

TOO_LATE = RefusalCode.TOO_LATE
REFUSALS_OF_TIPS = [
    # A client tips of its own will, and has it back on request for thirty days.
    ("new", "give-tip", "provider", WRONG_ROLE, "PSR-21-1"),
    ("new", "give-tip", "platform", WRONG_ROLE, "PSR-21-1"),
    ("held", "refund-tip", "provider", WRONG_ROLE, "PSR-21-2"),
    ("held", "refund-tip", "platform", WRONG_ROLE, "PSR-21-2"),
    ("held", "earn-tip", "provider", WRONG_ROLE, "PSR-21-2"),
    ("refunded", "refund-tip", "client", WRONG_STATE, "PSR-21-2"),
    # From then on it is too late, and the provider alone decides, for as long again.
    ("earned", "refund-tip", "client", TOO_LATE, "PSR-21-2"),
    ("closed", "refund-tip", "client", TOO_LATE, "PSR-21-2"),
    ("returned", "refund-tip", "client", WRONG_STATE, "PSR-21-2"),
    ("held", "return-tip", "provider", WRONG_STATE, "PSR-21-2"),
    ("earned", "return-tip", "client", WRONG_ROLE, "PSR-21-2"),
    ("earned", "return-tip", "platform", WRONG_ROLE, "PSR-21-2"),
    ("closed", "return-tip", "provider", TOO_LATE, "PSR-21-2"),
    ("refunded", "return-tip", "provider", WRONG_STATE, "PSR-21-2"),
]
REFUSALS_OF_CONSULTATIONS = [
    # Whoever is registered asks; the platform alone answers, once.
    ("new", "consult", "platform", WRONG_ROLE, "UA-4-6"),
    ("new", "consult", "support", WRONG_ROLE, "UA-4-6"),
    ("asked", "answer-consultation", "client", WRONG_ROLE, "UA-4-6"),
    ("asked", "answer-consultation", "support", WRONG_ROLE, "UA-4-6"),
    ("answered", "answer-consultation", "platform", WRONG_STATE, "UA-4-6"),
    ("withdrawn", "answer-consultation", "platform", WRONG_STATE, "UA-4-6"),
    ("asked", "withdraw-consultation", "platform", WRONG_ROLE, "UA-4-6"),
    ("answered", "withdraw-consultation", "client", WRONG_STATE, "UA-4-6"),
    ("asked", "escalate", "platform", WRONG_ROLE, "UA-4-6"),
]

FORBIDDEN = [
    (name, *each)
    for name, refusals in (
        (TableName.FULFILMENT, REFUSALS),
        (TableName.PARCEL, REFUSALS_OF_PARCELS),
        (TableName.CANCELLATION, REFUSALS_OF_CANCELLATIONS),
        (TableName.DISSOLUTION, REFUSALS_OF_DISSOLUTIONS),
        (TableName.CLAIM, REFUSALS_OF_CLAIMS),
        (TableName.TIP, REFUSALS_OF_TIPS),
        (TableName.CONSULTATION, REFUSALS_OF_CONSULTATIONS),
    )
    for each in refusals
]


@pytest.mark.parametrize(("name", "state", "trigger", "role", "code", "clause"), FORBIDDEN)
def test_a_forbidden_act_is_refused_by_its_clause(
    name: TableName, state: str, trigger: str, role: str, code: RefusalCode, clause: str
) -> None:
    sample = samples.situation(Role(role), samples.command_of(Trigger(trigger)))

    with pytest.raises(Refused) as caught:
        TABLES[name].fire(state=State(state), trigger=Trigger(trigger), situation=sample)

    assert (caught.value.code, caught.value.clause) == (code, clause)
