-- The whole road: items on axes of their own, payments in several steps, coupons, brokerage.

-- ---- what happened ---------------------------------------------------------------------------

-- Parcels, requirements, questions, opinions and refunds are items of an order: each has an id
-- that names the step which opened it, and an axis of its own.
-- `variant` counts from 0 among the rows of a lifecycle table that share source and trigger.
ALTER TABLE transition
    ADD COLUMN variant integer NOT NULL DEFAULT 0 CHECK (variant >= 0),
    DROP CONSTRAINT transition_axis_check,
    DROP CONSTRAINT only_refunds_are_items,
    ADD CONSTRAINT axis_is_known CHECK (axis IN (
        'fulfilment', 'parcel', 'requirement', 'question', 'opinion', 'refund', 'recharge'
    )),
    ADD CONSTRAINT only_side_axes_have_items CHECK (
        (axis NOT IN ('fulfilment', 'recharge')) = (item <> '')
    );

CREATE TABLE order_item (
    item        varchar PRIMARY KEY,
    subject     varchar NOT NULL REFERENCES purchase_order (id),
    axis        varchar NOT NULL CHECK (axis IN (
        'parcel', 'requirement', 'question', 'opinion', 'refund'
    )),
    sequence    integer NOT NULL,
    state       varchar NOT NULL,
    clocks      jsonb NOT NULL,
    next_due_at timestamptz,
    next_actor  varchar,
    opened_at   timestamptz NOT NULL,
    ended_at    timestamptz,
    FOREIGN KEY (subject, sequence) REFERENCES transition (subject, sequence),
    CONSTRAINT item_names_the_step CHECK (
        starts_with(item, subject || '/' || sequence)
        AND substr(item, length(subject || '/' || sequence) + 1) ~ '^(\.[1-9][0-9]*)?$'
    ),
    CONSTRAINT only_refunds_are_several CHECK (
        axis = 'refund' OR item = subject || '/' || sequence
    ),
    CONSTRAINT ended_items_wait_for_nothing CHECK (ended_at IS NULL OR next_due_at IS NULL)
);
CREATE INDEX order_item_by_subject ON order_item (subject, sequence);
CREATE INDEX order_item_by_due ON order_item (next_due_at) WHERE next_due_at IS NOT NULL;

INSERT INTO order_item (item, subject, axis, sequence, state, clocks, next_due_at, next_actor,
                        opened_at, ended_at)
    SELECT item, subject, 'refund', sequence, state, clocks, next_due_at,
        CASE state WHEN 'due' THEN 'payment_institution' END, opened_at, ended_at
    FROM refund;
DROP TABLE refund;
DROP FUNCTION refund_moves_by_transitions();

-- A drift limit that is not there means any: the client asked not to be asked (PSR-10-2).
ALTER TABLE purchase_request
    ADD COLUMN promoter varchar REFERENCES party (id),
    ADD COLUMN cautions jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN advance_amount bigint CHECK (advance_amount > 0),
    ADD COLUMN advance_balance_by timestamptz,
    ADD COLUMN drift_limit bigint DEFAULT 0 CHECK (drift_limit >= 0),
    ADD CONSTRAINT advance_has_its_date CHECK (
        (advance_amount IS NULL) = (advance_balance_by IS NULL)
    ),
    ADD CONSTRAINT advance_is_a_part CHECK (advance_amount < unit_price * quantity);

ALTER TABLE purchase_order
    DROP CONSTRAINT institution_money_was_captured,
    DROP CONSTRAINT collected_is_what_was_paid,
    DROP CONSTRAINT purchase_order_amount_check,
    DROP COLUMN paid_capture,
    ADD COLUMN paid_from_coupons bigint CHECK (paid_from_coupons >= 0),
    ADD COLUMN facts jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN brokerage_numerator bigint CHECK (brokerage_numerator >= 0),
    ADD COLUMN brokerage_denominator bigint CHECK (brokerage_denominator > 0),
    ADD CONSTRAINT amount_is_not_negative CHECK (amount >= 0);
-- What there is goes along, behind the guards' backs: no transition moves it. An order knows what
-- was agreed. One whose goods are on their way has no parcel yet, and so no clock: whoever receives
-- them records it, and it goes on.
ALTER TABLE purchase_order DISABLE TRIGGER USER;
UPDATE purchase_order AS o SET
    paid_from_coupons = CASE WHEN paid_from_deposit IS NOT NULL THEN 0 END,
    facts = jsonb_build_object(
        'quantity', r.quantity,
        'goods', jsonb_build_object('amount', r.unit_price * r.quantity),
        'freight', jsonb_build_object('amount', r.freight))
    FROM purchase_request AS r WHERE r.order_id = o.id;
UPDATE purchase_order SET clocks = '[]', next_due_at = NULL
    WHERE state IN ('purchased', 'warehoused', 'warehouse_objection', 'stored', 'exported');
ALTER TABLE purchase_order ENABLE TRIGGER USER;
-- A trigger that has another name now, and results that name their refunds otherwise.
ALTER TABLE transition DISABLE TRIGGER USER;
UPDATE transition SET trigger = 'warn-of-charges' WHERE trigger = 'end-free-storage';
UPDATE transition SET result = result
        || jsonb_build_object('intends', '', 'refunds', jsonb_build_array(result -> 'intends'))
    WHERE (result ->> 'opens_refund')::boolean;
