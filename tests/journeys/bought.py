"""The journeys of orders whose purchase goes astray: advance deposits, silent sellers, another
price, a part in stock.
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
    HALF_A_FEN,
    HOME,
    KETTLES,
    LAMPS,
    PANDAS,
    SCARVES,
    SENT,
    TRIFLE,
    Journey,
    Sums,
)

BOUGHT_OR_NOT = (
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
)
