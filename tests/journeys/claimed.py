"""The journeys of orders whose provider is claimed against or tipped, or that were won by an
invitation.
"""

from tests.journeys.ways import (
    AGREED,
    AGREED_BY_INSTITUTION,
    BAGS,
    BOUGHT_HOME,
    BOWLS,
    CLOSE,
    HALF_A_FEN,
    KETTLES,
    SCARVES,
    Claim,
    Journey,
    Sums,
    Tip,
)

CLAIMED = (
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
)
