"""Owns the words of an order: its states, the triggers that move it, the roles that pull them."""

from dataclasses import dataclass, replace
from enum import StrEnum

from daigou.domain.ids import AppKey, PartyId


class Role(StrEnum):
    """Who acts. `CLOCK` is the deadline itself: no application can hold it."""

    CLIENT = "client"
    PROVIDER = "provider"
    LOGISTICS = "logistics"
    STORAGE = "storage"
    PLATFORM = "platform"
    PAYMENT_INSTITUTION = "payment_institution"
    PROMOTER = "promoter"
    PROMOTION_PROVIDER = "promotion_provider"
    SUPPORT = "support"
    CLOCK = "clock"


class State(StrEnum):
    """Where a subject stands: an order on its fulfilment axis, an item of it, a recharge, …"""

    NEW = "new"

    IN_REVIEW = "in_review"
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    PAYING = "paying"
    EFFECTIVE = "effective"
    AWAITING_CHOICE = "awaiting_choice"
    AWAITING_TOP_UP = "awaiting_top_up"
    PURCHASING = "purchasing"
    AWAITING_BALANCE = "awaiting_balance"
    RECOVERING = "recovering"
    PURCHASED = "purchased"
    DISPATCHED = "dispatched"
    WAREHOUSED = "warehoused"
    WAREHOUSE_OBJECTION = "warehouse_objection"
    STORED = "stored"
    EXPORTED = "exported"
    DELIVERED = "delivered"
    RECEIPT_OBJECTION = "receipt_objection"
    RECEIVED = "received"

    CLOSED = "closed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    UNREALIZABLE = "unrealizable"
    FORFEITED = "forfeited"
    ABANDONED = "abandoned"

    CANCELLED = "cancelled"
    DISSOLVED = "dissolved"

    GOING_BACK = "going_back"
    HANDED_BACK = "handed_back"
    LOST = "lost"
    PACKAGE_REFUSED = "package_refused"
    RETURNED = "returned"
    CLAIMED = "claimed"

    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"

    ASKED = "asked"
    ANSWERED = "answered"

    GIVEN = "given"

    AWAITING_OUTCOME = "awaiting_outcome"
    ASKING_SELLER = "asking_seller"
    TERMS_OFFERED = "terms_offered"
    RETURNING = "returning"
    AWAITING_REFUND = "awaiting_refund"
    SETTLING = "settling"
    CHASING = "chasing"
    OVERTAKEN = "overtaken"
    CHECKING = "checking"
    AWAITING_EVIDENCE = "awaiting_evidence"
    AWAITING_PROOF = "awaiting_proof"

    DUE = "due"
    REFUNDED = "refunded"
    CREDITED = "credited"

    MADE = "made"
    ADMITTED = "admitted"
    REJECTED = "rejected"
    COMPENSATED = "compensated"

    PAID_OUT = "paid_out"

    PLACED = "placed"
    RESTRICTED = "restricted"
    CONTESTED = "contested"
    WARNED = "warned"
    DORMANT = "dormant"
    LIFTED = "lifted"
    TRANSFERRED = "transferred"
    CALLED_OFF = "called_off"

    WINDING_UP = "winding_up"
    PAYING_OUT = "paying_out"
    AWAITING_METHOD = "awaiting_method"

    EXAMINING = "examining"
    DEMANDED = "demanded"
    OWING = "owing"
    COVERED = "covered"
    JUSTIFIED = "justified"
    BORNE = "borne"
    WON = "won"
    SETTLED = "settled"
    DISPOSED = "disposed"

    HELD = "held"
    EARNED = "earned"


