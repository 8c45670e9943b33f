"""The posting templates: what each trigger does to the books, as balanced journals.

Debits are positive. A template is pure: it reads a `Book` and a command, and returns `Effects`;
the ledger writes them in the transition's one transaction.
"""

from daigou.domain.postings.cancellation import (
    hand_refund_to_provider,
    keep_seller_refund,
    pass_on_late_refund,
    settle_as_debt,
    settle_from_deposit,
)
from daigou.domain.postings.chargeback import (
    bear_loss,
    bear_rest,
    collect,
    confirm_debt_payment,
    freeze_for_debt,
    give_taken_back,
    nothing_is_owed,
    offset_part,
    offset_whole,
    pay_debt_from_deposit,
    release_debt_payment,
    release_debt_payment_of_nothing,
    reserve_debt_payment,
    take_back,
    take_back_and_freeze,
)
from daigou.domain.postings.checkout import open_checkout
from daigou.domain.postings.claims import hold_to_its_grounds, hold_to_the_cap, pay_compensation
from daigou.domain.postings.closing import begin_closing, close_empty, pay_out_rest
from daigou.domain.postings.disposal import dispose_goods
from daigou.domain.postings.dissolution import pass_on_refund, pass_on_return_cost
from daigou.domain.postings.earning import (
    charge_storage,
    earn_fee,
    keep_forfeited,
    pay_storage,
)
from daigou.domain.postings.freezing import (
    cancel_account,
    freeze_if_inactive,
    lift,
    place,
    transfer_to_provider,
)
from daigou.domain.postings.payment import (
    confirm_payment,
    pay_from_deposit,
    release_payment,
    reserve_payment,
)
from daigou.domain.postings.purchase import (
    charge_rise,
    keep_offer,
    pass_on_seller_refund,
    record_purchase,
    release_purchase,
    reprice,
    reserve_purchase,
    true_up,
)
from daigou.domain.postings.recharge import credit_recharge, drop_recharge, send_recharge
from daigou.domain.postings.refunds import (
    confirm_refund,
    credit_refund,
    refund_collected,
    refund_less_costs,
)
from daigou.domain.postings.tips import earn_tip, give_tip, refund_tip, return_tip
from daigou.domain.postings.withdrawal import (
    confirm_withdrawal,
    reserve_withdrawal,
    return_withdrawal,
)

__all__ = [
    "bear_loss",
    "bear_rest",
    "begin_closing",
    "cancel_account",
    "charge_rise",
    "charge_storage",
    "close_empty",
    "collect",
    "confirm_debt_payment",
    "confirm_payment",
    "confirm_refund",
    "confirm_withdrawal",
    "credit_recharge",
    "credit_refund",
    "dispose_goods",
    "drop_recharge",
    "earn_fee",
    "earn_tip",
    "freeze_for_debt",
    "freeze_if_inactive",
    "give_taken_back",
    "give_tip",
    "hand_refund_to_provider",
    "hold_to_its_grounds",
    "hold_to_the_cap",
    "keep_forfeited",
    "keep_offer",
    "keep_seller_refund",
    "lift",
    "nothing_is_owed",
    "offset_part",
    "offset_whole",
    "open_checkout",
    "pass_on_late_refund",
    "pass_on_refund",
    "pass_on_return_cost",
    "pass_on_seller_refund",
    "pay_compensation",
    "pay_debt_from_deposit",
    "pay_from_deposit",
    "pay_out_rest",
    "pay_storage",
    "place",
    "record_purchase",
    "refund_collected",
    "refund_less_costs",
    "refund_tip",
    "release_debt_payment",
    "release_debt_payment_of_nothing",
    "release_payment",
    "release_purchase",
    "reprice",
    "reserve_debt_payment",
    "reserve_payment",
    "reserve_purchase",
    "reserve_withdrawal",
    "return_tip",
    "return_withdrawal",
    "send_recharge",
    "settle_as_debt",
    "settle_from_deposit",
    "take_back",
    "take_back_and_freeze",
    "transfer_to_provider",
    "true_up",
]
