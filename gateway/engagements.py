"""Owns how promoters' engagements and clients' invitations travel."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints

from daigou.domain.engagements import EngagementReason, EngagementState
from daigou.domain.ids import ENGAGEMENT_ID, EngagementId, InvitationCode
from daigou.domain.invitations import shown
from daigou.ledger.promotion_views import BrokerageView, EngagementView, InvitationView
from gateway.wire import Answered, Asked, Moment, PartyRef, Sum

EngagementRef = Annotated[
    EngagementId,
    StringConstraints(pattern=f"^{ENGAGEMENT_ID.pattern}$"),
    Field(examples=["eng_mia_bund"]),
]


class EngagementBody(Asked):
    """A promotion provider engages a promoter: a proposal, which earns nothing until the
    promotion provider activates it (UA-1-11-13)."""

    engagement_id: Annotated[
        EngagementRef | None,
        Field(description="Your own id; without it one is made from the Idempotency-Key."),
    ] = None
    promoter_id: Annotated[PartyRef, Field(examples=["pro_example"])]
    promotion_provider_id: Annotated[
        PartyRef | None,
        Field(description="You, if you say nothing.", examples=["psp_example"]),
    ] = None


class EngagementWordBody(Asked):
    """Why the promotion provider says so: a code, no words."""

    reason: Annotated[
        EngagementReason,
        Field(
            description="To activate what was proposed: `agreed`; what was suspended: `cleared`. "
            "To suspend: `under_review`, `suspicion`, `breach`. To end: `notice_given`, "
            "`term_over`, `breach`; what was never activated: `declined`, `notice_given`."
        ),
    ]


class EngagementChangeAnswer(Answered):
    """A word on an engagement: it stands so from `at` on."""

    state: EngagementState
    reason: EngagementReason
    clause: str
    author: Annotated[str, Field(description="The promotion provider; or the platform, for it.")]
    at: Moment


class EngagementAnswer(Answered):
    """A promoter's contract with a promotion provider (UA-1-11-13). The promoter earns while it is
    active: an order keeps what held at its payment."""

    id: Annotated[str, Field(examples=["eng_mia_bund"])]
    promoter_id: str
    promotion_provider_id: str
    state: EngagementState
    changes: Annotated[
        tuple[EngagementChangeAnswer, ...],
        Field(description="All that was said of it, the first first."),
    ]

    @classmethod
    def of(cls, view: EngagementView) -> Self:
        """The engagement as it travels."""
        return cls(
            id=view.id,
            promoter_id=view.promoter,
            promotion_provider_id=view.promotion_provider,
            state=view.state,
            changes=tuple(
                EngagementChangeAnswer(
                    state=each.state,
                    reason=each.reason,
                    clause=each.clause,
                    author=each.author,
                    at=each.at,
                )
                for each in view.changes
            ),
        )


class EngagementPage(Answered):
    """Some engagements, by their ids; ask on with `starting_after` the last one's id."""

    data: tuple[EngagementAnswer, ...]
    has_more: bool


class BrokerageAnswer(Answered):
    """What a promoter got by an order, out of what its provider earned (PSR-19)."""

    order_id: str
    promoter_id: str
    provider_id: str
    rate: Annotated[str, Field(examples=["1/5"])]
    fee_earned: Sum
    brokerage: Annotated[
        Sum, Field(description="Nothing before the fee is earned, or where it went back.")
    ]

    @classmethod
    def of(cls, view: BrokerageView) -> Self:
        """The brokerage as it travels."""
        return cls(
            order_id=view.order,
            promoter_id=view.promoter,
            provider_id=view.provider,
            rate=f"{view.rate.numerator}/{view.rate.denominator}",
            fee_earned=Sum.of(view.fee_earned),
            brokerage=Sum.of(view.brokerage),
        )


class BrokeragePage(Answered):
    """What is paid out through a promotion provider, by order; ask on with `starting_after`."""

    data: tuple[BrokerageAnswer, ...]
    has_more: bool


class InvitationCodeAnswer(Answered):
    """A client's own code (UA-1-14): whoever registers with it was invited by this client."""

    client_id: str
    code: Annotated[
        str,
        Field(
            description="Ten letters and digits, without 0, O, 1 and I; taken in any case, with "
            "and without the hyphen.",
            examples=["K7WMP-3XQ9T"],
        ),
    ]

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"client_id": "cli_anna", "code": "K7WMP-3XQ9T"}]}
    )

    @classmethod
    def of(cls, client: str, code: InvitationCode) -> Self:
        """The code as people read it."""
        return cls(client_id=client, code=shown(code))


class InvitationAnswer(Answered):
    """Who registered with a client's code, and until when that client benefits (UA-1-14)."""

    invitee_id: str
    registered_at: Moment
    benefit_until: Annotated[
        Moment, Field(description="One year later; what is ordered at that instant is not won.")
    ]
    ended_at: Annotated[
        Moment | None, Field(description="When the invitee closed its account before; else null.")
    ]

    @classmethod
    def of(cls, view: InvitationView) -> Self:
        """The invitation as it travels."""
        return cls(
            invitee_id=view.invitee,
            registered_at=view.registered_at,
            benefit_until=view.benefit_until,
            ended_at=view.ended_at,
        )


class InvitationPage(Answered):
    """Some of those whom a client invited, by their ids; ask on with `starting_after`."""

    data: tuple[InvitationAnswer, ...]
    has_more: bool
