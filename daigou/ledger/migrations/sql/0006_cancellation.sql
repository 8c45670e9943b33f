-- Cancellation: a case beside the fulfilment axis, what it costs, and what a client owes for it.

ALTER TABLE transition
    DROP CONSTRAINT axis_is_known,
    ADD CONSTRAINT axis_is_known CHECK (axis IN (
        'fulfilment', 'parcel', 'requirement', 'question', 'opinion', 'cancellation', 'refund',
        'recharge'
    ));

ALTER TABLE order_item
    DROP CONSTRAINT order_item_axis_check,
    ADD CONSTRAINT axis_is_known CHECK (axis IN (
        'parcel', 'requirement', 'question', 'opinion', 'cancellation', 'refund'
    ));
-- PSR-12: an order has one cancellation at a time.
CREATE UNIQUE INDEX order_item_one_case ON order_item (subject)
    WHERE axis = 'cancellation' AND ended_at IS NULL;

-- PSR-12-2: an agreement of before has its thirty days, too, from the moment it took effect. Behind
-- the guards' backs: no transition moves it.
ALTER TABLE purchase_order DISABLE TRIGGER USER;
UPDATE purchase_order AS o SET
    facts = o.facts || jsonb_build_object('cancellable_until', agreed.at + interval '30 days')
    FROM (SELECT subject, min(at) AS at FROM transition
          WHERE axis = 'fulfilment' AND target = 'effective' GROUP BY subject) AS agreed
    WHERE agreed.subject = o.id;
ALTER TABLE purchase_order ENABLE TRIGGER USER;

ALTER TABLE order_line
    DROP CONSTRAINT code_is_known,
    ADD CONSTRAINT code_is_known CHECK (code IN (
        'goods', 'freight', 'service_fee', 'other_fee', 'storage_fee', 'fixed_loss',
        'payment_channel_fee', 'inspection_fee', 'storage_charge', 'cancellation_cost',
        'seller_penalty'
    ));

ALTER TABLE account
    DROP CONSTRAINT kind_is_known,
    ADD CONSTRAINT kind_is_known CHECK (kind IN (
        'payment_institution', 'bank', 'promotion', 'deposit', 'payment_reserved',
        'coupon_reserved', 'escrow', 'fee_held', 'seller_transit', 'refund_transit',
        'third_party', 'provider', 'promoter', 'receivable'
    ));

ALTER TABLE journal
    DROP CONSTRAINT kind_is_known,
    ADD CONSTRAINT kind_is_known CHECK (kind IN (
        'recharge', 'payment_reserved', 'payment_released', 'payment', 'purchase_reserved',
        'purchase_released', 'purchase_paid', 'seller_refund', 'refund', 'refund_paid',
        'refund_credited', 'fee_earned', 'brokerage', 'costs', 'debt_paid', 'refund_returned',
        'storage_charge', 'offset', 'chargeback'
    ));

-- Why: an account belongs to someone or something that exists.
CREATE OR REPLACE FUNCTION account_has_its_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE NEW.kind
        WHEN 'payment_institution', 'bank', 'promotion' THEN
            RETURN NEW;
        WHEN 'deposit', 'receivable' THEN
            PERFORM refuse_strangers('client', NEW.owner);
        WHEN 'provider' THEN
            PERFORM refuse_strangers('provider', NEW.owner);
        WHEN 'promoter' THEN
            PERFORM refuse_strangers('promoter', NEW.owner);
        WHEN 'third_party' THEN
            PERFORM FROM party WHERE id = NEW.owner;
        ELSE
            PERFORM FROM purchase_order WHERE id = NEW.owner;
    END CASE;
    IF NOT FOUND THEN
        RAISE EXCEPTION '%: there is no %', NEW.id, NEW.owner USING ERRCODE = 'DG003';
    END IF;
    RETURN NEW;
END $$;

-- Why: the balance of an account is its last entry's, gapless, whatever the caller believed. The
-- account's row lock orders the entries; each takes its number and its running balance under it.
-- UA-1-8: all but cash is owed to someone, and nobody is owed less than nothing.
-- UA-1-10: the promotion never gets back more than it gave; so no coupon is turned into money.
-- PSR-12-4: a client's debt is never paid by more than it is.
-- PSR-22-1, PSR-22-2: a frozen deposit is neither used nor withdrawn, save for what a freeze is for.
CREATE OR REPLACE FUNCTION entry_runs_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    account_kind varchar;
    journal_kind varchar;
    last_no bigint;
    last_balance bigint;
BEGIN
    SELECT kind INTO account_kind FROM account WHERE id = NEW.account FOR NO KEY UPDATE;
    SELECT kind INTO journal_kind FROM journal
        WHERE subject = NEW.subject AND sequence = NEW.sequence AND journal_no = NEW.journal_no
            AND xmin = pg_current_xact_id()::xid;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'entry of %/%: this transaction wrote no such journal',
            NEW.subject, NEW.sequence USING ERRCODE = 'DG004';
    END IF;
    SELECT entry_no, balance INTO last_no, last_balance FROM entry
        WHERE account = NEW.account ORDER BY entry_no DESC LIMIT 1;
    NEW.entry_no := coalesce(last_no, 0) + 1;
    NEW.balance := coalesce(last_balance, 0) + NEW.amount;

    IF account_kind = 'deposit' AND NEW.amount > 0
        AND journal_kind NOT IN ('offset', 'chargeback')
        AND EXISTS (SELECT FROM account_freeze
                    WHERE account = NEW.account AND lifted_at IS NULL) THEN
        RAISE EXCEPTION '% is frozen', NEW.account
            USING ERRCODE = 'DG002', DETAIL = (
                SELECT string_agg(reason || ' (' || clause || ')', ', ' ORDER BY id)
                FROM account_freeze WHERE account = NEW.account AND lifted_at IS NULL);
    END IF;
    IF NEW.balance > 0
            AND account_kind NOT IN ('payment_institution', 'bank', 'promotion', 'receivable')
        OR NEW.balance < 0 AND account_kind IN ('promotion', 'receivable') THEN
        RAISE EXCEPTION '% holds % fen, % are needed', NEW.account,
            -coalesce(last_balance, 0), NEW.amount
            USING ERRCODE = 'DG001', DETAIL = jsonb_build_object(
                'kind', account_kind, 'holds', -coalesce(last_balance, 0), 'needs', NEW.amount);
    END IF;
    RETURN NEW;
END $$;

-- ---- previews --------------------------------------------------------------------------------

-- PSR-12-3, PSR-10-2: what somebody was shown before money moved, as it was shown. Whoever reads it
-- later reads the same, whatever has moved since. The same preview is kept once.
CREATE TABLE preview (
    subject     varchar NOT NULL REFERENCES purchase_order (id),
    digest      varchar NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    sequence    integer NOT NULL CHECK (sequence > 1),
    item        varchar NOT NULL CHECK (item = '' OR starts_with(item, subject || '/')),
    trigger     varchar NOT NULL CHECK (trigger <> ''),
    asker_role  varchar NOT NULL CHECK (asker_role <> ''),
    asker_party varchar NOT NULL CHECK (asker_party <> ''),
    asker_app   varchar,
    at          timestamptz NOT NULL,
    answer      jsonb NOT NULL CHECK (jsonb_typeof(answer) = 'object'),
    PRIMARY KEY (subject, digest)
);
CREATE INDEX preview_by_subject ON preview (subject, at, digest);

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON preview
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON preview EXECUTE FUNCTION refuse_change();
