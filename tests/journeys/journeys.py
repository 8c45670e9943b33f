"""Every path as a journey, worked out by hand: its steps, its moments and its sums in fen.

A step is a trigger; `lapse@2+1d` strikes one day after step 2. Between `unrealizable` and the end
the steps are those of the refund.
"""

from dataclasses import dataclass
from typing import NamedTuple


class Price(NamedTuple):
    """What is asked for: fen a piece, pieces, fen of freight to the warehouse."""

    unit: int
    pieces: int
    freight: int


# The fee is a thousandth of goods and freight, half a fen up. Beside it: the amount, and the four
# tenths of it (rounded down) that the deposit pays where both pay.
KETTLES = Price(410, 300, 0)  # 123000 -> fee 123 (of 123.000); 123123; 49249 + 73874
TRIFLE = Price(120, 1, 0)  # 120 -> fee 0 (of 0.120); 120; 48 + 72
HALF_A_FEN = Price(450, 1, 50)  # 500 -> fee 1 (of 0.500); 501; 200 + 301
LESS_THAN_HALF = Price(449, 1, 50)  # 499 -> fee 0 (of 0.499); 499; 199 + 300
LAMPS = Price(6225, 2, 50)  # 12500 -> fee 13 (of 12.500); 12513; 5005 + 7508
SCARVES = Price(3549, 7, 707)  # 25550 -> fee 26 (of 25.550); 25576; 10230 + 15346
BOWLS = Price(2490, 10, 150)  # 25050 -> fee 25 (of 25.050); 25075; 10030 + 15045
BAGS = Price(1980, 25, 550)  # 50050 -> fee 50 (of 50.050); 50100; 20040 + 30060
BOOTS = Price(49999, 3, 1200)  # 151197 -> fee 151 (of 151.197); 151348; 60539 + 90809
BRUSHES = Price(1250, 12, 499)  # 15499 -> fee 15 (of 15.499); 15514; 6205 + 9309
PANDAS = Price(1250, 12, 500)  # 15500 -> fee 16 (of 15.500); 15516; 6206 + 9310

# Where lines are added: 800 for the provider's photographs, 350 for the storage's repacking.


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What an order came to. What was paid went to the seller, to fees, to third parties, or back.

    `deposit` is what the client's deposit gained by the order, `institution` what the payment
    institution holds by it.
    """

    paid: int = 0
    seller: int = 0
    fee: int = 0
    third: int = 0
    back: int = 0
    deposit: int = 0
    institution: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A path, walked with a price by a client of a country."""

    path: str
    price: Price
    country: str
    way: str
    end: str
    sums: Sums = Sums()


_AGREED = "request accept pay"
_AGREED_BY_INSTITUTION = "request accept pay-institution confirm-payment"
_HOME = "clear-customs deliver confirm-receipt"

