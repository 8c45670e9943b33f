-- Tips, and consultations of the platform. The SQLSTATEs are those of the guards before, and
--   DG021  a tip is not within the limits

-- ---- further kinds of subjects: see 0008_subjects.sql ------------------------------------------

CREATE OR REPLACE FUNCTION main_axis(subject varchar) RETURNS varchar LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE left(subject, 4)
        WHEN 'ord_' THEN 'fulfilment'
        WHEN 'rch_' THEN 'recharge'
        WHEN 'clm_' THEN 'claim'
        WHEN 'wdr_' THEN 'withdrawal'
        WHEN 'frz_' THEN 'freeze'
        WHEN 'acl_' THEN 'closure'
        WHEN 'cbk_' THEN 'chargeback'
        WHEN 'tip_' THEN 'tip'
        WHEN 'cns_' THEN 'consultation'
    END
$$;

CREATE OR REPLACE FUNCTION main_axes() RETURNS varchar[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY[
        'fulfilment', 'recharge', 'claim', 'withdrawal', 'freeze', 'closure', 'chargeback', 'tip',
        'consultation'
    ]
$$;

-- ---- tips ------------------------------------------------------------------------------------

-- PSR-21-1: what the platform lets a tip be, by version of the terms. A new version that says it
-- comes with a row of its own here: tips are refused by terms that do not.
CREATE TABLE tip_limits (
    terms_version varchar PRIMARY KEY,
    fen_min       bigint NOT NULL CHECK (fen_min > 0),
    fen_max       bigint NOT NULL,
    per_order_max integer NOT NULL CHECK (per_order_max > 0),
    CONSTRAINT there_is_room CHECK (fen_min <= fen_max)
);
INSERT INTO tip_limits VALUES ('2026-11', 100, 50000, 3);

CREATE TABLE tip (
    id            varchar PRIMARY KEY,
    order_id      varchar NOT NULL REFERENCES purchase_order (id),
    client        varchar NOT NULL REFERENCES party (id),
    provider      varchar NOT NULL REFERENCES party (id),
    amount        bigint NOT NULL CHECK (amount > 0),
    currency      varchar NOT NULL CHECK (currency = 'CNY'),
    state         varchar NOT NULL CHECK (state IN (
        'held', 'refunded', 'earned', 'returned', 'closed'
    )),
    sequence      integer NOT NULL,
    terms_version varchar NOT NULL
        CONSTRAINT terms_let_tips_be REFERENCES tip_limits (terms_version),
    clocks        jsonb NOT NULL,
    next_due_at   timestamptz,
    next_actor    varchar,
    given_at      timestamptz NOT NULL,
    ended_at      timestamptz,
    CONSTRAINT tip_has_its_transition
        FOREIGN KEY (id, sequence) REFERENCES transition (subject, sequence),
    CONSTRAINT tip_ends_with_its_state CHECK (
        (ended_at IS NULL) = (state IN ('held', 'earned'))
    ),
    CONSTRAINT ended_tips_wait_for_nothing CHECK (
        ended_at IS NULL OR num_nonnulls(next_due_at, next_actor) = 0
    )
);
CREATE INDEX tip_by_order ON tip (order_id, id);
CREATE INDEX tip_by_client ON tip (client);
CREATE INDEX tip_open ON tip (id) WHERE ended_at IS NULL;
CREATE INDEX tip_by_due ON tip (next_due_at, id) WHERE next_due_at IS NOT NULL;

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON tip_limits
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON tip_limits EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON tip
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON tip EXECUTE FUNCTION refuse_change();
CREATE TRIGGER moves_by_transitions BEFORE UPDATE ON tip
    FOR EACH ROW EXECUTE FUNCTION subject_moves_by_transitions(
        'state', 'sequence', 'clocks', 'next_due_at', 'next_actor', 'ended_at');

-- Why: PSR-21-1, a client tips the provider of an order of its own that it paid, within the limits.
-- The order's lock keeps two tips at once from passing the last of them together.
CREATE FUNCTION tip_is_within_the_limits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    limits tip_limits;
    paid boolean;
    given bigint;
BEGIN
    SELECT paid_from_deposit IS NOT NULL INTO paid FROM purchase_order
        WHERE id = NEW.order_id AND client = NEW.client AND provider = NEW.provider
        FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION '%: whom it is between is not whose order % is', NEW.id, NEW.order_id
            USING ERRCODE = 'DG003', DETAIL = 'tip';
    END IF;
    SELECT * INTO limits FROM tip_limits WHERE terms_version = NEW.terms_version;
    SELECT count(*) INTO given FROM tip
        WHERE order_id = NEW.order_id AND state NOT IN ('refunded', 'returned');
    IF NOT paid OR given >= limits.per_order_max
            OR NEW.amount NOT BETWEEN limits.fen_min AND limits.fen_max THEN
        RAISE EXCEPTION '%: a paid order has up to % tips of % to % fen; % (paid: %) has % already',
            NEW.id, limits.per_order_max, limits.fen_min, limits.fen_max, NEW.order_id, paid, given
            USING ERRCODE = 'DG021';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_within_the_limits BEFORE INSERT ON tip
    FOR EACH ROW EXECUTE FUNCTION tip_is_within_the_limits();

-- ---- consultations -----------------------------------------------------------------------------

-- Whoever asks stands in the column of its role, and nobody in the others.
CREATE TABLE consultation (
    id            varchar PRIMARY KEY,
    client        varchar REFERENCES party (id),
    provider      varchar REFERENCES party (id),
    storage       varchar REFERENCES party (id),
    logistics     varchar REFERENCES party (id),
    promoter      varchar REFERENCES party (id),
    topic         varchar NOT NULL CHECK (topic IN ('services', 'agreement')),
    answer_by     timestamptz NOT NULL,
    calendar      varchar NOT NULL CHECK (calendar IN ('state_council', 'weekdays')),
    state         varchar NOT NULL CHECK (state IN ('asked', 'answered', 'withdrawn')),
    sequence      integer NOT NULL,
    terms_version varchar NOT NULL,
    clocks        jsonb NOT NULL,
    next_due_at   timestamptz,
    next_actor    varchar,
    asked_at      timestamptz NOT NULL,
    ended_at      timestamptz,
    CONSTRAINT consultation_has_its_transition
        FOREIGN KEY (id, sequence) REFERENCES transition (subject, sequence),
    CONSTRAINT somebody_asks CHECK (
        num_nonnulls(client, provider, storage, logistics, promoter) = 1
    ),
    CONSTRAINT there_is_time_to_answer CHECK (answer_by > asked_at),
    CONSTRAINT consultation_ends_with_its_state CHECK (
        (ended_at IS NULL) = (state = 'asked')
    ),
    CONSTRAINT ended_consultations_wait_for_nothing CHECK (
        ended_at IS NULL OR num_nonnulls(next_due_at, next_actor) = 0
    )
);
CREATE INDEX consultation_by_client ON consultation (client);
CREATE INDEX consultation_by_age ON consultation (asked_at, id);
CREATE INDEX consultation_open ON consultation (id) WHERE ended_at IS NULL;
CREATE INDEX consultation_by_due ON consultation (next_due_at, id) WHERE next_due_at IS NOT NULL;

CREATE TRIGGER never_removed BEFORE DELETE ON consultation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON consultation EXECUTE FUNCTION refuse_change();
CREATE TRIGGER moves_by_transitions BEFORE UPDATE ON consultation
    FOR EACH ROW EXECUTE FUNCTION subject_moves_by_transitions(
        'state', 'sequence', 'clocks', 'next_due_at', 'next_actor', 'ended_at');

-- Why: UA-4-6, whoever is registered may ask.
CREATE FUNCTION consultation_is_of_a_registered_party() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_strangers('client', NEW.client);
    PERFORM refuse_strangers('provider', NEW.provider);
    PERFORM refuse_strangers('storage', NEW.storage);
    PERFORM refuse_strangers('logistics', NEW.logistics);
    PERFORM refuse_strangers('promoter', NEW.promoter);
    RETURN NEW;
END $$;

CREATE TRIGGER of_a_registered_party BEFORE INSERT ON consultation
    FOR EACH ROW EXECUTE FUNCTION consultation_is_of_a_registered_party();

-- ---- money -----------------------------------------------------------------------------------

-- Why: what is held for a tip belongs to one that exists. Accounts of other kinds are looked at by
-- the guard that there is.
CREATE FUNCTION tip_account_has_its_tip() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tip WHERE id = NEW.owner;
    IF NOT FOUND THEN
        RAISE EXCEPTION '%: there is no %', NEW.id, NEW.owner USING ERRCODE = 'DG003';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER has_its_owner BEFORE INSERT ON account
    FOR EACH ROW WHEN (NEW.kind <> 'tip_held') EXECUTE FUNCTION account_has_its_owner();
CREATE TRIGGER has_its_tip BEFORE INSERT ON account
    FOR EACH ROW WHEN (NEW.kind = 'tip_held') EXECUTE FUNCTION tip_account_has_its_tip();
