"""Owns the paths of orders beside which something becomes of their client's account: money is taken
out, the account is frozen, a broken contract is paid for, the account is closed."""

from daigou.domain.order import State
from daigou.simulator import conduct
from daigou.simulator.moves import (
    breach_passes_on,
    break_contract,
    close_account,
    lift_freeze,
    lose_credential,
    purchase,
    withdraw_money,
)
from daigou.simulator.paths.ways import BOUGHT_HOME, HOME, PAID, PAID_BY_BOTH
from daigou.simulator.plans import Path

ACCOUNTS = (
    Path(
        name="money taken out of a deposit",
        moves=(*PAID, withdraw_money(State.EFFECTIVE, 60_00), *BOUGHT_HOME),
        end=State.CLOSED,
        plays_alone=True,
    ),
    Path(
        name="money that could not be paid",
        moves=(
            *PAID_BY_BOTH,
            purchase,
            withdraw_money(State.UNREALIZABLE, 1_00, "pm_ok_refund_fails"),
            withdraw_money(State.UNREALIZABLE, 1_00),
        ),
        end=State.UNREALIZABLE,
        block=conduct.SOLD_OUT,
        pieces=3,
        plays_alone=True,
    ),
    Path(
        name="credential lost, freeze lifted",
        moves=(
            *PAID,
            purchase,
            lose_credential(State.PURCHASED),
            lift_freeze,
            *HOME,
        ),
        end=State.CLOSED,
        plays_alone=True,
    ),
    Path(
        name="a broken contract is paid for",
        moves=(
            *PAID,
            *BOUGHT_HOME,
            break_contract(State.CLOSED, 88_00),
            breach_passes_on,
        ),
        end=State.CLOSED,
        plays_alone=True,
        days=16,
    ),
    Path(
        name="account closed, rest paid out",
        moves=(*PAID, purchase, close_account(State.UNREALIZABLE)),
        end=State.UNREALIZABLE,
        block=conduct.SOLD_OUT,
        plays_alone=True,
    ),
)