class Trigger(StrEnum):
    """What moves a subject; each is a verb, and the path of its command in the API."""

    REQUEST = "request"
    PERMIT_GOODS = "permit-goods"
    PROHIBIT_GOODS = "prohibit-goods"
    RAISE_CAUTION = "raise-caution"
    ACKNOWLEDGE_CAUTION = "acknowledge-caution"
    LIMIT_PRICE_DRIFT = "limit-price-drift"
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    CHOOSE_LOGISTICS = "choose-logistics"
    PAY = "pay"
    CONFIRM_PAYMENT = "confirm-payment"
    DECLINE_PAYMENT = "decline-payment"
    REPORT_PRICE = "report-price"
    ACCEPT_PART = "accept-part"
    DECLINE_OFFER = "decline-offer"
    PURCHASE = "purchase"
    RECORD_PURCHASE = "record-purchase"
    QUOTE_ANEW = "quote-anew"
    FAIL_PURCHASE = "fail-purchase"
    REJECT_PURCHASE = "reject-purchase"
    REPORT_UNREALIZABLE = "report-unrealizable"
    REPORT_PROGRESS = "report-progress"
    OBJECT_TO_RECEIPT = "object-to-receipt"
    SETTLE_OBJECTION = "settle-objection"
    CONFIRM_RECEIPT = "confirm-receipt"

    DISPATCH = "dispatch"
    TRACK = "track"
    WAREHOUSE_RECEIPT = "warehouse-receipt"
    OBJECT_TO_GOODS = "object-to-goods"
    RESOLVE_OBJECTION = "resolve-objection"
    ACCEPT_GOODS = "accept-goods"
    EXCHANGE = "exchange"
    REPORT_LOST = "report-lost"
    RECORD_SELLER_REFUND = "record-seller-refund"
    PAY_STORAGE = "pay-storage"
    ABANDON_GOODS = "abandon-goods"
    CLEAR_CUSTOMS = "clear-customs"
    REFUSE_PACKAGE = "refuse-package"
    SETTLE_PACKAGE = "settle-package"
    DELIVER = "deliver"

    REQUIRE = "require"
    AGREE_REQUIREMENT = "agree-requirement"
    DECLINE_REQUIREMENT = "decline-requirement"

    ASK_QUESTION = "ask-question"
    ANSWER_QUESTION = "answer-question"

    GIVE_OPINION = "give-opinion"

    SEND_BACK = "send-back"
    HAND_BACK = "hand-back"

    REQUEST_CANCELLATION = "request-cancellation"
    WITHDRAW_CANCELLATION = "withdraw-cancellation"
    CONSENT_TO_CANCELLATION = "consent-to-cancellation"
    REFUSE_CANCELLATION = "refuse-cancellation"
    ACCEPT_TERMS = "accept-terms"
    RECORD_CANCELLATION_REFUND = "record-cancellation-refund"
    PROCEED_WITHOUT_REFUND = "proceed-without-refund"
    SETTLE_CANCELLATION = "settle-cancellation"

    REQUEST_DISSOLUTION = "request-dissolution"
    WITHDRAW_DISSOLUTION = "withdraw-dissolution"
    ASK_FOR_EVIDENCE = "ask-for-evidence"
    SUPPLEMENT_EVIDENCE = "supplement-evidence"
    APPLY_TO_SELLER = "apply-to-seller"
    CONSENT_TO_DISSOLUTION = "consent-to-dissolution"
    REFUSE_DISSOLUTION = "refuse-dissolution"
    PROVE_DISPOSAL = "prove-disposal"
    RECORD_DISSOLUTION_REFUND = "record-dissolution-refund"
    RECORD_RETURN_COST = "record-return-cost"
    CLOSE_DISSOLUTION = "close-dissolution"

    CONFIRM_REFUND = "confirm-refund"
    FAIL_REFUND = "fail-refund"

    CONFIRM_RECHARGE = "confirm-recharge"
    DECLINE_RECHARGE = "decline-recharge"

    MAKE_CLAIM = "make-claim"
    RECORD_ASSISTANCE = "record-assistance"
    ADMIT_CLAIM = "admit-claim"
    REJECT_CLAIM = "reject-claim"
    WITHDRAW_CLAIM = "withdraw-claim"
    RECORD_COMPENSATION = "record-compensation"

    REQUEST_WITHDRAWAL = "request-withdrawal"
    CONFIRM_WITHDRAWAL = "confirm-withdrawal"
    DECLINE_WITHDRAWAL = "decline-withdrawal"

    PLACE_FREEZE = "place-freeze"
    LIFT_FREEZE = "lift-freeze"
    CONTEST_RESTRICTION = "contest-restriction"
    TRANSFER_TO_PROVIDER = "transfer-to-provider"
    AWARD_SUM = "award-sum"
    FREEZE_INACTIVE = "freeze-inactive"
    RECOVER_ACCOUNT = "recover-account"
    CANCEL_ACCOUNT = "cancel-account"

    CLOSE_ACCOUNT = "close-account"
    KEEP_ACCOUNT = "keep-account"
    WIND_UP = "wind-up"
    NAME_PAYOUT_METHOD = "name-payout-method"
    CONFIRM_PAYOUT = "confirm-payout"
    DECLINE_PAYOUT = "decline-payout"

    REPORT_CHARGEBACK = "report-chargeback"
    FIND_JUST_CAUSE = "find-just-cause"
    DENY_JUST_CAUSE = "deny-just-cause"
    REQUEST_FREEZE = "request-freeze"
    PAY_CHARGEBACK = "pay-chargeback"
    CONFIRM_CHARGEBACK_PAYMENT = "confirm-chargeback-payment"
    DECLINE_CHARGEBACK_PAYMENT = "decline-chargeback-payment"
    OFFSET_DEPOSIT = "offset-deposit"
    COLLECT_DEBT = "collect-debt"
    WIN_CHARGEBACK = "win-chargeback"
    LOSE_CHARGEBACK = "lose-chargeback"
    STAGE_EVIDENCE = "stage-evidence"
    SUBMIT_EVIDENCE = "submit-evidence"

    REFUSE_SERVICE = "refuse-service"
    DISPOSE_GOODS = "dispose-goods"

    GIVE_TIP = "give-tip"
    REFUND_TIP = "refund-tip"
    EARN_TIP = "earn-tip"
    RETURN_TIP = "return-tip"

    CONSULT = "consult"
    ANSWER_CONSULTATION = "answer-consultation"
    WITHDRAW_CONSULTATION = "withdraw-consultation"

    FOLLOW_PARCELS = "follow-parcels"
    FOLLOW_CASE = "follow-case"
    FOLLOW_ORDER = "follow-order"
    HEED_CHARGEBACK = "heed-chargeback"

    LAPSE = "lapse"
    REMIND = "remind"
    PROMPT = "prompt"
    CHASE = "chase"
    ESCALATE = "escalate"
    FORFEIT = "forfeit"
    END_DUTY = "end-duty"
    WARN_OF_CHARGES = "warn-of-charges"
    CHARGE_STORAGE = "charge-storage"
    WARN_OF_ABANDONMENT = "warn-of-abandonment"
    DEEM_ABANDONED = "deem-abandoned"
    ADVISE = "advise"
    DEEM_RECEIVED = "deem-received"
    CLOSE = "close"
    DEEM_REFUSED = "deem-refused"
    SETTLE_BY_DEFAULT = "settle-by-default"
    GIVE_UP = "give-up"


