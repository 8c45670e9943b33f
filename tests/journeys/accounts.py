"""The journeys of orders beside which something becomes of their client's account."""

from tests.journeys.ways import (
    AGREED,
    AGREED_BY_INSTITUTION,
    BOUGHT,
    BOUGHT_HOME,
    CLOSE,
    HALF_A_FEN,
    HOME,
    KETTLES,
    LAMPS,
    SCARVES,
    TRIFLE,
    Journey,
    Moved,
    Sums,
)

OF_ACCOUNTS = (
    Journey(
        path="money taken out of a deposit",
        price=KETTLES,
        country="JP",
        way=f"{AGREED} w1:request-withdrawal w1:confirm-withdrawal {BOUGHT_HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, deposit=-123123),
        beside={"w1": Moved(6000, institution=-6000, deposit=-6000)},
    ),
    Journey(
        # 12513: 5005 + 7508, and all of it comes back.
        path="money that could not be paid",
        price=LAMPS,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} purchase reject-purchase b1:confirm-refund "
        "w1:request-withdrawal w1:decline-withdrawal w2:request-withdrawal w2:confirm-withdrawal",
        end="unrealizable",
        sums=Sums(paid=12513, back=12513),
        beside={"w1": Moved(100), "w2": Moved(100, institution=-100, deposit=-100)},
    ),
    Journey(
        path="credential lost, freeze lifted",
        price=TRIFLE,
        country="JP",
        way=f"{AGREED} {BOUGHT} f1:place-freeze-lost f1:lift-freeze {HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=120, seller=120, deposit=-120),
        beside={"f1": Moved()},
    ),
    Journey(
        path="a broken contract is paid for",
        price=HALF_A_FEN,
        country="JP",
        way=f"{AGREED} {BOUGHT_HOME} {CLOSE['JP']} f1:place-freeze-breach "
        "f1:transfer-to-provider@f1:place-freeze-breach+15d",
        end="closed",
        sums=Sums(paid=501, seller=500, fee=1, deposit=-501),
        beside={"f1": Moved(8800, deposit=-8800, provider=8800)},
    ),
    Journey(
        path="account closed, rest paid out",
        price=SCARVES,
        country="JP",
        way=f"{AGREED} purchase reject-purchase a1:close-account "
        "a1:wind-up@a1:close-account+1m a1:confirm-payout",
        end="unrealizable",
        sums=Sums(paid=25576, back=25576),
        beside={"a1": Moved(25576, institution=-25576, deposit=-25576)},
    ),
)
