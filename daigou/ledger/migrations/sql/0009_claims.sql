-- Claims: what a client asks of its provider, of logistics or of the seller for a loss.
-- The SQLSTATEs are those of 0001_guards.sql and 0002_guards.sql, and
--   DG009  more is claimed of a provider than it is liable for

-- ---- a further kind of subject: see 0008_subjects.sql ------------------------------------------

CREATE OR REPLACE FUNCTION main_axis(subject varchar) RETURNS varchar LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE left(subject, 4)
        WHEN 'ord_' THEN 'fulfilment'
        WHEN 'rch_' THEN 'recharge'
        WHEN 'clm_' THEN 'claim'
    END
$$;

CREATE OR REPLACE FUNCTION main_axes() RETURNS varchar[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['fulfilment', 'recharge', 'claim']
$$;

ALTER TABLE transition
    DROP CONSTRAINT axis_is_known,
    ADD CONSTRAINT axis_is_known CHECK (axis IN (
        'fulfilment', 'parcel', 'requirement', 'question', 'opinion', 'cancellation',
        'dissolution', 'refund', 'recharge', 'claim'
    ));

-- `logistics` is set where the claim is against it: nobody else of that trade may see it.
CREATE TABLE claim (
    id            varchar PRIMARY KEY,
    order_id      varchar NOT NULL REFERENCES purchase_order (id),
    client        varchar NOT NULL REFERENCES party (id),
    provider      varchar NOT NULL REFERENCES party (id),
    logistics     varchar REFERENCES party (id),
    against       varchar NOT NULL CHECK (against IN ('provider', 'logistics', 'seller')),
    basis         varchar NOT NULL CHECK (basis IN (
        'PSR-24', 'PSR-13-7', 'PSR-17-2', 'PSR-13-4'
    )),
    losses        jsonb NOT NULL CHECK (jsonb_array_length(losses) > 0),
    evidence      jsonb NOT NULL CHECK (jsonb_typeof(evidence) = 'array'),
    asked         bigint NOT NULL CHECK (asked > 0),
    admitted      bigint CHECK (admitted > 0),
    external_ref  varchar NOT NULL,
    currency      varchar NOT NULL CHECK (currency = 'CNY'),
    state         varchar NOT NULL CHECK (state IN (
        'made', 'admitted', 'rejected', 'withdrawn', 'compensated'
    )),
    sequence      integer NOT NULL,
    terms_version varchar NOT NULL,
    clocks        jsonb NOT NULL,
    next_due_at   timestamptz,
    next_actor    varchar,
    made_at       timestamptz NOT NULL,
    ended_at      timestamptz,
    CONSTRAINT claim_has_its_transition
        FOREIGN KEY (id, sequence) REFERENCES transition (subject, sequence),
    CONSTRAINT basis_gives_the_claim CHECK (against = CASE basis
        WHEN 'PSR-24' THEN 'provider'
        WHEN 'PSR-13-7' THEN 'provider'
        WHEN 'PSR-17-2' THEN 'logistics'
        WHEN 'PSR-13-4' THEN 'seller'
    END),
    CONSTRAINT only_its_own_logistics_sees_it CHECK (
        (logistics IS NOT NULL) = (against = 'logistics')
    ),
    -- PSR-24: a provider is liable for direct loss, not for what the client paid to others.
    CONSTRAINT provider_is_liable_for_direct_loss CHECK (
        against <> 'provider'
        OR NOT jsonb_path_exists(losses, '$[*] ? (@.head != "direct_loss")')
    ),
    CONSTRAINT nobody_admits_more_than_is_asked CHECK (admitted <= asked),
    CONSTRAINT admitted_with_its_state CHECK (
        (admitted IS NOT NULL) = (state IN ('admitted', 'compensated'))
    ),
    CONSTRAINT paid_by_a_number CHECK ((external_ref <> '') = (state = 'compensated')),
    CONSTRAINT claim_ends_with_its_state CHECK (
        (ended_at IS NULL) = (state IN ('made', 'admitted'))
    ),
    CONSTRAINT ended_claims_wait_for_nothing CHECK (
        ended_at IS NULL OR num_nonnulls(next_due_at, next_actor) = 0
    )
);
CREATE INDEX claim_by_order ON claim (order_id, id);
CREATE INDEX claim_by_client ON claim (client);
CREATE INDEX claim_open ON claim (id) WHERE ended_at IS NULL;
CREATE INDEX claim_by_due ON claim (next_due_at, id) WHERE next_due_at IS NOT NULL;

CREATE TRIGGER never_removed BEFORE DELETE ON claim
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON claim EXECUTE FUNCTION refuse_change();
CREATE TRIGGER moves_by_transitions BEFORE UPDATE ON claim
    FOR EACH ROW EXECUTE FUNCTION subject_moves_by_transitions(
        'state', 'sequence', 'admitted', 'external_ref', 'clocks', 'next_due_at', 'next_actor',
        'ended_at');

-- Why: a claim is between the parties of its order.
CREATE FUNCTION claim_is_of_its_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM purchase_order
        WHERE id = NEW.order_id AND client = NEW.client AND provider = NEW.provider
            AND (NEW.logistics IS NULL OR logistics = NEW.logistics);
    IF NOT FOUND THEN
        RAISE EXCEPTION '%: whom it is between is not whose order % is', NEW.id, NEW.order_id
            USING ERRCODE = 'DG003', DETAIL = 'claim';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_of_its_order BEFORE INSERT ON claim
    FOR EACH ROW EXECUTE FUNCTION claim_is_of_its_order();

-- Why: PSR-24, a provider is liable for the order amount at most, over all claims. The order's lock
-- keeps two claims at once from passing it together. What a cancellation cost was not ordered.
CREATE FUNCTION provider_is_liable_up_to_the_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    most bigint;
    claimed bigint;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.admitted IS NOT DISTINCT FROM OLD.admitted THEN
        RETURN NEW;
    END IF;
    PERFORM FROM purchase_order WHERE id = NEW.order_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(amount), 0) INTO most FROM current_line
        WHERE subject = NEW.order_id AND code NOT IN ('cancellation_cost', 'seller_penalty');
    SELECT coalesce(sum(coalesce(admitted, asked)), 0) INTO claimed FROM claim
        WHERE order_id = NEW.order_id AND against = 'provider' AND id <> NEW.id
            AND state NOT IN ('rejected', 'withdrawn');
    IF claimed + coalesce(NEW.admitted, NEW.asked) > most THEN
        RAISE EXCEPTION '%: a provider is liable for % fen at most, % are claimed already',
            NEW.id, most, claimed USING ERRCODE = 'DG009';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_within_the_liability BEFORE INSERT OR UPDATE ON claim
    FOR EACH ROW WHEN (NEW.against = 'provider')
    EXECUTE FUNCTION provider_is_liable_up_to_the_order();

-- ---- money -----------------------------------------------------------------------------------

ALTER TABLE journal
    DROP CONSTRAINT kind_is_known,
    ADD CONSTRAINT kind_is_known CHECK (kind IN (
        'recharge', 'payment_reserved', 'payment_released', 'payment', 'purchase_reserved',
        'purchase_released', 'purchase_paid', 'seller_refund', 'refund', 'refund_paid',
        'refund_credited', 'fee_earned', 'brokerage', 'costs', 'costs_passed_on', 'debt_paid',
        'refund_returned', 'storage_charge', 'offset', 'chargeback', 'compensation'
    ));
