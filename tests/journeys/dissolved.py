"""The journeys of orders that are dissolved, or are not in the end."""

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
    DISSOLVED,
    DISSOLVING,
    HALF_A_FEN,
    KETTLES,
    LAMPS,
    LESS_THAN_HALF,
    PANDAS,
    SCARVES,
    SELLER_TO_DISSOLVE,
    TO_DISSOLVE,
    TRIFLE,
    Claim,
    Journey,
    Sums,
)

DISSOLVED_OR_NOT = (
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
)
