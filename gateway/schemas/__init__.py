"""The bodies of requests, by subject; and which body each command type arrives in."""

from types import MappingProxyType

from daigou.domain import commands
from daigou.domain.commands import Command
from daigou.domain.order import Trigger
from gateway.schemas.accounts import (
    CloseAccountBody,
    PayoutMethodBody,
    PlaceFreezeBody,
    WithdrawalBody,
)
from gateway.schemas.agreeing import (
    AcceptBody,
    CautionBody,
    ChooseLogisticsBody,
    DriftBody,
    LimitPriceDriftBody,
    RefuseBody,
    RequireBody,
    VerdictBody,
    WithdrawBody,
)
from gateway.schemas.body import CommandBody, Named, NotedBody, NoteOnlyBody, PlainBody, WordsBody
from gateway.schemas.cases import (
    CaseRefundBody,
    DisposalBody,
    MoreEvidenceBody,
    RequestDissolutionBody,
    ReturnCostBody,
    SellerAgreementBody,
    SellerConsentBody,
    SettleCancellationBody,
    SettlementBody,
)
from gateway.schemas.chargebacks import (
    DenyJustCauseBody,
    DisposeGoodsBody,
    InstitutionVerdictBody,
    PayChargebackBody,
    ReportChargebackBody,
    StageEvidenceBody,
    SubmitEvidenceBody,
)
from gateway.schemas.claims import AdmitBody, CompensationBody, MakeClaimBody
from gateway.schemas.goods import (
    CauseFoundBody,
    DispatchBody,
    ObjectionBody,
    SellerRefundBody,
    TransportBody,
    WarehouseReceiptBody,
)
from gateway.schemas.money import OutcomeBody, PayBody, RechargeBody, RefundOutcomeBody
from gateway.schemas.parties import (
    RegisterBusiness,
    RegisterClient,
    RegisterLogistics,
    RegisterParty,
    RegisterPromoter,
    RegisterPromotionProvider,
    RegisterProvider,
    RegisterStorage,
)
from gateway.schemas.purchase import (
    ActualPriceBody,
    PurchaseBody,
    RecordPurchaseBody,
    ReportUnrealizableBody,
)
from gateway.schemas.sides import ConsultBody, GiveTipBody

__all__ = [
    "BODIES",
    "BODIES_OF_TRIGGERS",
    "CloseAccountBody",
    "CommandBody",
    "ConsultBody",
    "DriftBody",
    "GiveTipBody",
    "MakeClaimBody",
    "Named",
    "NotedBody",
    "ObjectionBody",
    "OutcomeBody",
    "PlaceFreezeBody",
    "PlainBody",
    "RechargeBody",
    "RefundOutcomeBody",
    "RegisterBusiness",
    "RegisterClient",
    "RegisterLogistics",
    "RegisterParty",
    "RegisterPromoter",
    "RegisterPromotionProvider",
    "RegisterProvider",
    "RegisterStorage",
    "ReportChargebackBody",
    "SettlementBody",
    "WithdrawalBody",
]

BODIES: MappingProxyType[type[Command], type[CommandBody]] = MappingProxyType(
    {
        commands.Verdict: VerdictBody,
        commands.Caution: CautionBody,
        commands.LimitPriceDrift: LimitPriceDriftBody,
        commands.Accept: AcceptBody,
        commands.Refuse: RefuseBody,
        commands.Withdraw: WithdrawBody,
        commands.ChooseLogistics: ChooseLogisticsBody,
        commands.Pay: PayBody,
        commands.ActualPrice: ActualPriceBody,
        commands.Purchase: PurchaseBody,
        commands.RecordPurchase: RecordPurchaseBody,
        commands.ReportUnrealizable: ReportUnrealizableBody,
        commands.Noted: NoteOnlyBody,
        commands.Dispatch: DispatchBody,
        commands.WarehouseReceipt: WarehouseReceiptBody,
        commands.Objection: ObjectionBody,
        commands.CauseFound: CauseFoundBody,
        commands.SellerRefund: SellerRefundBody,
        commands.SellerConsent: SellerConsentBody,
        commands.CaseRefund: CaseRefundBody,
        commands.SettleCancellation: SettleCancellationBody,
        commands.RequestDissolution: RequestDissolutionBody,
        commands.MoreEvidence: MoreEvidenceBody,
        commands.SellerAgreement: SellerAgreementBody,
        commands.Disposal: DisposalBody,
        commands.ReturnCost: ReturnCostBody,
        commands.Admit: AdmitBody,
        commands.Compensation: CompensationBody,
        commands.PayoutMethod: PayoutMethodBody,
        commands.DenyJustCause: DenyJustCauseBody,
        commands.PayChargeback: PayChargebackBody,
        commands.InstitutionVerdict: InstitutionVerdictBody,
        commands.EvidenceBundle: SubmitEvidenceBody,
        commands.DisposeGoods: DisposeGoodsBody,
        commands.Transport: TransportBody,
        commands.Require: RequireBody,
        commands.Message: WordsBody,
        commands.Outcome: OutcomeBody,
        commands.Plain: PlainBody,
    }
)
"""The body of each command type: a new row in a table needs none, a new command type needs one."""
BODIES_OF_TRIGGERS: MappingProxyType[Trigger, type[CommandBody]] = MappingProxyType(
    {Trigger.STAGE_EVIDENCE: StageEvidenceBody}
)
"""The body of a trigger that does not say all that its command does: the rest is found here."""
