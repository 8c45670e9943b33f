"""What the API answers with: the ledger's views as they travel, by subject."""

from gateway.answers.actions import (
    ActionAnswer,
    AllowedActionsAnswer,
    DeadlineAnswer,
    DeadlinesAnswer,
    RoleActionsAnswer,
)
from gateway.answers.claims import ClaimAnswer, ClaimList, ClaimStatementAnswer, LossAnswer
from gateway.answers.facts import (
    AdvanceAnswer,
    AgreedAnswer,
    CautionAnswer,
    FeeAnswer,
    InferenceAnswer,
    LineAnswer,
    MandateAnswer,
    ProductAnswer,
)
from gateway.answers.findings import FindingAnswer, FindingPage
from gateway.answers.items import (
    CancellationAnswer,
    CaseAnswer,
    DissolutionAnswer,
    ItemAnswer,
    RefundAnswer,
    collection_of,
    refunds_of,
)
from gateway.answers.money import (
    DepositAnswer,
    EntryAnswer,
    EntryPage,
    JournalAnswer,
    LegAnswer,
    MovementAnswer,
    RechargeAnswer,
    StatementAnswer,
    SubjectStatementAnswer,
)
from gateway.answers.orders import OrderAnswer, OrderPage
from gateway.answers.parties import AgreementAnswer, PartyAnswer
from gateway.answers.previews import GetsAnswer, PreviewAnswer, PreviewPage
from gateway.answers.receipt import ReceiptAnswer
from gateway.answers.reference import (
    ClauseAnswer,
    ClausesAnswer,
    HealthAnswer,
    LimitsAnswer,
    MandateDeclarationAnswer,
    TermsAnswer,
)
from gateway.answers.sides import ConsultationAnswer, ConsultationPage, TipAnswer, TipList
from gateway.answers.story import TimelineAnswer, TransitionAnswer

__all__ = [
    "ActionAnswer",
    "AdvanceAnswer",
    "AgreedAnswer",
    "AgreementAnswer",
    "AllowedActionsAnswer",
    "CancellationAnswer",
    "CaseAnswer",
    "CautionAnswer",
    "ClaimAnswer",
    "ClaimList",
    "ClaimStatementAnswer",
    "ClauseAnswer",
    "ClausesAnswer",
    "ConsultationAnswer",
    "ConsultationPage",
    "DeadlineAnswer",
    "DeadlinesAnswer",
    "DepositAnswer",
    "DissolutionAnswer",
    "EntryAnswer",
    "EntryPage",
    "FeeAnswer",
    "FindingAnswer",
    "FindingPage",
    "GetsAnswer",
    "HealthAnswer",
    "InferenceAnswer",
    "ItemAnswer",
    "JournalAnswer",
    "LegAnswer",
    "LimitsAnswer",
    "LineAnswer",
    "LossAnswer",
    "MandateAnswer",
    "MandateDeclarationAnswer",
    "MovementAnswer",
    "OrderAnswer",
    "OrderPage",
    "PartyAnswer",
    "PreviewAnswer",
    "PreviewPage",
    "ProductAnswer",
    "ReceiptAnswer",
    "RechargeAnswer",
    "RefundAnswer",
    "RoleActionsAnswer",
    "StatementAnswer",
    "SubjectStatementAnswer",
    "TermsAnswer",
    "TimelineAnswer",
    "TipAnswer",
    "TipList",
    "TransitionAnswer",
    "collection_of",
    "refunds_of",
]
