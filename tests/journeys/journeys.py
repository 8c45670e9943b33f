"""Every path as a journey, worked out by hand: its way, its end, and what it came to."""

from collections.abc import Iterable
from functools import cache

from tests.journeys.accounts import OF_ACCOUNTS
from tests.journeys.charged_back import CHARGED_BACK
from tests.journeys.ways import (
    AGREED,
    AGREED_BY_INSTITUTION,
    BACK,
    BAGS,
    BOOTS,
    BOUGHT,
    BOUGHT_HOME,
    BOWLS,
    BRUSHES,
    CANCELLED_AT_ONCE,
    CLOSE,
    DELIVERED,
    DISSOLVED,
    DISSOLVING,
    HALF_A_FEN,
    HOME,
    KETTLES,
    LAMPS,
    LESS_THAN_HALF,
    PAID_BACK,
    PANDAS,
    SCARVES,
    SELLER_ASKED,
    SELLER_TO_DISSOLVE,
    SENT,
    SENT_BACK,
    SETTLED,
    STORED,
    TO_DISSOLVE,
    TRIFLE,
    Claim,
    Journey,
    Sums,
    Tip,
)

JOURNEYS = (
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
    # Advance deposits: a part of the goods' price with the fee on it, then all the rest.
    Journey(
        # 7470 of 24900, fee 7 (of 7.470): 7477. Of 26225 there are 18748 left: 7499 + 11249.
        path="advance, then the balance",
        price=BOWLS,
        country="RU",
        way="request acknowledge-caution accept pay purchase record-purchase-advance "
        f"pay-institution confirm-payment-balance {BOUGHT_HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=26225, seller=25050, fee=825, third=350, deposit=-14976, institution=11249),
    ),
    Journey(
        # 6225 of 12450, fee 6 (of 6.225): 6231. Of 12513 there are 6282 left.
        path="advance, balance from deposit",
        price=LAMPS,
        country="KR",
        way="request acknowledge-caution accept pay-institution confirm-payment purchase "
        f"record-purchase-advance pay {BOUGHT} {SENT} {HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=12513, seller=12500, fee=13, deposit=-6282, institution=6231),
    ),
    Journey(
        # 9900 of 49500, fee 10 (of 9.900): 9910; 3964 + 5946. Of 50100 there are 40190 left.
        path="advance, balance declined once",
        price=BAGS,
        country="JP",
        way="request acknowledge-caution accept pay-institution confirm-payment purchase "
        "record-purchase-advance pay-institution decline-payment-balance pay-institution "
        f"confirm-payment-balance {BOUGHT_HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=50100, seller=50050, fee=50, deposit=-3964, institution=46136),
    ),
    Journey(
        # 36900 of 123000, fee 37 (of 36.900): 36937; 14774 + 22163.
        path="advance forfeited at the date",
        price=KETTLES,
        country="DE",
        way="request acknowledge-caution accept pay-institution confirm-payment purchase "
        "record-purchase-advance forfeit@date",
        end="forfeited",
        sums=Sums(paid=36937, seller=36900, fee=37, deposit=-14774, institution=22163),
    ),
    Journey(
        # 4500 of 15000, fee 5 (of 4.500): 4505.
        path="advance let go by the client",
        price=PANDAS,
        country="US",
        way="request acknowledge-caution accept pay purchase record-purchase-advance withdraw",
        end="forfeited",
        sums=Sums(paid=4505, seller=4500, fee=5, deposit=-4505),
    ),
    Journey(
        # 7452 of 24843, fee 7 (of 7.452): 7459; 2983 + 4476. Of 26726 there are 19267 left: 7706 +
        # 11561. The seller gives its 7452 back; the storage keeps 350. Each capture is refunded.
        path="advance, then the seller stops",
        price=SCARVES,
        country="KZ",
        way="request acknowledge-caution accept pay-institution confirm-payment purchase "
        "record-purchase-advance pay-institution confirm-payment-balance purchase "
        "reject-purchase-advance report-unrealizable b1:confirm-refund b2:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=26726, third=350, back=26376, institution=350),
    ),
    Journey(
        # 4980 of 12450, fee 5 (of 4.980): 4985. Of 12513 there are 7528 left. Then the goods would
        # cost 16185; the seller gives its 4980 back.
        path="advance, then a price refused",
        price=LAMPS,
        country="DE",
        way="request acknowledge-caution accept pay purchase record-purchase-advance pay "
        "report-price-rose decline-offer-advance escalate@decline-offer-advance+10d "
        "report-unrealizable",
        end="unrealizable",
        sums=Sums(paid=12513, back=12513, agreed=(16185, 50)),
    ),
    # Purchases that go astray, and succeed.
    Journey(
        path="purchase late, then bought",
        price=LAMPS,
        country="KR",
        way=f"{AGREED} remind@pay+1.5d escalate@pay+2d {BOUGHT_HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=12513, seller=12500, fee=13, deposit=-12513),
    ),
    Journey(
        path="seller unpaid once, then bought",
        price=HALF_A_FEN,
        country="JP",
        way=f"{AGREED} purchase fail-purchase {BOUGHT_HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=501, seller=500, fee=1, deposit=-501),
    ),
    Journey(
        path="seller unanswering, bought",
        price=BOWLS,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=25075, seller=25050, fee=25, deposit=-10030, institution=15045),
    ),
    Journey(
        path="seller never heard, sent again",
        price=SCARVES,
        country="KR",
        way=f"{AGREED} {BOUGHT_HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=25576, seller=25550, fee=26, deposit=-25576),
    ),
    Journey(
        path="seller pending, then bought",
        price=KETTLES,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, institution=123123),
    ),
    Journey(
        path="seller silent, person records",
        price=BOOTS,
        country="RU",
        way=f"{AGREED} purchase escalate@purchase+1d record-purchase-by-hand {HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=151348, seller=151197, fee=151, deposit=-151348),
    ),
    # Another price.
    Journey(
        # A fifth of 123000 is 24600; the fee on 98400 is 98 (of 98.400): 24625 to the deposit.
        path="price fell, told beforehand",
        price=KETTLES,  # with the other fees 124273; 49709 + 74564
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} report-price-fell {BOUGHT_HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(
            paid=124273,
            seller=98400,
            fee=898,
            third=350,
            back=24625,
            deposit=-25084,
            institution=74564,
            agreed=(98400, 0),
        ),
    ),
    Journey(
        # A tenth of 12450 is 1245; the fee on 11255 is 11 (of 11.255): 1247 to the institution.
        path="price fell, the seller says so",
        price=LAMPS,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} purchase quote-anew-fell b1:confirm-refund {BOUGHT_HOME} "
        f"{CLOSE['KR']}",
        end="closed",
        sums=Sums(
            paid=12513, seller=11255, fee=11, back=1247, institution=11266, agreed=(11205, 50)
        ),
    ),
    Journey(
        # A tenth of 49500 is 4950; the fee on 45100 is 45 (of 45.100): 4955 to the deposit.
        path="sold cheaper than agreed",
        price=BAGS,
        country="JP",
        way=f"{AGREED} {BOUGHT_HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=50100, seller=45100, fee=45, back=4955, deposit=-45145, agreed=(44550, 550)),
    ),
    Journey(
        # 2 % of 123000 are 2460; the fee on 125460 is 125 (of 125.460): 2462 from the deposit.
        path="rise allowed in the request",
        price=KETTLES,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} purchase quote-anew-allowed {BOUGHT_HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(
            paid=125585,
            seller=125460,
            fee=125,
            deposit=-51711,
            institution=73874,
            agreed=(125460, 0),
        ),
    ),
    Journey(
        # A fifth of 24900 and 1 are 4981; the fee on 30031 is 30 (of 30.031): 4986.
        path="rise allowed step by step",
        price=BOWLS,
        country="KR",
        way="request limit-price-drift accept limit-price-drift pay-institution confirm-payment "
        f"limit-price-drift report-price-allowed {BOUGHT_HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(
            paid=30061,
            seller=30031,
            fee=30,
            deposit=-4986,
            institution=25075,
            agreed=(29881, 150),
        ),
    ),
    Journey(
        # 2 % of 15000 are 300; the fee on 15799 is 16 (of 15.799): 301 to pay.
        path="rise allowed, deposit too small",
        price=BRUSHES,
        country="KZ",
        way=f"{AGREED_BY_INSTITUTION} purchase quote-anew-rose pay-institution "
        f"confirm-payment-top-up {BOUGHT_HOME} {CLOSE['KZ']}",
        end="closed",
        sums=Sums(paid=15815, seller=15799, fee=16, institution=15815, agreed=(15300, 499)),
    ),
    Journey(
        # A fifth of 120 and 1 are 25; the fee on 145 is 0 (of 0.145).
        path="top-up paid from the deposit",
        price=TRIFLE,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} report-price-rose pay {BOUGHT_HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=145, seller=145, fee=0, deposit=-73, institution=72, agreed=(145, 0)),
    ),
    Journey(
        # Half of 450 is 225; the fee on 725 is 1 (of 0.725): 225 to pay, 90 + 135.
        path="top-up declined once, then paid",
        price=HALF_A_FEN,
        country="RU",
        way=f"{AGREED} purchase quote-anew-rose pay-institution decline-payment-top-up "
        f"pay-institution confirm-payment-top-up {BOUGHT_HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=726, seller=725, fee=1, deposit=-591, institution=135, agreed=(675, 50)),
    ),
    Journey(
        # 50100 + 800 + 350 = 51250; 20500 + 30750; the storage keeps 350. Shown is what was asked:
        # 74250, and the fee on 74800 is 75 (of 74.800).
        path="top-up not wanted",
        price=BAGS,
        country="US",
        way=f"{AGREED_BY_INSTITUTION} purchase quote-anew-rose decline-offer b1:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=51250, third=350, back=50900, institution=350, agreed=(74250, 550)),
    ),
    Journey(
        # Shown is what was asked: 147601.
        path="top-up not paid in time",
        price=KETTLES,
        country="DE",
        way=f"{AGREED} report-price-rose lapse@report-price-rose+1d",
        end="unrealizable",
        sums=Sums(paid=123123, back=123123, agreed=(147601, 0)),
    ),
    # A part in stock.
    Journey(
        # 150 of 300: 61500, the fee 62 (of 61.500): 61561 back, 49249 to the deposit, then 12312.
        path="part in stock, taken",
        price=KETTLES,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} purchase quote-anew-part accept-part b1:confirm-refund "
        f"{BOUGHT_HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(
            paid=123123, seller=61500, fee=62, back=61561, institution=61562, agreed=(61500, 0)
        ),
    ),
    Journey(
        # 1 of 2 at four times its price of 6225: 24900, the fee on 24950 is 25: 12462 to pay.
        path="part taken though dearer",
        price=LAMPS,
        country="JP",
        way=f"{AGREED} purchase quote-anew-part accept-part-dearer pay {BOUGHT_HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=24975, seller=24950, fee=25, deposit=-24975, agreed=(24900, 50)),
    ),
    Journey(
        path="part declined",
        price=PANDAS,
        country="US",
        way=f"{AGREED_BY_INSTITUTION} purchase quote-anew-part decline-offer b1:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=15516, back=15516),
    ),
    Journey(
        path="part not answered",
        price=BRUSHES,
        country="FR",
        way=f"{AGREED} report-price-part lapse@report-price-part+1d",
        end="unrealizable",
        sums=Sums(paid=15514, back=15514),
    ),
    # Goods that are late, lost, or not as they should be.
    Journey(
        path="announced by the provider",
        price=TRIFLE,
        country="RU",
        way=f"{AGREED} {BOUGHT} report-progress {SENT} p1:track report-progress {HOME} "
        f"{CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=120, seller=120, fee=0, deposit=-120),
    ),
    Journey(
        path="dispatch late",
        price=LESS_THAN_HALF,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} remind@record-purchase+2d "
        f"escalate@record-purchase+3d {SENT} {HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=499, seller=499, fee=0, institution=499),
    ),
    Journey(
        path="no news of the purchase",
        price=KETTLES,
        country="JP",
        way=f"{AGREED} {BOUGHT} remind@record-purchase+2d escalate@record-purchase+3d "
        "escalate@record-purchase+4d prompt@record-purchase+4d escalate@record-purchase+5d "
        f"chase@record-purchase+5d report-progress {HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, deposit=-123123),
    ),
    Journey(
        path="no news of the parcel",
        price=LAMPS,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {SENT} prompt@record-purchase+4d "
        f"p1:prompt@p1:dispatch+4d chase@record-purchase+5d report-progress {HOME} "
        f"{CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=12513, seller=12500, fee=13, deposit=-5005, institution=7508),
    ),
    Journey(
        path="arrival overdue",
        price=BAGS,
        country="KR",
        way=f"{AGREED} {BOUGHT} {SENT} prompt@record-purchase+4d p1:prompt@p1:dispatch+4d "
        "chase@record-purchase+5d p1:remind@p1:dispatch+8d p1:prompt@p1:dispatch+8d "
        f"chase@record-purchase+10d p1:escalate@p1:dispatch+10d {HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=50100, seller=50050, fee=50, deposit=-50100),
    ),
    Journey(
        path="never moves, lost, sent again",
        price=SCARVES,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {SENT} prompt@record-purchase+4d "
        f"p1:prompt@p1:dispatch+4d p1:report-lost p1:exchange {HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=25576, seller=25550, fee=26, institution=25576),
    ),
    Journey(
        path="lost, then found at the storage",
        price=BOWLS,
        country="RU",
        way=f"{AGREED} {BOUGHT} {SENT} p1:report-lost-by-platform prompt@record-purchase+4d "
        "chase@record-purchase+5d chase@record-purchase+10d "
        f"p1:escalate@p1:report-lost-by-platform+10d {HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=25075, seller=25050, fee=25, deposit=-25075),
    ),
    Journey(
        # The seller pays 24843 + 707 back, the provider its fee of 26.
        path="lost, paid back by the seller",
        price=SCARVES,
        country="DE",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {SENT} p1:report-lost p1:record-seller-refund "
        ">unrealizable b1:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=25576, back=25576, agreed=(0, 0)),
    ),
    Journey(
        path="never sent, paid back",
        price=BRUSHES,
        country="IT",
        way=f"{AGREED} {BOUGHT} remind@record-purchase+2d escalate@record-purchase+3d "
        "p1:report-lost >dispatched p1:record-seller-refund >unrealizable",
        end="unrealizable",
        sums=Sums(paid=15514, back=15514, agreed=(0, 0)),
    ),
    Journey(
        path="objection to goods, resolved",
        price=PANDAS,
        country="FR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} p1:warehouse-receipt >warehoused "
        "p1:object-to-goods >warehouse_objection p1:resolve-objection >stored p1:clear-customs "
        f">exported p1:deliver >delivered confirm-receipt {CLOSE['FR']}",
        end="closed",
        sums=Sums(paid=15516, seller=15500, fee=16, institution=15516),
    ),
    Journey(
        path="objection overdue, resolved",
        price=TRIFLE,
        country="JP",
        way=f"{AGREED} {BOUGHT} p1:warehouse-receipt >warehoused p1:object-to-goods "
        ">warehouse_objection p1:escalate@p1:object-to-goods+3d p1:resolve-objection >stored "
        f"p1:clear-customs >exported p1:deliver >delivered confirm-receipt {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=120, seller=120, fee=0, deposit=-120),
    ),
    Journey(
        path="objection: goods exchanged",
        price=TRIFLE,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} p1:warehouse-receipt >warehoused "
        f"p1:object-to-goods >warehouse_objection p1:exchange >dispatched {HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=120, seller=120, fee=0, deposit=-48, institution=72),
    ),
    Journey(
        path="objection: taken as they are",
        price=PANDAS,
        country="RU",
        way=f"{AGREED} {BOUGHT} p1:warehouse-receipt >warehoused p1:object-to-goods "
        ">warehouse_objection p1:accept-goods >stored p1:clear-customs >exported p1:deliver "
        f">delivered confirm-receipt {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=15516, seller=15500, fee=16, deposit=-15516),
    ),
    Journey(
        # 12513 + 800 + 350 = 13663; 5465 + 8198. First the seller's 12500 with the fee of 13 goes
        # back, then the other fee of 800; the storage keeps 350.
        path="objection: paid back by seller",
        price=LAMPS,
        country="US",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} p1:warehouse-receipt >warehoused "
        "p1:object-to-goods >warehouse_objection p1:record-seller-refund >unrealizable "
        "b1:confirm-refund b2:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=13663, third=350, back=13313, institution=350, agreed=(0, 0)),
    ),
    Journey(
        path="transit overdue",
        price=SCARVES,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {STORED} p1:clear-customs >exported "
        f"p1:escalate@p1:clear-customs+30d p1:deliver >delivered confirm-receipt {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=25576, seller=25550, fee=26, deposit=-10230, institution=15346),
    ),
    # Several parcels: the order stands where the slowest does.
    Journey(
        path="two parcels, one after another",
        price=LAMPS,
        country="JP",
        way=f"{AGREED} {BOUGHT} p1:warehouse-receipt p2:dispatch >dispatched "
        "p2:warehouse-receipt >warehoused p1:end-duty@p1:warehouse-receipt+1d "
        "p2:end-duty@p2:warehouse-receipt+1d >stored p1:clear-customs p2:clear-customs >exported "
        f"p2:deliver p1:deliver >delivered confirm-receipt {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=12513, seller=12500, fee=13, deposit=-12513),
    ),
    Journey(
        path="two parcels, one objected to",
        price=BOWLS,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} p1:warehouse-receipt p1:object-to-goods "
        "p2:warehouse-receipt >warehouse_objection p1:exchange >dispatched p1:warehouse-receipt "
        ">warehoused p2:end-duty@p2:warehouse-receipt+1d p1:end-duty@p1:warehouse-receipt+1d "
        ">stored p2:clear-customs p1:clear-customs >exported p1:deliver p2:deliver >delivered "
        f"confirm-receipt {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=25075, seller=25050, fee=25, deposit=-10030, institution=15045),
    ),
    Journey(
        path="three parcels, three ways",
        price=KETTLES,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} p1:dispatch p2:dispatch p3:dispatch >dispatched "
        "p1:warehouse-receipt p1:object-to-goods p1:accept-goods p2:warehouse-receipt "
        "p1:clear-customs p3:report-lost p3:exchange p3:warehouse-receipt >warehoused "
        "p2:end-duty@p2:warehouse-receipt+1d p3:end-duty@p3:warehouse-receipt+1d >stored "
        "p2:clear-customs p1:deliver p3:clear-customs >exported p2:deliver p3:deliver >delivered "
        f"confirm-receipt {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, institution=123123),
    ),
    Journey(
        # 24 of 25 are lost: 47520. On the other, 1980 + 550, the fee is 3 (of 2.530): 47 back. Of
        # 47567 the deposit gets its 20040, the institution 27527.
        path="one parcel lost and paid back",
        price=BAGS,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} p1:dispatch p2:dispatch >dispatched "
        "p1:warehouse-receipt p1:end-duty@p1:warehouse-receipt+1d p2:report-lost "
        "p2:record-seller-refund >stored b1:confirm-refund p1:clear-customs >exported p1:deliver "
        f">delivered confirm-receipt {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=50100, seller=2530, fee=3, back=47567, institution=2533, agreed=(1980, 550)),
    ),
    Journey(
        path="one parcel given up, one not",
        price=LAMPS,
        country="KR",
        way=f"{AGREED} {BOUGHT} p1:dispatch p2:dispatch >dispatched p1:warehouse-receipt "
        "p2:warehouse-receipt >warehoused p1:end-duty@p1:warehouse-receipt+1d "
        "p2:end-duty@p2:warehouse-receipt+1d >stored p1:clear-customs p1:deliver "
        f"p2:abandon-goods >delivered confirm-receipt {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=12513, seller=12500, fee=13, deposit=-12513),
    ),
    Journey(
        path="one claimed, one given up",
        price=PANDAS,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} p1:dispatch p2:dispatch >dispatched "
        "p1:warehouse-receipt p2:warehouse-receipt >warehoused "
        "p1:end-duty@p1:warehouse-receipt+1d p2:end-duty@p2:warehouse-receipt+1d >stored "
        "p1:clear-customs p1:refuse-package p1:settle-package-logistics p2:abandon-goods >closed",
        end="closed",
        sums=Sums(paid=15516, seller=15500, fee=16, institution=15516),
    ),
    # Storage for months.
    Journey(
        path="given up at the storage",
        price=BRUSHES,  # 15514 + 800 + 350 = 16664; 6665 + 9999
        country="FR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {STORED} p1:abandon-goods >abandoned",
        end="abandoned",
        sums=Sums(paid=16664, seller=15499, fee=815, third=350, deposit=-6665, institution=9999),
    ),
    Journey(
        path="storage charged to the deposit",
        price=KETTLES,
        country="KR",
        way=f"{AGREED} {BOUGHT} {STORED} p1:warn-of-charges@p1:end-duty+80d "
        "p1:charge-storage@p1:end-duty+90d p1:clear-customs >exported p1:deliver >delivered "
        f"confirm-receipt {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=126123, seller=123000, fee=123, third=3000, deposit=-126123, storage=3000),
    ),
    Journey(
        path="storage unpaid, then paid",
        price=TRIFLE,
        country="DE",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {STORED} p1:warn-of-charges@p1:end-duty+80d "
        "p1:charge-storage-unpaid@p1:end-duty+90d p1:pay-storage p1:clear-customs >exported "
        f"p1:deliver >delivered confirm-receipt {CLOSE['DE']}",
        end="closed",
        sums=Sums(
            paid=3120, seller=120, fee=0, third=3000, deposit=-3000, institution=120, storage=3000
        ),
    ),
    Journey(
        path="abandoned by time",
        price=BOWLS,
        country="JP",
        way=f"{AGREED} {BOUGHT} {STORED} p1:warn-of-charges@p1:end-duty+80d "
        "p1:charge-storage@p1:end-duty+90d p1:charge-storage@p1:end-duty+120d "
        "p1:charge-storage@p1:end-duty+150d p1:warn-of-abandonment@p1:end-duty+170d "
        "p1:deem-abandoned@p1:end-duty+180d >abandoned",
        end="abandoned",
        sums=Sums(paid=34075, seller=25050, fee=25, third=9000, deposit=-34075, storage=9000),
    ),
    # At the door.
    Journey(
        path="package refused, redelivered",
        price=TRIFLE,
        country="JP",
        way=f"{AGREED} {BOUGHT} {STORED} p1:clear-customs >exported p1:refuse-package "
        f"p1:deliver >delivered confirm-receipt {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=120, seller=120, fee=0, deposit=-120),
    ),
    Journey(
        path="package refused without a cause",
        price=BOWLS,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {STORED} p1:clear-customs >exported "
        "p1:refuse-package p1:escalate@p1:refuse-package+3d p1:settle-package p1:deliver "
        f">delivered confirm-receipt {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=25075, seller=25050, fee=25, deposit=-10030, institution=15045),
    ),
    Journey(
        path="package refused, claimed",
        price=LAMPS,
        country="ES",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {STORED} p1:clear-customs >exported "
        "p1:refuse-package p1:settle-package-logistics >closed",
        end="closed",
        sums=Sums(paid=12513, seller=12500, fee=13, institution=12513),
    ),
    Journey(
        path="objection to receipt, settled",
        price=SCARVES,
        country="KR",
        way=f"{AGREED} {BOUGHT} {DELIVERED} object-to-receipt settle-objection "
        f"confirm-receipt {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=25576, seller=25550, fee=26, deposit=-25576),
    ),
    Journey(
        path="objection stops the clock",
        price=KETTLES,
        country="JP",
        way=f"{AGREED} {BOUGHT} {DELIVERED} advise@>delivered+3d object-to-receipt "
        "escalate@object-to-receipt+3d settle-objection "
        "deem-received@>delivered+10d~object-to-receipt~settle-objection "
        "close@deem-received+8d",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, deposit=-123123),
    ),
    Journey(
        path="objection: logistics at fault",
        price=BAGS,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {DELIVERED} object-to-receipt "
        f"settle-objection-logistics confirm-receipt {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=50100, seller=50050, fee=50, deposit=-20040, institution=30060),
    ),
    Journey(
        path="objection dropped by confirming",
        price=PANDAS,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {DELIVERED} object-to-receipt confirm-receipt "
        f"{CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=15516, seller=15500, fee=16, institution=15516),
    ),
    Journey(
        path="objection with an opinion on it",
        price=HALF_A_FEN,
        country="JP",
        way=f"{AGREED} {BOUGHT} {DELIVERED} object-to-receipt o1:give-opinion settle-objection "
        f"confirm-receipt {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=501, seller=500, fee=1, deposit=-501),
    ),
    # Unrealizable: what the provider collected goes back to where it came from, and only that.
    Journey(
        path="provider: seller stopped",
        price=KETTLES,
        country="DE",
        way=f"{AGREED} report-unrealizable",
        end="unrealizable",
        sums=Sums(paid=123123, back=123123),
    ),
    Journey(
        path="provider: sold out",
        price=LAMPS,
        country="US",
        way=f"{AGREED_BY_INSTITUTION} report-unrealizable b1:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=12513, back=12513),
    ),
    Journey(
        path="provider: price changed",
        price=SCARVES,  # 25576 + 800 + 350 = 26726; 10690 + 16036; the storage keeps 350
        country="KZ",
        way=f"{AGREED_BY_INSTITUTION} report-unrealizable b1:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=26726, back=26376, third=350, institution=350),
    ),
    Journey(
        # 124273 less a coupon of 500 = 123773; 49509 + 74264. The coupon's 500 is no money: it
        # counts as given back, but goes to the platform.
        path="coupon goes back, not as money",
        price=KETTLES,
        country="FR",
        way=f"{AGREED_BY_INSTITUTION} report-unrealizable b1:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=124273, back=123923, third=350, institution=350),
    ),
    Journey(
        path="seller stopped, back to deposit",
        price=HALF_A_FEN,
        country="DE",
        way=f"{AGREED} purchase reject-purchase",
        end="unrealizable",
        sums=Sums(paid=501, back=501),
    ),
    Journey(
        path="sold out, back to institution",
        price=BRUSHES,
        country="US",
        way=f"{AGREED_BY_INSTITUTION} purchase reject-purchase b1:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=15514, back=15514),
    ),
    Journey(
        path="price changed, back to both",
        price=BAGS,  # 50100 + 800 + 350 = 51250; 20500 + 30750; the storage keeps 350
        country="KZ",
        way=f"{AGREED_BY_INSTITUTION} purchase reject-purchase b1:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=51250, back=50900, third=350, institution=350),
    ),
    Journey(
        path="refund pending, then paid",
        price=BOWLS,
        country="DE",
        way=f"{AGREED_BY_INSTITUTION} purchase reject-purchase b1:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=25075, back=25075),
    ),
    Journey(
        # The deposit has its own 60539 back, and the institution's 90809 on top.
        path="refund failed, to the deposit",
        price=BOOTS,
        country="US",
        way=f"{AGREED_BY_INSTITUTION} purchase reject-purchase b1:fail-refund",
        end="unrealizable",
        sums=Sums(paid=151348, back=151348, deposit=90809, institution=90809),
    ),
    Journey(
        path="refund unanswered, paid",
        price=KETTLES,
        country="KZ",
        way=f"{AGREED_BY_INSTITUTION} purchase reject-purchase b1:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=123123, back=123123),
    ),
    Journey(
        path="refund unheard of, sent again",
        price=LESS_THAN_HALF,
        country="DE",
        way=f"{AGREED_BY_INSTITUTION} purchase reject-purchase b1:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=499, back=499),
    ),
    Journey(
        path="refund silent, person confirms",
        price=PANDAS,
        country="US",
        way=f"{AGREED_BY_INSTITUTION} purchase reject-purchase b1:escalate@reject-purchase+3d "
        "b1:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=15516, back=15516),
    ),
    Journey(
        path="refund silent, person refuses",
        price=BAGS,
        country="KZ",
        way=f"{AGREED_BY_INSTITUTION} purchase reject-purchase b1:escalate@reject-purchase+3d "
        "b1:fail-refund",
        end="unrealizable",
        sums=Sums(paid=50100, back=50100, deposit=50100, institution=50100),
    ),
    Journey(
        path="seller pending, then sold out",
        price=SCARVES,
        country="DE",
        way=f"{AGREED_BY_INSTITUTION} purchase reject-purchase b1:confirm-refund",
        end="unrealizable",
        sums=Sums(paid=25576, back=25576),
    ),
    # Cancelled before the purchase, or amid it: what the client paid goes back; the provider keeps
    # its fees, or waives them.
    Journey(
        # 124273: 49709 + 74564. The fees of 923 and the storage's 350 are kept; of the 123000 the
        # deposit has its 49709 back, the institution pays 73291 back and keeps 1273.
        path="cancelled before the purchase",
        price=KETTLES,
        country="DE",
        way=f"{AGREED_BY_INSTITUTION} {CANCELLED_AT_ONCE} {SETTLED} b1:confirm-refund",
        end="cancelled",
        sums=Sums(paid=124273, fee=923, third=350, back=123000, institution=1273),
    ),
    Journey(
        # 124273 less a coupon of 500 = 123773; 49509 + 74264. Waived: 123000 + 923 go back, of the
        # fees 500 to the coupon; 49509 to the deposit, 73914 through the institution.
        path="cancelled, the fee waived",
        price=KETTLES,
        country="US",
        way=f"{AGREED_BY_INSTITUTION} {CANCELLED_AT_ONCE} {SETTLED} b1:confirm-refund",
        end="cancelled",
        sums=Sums(paid=124273, third=350, back=123923, institution=350),
    ),
    Journey(
        path="cancellation settled by default",
        price=LAMPS,
        country="KZ",
        way=f"{AGREED} {CANCELLED_AT_ONCE} c1:remind@c1:request-cancellation-unbought+2d "
        "c1:settle-by-default@c1:request-cancellation-unbought+3d follow-case-cancelled",
        end="cancelled",
        sums=Sums(paid=12513, fee=13, back=12500, deposit=-13),
    ),
    Journey(
        # 4500 of 15000, fee 5 (of 4.500): 4505; 1802 + 2703. The seller keeps it.
        path="cancelled, the advance is lost",
        price=PANDAS,
        country="FR",
        way="request acknowledge-caution accept pay-institution confirm-payment purchase "
        f"record-purchase-advance {CANCELLED_AT_ONCE} {SETTLED}",
        end="cancelled",
        sums=Sums(paid=4505, seller=4500, fee=5, deposit=-1802, institution=2703),
    ),
    Journey(
        # The seller takes the order a day too late, and pays all of 151197 back.
        path="cancelled amid the purchase",
        price=BOOTS,
        country="IT",
        way=f"{AGREED_BY_INSTITUTION} purchase escalate@purchase+1d "
        "c1:request-cancellation-under-way follow-case-held escalate@escalate+1d "
        "c1:escalate@c1:request-cancellation-under-way+1d record-purchase-by-hand "
        f"c1:follow-order-bought c1:consent-to-cancellation {PAID_BACK} {SETTLED} "
        "b1:confirm-refund",
        end="cancelled",
        sums=Sums(paid=151348, fee=151, back=151197, institution=151),
    ),
    Journey(
        # 50100: 20040 + 30060. Of 50050 the seller keeps two tenths, 10010, and of the 40040 it
        # wants 250 as a penalty: 39790 go back, 20040 and 19750. 10010 + 50 + 250 stay.
        path="cancelled on the seller's terms",
        price=BAGS,
        country="ES",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {SELLER_ASKED} "
        f"c1:consent-to-cancellation-on-terms c1:accept-terms {PAID_BACK} {SETTLED} "
        "b1:confirm-refund",
        end="cancelled",
        sums=Sums(
            paid=50100,
            seller=10010,
            fee=50,
            costs=250,
            back=39790,
            institution=10310,
            charges=(("seller_penalty", 250, "provider"),),
        ),
    ),
    Journey(
        path="cancelled at the second try",
        price=BOWLS,
        country="US",
        way=f"{AGREED} {BOUGHT} {SELLER_ASKED} c1:withdraw-cancellation follow-case-free "
        "c2:request-cancellation follow-case-held c2:consent-to-cancellation "
        "c2:record-cancellation-refund c2:settle-cancellation follow-case-cancelled",
        end="cancelled",
        sums=Sums(paid=25075, back=25075),
    ),
    # Sent back to the seller first.
    Journey(
        # 25576 + 800 + 350 = 26726; 10690 + 16036. Of 25550 come 12775 and 12775. The storage's 300
        # and the provider's 640 are the client's: 24610 go back, 10690 and 13920. What stays are
        # 826 of fees, 640, 350 and 300: 2116.
        path="sent back, settled with costs",
        price=SCARVES,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {STORED} {SENT_BACK} {BACK} "
        f"c1:record-cancellation-refund-part {PAID_BACK} {SETTLED} b1:confirm-refund",
        end="cancelled",
        sums=Sums(
            paid=26726,
            fee=826,
            costs=640,
            third=650,
            back=24610,
            institution=2116,
            charges=(("cancellation_cost", 300, "storage"), ("cancellation_cost", 640, "provider")),
        ),
    ),
    Journey(
        # 25075 + 800 + 350 = 26225; 10490 + 15735. The fees of 825 were earned at the storage, 83
        # of them the promoter's (82.5). Waived, both give them back: 25050 + 825, 10490 and 15385.
        path="cancelled, brokerage comes back",
        price=BOWLS,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {STORED} {SENT_BACK} {BACK} {PAID_BACK} "
        f"{SETTLED} b1:confirm-refund",
        end="cancelled",
        sums=Sums(paid=26225, third=350, back=25875, institution=350),
    ),
    Journey(
        # Of 123000 the provider has 640 for the way back: 122360.
        path="cancelled, stopped on the way",
        price=KETTLES,
        country="JP",
        way=f"{AGREED} {BOUGHT} {SENT} {SENT_BACK} {BACK} {PAID_BACK} {SETTLED}",
        end="cancelled",
        sums=Sums(
            paid=123123,
            fee=123,
            costs=640,
            back=122360,
            deposit=-763,
            charges=(("cancellation_cost", 640, "provider"),),
        ),
    ),
    Journey(
        # The order stands where its slowest parcel does: on the way back.
        path="cancelled, two parcels go back",
        price=LAMPS,
        country="DE",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} p1:dispatch p2:dispatch >dispatched "
        f"p1:warehouse-receipt p1:end-duty@p1:warehouse-receipt+1d {SENT_BACK} p2:send-back "
        f"p2:hand-back {BACK} {PAID_BACK} {SETTLED} b1:confirm-refund",
        end="cancelled",
        sums=Sums(paid=12513, fee=13, back=12500, institution=13),
    ),
    Journey(
        # 15516: 6206 + 9310. The seller pays 15500 back, and wants 250 for what was lost: 15250 go
        # back, 6206 and 9044.
        path="lost on the way back, paid for",
        price=PANDAS,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {STORED} {SENT_BACK} "
        "p1:escalate@p1:send-back+10d p1:report-lost >dispatched c1:follow-order-lost "
        f"c1:consent-to-cancellation {PAID_BACK} {SETTLED} b1:confirm-refund",
        end="cancelled",
        sums=Sums(
            paid=15516,
            fee=16,
            costs=250,
            back=15250,
            institution=266,
            charges=(("seller_penalty", 250, "provider"),),
        ),
    ),
    Journey(
        # Of 15499 the seller keeps eight tenths, 12399, and pays 3100 back. The storage wants 300
        # of them, logistics the other 2800 and 420 more, which the deposit pays.
        path="costs taken from the deposit",
        price=BRUSHES,
        country="KZ",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {SELLER_ASKED} "
        f"c1:consent-to-cancellation-on-terms c1:accept-terms {PAID_BACK} {SETTLED}",
        end="cancelled",
        sums=Sums(
            paid=15934,
            seller=12399,
            fee=15,
            third=3520,
            deposit=-420,
            institution=15514,
            charges=(
                ("cancellation_cost", 300, "storage"),
                ("cancellation_cost", 3220, "logistics"),
            ),
        ),
    ),
    Journey(
        # Of 500 the seller keeps 400 and pays 100 back. Logistics wants them and 420 more, which
        # the deposit does not hold.
        path="costs that become a debt",
        price=HALF_A_FEN,
        country="KZ",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {SELLER_ASKED} "
        f"c1:consent-to-cancellation-on-terms c1:accept-terms {PAID_BACK} {SETTLED}",
        end="cancelled",
        sums=Sums(
            paid=501,
            seller=400,
            fee=1,
            third=520,
            institution=501,
            debt=420,
            charges=(("cancellation_cost", 520, "logistics"),),
        ),
    ),
    # Settled before the seller has paid back.
    Journey(
        # 123123: 49249 + 73874. Of 123000 come 61500 late: 49249 for the deposit and 12251 through
        # the institution; and once more, 61500 through the institution.
        path="cancelled, refunded late",
        price=KETTLES,
        country="IT",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {SELLER_ASKED} c1:consent-to-cancellation "
        "c1:escalate@c1:consent-to-cancellation+7d c1:proceed-without-refund "
        "c1:settle-cancellation-unpaid follow-case-cancelled c1:record-cancellation-refund-part "
        f"b1:confirm-refund {PAID_BACK} b2:confirm-refund",
        end="cancelled",
        sums=Sums(paid=123123, fee=123, back=123000, institution=123),
    ),
    Journey(
        # Logistics wants 420 while nothing is held. Of the late 12500 they are paid, and 12080 go
        # back.
        path="a debt, paid by a late refund",
        price=LAMPS,
        country="DE",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {SELLER_ASKED} c1:consent-to-cancellation "
        "c1:proceed-without-refund c1:settle-cancellation-unpaid follow-case-cancelled "
        f"{PAID_BACK} b1:confirm-refund",
        end="cancelled",
        sums=Sums(
            paid=12513,
            fee=13,
            third=420,
            back=12080,
            institution=433,
            charges=(("cancellation_cost", 420, "logistics"),),
        ),
    ),
    Journey(
        # Half of 25050 comes, 12525; the seller keeps the rest. From the settlement on it is
        # pressed every 7 days, and no longer than 60.
        path="cancelled, refund given up",
        price=BOWLS,
        country="FR",
        way=f"{AGREED} {BOUGHT} {SELLER_ASKED} c1:consent-to-cancellation "
        "c1:record-cancellation-refund-part c1:proceed-without-refund "
        "c1:settle-cancellation-unpaid follow-case-cancelled "
        "c1:escalate@c1:settle-cancellation-unpaid+7d "
        + 7 * "c1:escalate@c1:escalate+7d "
        + "c1:give-up@c1:settle-cancellation-unpaid+60d",
        end="cancelled",
        sums=Sums(paid=25075, seller=12525, fee=25, back=12525, deposit=-12550),
    ),
    # Not cancelled in the end: the order goes on from where it stood.
    Journey(
        path="cancellation refused by seller",
        price=TRIFLE,
        country="RU",
        way=f"{AGREED} {BOUGHT} {SELLER_ASKED} c1:refuse-cancellation follow-case-free {HOME} "
        f"{CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=120, seller=120, fee=0, deposit=-120),
    ),
    Journey(
        # The order's clocks stood still: nobody was reminded that the goods were not sent.
        path="cancellation never answered",
        price=LAMPS,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {SELLER_ASKED} "
        "c1:escalate@c1:request-cancellation+2d c1:deem-refused@c1:request-cancellation+5d "
        f"follow-case-free {HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=12513, seller=12500, fee=13, institution=12513),
    ),
    Journey(
        path="cancellation taken back",
        price=PANDAS,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {SENT} {SELLER_ASKED} c1:withdraw-cancellation "
        f"follow-case-free {HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=15516, seller=15500, fee=16, deposit=-6206, institution=9310),
    ),
    Journey(
        path="seller's terms not answered",
        price=SCARVES,
        country="KR",
        way=f"{AGREED} {BOUGHT} {SELLER_ASKED} c1:consent-to-cancellation-on-terms "
        "c1:lapse@c1:consent-to-cancellation-on-terms+2d follow-case-free "
        f"{HOME} {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=25576, seller=25550, fee=26, deposit=-25576),
    ),
    Journey(
        path="lost on the way back, refused",
        price=BAGS,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {STORED} {SENT_BACK} p1:report-lost >dispatched "
        "c1:follow-order-lost c1:refuse-cancellation-after-all follow-case-free p1:exchange "
        f"{HOME} {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=50100, seller=50050, fee=50, institution=50100),
    ),
    Journey(
        path="cleared amid a cancellation",
        price=BOOTS,
        country="JP",
        way=f"{AGREED} {BOUGHT} {STORED} {SELLER_ASKED} p1:clear-customs >exported "
        "c1:follow-order-cleared follow-case-free p1:deliver >delivered confirm-receipt "
        f"{CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=151348, seller=151197, fee=151, deposit=-151348),
    ),
    Journey(
        # 15514: 6205 + 9309. Half of 15499 came back, 7749: the provider gives it to the seller.
        path="cleared after a refund",
        price=BRUSHES,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {SELLER_ASKED} c1:consent-to-cancellation "
        "c1:record-cancellation-refund-part p1:warehouse-receipt >warehoused "
        "c1:follow-order-goods p1:end-duty@p1:warehouse-receipt+1d >stored p1:clear-customs "
        ">exported c1:follow-order-cleared follow-case-free p1:deliver >delivered confirm-receipt "
        f"{CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=15514, seller=7750, fee=15, costs=7749, deposit=-6205, institution=9309),
    ),
    # Dissolved: what the seller pays back is the client's at once, and the fees stay.
    Journey(
        # 124273: 49709 + 74564. The fees of 923 and the storage's 350 stay; of the 123000 the
        # deposit has its 49709 back, the institution pays 73291 back and keeps 1273.
        path="dissolved, the goods returned",
        price=KETTLES,
        country="DE",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {DELIVERED} {DISSOLVING} d1:prove-disposal "
        f"{DISSOLVED} b1:confirm-refund",
        end="dissolved",
        sums=Sums(paid=124273, fee=923, third=350, back=123000, institution=1273),
    ),
    Journey(
        path="dissolved, destroyed on site",
        price=LAMPS,
        country="US",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {DISSOLVING} d1:prove-disposal "
        f"{DISSOLVED} b1:confirm-refund",
        end="dissolved",
        sums=Sums(paid=12513, fee=13, back=12500, institution=13),
    ),
    Journey(
        # All of 25550 comes; then of the 1235 that the return cost 617, and 618. The deposit paid
        # 25576, and has 26785.
        path="dissolved, return paid in parts",
        price=SCARVES,
        country="FR",
        way=f"{AGREED} {BOUGHT} {DELIVERED} {DISSOLVING} d1:prove-disposal "
        "d1:record-dissolution-refund-cost-to-come follow-case-dissolved "
        "d1:record-return-cost-part d1:record-return-cost",
        end="dissolved",
        sums=Sums(paid=25576, seller=-1235, fee=26, back=25550, deposit=1209, for_the_return=1235),
    ),
    Journey(
        # 25075: 10030 + 15045. First come the 1235 of the return. Of 25050 come 12525: 10030 for
        # the deposit and 2495 through the institution; and 12525 more through the institution.
        path="dissolved, refund in two parts",
        price=BOWLS,
        country="IT",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {DELIVERED} {DISSOLVING} d1:prove-disposal "
        "d1:record-return-cost-part d1:record-dissolution-refund-part b1:confirm-refund "
        f"{DISSOLVED} b2:confirm-refund",
        end="dissolved",
        sums=Sums(
            paid=25075,
            seller=-1235,
            fee=25,
            back=25050,
            deposit=1235,
            institution=25,
            for_the_return=1235,
        ),
    ),
    Journey(
        # 7750 and 7750, before anything is proved.
        path="dissolved, paid before proof",
        price=PANDAS,
        country="KZ",
        way=f"{AGREED} {BOUGHT} {DELIVERED} {DISSOLVING} d1:record-dissolution-refund-part "
        "d1:record-dissolution-refund-part d1:prove-disposal-last follow-case-dissolved",
        end="dissolved",
        sums=Sums(paid=15516, fee=16, back=15500, deposit=-16),
    ),
    Journey(
        # 15514: 6205 + 9309. Half of 15499 came, 7749: 6205 for the deposit, 1544 through the
        # institution. The seller keeps the rest.
        path="dissolved, the proof never came",
        price=BRUSHES,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {DELIVERED} {DISSOLVING} "
        "d1:record-dissolution-refund-part b1:confirm-refund "
        "d1:escalate@d1:consent-to-dissolution+15d d1:lapse-paid@d1:consent-to-dissolution+30d "
        "follow-case-dissolved",
        end="dissolved",
        sums=Sums(paid=15514, seller=7750, fee=15, back=7749, institution=7765),
    ),
    Journey(
        # Of 50050 the seller keeps two tenths, 10010, and pays 40040 back. Of the fee of 50, which
        # stays, 5 are the promoter's.
        path="dissolved on more evidence",
        price=BAGS,
        country="ES",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {DELIVERED} {TO_DISSOLVE} "
        "d1:escalate@d1:request-dissolution+1d d1:ask-for-evidence d1:supplement-evidence "
        "d1:supplement-evidence d1:apply-to-seller d1:supplement-evidence "
        f"d1:consent-to-dissolution d1:prove-disposal {DISSOLVED} b1:confirm-refund",
        end="dissolved",
        sums=Sums(paid=50100, seller=10010, fee=50, back=40040, institution=10060, brokerage=5),
    ),
    Journey(
        # 123123: 49249 + 73874. Late come 1235 of the return, then 61500: 49249 for the deposit and
        # 12251 through the institution; and once more, 61500 through the institution.
        path="dissolved, refunded late",
        price=KETTLES,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {DELIVERED} {DISSOLVING} d1:prove-disposal "
        "d1:escalate@d1:prove-disposal+7d d1:close-dissolution follow-case-dissolved "
        "d1:record-return-cost-part d1:record-dissolution-refund-part b1:confirm-refund "
        "d1:record-dissolution-refund b2:confirm-refund",
        end="dissolved",
        sums=Sums(
            paid=123123,
            seller=-1235,
            fee=123,
            back=123000,
            deposit=1235,
            institution=123,
            for_the_return=1235,
        ),
    ),
    Journey(
        # Half of 120 comes, the seller keeps the rest. Once the order is over it is pressed every 7
        # days, and no longer than 60.
        path="dissolved, refund given up",
        price=TRIFLE,
        country="JP",
        way=f"{AGREED} {BOUGHT} {DELIVERED} {DISSOLVING} d1:prove-disposal "
        "d1:record-dissolution-refund-part d1:close-dissolution follow-case-dissolved "
        "d1:escalate@d1:close-dissolution+7d "
        + 7 * "d1:escalate@d1:escalate+7d "
        + "d1:give-up@d1:close-dissolution+60d",
        end="dissolved",
        sums=Sums(paid=120, seller=60, back=60, deposit=-60),
    ),
    Journey(
        # Of 151197 the seller keeps three tenths, 45359 (of 45359.1). Three tenths of the order
        # amount, 151348, are 45404 (of 45404.4): the provider pays them.
        path="dissolved, provider at fault",
        price=BOOTS,
        country="DE",
        way=f"{AGREED} {BOUGHT} {DELIVERED} {DISSOLVING} d1:prove-disposal {DISSOLVED} "
        "k1:make-claim-dissolved k1:admit-claim k1:record-compensation",
        end="dissolved",
        sums=Sums(paid=151348, seller=45359, fee=151, back=105838, deposit=-45510),
        claims=(Claim(45404, 45404, 45404),),
    ),
    # Not dissolved in the end: the order goes on from where it stood.
    Journey(
        path="dissolution taken back",
        price=LESS_THAN_HALF,
        country="RU",
        way=f"{AGREED} {BOUGHT} {DELIVERED} {TO_DISSOLVE} d1:withdraw-dissolution "
        f"follow-case-free confirm-receipt {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=499, seller=499, deposit=-499),
    ),
    Journey(
        # 501: 200 + 301. All of it is claimed, and 3500 of costs: 4001. The seller admits half of
        # that, 2000, and pays it to the client itself.
        path="seller refuses, claimed against",
        price=HALF_A_FEN,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {DELIVERED} {SELLER_TO_DISSOLVE} "
        "d1:refuse-dissolution follow-case-free k1:make-claim-of-seller k1:record-assistance "
        f"k1:admit-claim k1:record-compensation-of-seller confirm-receipt {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=501, seller=500, fee=1, deposit=-200, institution=301),
        claims=(Claim(4001, 2000),),
    ),
    Journey(
        path="dissolution never answered",
        price=LAMPS,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {DELIVERED} {SELLER_TO_DISSOLVE} "
        "d1:escalate@d1:apply-to-seller+2d d1:deem-refused@d1:apply-to-seller+5d "
        f"follow-case-free confirm-receipt {CLOSE['KR']}",
        end="closed",
        sums=Sums(paid=12513, seller=12500, fee=13, institution=12513),
    ),
    Journey(
        path="asked for evidence in vain",
        price=BRUSHES,
        country="JP",
        way=f"{AGREED} {BOUGHT} {DELIVERED} {TO_DISSOLVE} d1:ask-for-evidence "
        f"d1:lapse@d1:ask-for-evidence+5d follow-case-free confirm-receipt {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=15514, seller=15499, fee=15, deposit=-15514),
    ),
    Journey(
        path="nothing proved, nothing paid",
        price=PANDAS,
        country="RU",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {DELIVERED} {DISSOLVING} "
        "d1:escalate@d1:consent-to-dissolution+15d d1:lapse@d1:consent-to-dissolution+30d "
        f"follow-case-free confirm-receipt {CLOSE['RU']}",
        end="closed",
        sums=Sums(paid=15516, seller=15500, fee=16, deposit=-6206, institution=9310),
    ),
    Journey(
        # All of 123123 is claimed, and twice 3500: 130123. Logistics admits nine tenths, 117110 (of
        # 117110.7), and pays them to the client itself.
        path="cause with logistics, claimed",
        price=KETTLES,
        country="JP",
        way=f"{AGREED} {BOUGHT} {DELIVERED} {SELLER_TO_DISSOLVE} object-to-receipt "
        "settle-objection-logistics d1:follow-order-logistics follow-case-free confirm-receipt "
        f"{CLOSE['JP']} k1:make-claim-of-logistics k1:admit-claim-by-logistics "
        "k1:record-compensation-of-logistics",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, deposit=-123123),
        claims=(Claim(130123, 117110),),
    ),
    # Claimed of the provider, once the order is over.
    Journey(
        # 25576 + 800 + 350 = 26726; 10690 + 16036. All of it is claimed; six tenths, 16035 (of
        # 16035.6), are admitted.
        path="claim admitted in part",
        price=SCARVES,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['KR']} k1:make-claim k1:admit-claim "
        "k1:record-compensation",
        end="closed",
        sums=Sums(paid=26726, seller=25550, fee=826, third=350, deposit=-10690, institution=16036),
        claims=(Claim(26726, 16035, 16035),),
    ),
    Journey(
        path="claim rejected",
        price=HALF_A_FEN,
        country="RU",
        way=f"{AGREED} {BOUGHT_HOME} {CLOSE['RU']} k1:make-claim k1:reject-claim",
        end="closed",
        sums=Sums(paid=501, seller=500, fee=1, deposit=-501),
        claims=(Claim(501),),
    ),
    Journey(
        # The goods were sold out, and all of 50100 came back. All is claimed once more, and taken
        # back; then four tenths, 20040, which are admitted.
        path="claim taken back, made anew",
        price=BAGS,
        country="US",
        way=f"{AGREED_BY_INSTITUTION} purchase reject-purchase b1:confirm-refund k1:make-claim "
        "k1:withdraw-claim k2:make-claim k2:admit-claim k2:record-compensation",
        end="unrealizable",
        sums=Sums(paid=50100, back=50100),
        claims=(Claim(50100), Claim(20040, 20040, 20040)),
    ),
    Journey(
        # Two tenths of 25075.
        path="claim answered by the platform",
        price=BOWLS,
        country="RU",
        way=f"{AGREED} {BOUGHT_HOME} {CLOSE['RU']} k1:make-claim k1:escalate@k1:make-claim+10d "
        "k1:admit-claim-by-platform k1:escalate@k1:admit-claim-by-platform+10d "
        "k1:record-compensation",
        end="closed",
        sums=Sums(paid=25075, seller=25050, fee=25, deposit=-25075),
        claims=(Claim(25075, 5015, 5015),),
    ),
    # Tipped, from the deposit, beside what the order costs.
    Journey(
        path="tipped, the provider's for good",
        price=KETTLES,
        country="DE",
        way=f"{AGREED} t1:give-tip {BOUGHT_HOME} {CLOSE['DE']} t1:earn-tip@t1:give-tip+30d "
        "t1:close@t1:earn-tip+30d",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, deposit=-123123),
        tips=(Tip(6606, 6606),),
    ),
    Journey(
        # 25576 + 800 + 350 = 26726; 10690 + 16036.
        path="tipped, had back in time",
        price=SCARVES,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['JP']} t1:give-tip t1:refund-tip",
        end="closed",
        sums=Sums(paid=26726, seller=25550, fee=826, third=350, deposit=-10690, institution=16036),
        tips=(Tip(500),),
    ),
    Journey(
        path="tipped, given back all the same",
        price=BOWLS,
        country="KR",
        way=f"{AGREED_BY_INSTITUTION} t1:give-tip {BOUGHT_HOME} {CLOSE['KR']} "
        "t1:earn-tip@t1:give-tip+30d t1:return-tip",
        end="closed",
        sums=Sums(paid=25075, seller=25050, fee=25, institution=25075),
        tips=(Tip(2001),),
    ),
    # Invited: nobody names the promoter.
    Journey(
        # 123000 + 123 + 800 + 350 = 124273; 49709 + 74564. A tenth of the fees of 923 is 92.3.
        path="won through an invitation",
        price=KETTLES,
        country="FR",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['FR']}",
        end="closed",
        sums=Sums(
            paid=124273,
            seller=123000,
            fee=923,
            third=350,
            deposit=-49709,
            institution=74564,
            brokerage=92,
        ),
    ),
    *CHARGED_BACK,
    *OF_ACCOUNTS,
)


def rows_of(journeys: Iterable[Journey]) -> set[tuple[str, str, str, str]]:
    """The rows that the journeys take: kind of item, state, trigger and state again."""
    return {row for journey in journeys for row in _rows_of(journey)}


@cache
def _rows_of(journey: Journey) -> frozenset[tuple[str, str, str, str]]:
    return frozenset(
        (step.item[:1], step.source, step.trigger, step.rule.target) for step in journey.all_steps
    )


_MONEY_OF_ITS_OWN = (
    "sent back, settled with costs",
    "cancelled, brokerage comes back",
    "costs that become a debt",
    "a debt, paid by a late refund",
    "won through an invitation",
)
"""Paths whose steps others take as well, but with other money."""


def _short_form() -> tuple[Journey, ...]:
    """Some journeys that take every row between them: always the one that adds most."""
    chosen = [journey for journey in JOURNEYS if journey.path in _MONEY_OF_ITS_OWN]
    while left := rows_of(JOURNEYS) - rows_of(chosen):
        chosen.append(max(JOURNEYS, key=lambda journey: len(rows_of([journey]) & left)))
    return tuple(chosen)


SHORT_FORM = _short_form()
"""What `make test` walks; `make test-long` walks them all."""