ALTER TABLE transition ENABLE TRIGGER USER;
ALTER TABLE purchase_order
    ADD CONSTRAINT collected_is_what_was_paid CHECK (
        collected = coalesce(paid_from_deposit + paid_from_institution + paid_from_coupons, 0)
        AND num_nonnulls(paid_from_deposit, paid_from_institution, paid_from_coupons) IN (0, 3)
        AND (collected = 0 OR amount IS NOT NULL)
    ),
    -- PSR-19: the rate is fixed with the payment.
    ADD CONSTRAINT brokerage_is_a_rate CHECK (
        (brokerage_numerator IS NULL) = (brokerage_denominator IS NULL)
        AND (brokerage_numerator IS NULL OR paid_from_deposit IS NOT NULL)
    );

-- ---- the checkout ----------------------------------------------------------------------------

ALTER TABLE order_line
    DROP CONSTRAINT order_line_code_check,
    ADD CONSTRAINT code_is_known CHECK (code IN (
        'goods', 'freight', 'service_fee', 'other_fee', 'storage_fee', 'fixed_loss',
        'payment_channel_fee', 'inspection_fee', 'storage_charge'
    ));
DROP INDEX order_line_once;
-- PSR-10-1: the goods, their freight and the fee stand once in a checkout, and once in each later
-- version of it (PSR-10-2).
CREATE UNIQUE INDEX order_line_once ON order_line (subject, sequence, code)
    WHERE code IN ('goods', 'freight', 'service_fee');

-- The checkout as it is now: a changed price takes the place of the one before.
CREATE VIEW current_line AS
    SELECT line.* FROM order_line AS line
    WHERE line.code NOT IN ('goods', 'freight', 'service_fee')
        OR NOT EXISTS (
            SELECT FROM order_line AS later
            WHERE later.subject = line.subject AND later.code = line.code
                AND later.sequence > line.sequence
        );

-- UA-1-10: a coupon is a client's own, takes a sum off certain lines, and is redeemed once. It is
-- never cashed: what it paid comes back to the promotion, and the coupon to its client.
CREATE TABLE coupon (
    id                varchar PRIMARY KEY CHECK (id ~ '^cpn_[0-9A-Za-z_-]{4,60}$'),
    client            varchar NOT NULL REFERENCES party (id),
    amount            bigint NOT NULL CHECK (amount > 0),
    currency          varchar NOT NULL CHECK (currency = 'CNY'),
    reduces           varchar[] NOT NULL CHECK (
        cardinality(reduces) > 0
        AND reduces <@ ARRAY['service_fee', 'other_fee']::varchar[]
    ),
    valid_from        timestamptz NOT NULL,
    valid_until       timestamptz NOT NULL,
    issued_by         varchar NOT NULL,
    issued_at         timestamptz NOT NULL DEFAULT now(),
    redeemed_subject  varchar REFERENCES purchase_order (id),
    redeemed_sequence integer,
    CONSTRAINT coupon_has_its_time CHECK (valid_from < valid_until),
    CONSTRAINT redeemed_by_a_step CHECK (
        (redeemed_subject IS NULL) = (redeemed_sequence IS NULL)
    ),
    FOREIGN KEY (redeemed_subject, redeemed_sequence) REFERENCES transition (subject, sequence)
);
CREATE INDEX coupon_by_client ON coupon (client, id);
CREATE INDEX coupon_by_order ON coupon (redeemed_subject) WHERE redeemed_subject IS NOT NULL;

-- PSR-19: what a provider pays a promoter, for orders paid within the contract's time.
CREATE TABLE promoter_contract (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    promoter    varchar NOT NULL REFERENCES party (id),
    provider    varchar NOT NULL REFERENCES party (id),
    numerator   bigint NOT NULL CHECK (numerator > 0),
    denominator bigint NOT NULL CHECK (denominator > 0),
    begins_at   timestamptz NOT NULL,
    ends_at     timestamptz,
    CONSTRAINT rate_is_a_part CHECK (numerator <= denominator),
    CONSTRAINT contract_has_its_time CHECK (ends_at IS NULL OR begins_at < ends_at)
);
CREATE INDEX promoter_contract_by_parties ON promoter_contract (promoter, provider, begins_at);

-- ---- money -----------------------------------------------------------------------------------

ALTER TABLE movement
    DROP CONSTRAINT movement_intended,
    DROP CONSTRAINT reference_names_the_step,
    ADD CONSTRAINT reference_names_the_step CHECK (
        starts_with(reference, subject || '/' || sequence)
        AND substr(reference, length(subject || '/' || sequence) + 1) ~ CASE kind
            WHEN 'refund' THEN '^(\.[1-9][0-9]*)?$' ELSE '^$' END
    );
CREATE INDEX movement_by_subject ON movement (subject, sequence);

ALTER TABLE account
    DROP CONSTRAINT account_kind_check,
    DROP CONSTRAINT only_cash_is_the_platforms,
    ADD CONSTRAINT kind_is_known CHECK (kind IN (
        'payment_institution', 'bank', 'promotion', 'deposit', 'payment_reserved',
        'coupon_reserved', 'escrow', 'fee_held', 'seller_transit', 'refund_transit',
        'third_party', 'provider', 'promoter'
    )),
    ADD CONSTRAINT only_cash_is_the_platforms CHECK (
        (owner = '') = (kind IN ('payment_institution', 'bank', 'promotion'))
    );

ALTER TABLE journal
    DROP CONSTRAINT journal_kind_check,
    ADD CONSTRAINT kind_is_known CHECK (kind IN (
        'recharge', 'payment_reserved', 'payment_released', 'payment', 'purchase_reserved',
        'purchase_released', 'purchase_paid', 'seller_refund', 'refund', 'refund_paid',
        'refund_credited', 'fee_earned', 'brokerage', 'costs', 'storage_charge', 'offset',
        'chargeback'
    ));
