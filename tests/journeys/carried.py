"""The journeys of orders whose goods go astray: lost, objected to, in several parcels, stored for
long, refused at the door, or never to be had.
"""

from tests.journeys.ways import (
    AGREED,
    AGREED_BY_INSTITUTION,
    BAGS,
    BOOTS,
    BOUGHT,
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
    STORED,
    TRIFLE,
    Journey,
    Sums,
)

CARRIED = (
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
)
