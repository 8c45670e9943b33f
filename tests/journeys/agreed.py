"""The journeys of orders that are received as they should be, and of those that go astray before
the purchase: nobody agrees, goods want a caution, people talk, payments fail.
"""

from tests.journeys.ways import (
    AGREED,
    AGREED_BY_INSTITUTION,
    BAGS,
    BOOTS,
    BOUGHT,
    BOUGHT_HOME,
    BOWLS,
    BRUSHES,
    CLOSE,
    DELIVERED,
    HALF_A_FEN,
    HOME,
    KETTLES,
    LAMPS,
    LESS_THAN_HALF,
    PANDAS,
    SCARVES,
    SENT,
    TRIFLE,
    Journey,
    Sums,
)

AGREED_OR_NOT = (
    # Received.
    Journey(
        path="paid from the deposit",
        price=KETTLES,
        country="US",
        way=f"{AGREED} {BOUGHT_HOME} {CLOSE['US']}",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, deposit=-123123),
    ),
    Journey(
        path="paid through the institution",
        price=HALF_A_FEN,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=501, seller=500, fee=1, institution=501),
    ),
    Journey(
        path="paid from both",
        price=TRIFLE,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=120, seller=120, fee=0, deposit=-48, institution=72),
    ),
    Journey(
        path="with other fees on top",
        price=KETTLES,  # 123123 + 800 + 350 = 124273; 49709 + 74564
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(
            paid=124273, seller=123000, fee=923, third=350, deposit=-49709, institution=74564
        ),
    ),
    Journey(
        path="fees reduced by a coupon",
        price=KETTLES,  # 124273 less a coupon of 500 = 123773; 49509 + 74264
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(
            paid=124273,
            seller=123000,
            fee=923,
            third=350,
            deposit=-49509,
            institution=74264,
            coupon=500,
        ),
    ),
    Journey(
        # 25075 + 800 + 350 = 26225; 10490 + 15735. A tenth of the fees of 825 is 82.5.
        path="won by a promoter",
        price=BOWLS,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(
            paid=26225,
            seller=25050,
            fee=825,
            third=350,
            deposit=-10490,
            institution=15735,
            brokerage=83,
        ),
    ),
    Journey(
        path="logistics chosen before answer",
        price=LESS_THAN_HALF,
        country="DE",
        way=f"request choose-logistics accept pay {BOUGHT_HOME} {CLOSE['DE']}",
        end="closed",
        sums=Sums(paid=499, seller=499, fee=0, deposit=-499),
    ),
    Journey(
        path="logistics chosen at checkout",
        price=LAMPS,
        country="KZ",
        way=f"request accept choose-logistics pay {BOUGHT_HOME} {CLOSE['KZ']}",
        end="closed",
        sums=Sums(paid=12513, seller=12500, fee=13, deposit=-12513),
    ),
    Journey(
        path="confirmed after the advice",
        price=SCARVES,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {DELIVERED} advise@>delivered+3d "
        f"confirm-receipt {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=25576, seller=25550, fee=26, institution=25576),
    ),
    Journey(
        path="not confirmed, deemed received",
        price=BOWLS,
        country="KR",
        way=f"{AGREED} {BOUGHT} {DELIVERED} advise@>delivered+3d "
        "deem-received@>delivered+10d close@deem-received+7d",
        end="closed",
        sums=Sums(paid=25075, seller=25050, fee=25, deposit=-25075),
    ),
    Journey(
        # 12513 + 800 + 350 = 13663, less a coupon of 300 = 13363; 5345 + 8018. Then the goods cost
        # 2 % more: 12699, with freight 12749 and the fee 13 (of 12.749) as before: 249 more from
        # the deposit. A tenth of the fees of 813 is 81.3.
        path="much of it at one order",
        price=LAMPS,
        country="JP",
        way="request r1:require r1:agree-requirement accept pay-institution confirm-payment "
        "purchase quote-anew-allowed purchase record-purchase q1:ask-question q1:answer-question "
        "report-progress p1:dispatch p2:dispatch >dispatched p1:warehouse-receipt "
        "p1:object-to-goods p2:warehouse-receipt >warehouse_objection p1:exchange >dispatched "
        "p1:warehouse-receipt >warehoused p2:end-duty@p2:warehouse-receipt+1d "
        "p1:end-duty@p1:warehouse-receipt+1d >stored p2:clear-customs p1:clear-customs >exported "
        "p2:deliver p1:refuse-package p1:settle-package p1:deliver >delivered object-to-receipt "
        f"o1:give-opinion settle-objection confirm-receipt {CLOSE['JP']}",
        end="closed",
        sums=Sums(
            paid=13912,
            seller=12749,
            fee=813,
            third=350,
            deposit=-5594,
            institution=8018,
            brokerage=81,
            coupon=300,
            agreed=(12699, 50),
        ),
    ),
    # No agreement: nobody owes anybody anything.
    Journey(path="refused", price=KETTLES, country="FR", way="request refuse", end="refused"),
    Journey(
        path="withdrawn before acceptance",
        price=KETTLES,
        country="IT",
        way="request withdraw",
        end="withdrawn",
    ),
    Journey(
        path="withdrawn after acceptance",
        price=KETTLES,
        country="ES",
        way="request accept withdraw",
        end="withdrawn",
    ),
    Journey(
        path="acceptance lapsed",
        price=KETTLES,
        country="FR",
        way="request lapse@request+1d",
        end="lapsed",
    ),
    Journey(
        path="payment lapsed",
        price=KETTLES,
        country="IT",
        way="request accept lapse@accept+1d",
        end="lapsed",
    ),
    Journey(
        path="payment declined, then lapsed",
        price=BOWLS,
        country="ES",
        way="request accept pay-institution decline-payment lapse@accept+1d",
        end="lapsed",
    ),
    Journey(
        path="payment pending, then declined",
        price=BAGS,
        country="FR",
        way="request accept pay-institution decline-payment lapse@accept+1d",
        end="lapsed",
    ),
    Journey(
        # The window to pay, which stood still meanwhile, was over before the person declined.
        path="payment silent, person declines",
        price=BOOTS,
        country="IT",
        way="request accept pay-institution escalate@pay-institution+1d decline-payment "
        "lapse@accept+1d",
        end="lapsed",
    ),
    Journey(
        path="doubtful goods, prohibited",
        price=KETTLES,
        country="DE",
        way="request-doubtful prohibit-goods",
        end="refused",
    ),
    Journey(
        path="doubtful goods, nobody decides",
        price=KETTLES,
        country="US",
        way="request-doubtful escalate@request-doubtful+1d lapse@request-doubtful+2d",
        end="lapsed",
    ),
    Journey(
        path="doubtful goods, withdrawn",
        price=KETTLES,
        country="KZ",
        way="request-doubtful withdraw",
        end="withdrawn",
    ),
    # Goods that the client is cautioned about.
    Journey(
        path="doubtful goods, permitted",
        price=KETTLES,
        country="RU",
        way="request-doubtful escalate@request-doubtful+1d permit-goods accept pay "
        f"{BOUGHT_HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, deposit=-123123),
    ),
    Journey(
        path="customised, with talks",
        price=BAGS,
        country="KR",
        way="request acknowledge-caution accept pay-institution confirm-payment "
        f"{BOUGHT_HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=50100, seller=50050, fee=50, deposit=-20040, institution=30060),
    ),
    Journey(
        path="seller of low reputation",
        price=PANDAS,
        country="JP",
        way=f"request raise-caution acknowledge-caution accept pay {BOUGHT_HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=15516, seller=15500, fee=16, deposit=-15516),
    ),
    Journey(
        path="without a market price",
        price=BRUSHES,
        country="RU",
        way="request raise-caution-by-platform acknowledge-caution accept pay-institution "
        f"confirm-payment {BOUGHT_HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=15514, seller=15499, fee=15, institution=15514),
    ),
    Journey(
        path="two cautions, both acknowledged",
        price=TRIFLE,
        country="KR",
        way="request raise-caution acknowledge-caution acknowledge-caution accept pay "
        f"{BOUGHT_HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=120, seller=120, fee=0, deposit=-120),
    ),
    Journey(
        path="sensitive, refused unpaid",
        price=KETTLES,
        country="ES",
        way="request acknowledge-caution accept refuse",
        end="refused",
    ),
    Journey(
        # 25576 + 800 + 350 = 26726; 10690 + 16036. The provider keeps 120, the storage 350.
        path="sensitive, refused at your cost",
        price=SCARVES,
        country="DE",
        way="request acknowledge-caution accept pay-institution confirm-payment refuse "
        "b1:confirm-refund",
        end="refused",
        sums=Sums(paid=26726, costs=120, third=350, back=26256, institution=470),
    ),
    # Talk.
    Journey(
        path="requirement agreed",
        price=LAMPS,
        country="JP",
        way=f"request r1:require r1:agree-requirement accept pay {BOUGHT_HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=12513, seller=12500, fee=13, deposit=-12513),
    ),
    Journey(
        path="requirement declined",
        price=BOWLS,
        country="RU",
        way="request accept r1:require r1:decline-requirement pay-institution confirm-payment "
        f"{BOUGHT_HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=25075, seller=25050, fee=25, deposit=-10030, institution=15045),
    ),
    Journey(
        path="requirement not answered",
        price=KETTLES,
        country="KR",
        way=f"request r1:require accept pay r1:lapse@r1:require+1d {BOUGHT_HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, deposit=-123123),
    ),
    Journey(
        path="requirement stops it, unpaid",
        price=KETTLES,
        country="FR",
        way="request r1:require accept r1:decline-requirement refuse",
        end="refused",
    ),
    Journey(
        path="requirement stops it, paid back",
        price=BAGS,  # 50100 + 800 + 350 = 51250; 20500 + 30750; the storage keeps 350
        country="US",
        way="request accept r1:require pay-institution confirm-payment refuse b1:confirm-refund",
        end="refused",
        sums=Sums(paid=51250, third=350, back=50900, institution=350),
    ),
    Journey(
        path="question answered",
        price=BOWLS,
        country="JP",
        way=f"request q1:ask-question q1:answer-question accept pay {BOUGHT_HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=25075, seller=25050, fee=25, deposit=-25075),
    ),
    Journey(
        path="question escalated, answered",
        price=SCARVES,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} q1:ask-question "
        f"q1:escalate@q1:ask-question+1d q1:answer-question-by-platform {HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=25576, seller=25550, fee=26, institution=25576),
    ),
    Journey(
        path="opinion of the platform",
        price=HALF_A_FEN,
        country="KR",
        way=f"{AGREED} {BOUGHT} o1:give-opinion {SENT} {HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=501, seller=500, fee=1, deposit=-501),
    ),
    # Payments that go astray, and arrive.
    Journey(
        path="payment declined, then paid",
        price=PANDAS,
        country="JP",
        way="request accept pay-institution decline-payment pay-institution confirm-payment "
        f"{BOUGHT_HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=15516, seller=15500, fee=16, deposit=-6206, institution=9310),
    ),
    Journey(
        path="payment pending, then captured",
        price=BAGS,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=50100, seller=50050, fee=50, institution=50100),
    ),
    Journey(
        path="payment unanswered, captured",
        price=BOOTS,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=151348, seller=151197, fee=151, deposit=-60539, institution=90809),
    ),
    Journey(
        path="payment unheard of, sent again",
        price=KETTLES,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, deposit=-49249, institution=73874),
    ),
    Journey(
        path="payment silent, person confirms",
        price=BRUSHES,
        country="RU",
        way="request accept pay-institution escalate@pay-institution+1d confirm-payment "
        f"{BOUGHT_HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=15514, seller=15499, fee=15, institution=15514),
    ),
    Journey(
        path="coupon free again, then used",
        price=KETTLES,  # 124273 less a coupon of 800 = 123473, at last from the deposit
        country="KR",
        way=f"request accept pay-institution decline-payment pay {BOUGHT_HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=124273, seller=123000, fee=923, third=350, deposit=-123473, coupon=800),
    ),
)