class TableName(StrEnum):
    """The axes, one lifecycle table each."""

    FULFILMENT = "fulfilment"
    PARCEL = "parcel"
    REQUIREMENT = "requirement"
    QUESTION = "question"
    OPINION = "opinion"
    CANCELLATION = "cancellation"
    DISSOLUTION = "dissolution"
    REFUND = "refund"
    RECHARGE = "recharge"
    CLAIM = "claim"
    WITHDRAWAL = "withdrawal"
    FREEZE = "freeze"
    CLOSURE = "closure"
    CHARGEBACK = "chargeback"
    TIP = "tip"
    CONSULTATION = "consultation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who pulled a trigger: in which role, for which party, through which application.

    `app` is None where no application acted: a deadline, or the answer of a counterparty.
    """

    role: Role
    party: PartyId
    app: AppKey | None = None


CLOCK = Actor(role=Role.CLOCK, party=PartyId("clock"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Whose order it is. Logistics may be chosen later, up to the payment (PSR-5)."""

    client: PartyId
    provider: PartyId
    storage: PartyId
    logistics: PartyId | None = None
    promoter: PartyId | None = None

    @classmethod
    def alone(cls, client: PartyId) -> "Parties":
        """Those of a subject that has a client and nobody else: a recharge, a deposit."""
        return cls(client=client, provider=PartyId(""), storage=PartyId(""))

    @classmethod
    def only(cls, role: Role, party: PartyId) -> "Parties":
        """Those of a subject that one party has alone, in a role that orders have, too."""
        nobody = cls(client=PartyId(""), provider=PartyId(""), storage=PartyId(""))
        return replace(nobody, **{role.value: party})

    @classmethod
    def between(cls, *, client: PartyId, provider: PartyId) -> "Parties":
        """Those of a subject that a client and its provider have, and nobody else: a tip."""
        return cls(client=client, provider=provider, storage=PartyId(""))

    @classmethod
    def of_claim(
        cls, *, client: PartyId, provider: PartyId, logistics: PartyId | None = None
    ) -> "Parties":
        """Those between whom a claim is; logistics takes part where it is against it (PSR-17-2)."""
        return cls(client=client, provider=provider, storage=PartyId(""), logistics=logistics)

    def holder(self, role: Role) -> PartyId | None:
        """The party that holds a role on this order; None where the role is not the order's."""
        match role:
            case Role.CLIENT:
                return self.client
            case Role.PROVIDER:
                return self.provider
            case Role.STORAGE:
                return self.storage
            case Role.LOGISTICS:
                return self.logistics
            case Role.PROMOTER:
                return self.promoter
            case _:
                return None


ROLES_BOUND_TO_AN_ORDER = frozenset(
    {Role.CLIENT, Role.PROVIDER, Role.STORAGE, Role.LOGISTICS, Role.PROMOTER}
)
ROLES_THAT_SEE_ALL = frozenset({Role.PLATFORM, Role.SUPPORT, Role.PAYMENT_INSTITUTION})


def may_see(*, role: Role, party: PartyId, parties: Parties) -> bool:
    """Whether someone in that role may see the order at all (OP-7-5-4)."""
    return role in ROLES_THAT_SEE_ALL or (
        role in ROLES_BOUND_TO_AN_ORDER and parties.holder(role) == party
    )


def holds(*, role: Role, party: PartyId, parties: Parties) -> bool:
    """Whether a party holds a role on the order, or the role is not the order's."""
    return role not in ROLES_BOUND_TO_AN_ORDER or parties.holder(role) == party
