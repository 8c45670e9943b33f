-- Dissolution: the other case beside the fulfilment axis.

ALTER TABLE transition
    DROP CONSTRAINT axis_is_known,
    ADD CONSTRAINT axis_is_known CHECK (axis IN (
        'fulfilment', 'parcel', 'requirement', 'question', 'opinion', 'cancellation',
        'dissolution', 'refund', 'recharge'
    ));

ALTER TABLE order_item
    DROP CONSTRAINT axis_is_known,
    ADD CONSTRAINT axis_is_known CHECK (axis IN (
        'parcel', 'requirement', 'question', 'opinion', 'cancellation', 'dissolution', 'refund'
    ));
-- PSR-12, PSR-13: an order has one case at a time.
DROP INDEX order_item_one_case;
CREATE UNIQUE INDEX order_item_one_case ON order_item (subject)
    WHERE axis IN ('cancellation', 'dissolution') AND ended_at IS NULL;

ALTER TABLE journal
    DROP CONSTRAINT kind_is_known,
    ADD CONSTRAINT kind_is_known CHECK (kind IN (
        'recharge', 'payment_reserved', 'payment_released', 'payment', 'purchase_reserved',
        'purchase_released', 'purchase_paid', 'seller_refund', 'refund', 'refund_paid',
        'refund_credited', 'fee_earned', 'brokerage', 'costs', 'costs_passed_on', 'debt_paid',
        'refund_returned', 'storage_charge', 'offset', 'chargeback'
    ));

-- PSR-12-1, PSR-13-6: a payment of the seller counts once, by its own number of it.
CREATE UNIQUE INDEX transition_seller_payment ON transition (subject, (command ->> 'external_ref'))
    WHERE trigger IN (
        'record-cancellation-refund', 'record-dissolution-refund', 'record-return-cost'
    );