JOURNEYS = (
    # Received. The statutory period: the shorter of China's 15 days and the client's country's.
    Journey(
        path="paid from the deposit",
        price=KETTLES,
        country="US",
        way=f"{_AGREED} purchase record-purchase warehouse-receipt end-duty@6+1d {_HOME} "
        "close@10+15d",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, deposit=-123123),
    ),
    Journey(
        path="paid through the institution",
        price=HALF_A_FEN,
        country="RU",
        way=f"{_AGREED_BY_INSTITUTION} purchase record-purchase warehouse-receipt end-duty@7+1d "
        f"{_HOME} close@11+7d",
        end="closed",
        sums=Sums(paid=501, seller=500, fee=1, institution=501),
    ),
    Journey(
        path="paid from both",
        price=TRIFLE,
        country="JP",
        way=f"{_AGREED_BY_INSTITUTION} purchase record-purchase warehouse-receipt end-duty@7+1d "
        f"{_HOME} close@11+8d",
        end="closed",
        sums=Sums(paid=120, seller=120, fee=0, deposit=-48, institution=72),
    ),
    Journey(
        path="with other fees on top",
        price=KETTLES,  # 123123 + 800 + 350 = 124273; 49709 + 74564
        country="KR",
        way=f"{_AGREED_BY_INSTITUTION} purchase record-purchase warehouse-receipt end-duty@7+1d "
        f"{_HOME} close@11+7d",
        end="closed",
        sums=Sums(
            paid=124273, seller=123000, fee=923, third=350, deposit=-49709, institution=74564
        ),
    ),
    Journey(
        path="logistics chosen before answer",
        price=LESS_THAN_HALF,
        country="DE",
        way="request choose-logistics accept pay purchase record-purchase warehouse-receipt "
        f"end-duty@7+1d {_HOME} close@11+14d",
        end="closed",
        sums=Sums(paid=499, seller=499, fee=0, deposit=-499),
    ),
    Journey(
        path="logistics chosen at checkout",
        price=LAMPS,
        country="KZ",
        way="request accept choose-logistics pay purchase record-purchase warehouse-receipt "
        f"end-duty@7+1d {_HOME} close@11+14d",
        end="closed",
        sums=Sums(paid=12513, seller=12500, fee=13, deposit=-12513),
    ),
    Journey(
        path="confirmed after the advice",
        price=SCARVES,
        country="RU",
        way=f"{_AGREED_BY_INSTITUTION} purchase record-purchase warehouse-receipt end-duty@7+1d "
        "clear-customs deliver advise@10+3d confirm-receipt close@12+7d",
        end="closed",
        sums=Sums(paid=25576, seller=25550, fee=26, institution=25576),
    ),
    Journey(
        path="not confirmed, deemed received",
        price=BOWLS,
        country="KR",
        way=f"{_AGREED} purchase record-purchase warehouse-receipt end-duty@6+1d clear-customs "
        "deliver advise@9+3d deem-received@9+10d close@11+7d",
        end="closed",
        sums=Sums(paid=25075, seller=25050, fee=25, deposit=-25075),
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
        way="request lapse@1+1d",
        end="lapsed",
    ),
    Journey(
        path="payment lapsed",
        price=KETTLES,
        country="IT",
        way="request accept lapse@2+1d",
        end="lapsed",
    ),
    Journey(
        path="payment declined, then lapsed",
        price=BOWLS,
        country="ES",
        way="request accept pay-institution decline-payment lapse@2+1d",
        end="lapsed",
    ),
    Journey(
        path="payment pending, then declined",
        price=BAGS,
        country="FR",
        way="request accept pay-institution decline-payment lapse@2+1d",
        end="lapsed",
    ),
    Journey(
        # The window to pay, which stood still meanwhile, was over before the person declined.
        path="payment silent, person declines",
        price=BOOTS,
        country="IT",
        way="request accept pay-institution escalate@3+1d decline-payment lapse@2+1d",
        end="lapsed",
    ),
    # Payments that go astray, and arrive.
    Journey(
        path="payment declined, then paid",
        price=PANDAS,
        country="JP",
        way="request accept pay-institution decline-payment pay-institution confirm-payment "
        f"purchase record-purchase warehouse-receipt end-duty@9+1d {_HOME} close@13+8d",
        end="closed",
        sums=Sums(paid=15516, seller=15500, fee=16, deposit=-6206, institution=9310),
    ),
    Journey(
        path="payment pending, then captured",
        price=BAGS,
        country="RU",
        way=f"{_AGREED_BY_INSTITUTION} purchase record-purchase warehouse-receipt end-duty@7+1d "
        f"{_HOME} close@11+7d",
        end="closed",
        sums=Sums(paid=50100, seller=50050, fee=50, institution=50100),
    ),
    Journey(
        path="payment unanswered, captured",
        price=BOOTS,
        country="KR",
        way=f"{_AGREED_BY_INSTITUTION} purchase record-purchase warehouse-receipt end-duty@7+1d "
        f"{_HOME} close@11+7d",
        end="closed",
        sums=Sums(paid=151348, seller=151197, fee=151, deposit=-60539, institution=90809),
    ),
    Journey(
        path="payment unheard of, sent again",
        price=KETTLES,
        country="JP",
        way=f"{_AGREED_BY_INSTITUTION} purchase record-purchase warehouse-receipt end-duty@7+1d "
        f"{_HOME} close@11+8d",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, deposit=-49249, institution=73874),
    ),
    Journey(
        path="payment silent, person confirms",
        price=BRUSHES,
        country="RU",
        way="request accept pay-institution escalate@3+1d confirm-payment purchase record-purchase "
        f"warehouse-receipt end-duty@8+1d {_HOME} close@12+7d",
        end="closed",
        sums=Sums(paid=15514, seller=15499, fee=15, institution=15514),
    ),
    # Purchases that go astray, and succeed.
    Journey(
        path="purchase late, then bought",
        price=LAMPS,
        country="KR",
        way=f"{_AGREED} escalate@3+2d purchase record-purchase warehouse-receipt end-duty@7+1d "
        f"{_HOME} close@11+7d",
        end="closed",
        sums=Sums(paid=12513, seller=12500, fee=13, deposit=-12513),
    ),
    Journey(
        path="seller unpaid once, then bought",
        price=HALF_A_FEN,
        country="JP",
        way=f"{_AGREED} purchase fail-purchase purchase record-purchase warehouse-receipt "
        f"end-duty@8+1d {_HOME} close@12+8d",
        end="closed",
        sums=Sums(paid=501, seller=500, fee=1, deposit=-501),
    ),
    Journey(
        path="seller unanswering, bought",
        price=BOWLS,
        country="RU",
        way=f"{_AGREED_BY_INSTITUTION} purchase record-purchase warehouse-receipt end-duty@7+1d "
        f"{_HOME} close@11+7d",
        end="closed",
        sums=Sums(paid=25075, seller=25050, fee=25, deposit=-10030, institution=15045),
    ),
    Journey(
        path="seller never heard, sent again",
        price=SCARVES,
        country="KR",
        way=f"{_AGREED} purchase record-purchase warehouse-receipt end-duty@6+1d {_HOME} "
        "close@10+7d",
        end="closed",
        sums=Sums(paid=25576, seller=25550, fee=26, deposit=-25576),
    ),
    Journey(
        path="seller pending, then bought",
        price=KETTLES,
        country="JP",
        way=f"{_AGREED_BY_INSTITUTION} purchase record-purchase warehouse-receipt end-duty@7+1d "
        f"{_HOME} close@11+8d",
        end="closed",
        sums=Sums(paid=123123, seller=123000, fee=123, institution=123123),
    ),
    Journey(
        path="seller silent, person records",
        price=BOOTS,
        country="RU",
        way=f"{_AGREED} purchase escalate@4+1d record-purchase-by-hand warehouse-receipt "
        f"end-duty@7+1d {_HOME} close@11+7d",
        end="closed",
        sums=Sums(paid=151348, seller=151197, fee=151, deposit=-151348),
    ),
    # Goods that are late, or not as they should be.
    Journey(
        path="arrival overdue",
        price=BAGS,
        country="KR",
        way=f"{_AGREED} purchase record-purchase escalate@5+10d warehouse-receipt end-duty@7+1d "
        f"{_HOME} close@11+7d",
        end="closed",
        sums=Sums(paid=50100, seller=50050, fee=50, deposit=-50100),
    ),
    Journey(
        path="objection to goods, resolved",
        price=PANDAS,
        country="FR",
        way=f"{_AGREED_BY_INSTITUTION} purchase record-purchase warehouse-receipt object-to-goods "
        f"resolve-objection {_HOME} close@12+14d",
        end="closed",
        sums=Sums(paid=15516, seller=15500, fee=16, institution=15516),
    ),
    Journey(
        path="objection overdue, resolved",
        price=TRIFLE,
        country="JP",
        way=f"{_AGREED} purchase record-purchase warehouse-receipt object-to-goods escalate@7+3d "
        f"resolve-objection {_HOME} close@12+8d",
        end="closed",
        sums=Sums(paid=120, seller=120, fee=0, deposit=-120),
    ),
    Journey(
        path="transit overdue",
        price=SCARVES,
        country="RU",
        way=f"{_AGREED_BY_INSTITUTION} purchase record-purchase warehouse-receipt end-duty@7+1d "
        "clear-customs escalate@9+30d deliver confirm-receipt close@12+7d",
        end="closed",
        sums=Sums(paid=25576, seller=25550, fee=26, deposit=-10230, institution=15346),
    ),
    # Unrealizable: what the provider collected goes back to where it came from, and only that.
    Journey(
        path="provider: seller stopped",
        price=KETTLES,
        country="DE",
        way=f"{_AGREED} report-unrealizable",
        end="unrealizable",
        sums=Sums(paid=123123, back=123123),
    ),
    Journey(
        path="provider: sold out",
        price=LAMPS,
        country="US",
        way=f"{_AGREED_BY_INSTITUTION} report-unrealizable confirm-refund",
        end="unrealizable",
        sums=Sums(paid=12513, back=12513),
    ),
    Journey(
        path="provider: price changed",
        price=SCARVES,  # 25576 + 800 + 350 = 26726; 10690 + 16036; the storage keeps 350
        country="KZ",
        way=f"{_AGREED_BY_INSTITUTION} report-unrealizable confirm-refund",
        end="unrealizable",
        sums=Sums(paid=26726, back=26376, third=350, institution=350),
    ),
    Journey(
        path="seller stopped, back to deposit",
        price=HALF_A_FEN,
        country="DE",
        way=f"{_AGREED} purchase reject-purchase",
        end="unrealizable",
        sums=Sums(paid=501, back=501),
    ),
    Journey(
        path="sold out, back to institution",
        price=BRUSHES,
        country="US",
        way=f"{_AGREED_BY_INSTITUTION} purchase reject-purchase confirm-refund",
        end="unrealizable",
        sums=Sums(paid=15514, back=15514),
    ),
    Journey(
        path="price changed, back to both",
        price=BAGS,  # 50100 + 800 + 350 = 51250; 20500 + 30750; the storage keeps 350
        country="KZ",
        way=f"{_AGREED_BY_INSTITUTION} purchase reject-purchase confirm-refund",
        end="unrealizable",
        sums=Sums(paid=51250, back=50900, third=350, institution=350),
    ),
    Journey(
        path="refund pending, then paid",
        price=BOWLS,
        country="DE",
        way=f"{_AGREED_BY_INSTITUTION} purchase reject-purchase confirm-refund",
        end="unrealizable",
        sums=Sums(paid=25075, back=25075),
    ),
    Journey(
        # The deposit has its own 60539 back, and the institution's 90809 on top.
        path="refund failed, to the deposit",
        price=BOOTS,
        country="US",
        way=f"{_AGREED_BY_INSTITUTION} purchase reject-purchase fail-refund",
        end="unrealizable",
        sums=Sums(paid=151348, back=151348, deposit=90809, institution=90809),
    ),
    Journey(
        path="refund unanswered, paid",
        price=KETTLES,
        country="KZ",
        way=f"{_AGREED_BY_INSTITUTION} purchase reject-purchase confirm-refund",
        end="unrealizable",
        sums=Sums(paid=123123, back=123123),
    ),
    Journey(
        path="refund unheard of, sent again",
        price=LESS_THAN_HALF,
        country="DE",
        way=f"{_AGREED_BY_INSTITUTION} purchase reject-purchase confirm-refund",
        end="unrealizable",
        sums=Sums(paid=499, back=499),
    ),
    Journey(
        path="refund silent, person confirms",
        price=PANDAS,
        country="US",
        way=f"{_AGREED_BY_INSTITUTION} purchase reject-purchase escalate@6+3d confirm-refund",
        end="unrealizable",
        sums=Sums(paid=15516, back=15516),
    ),
    Journey(
        path="refund silent, person refuses",
        price=BAGS,
        country="KZ",
        way=f"{_AGREED_BY_INSTITUTION} purchase reject-purchase escalate@6+3d fail-refund",
        end="unrealizable",
        sums=Sums(paid=50100, back=50100, deposit=50100, institution=50100),
    ),
    Journey(
        path="seller pending, then sold out",
        price=SCARVES,
        country="DE",
        way=f"{_AGREED_BY_INSTITUTION} purchase reject-purchase confirm-refund",
        end="unrealizable",
        sums=Sums(paid=25576, back=25576),
    ),
)
