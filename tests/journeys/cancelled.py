"""The journeys of orders that are cancelled, or are not in the end."""

from tests.journeys.ways import (
    AGREED,
    AGREED_BY_INSTITUTION,
    BACK,
    BAGS,
    BOOTS,
    BOUGHT,
    BOWLS,
    BRUSHES,
    CANCELLED_AT_ONCE,
    CLOSE,
    HALF_A_FEN,
    HOME,
    KETTLES,
    LAMPS,
    PAID_BACK,
    PANDAS,
    SCARVES,
    SELLER_ASKED,
    SENT,
    SENT_BACK,
    SETTLED,
    STORED,
    TRIFLE,
    Journey,
    Sums,
)

CANCELLED = (
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
)
