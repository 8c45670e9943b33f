"""The journeys of orders whose payment is charged back; each client has no other order."""

from tests.journeys.ways import (
    AGREED_BY_INSTITUTION,
    BAGS,
    BOOTS,
    BOUGHT,
    BOUGHT_HOME,
    BOWLS,
    BRUSHES,
    CANCELLED_AT_ONCE,
    CLOSE,
    HALF_A_FEN,
    HOME,
    KETTLES,
    LAMPS,
    PANDAS,
    SCARVES,
    SETTLED,
    STORED,
    Journey,
    Moved,
    Sale,
    Sums,
)

REPORTED = "x1:report-chargeback heed-chargeback"
EXAMINED = "x1:report-chargeback-examined heed-chargeback"
OFFSET = "x1:offset-deposit@x1:report-chargeback+3d"
OFFSET_IN_PART = "x1:offset-deposit-part@x1:report-chargeback+3d"
OWING = f"{OFFSET_IN_PART} heed-chargeback"
ABROAD = "p1:clear-customs >exported p1:deliver >delivered confirm-receipt"
AT_STORAGE = f"{AGREED_BY_INSTITUTION} {BOUGHT} {STORED}"

PAID_AGAIN = (
    Journey(
        path="charged back, deposit pays",
        price=KETTLES,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {REPORTED} x1:pay-chargeback heed-chargeback "
        f"{HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, institution=123123),
        beside={"x1": Moved(123123, institution=-123123, deposit=-123123)},
    ),
    Journey(
        # 25576 + 800 + 350 = 26726; 10690 + 16036, which is captured twice and taken back once.
        path="charged back, card pays anew",
        price=SCARVES,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {REPORTED} x1:pay-chargeback-institution "
        f"x1:confirm-chargeback-payment heed-chargeback {BOUGHT_HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=26726, seller=25550, fee=826, third=350, deposit=-10690, institution=16036),
        beside={"x1": Moved(16036)},
    ),
    Journey(
        # Four tenths of 151348 are 60539 (of 60539.2), from the deposit; 90809 are captured anew.
        path="charged back, both pay",
        price=BOOTS,
        country="JP",
        way=f"{AT_STORAGE} {REPORTED} x1:pay-chargeback-institution x1:confirm-chargeback-payment "
        f"heed-chargeback {ABROAD} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=151348, seller=151197, fee=151, institution=151348),
        beside={"x1": Moved(151348, institution=-60539, deposit=-60539)},
    ),
    Journey(
        # 6205 are set aside, and free again. The three days go on meanwhile.
        path="charged back, declined, offset",
        price=BRUSHES,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {REPORTED} x1:pay-chargeback-institution "
        f"x1:decline-chargeback-payment {OFFSET} heed-chargeback {HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=15514, seller=15499, fee=15, institution=15514),
        beside={"x1": Moved(15514, institution=-15514, deposit=-15514)},
    ),
    Journey(
        path="charged back, offset whole",
        price=HALF_A_FEN,
        country="JP",
        way=f"{AT_STORAGE} {REPORTED} {OFFSET} heed-chargeback {ABROAD} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=501, seller=500, fee=1, institution=501),
        beside={"x1": Moved(501, institution=-501, deposit=-501)},
    ),
    Journey(
        # 26726: 10690 + 16036. Half of this is 8018; three tenths of it are 4810 (of 4810.8).
        path="charged back twice in part",
        price=SCARVES,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {REPORTED} x2:report-chargeback-examined "
        "heed-chargeback x2:deny-just-cause x1:pay-chargeback-institution "
        "x1:confirm-chargeback-payment heed-chargeback "
        f"x2:offset-deposit@x2:deny-just-cause+3d heed-chargeback {HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=26726, seller=25550, fee=826, third=350, deposit=-10690, institution=16036),
        beside={"x1": Moved(8018), "x2": Moved(4810, institution=-4810, deposit=-4810)},
    ),
    Journey(
        path="charged back after the end",
        price=BAGS,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['JP']} x1:report-chargeback {OFFSET}",
        end="closed",
        sums=Sums(paid=50100, seller=50050, fee=50, institution=50100),
        beside={"x1": Moved(50100, institution=-50100, deposit=-50100)},
    ),
    Journey(
        # 12513 + 800 + 350 = 13663. The fees of 813 and the storage's 350 stay: the 12500 that go
        # back pay so much of the debt, and the deposit 1163.
        path="charged back while cancelled",
        price=LAMPS,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {CANCELLED_AT_ONCE} {REPORTED} {SETTLED} x1:collect-debt "
        f"{OFFSET}",
        end="cancelled",
        sums=Sums(paid=13663, fee=813, third=350, back=12500, institution=13663, debts=12500),
        beside={"x1": Moved(13663, institution=-13663, deposit=-1163)},
    ),
)
NOT_COVERED = (
    Journey(
        # Of 25075 the deposit pays 1000. The goods fetch the other 24075 and 2000: 26075, of which
        # the storage has 650.
        path="offset in part, a surplus",
        price=BOWLS,
        country="JP",
        way=f"{AT_STORAGE} {REPORTED} {OWING} dispose-goods x1:collect-debt-last "
        "x1:lose-chargeback",
        end="disposed",
        sums=Sums(
            paid=25075,
            seller=25050,
            fee=25,
            deposit=1350,
            institution=25075,
            debts=24075,
            sale=Sale(26075, 650, 24075, 1350),
        ),
        beside={"x1": Moved(25075, institution=-25075, deposit=-1000)},
    ),
    Journey(
        # Of 123123 the deposit pays 500. Six tenths of the other 122623 are 73573 (of 73573.8),
        # less 200: 73373. Left are 49250.
        path="offset in part, a shortfall",
        price=KETTLES,
        country="JP",
        way=f"{AT_STORAGE} {REPORTED} {OWING} dispose-goods x1:collect-debt",
        end="disposed",
        sums=Sums(
            paid=123123,
            seller=123000,
            fee=123,
            institution=123123,
            debts=73373,
            sale=Sale(73573, 200, 73373),
        ),
        beside={"x1": Moved(123123, institution=-123123, deposit=-500, owed=49250)},
    ),
    Journey(
        # Of 15516 the deposit pays 300. All of it goes back: 15216 to the debt, 300 to the deposit.
        path="service refused for a debt",
        price=PANDAS,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {REPORTED} {OWING} refuse-service x1:collect-debt-last "
        "x1:lose-chargeback",
        end="refused",
        sums=Sums(paid=15516, back=15516, deposit=300, institution=15516, debts=15216),
        beside={"x1": Moved(15516, institution=-15516, deposit=-300)},
    ),
    Journey(
        # Of 25576 the deposit pays 500. Half of the other 25076 is 12538, less 200: 12338. A
        # recharge pays 200, the institution the last 12538.
        path="a debt that recharges pay",
        price=SCARVES,
        country="JP",
        way=f"{AT_STORAGE} {REPORTED} {OWING} dispose-goods x1:collect-debt x1:collect-debt "
        "x1:pay-chargeback-institution x1:confirm-chargeback-payment x1:lose-chargeback",
        end="disposed",
        sums=Sums(
            paid=25576,
            seller=25550,
            fee=26,
            institution=25576,
            debts=12338,
            sale=Sale(12538, 200, 12338),
        ),
        beside={"x1": Moved(25576, institution=-13038, deposit=-500)},
        recharged=200,
        recharges_paid=200,
    ),
    Journey(
        # Of 12513 the deposit pays 500. Of a recharge of 14013 the other 12013 pay the debt, and
        # the client takes the 2000 out.
        path="a recharge covers the debt",
        price=LAMPS,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT_HOME} {CLOSE['JP']} x1:report-chargeback "
        f"{OFFSET_IN_PART} x1:collect-debt-last w1:request-withdrawal w1:confirm-withdrawal",
        end="closed",
        sums=Sums(paid=12513, seller=12500, fee=13, institution=12513),
        beside={
            "x1": Moved(12513, institution=-12513, deposit=-500),
            "w1": Moved(2000, institution=-2000, deposit=-2000),
        },
        recharged=14013,
        recharges_paid=12013,
    ),
)
DECIDED = (
    Journey(
        path="paid again, and lost",
        price=BRUSHES,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {REPORTED} x1:pay-chargeback heed-chargeback "
        f"x1:lose-chargeback {HOME} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=15514, seller=15499, fee=15, institution=15514),
        beside={"x1": Moved(15514, institution=-15514, deposit=-15514)},
    ),
    Journey(
        # The deposit pays 151348, and has them again.
        path="offset, and won on evidence",
        price=BOOTS,
        country="JP",
        way=f"{AT_STORAGE} {REPORTED} x1:stage-evidence {OFFSET} heed-chargeback "
        f"x1:submit-evidence x1:win-chargeback {ABROAD} {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=151348, seller=151197, fee=151, institution=151348),
        beside={"x1": Moved(151348)},
    ),
    Journey(
        # Of 123123 the deposit pays 500. Half of the other 122623 is 61311 (of 61311.5), less 200:
        # 61111. Of what is given back 61512 are still owed; the deposit has the 500 and the 61111.
        path="sold for the debt, then won",
        price=KETTLES,
        country="JP",
        way=f"{AT_STORAGE} {REPORTED} {OWING} dispose-goods x1:collect-debt x1:win-chargeback",
        end="disposed",
        sums=Sums(
            paid=123123,
            seller=123000,
            fee=123,
            institution=123123,
            debts=61111,
            sale=Sale(61311, 200, 61111),
        ),
        beside={"x1": Moved(123123, deposit=61111)},
    ),
    Journey(
        # 15516: 6206 + 9310. The deposit has its part back, the institution has taken the other.
        path="just cause before the purchase",
        price=PANDAS,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {EXAMINED} x1:find-just-cause heed-chargeback-just "
        "x1:collect-debt",
        end="unrealizable",
        sums=Sums(paid=15516, back=15516, institution=9310, debts=9310),
        beside={"x1": Moved(9310, institution=-9310)},
    ),
    Journey(
        # Of 50100 the order holds the fee of 50, which it keeps: the provider bears them all.
        path="just cause, the provider bears",
        price=BAGS,
        country="JP",
        way=f"{AGREED_BY_INSTITUTION} {BOUGHT} {EXAMINED} x1:find-just-cause heed-chargeback "
        f"{HOME} x1:lose-chargeback heed-chargeback {CLOSE['JP']}",
        end="closed",
        sums=Sums(paid=50100, seller=50050, fee=50, institution=50100),
        beside={"x1": Moved(50100, institution=-50100, borne=50100)},
    ),
)
CHARGED_BACK = (*PAID_AGAIN, *NOT_COVERED, *DECIDED)
