-- What a client's account goes through: withdrawals, freezes, its closing, and chargebacks.
-- The SQLSTATEs are those of the files before, and
--   DG010  a payment would be given back more than once
--   DG011  what a client owes for cancellations would be taken out of its deposit
-- DG002 says in its detail what is blocked, and by which freezes.

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
    END
$$;

CREATE OR REPLACE FUNCTION main_axes() RETURNS varchar[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY[
        'fulfilment', 'recharge', 'claim', 'withdrawal', 'freeze', 'closure', 'chargeback'
    ]
$$;

ALTER TABLE transition
    DROP CONSTRAINT axis_is_known,
    DROP CONSTRAINT subject_is_known,
    ADD CONSTRAINT axis_is_known CHECK (
        axis IN (
            'fulfilment', 'parcel', 'requirement', 'question', 'opinion', 'cancellation',
            'dissolution', 'refund', 'recharge', 'claim', 'withdrawal', 'freeze', 'closure',
            'chargeback', 'tip', 'consultation'
        )
    ),
    -- A chargeback is named by its order and the institution's own id of the dispute.
    ADD CONSTRAINT subject_is_known CHECK (
        main_axis(subject) IS NOT NULL AND subject ~ CASE main_axis(subject)
            WHEN 'chargeback' THEN '^cbk_[0-9A-Za-z_-]{4,60}\.[0-9A-Za-z_-]{1,60}$'
            ELSE '^[a-z]{3}_[0-9A-Za-z_-]{4,60}$'
        END
    );
-- UA-1-15: when a client did something last.
CREATE INDEX transition_by_client ON transition (actor_party, at) WHERE actor_role = 'client';

CREATE TABLE withdrawal (
    id             varchar PRIMARY KEY,
    client         varchar NOT NULL REFERENCES party (id),
    amount         bigint NOT NULL CHECK (amount > 0),
    currency       varchar NOT NULL CHECK (currency = 'CNY'),
    payment_method varchar NOT NULL CHECK (payment_method <> ''),
    state          varchar NOT NULL CHECK (state IN ('due', 'paid_out', 'returned')),
    sequence       integer NOT NULL,
    terms_version  varchar NOT NULL,
    clocks         jsonb NOT NULL,
    next_due_at    timestamptz,
    next_actor     varchar,
    requested_at   timestamptz NOT NULL,
    ended_at       timestamptz,
    CONSTRAINT withdrawal_has_its_transition
        FOREIGN KEY (id, sequence) REFERENCES transition (subject, sequence),
    CONSTRAINT withdrawal_ends_with_its_state CHECK ((state = 'due') = (ended_at IS NULL)),
    CONSTRAINT ended_withdrawals_wait_for_nothing CHECK (
        ended_at IS NULL OR num_nonnulls(next_due_at, next_actor) = 0
    )
);
CREATE INDEX withdrawal_by_client ON withdrawal (client, requested_at, id);
CREATE INDEX withdrawal_open ON withdrawal (id) WHERE ended_at IS NULL;
CREATE INDEX withdrawal_by_due ON withdrawal (next_due_at, id) WHERE next_due_at IS NOT NULL;

-- `provider` or `logistics` is who was wronged by a breach (UA-4-5).
CREATE TABLE "freeze" (
    id             varchar PRIMARY KEY,
    client         varchar NOT NULL REFERENCES party (id),
    reason         varchar NOT NULL CHECK (reason IN (
        'suspicion', 'lost_credential', 'breach', 'inactivity'
    )),
    clause         varchar NOT NULL CHECK (clause <> ''),
    blocks         varchar[] NOT NULL,
    author_role    varchar NOT NULL,
    author         varchar NOT NULL,
    order_id       varchar REFERENCES purchase_order (id),
    provider       varchar REFERENCES party (id),
    logistics      varchar REFERENCES party (id),
    amount         bigint NOT NULL CHECK (amount >= 0),
    transferred    bigint CHECK (transferred BETWEEN 0 AND amount),
    currency       varchar NOT NULL CHECK (currency = 'CNY'),
    report         varchar NOT NULL,
    inactive_since timestamptz,
    state          varchar NOT NULL CHECK (state IN (
        'placed', 'restricted', 'contested', 'warned', 'dormant', 'lifted', 'transferred',
        'called_off', 'cancelled'
    )),
    sequence       integer NOT NULL,
    terms_version  varchar NOT NULL,
    clocks         jsonb NOT NULL,
    next_due_at    timestamptz,
    next_actor     varchar,
    placed_at      timestamptz NOT NULL,
    ended_at       timestamptz,
    CONSTRAINT freeze_has_its_transition
        FOREIGN KEY (id, sequence) REFERENCES transition (subject, sequence),
    CONSTRAINT a_breach_is_of_an_order CHECK (
        (reason = 'breach') = (order_id IS NOT NULL AND amount > 0
                               AND num_nonnulls(provider, logistics) = 1)
        AND (reason = 'breach' OR num_nonnulls(order_id, provider, logistics) = 0 AND amount = 0)
    ),
    CONSTRAINT inactivity_has_its_beginning CHECK (
        (reason = 'inactivity') = (inactive_since IS NOT NULL)
    ),
    CONSTRAINT passed_on_with_its_state CHECK (
        (transferred IS NOT NULL) = (state = 'transferred')
    ),
    CONSTRAINT freeze_ends_with_its_state CHECK (
        (ended_at IS NULL)
            = (state IN ('placed', 'restricted', 'contested', 'warned', 'dormant'))
    ),
    CONSTRAINT ended_freezes_wait_for_nothing CHECK (
        ended_at IS NULL OR num_nonnulls(next_due_at, next_actor) = 0
    )
);
CREATE INDEX freeze_by_client ON "freeze" (client, placed_at, id);
CREATE INDEX freeze_open ON "freeze" (id) WHERE ended_at IS NULL;
CREATE INDEX freeze_by_due ON "freeze" (next_due_at, id) WHERE next_due_at IS NOT NULL;
-- UA-1-15: an account is warned of its inactivity once at a time.
CREATE UNIQUE INDEX freeze_one_inactivity ON "freeze" (client)
    WHERE reason = 'inactivity' AND (ended_at IS NULL OR state = 'cancelled');

CREATE TABLE closure (
    id             varchar PRIMARY KEY,
    client         varchar NOT NULL REFERENCES party (id),
    payment_method varchar NOT NULL CHECK (payment_method <> ''),
    paid_out       bigint CHECK (paid_out > 0),
    currency       varchar NOT NULL CHECK (currency = 'CNY'),
    state          varchar NOT NULL CHECK (state IN (
        'winding_up', 'paying_out', 'awaiting_method', 'closed', 'withdrawn'
    )),
    sequence       integer NOT NULL,
    terms_version  varchar NOT NULL,
    clocks         jsonb NOT NULL,
    next_due_at    timestamptz,
    next_actor     varchar,
    requested_at   timestamptz NOT NULL,
    ended_at       timestamptz,
    CONSTRAINT closure_has_its_transition
        FOREIGN KEY (id, sequence) REFERENCES transition (subject, sequence),
    CONSTRAINT closure_ends_with_its_state CHECK (
        (ended_at IS NULL) = (state IN ('winding_up', 'paying_out', 'awaiting_method'))
    ),
    CONSTRAINT ended_closures_wait_for_nothing CHECK (
        ended_at IS NULL OR num_nonnulls(next_due_at, next_actor) = 0
    )
);
-- UA-1-20: an account is closed once.
CREATE UNIQUE INDEX closure_one ON closure (client) WHERE state <> 'withdrawn';
CREATE INDEX closure_open ON closure (id) WHERE ended_at IS NULL;
CREATE INDEX closure_by_due ON closure (next_due_at, id) WHERE next_due_at IS NOT NULL;

CREATE TABLE chargeback (
    id            varchar PRIMARY KEY,
    order_id      varchar NOT NULL REFERENCES purchase_order (id),
    client        varchar NOT NULL REFERENCES party (id),
    provider      varchar NOT NULL REFERENCES party (id),
    storage       varchar NOT NULL REFERENCES party (id),
    logistics     varchar REFERENCES party (id),
    institution   varchar REFERENCES party (id),
    dispute       varchar NOT NULL CONSTRAINT dispute_is_new UNIQUE,
    payment       varchar NOT NULL REFERENCES movement (reference),
    amount        bigint NOT NULL CHECK (amount > 0),
    currency      varchar NOT NULL CHECK (currency = 'CNY'),
    reason        varchar NOT NULL CHECK (reason IN (
        'not_received', 'not_as_described', 'account_stolen', 'payment_misused', 'changed_mind',
        'duplicate', 'other'
    )),
    footing       jsonb NOT NULL,
    evidence_due  timestamptz NOT NULL,
    head          varchar CHECK (head IN ('1', '2', '3', '4', '5')),
    paying_in     varchar CHECK (paying_in IN ('demanded', 'owing')),
    won           boolean NOT NULL,
    lost          boolean NOT NULL,
    staged        varchar NOT NULL,
    submitted     varchar NOT NULL,
    state         varchar NOT NULL CHECK (state IN (
        'examining', 'demanded', 'paying', 'owing', 'covered', 'justified', 'won', 'settled',
        'borne'
    )),
    sequence      integer NOT NULL,
    terms_version varchar NOT NULL,
    clocks        jsonb NOT NULL,
    next_due_at   timestamptz,
    next_actor    varchar,
    reported_at   timestamptz NOT NULL,
    ended_at      timestamptz,
    CONSTRAINT chargeback_has_its_transition
        FOREIGN KEY (id, sequence) REFERENCES transition (subject, sequence),
    CONSTRAINT named_by_its_order_and_dispute CHECK (
        id = 'cbk_' || substr(order_id, 5) || '.' || dispute
    ),
    CONSTRAINT decided_once CHECK (NOT (won AND lost)),
    CONSTRAINT submitted_as_it_was_staged CHECK (submitted IN ('', staged)),
    CONSTRAINT chargeback_ends_with_its_state CHECK (
        (ended_at IS NULL) = (state NOT IN ('won', 'settled', 'borne'))
    ),
    CONSTRAINT ended_chargebacks_wait_for_nothing CHECK (
        ended_at IS NULL OR num_nonnulls(next_due_at, next_actor) = 0
    )
);
CREATE INDEX chargeback_by_order ON chargeback (order_id, id);
CREATE INDEX chargeback_by_client ON chargeback (client, reported_at, id);
CREATE INDEX chargeback_by_payment ON chargeback (payment);
CREATE INDEX chargeback_open ON chargeback (id) WHERE ended_at IS NULL;
CREATE INDEX chargeback_owing ON chargeback (client) WHERE state = 'owing';
CREATE INDEX chargeback_by_due ON chargeback (next_due_at, id) WHERE next_due_at IS NOT NULL;

-- What an order gave back of a payment that was charged back: it paid the debt, or went to the
-- deposit.
CREATE TABLE disputed_refund (
    chargeback varchar NOT NULL REFERENCES chargeback (id),
    subject    varchar NOT NULL REFERENCES purchase_order (id),
    sequence   integer NOT NULL,
    amount     bigint NOT NULL CHECK (amount > 0),
    PRIMARY KEY (chargeback, subject, sequence),
    FOREIGN KEY (subject, sequence) REFERENCES transition (subject, sequence)
);

CREATE TRIGGER comes_with_its_transition BEFORE INSERT ON disputed_refund
    FOR EACH ROW EXECUTE FUNCTION refuse_afterthought();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON disputed_refund
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON disputed_refund EXECUTE FUNCTION refuse_change();

CREATE TRIGGER never_removed BEFORE DELETE ON withdrawal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON withdrawal EXECUTE FUNCTION refuse_change();
CREATE TRIGGER moves_by_transitions BEFORE UPDATE ON withdrawal
    FOR EACH ROW EXECUTE FUNCTION subject_moves_by_transitions(
        'state', 'sequence', 'clocks', 'next_due_at', 'next_actor', 'ended_at');
CREATE TRIGGER never_removed BEFORE DELETE ON "freeze"
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON "freeze" EXECUTE FUNCTION refuse_change();
CREATE TRIGGER moves_by_transitions BEFORE UPDATE ON "freeze"
    FOR EACH ROW EXECUTE FUNCTION subject_moves_by_transitions(
        'state', 'sequence', 'transferred', 'clocks', 'next_due_at', 'next_actor', 'ended_at');
CREATE TRIGGER never_removed BEFORE DELETE ON closure
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON closure EXECUTE FUNCTION refuse_change();
CREATE TRIGGER moves_by_transitions BEFORE UPDATE ON closure
    FOR EACH ROW EXECUTE FUNCTION subject_moves_by_transitions(
        'state', 'sequence', 'payment_method', 'paid_out', 'clocks', 'next_due_at', 'next_actor', 'ended_at');
CREATE TRIGGER never_removed BEFORE DELETE ON chargeback
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON chargeback EXECUTE FUNCTION refuse_change();
CREATE TRIGGER moves_by_transitions BEFORE UPDATE ON chargeback
    FOR EACH ROW EXECUTE FUNCTION subject_moves_by_transitions(
        'state', 'sequence', 'head', 'paying_in', 'won', 'lost', 'staged', 'submitted', 'clocks', 'next_due_at', 'next_actor', 'ended_at');

-- ---- whose they are ----------------------------------------------------------------------------

CREATE TRIGGER of_a_registered_client BEFORE INSERT ON withdrawal
    FOR EACH ROW EXECUTE FUNCTION recharge_is_of_a_registered_client();
CREATE TRIGGER of_a_registered_client BEFORE INSERT ON "freeze"
    FOR EACH ROW EXECUTE FUNCTION recharge_is_of_a_registered_client();
CREATE TRIGGER of_a_registered_client BEFORE INSERT ON closure
    FOR EACH ROW EXECUTE FUNCTION recharge_is_of_a_registered_client();

-- Why: a breach is of an order between the client and who was wronged (UA-4-5).
CREATE FUNCTION breach_is_of_its_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM purchase_order
        WHERE id = NEW.order_id AND client = NEW.client
            AND (NEW.provider IS NULL OR provider = NEW.provider)
            AND (NEW.logistics IS NULL OR logistics = NEW.logistics);
    IF NOT FOUND THEN
        RAISE EXCEPTION '%: whom it is between is not whose order % is', NEW.id, NEW.order_id
            USING ERRCODE = 'DG003', DETAIL = 'breach';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_of_its_order BEFORE INSERT ON "freeze"
    FOR EACH ROW WHEN (NEW.order_id IS NOT NULL) EXECUTE FUNCTION breach_is_of_its_order();

-- Why: a chargeback is of a payment of its order, and between that order's parties.
CREATE FUNCTION chargeback_is_of_its_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM purchase_order o JOIN movement m ON m.subject = o.id
        WHERE o.id = NEW.order_id AND o.client = NEW.client AND o.provider = NEW.provider
            AND o.storage = NEW.storage AND o.logistics IS NOT DISTINCT FROM NEW.logistics
            AND m.reference = NEW.payment AND m.kind = 'capture' AND m.state = 'done';
    IF NOT FOUND THEN
        RAISE EXCEPTION '%: % is no payment of order %', NEW.id, NEW.payment, NEW.order_id
            USING ERRCODE = 'DG003', DETAIL = 'chargeback';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_of_its_payment BEFORE INSERT ON chargeback
    FOR EACH ROW EXECUTE FUNCTION chargeback_is_of_its_payment();

-- Why: PSR-22-1, a payment under chargeback is never refunded as well, nor a refunded one charged
-- back: over all that was given back of it. A refund that failed went to the deposit, and the
-- institution has its money yet. Of two at once the second waits for the first, and sees what it
-- wrote.
CREATE FUNCTION payment_is_given_back_once(the_payment varchar) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    captured bigint;
    refunded bigint;
    disputed bigint;
BEGIN
    SELECT amount INTO captured FROM movement WHERE reference = the_payment FOR NO KEY UPDATE;
    SELECT coalesce(sum(amount), 0) INTO refunded FROM movement
        WHERE original = the_payment AND state <> 'failed';
    SELECT coalesce(sum(weight), 0) INTO disputed FROM disputed_payment
        WHERE payment = the_payment;
    IF refunded + disputed > captured THEN
        RAISE EXCEPTION '%: of % fen % were refunded and % charged back', the_payment, captured,
            refunded, disputed USING ERRCODE = 'DG010';
    END IF;
END $$;

-- The chargebacks as they weigh on their payments: one that was won gave nothing back, but for what
-- its order gave back meanwhile.
CREATE VIEW disputed_payment AS
    SELECT c.id, c.order_id, c.client, c.payment, c.amount, c.state, c.won, c.reported_at,
        r.returned,
        CASE WHEN c.won THEN r.returned ELSE greatest(c.amount, r.returned) END AS weight,
        coalesce((
            SELECT balance FROM entry WHERE account = 'charged_back:' || c.id
            ORDER BY entry_no DESC LIMIT 1
        ), 0) AS owed
    FROM chargeback AS c
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(amount), 0)::bigint AS returned
        FROM disputed_refund WHERE chargeback = c.id
    ) AS r;

CREATE FUNCTION chargeback_weighs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM payment_is_given_back_once(NEW.payment);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER weighs AFTER INSERT OR UPDATE ON chargeback
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chargeback_weighs();

CREATE FUNCTION disputed_refund_weighs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM payment_is_given_back_once(payment) FROM chargeback WHERE id = NEW.chargeback;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER weighs AFTER INSERT ON disputed_refund
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION disputed_refund_weighs();

-- Why: an order gives back of its own disputed payments, not of another's.
CREATE FUNCTION disputed_refund_is_of_its_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM chargeback WHERE id = NEW.chargeback AND order_id = NEW.subject;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is no chargeback of %', NEW.chargeback, NEW.subject
            USING ERRCODE = 'DG003', DETAIL = 'chargeback';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_of_its_order BEFORE INSERT ON disputed_refund
    FOR EACH ROW EXECUTE FUNCTION disputed_refund_is_of_its_order();

CREATE FUNCTION refund_weighs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM payment_is_given_back_once(NEW.original);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER weighs AFTER INSERT ON movement
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.original IS NOT NULL) EXECUTE FUNCTION refund_weighs();

-- ---- freezes -----------------------------------------------------------------------------------

-- Whatever freezes an account, a freeze of its own or a chargeback: each row is in force until it is
-- lifted, by the subject that placed it. `blocks` is what it forbids.
ALTER TABLE account_freeze
    ADD COLUMN subject varchar,
    ADD COLUMN sequence integer,
    ADD COLUMN blocks varchar[] NOT NULL DEFAULT ARRAY['withdrawal', 'use']::varchar[],
    ADD COLUMN lifted_sequence integer,
    ADD CONSTRAINT freeze_has_its_step
        FOREIGN KEY (subject, sequence) REFERENCES transition (subject, sequence),
    ADD CONSTRAINT freeze_is_lifted_by_a_step
        FOREIGN KEY (subject, lifted_sequence) REFERENCES transition (subject, sequence),
    -- Those of before were placed by hand; `comes_with_its_transition` lets no other such row in.
    ADD CONSTRAINT freeze_is_placed_by_a_step CHECK (num_nonnulls(subject, sequence) IN (0, 2)),
    ADD CONSTRAINT freeze_forbids_something CHECK (
        cardinality(blocks) > 0
        AND blocks <@ ARRAY['withdrawal', 'use', 'recharge', 'service']::varchar[]
    );
ALTER TABLE account_freeze ALTER COLUMN blocks DROP DEFAULT;
CREATE INDEX account_freeze_by_subject ON account_freeze (subject) WHERE lifted_at IS NULL;

CREATE TRIGGER comes_with_its_transition BEFORE INSERT ON account_freeze
    FOR EACH ROW EXECUTE FUNCTION refuse_afterthought();

-- Why: a subject freezes the deposit of its own client.
CREATE FUNCTION freeze_is_of_its_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF main_axis(NEW.subject) NOT IN ('freeze', 'closure', 'chargeback')
        OR NEW.account IS DISTINCT FROM
           'deposit:' || (subject_row(NEW.subject) ->> 'client') THEN
        RAISE EXCEPTION '% does not freeze %', NEW.subject, NEW.account
            USING ERRCODE = 'DG003', DETAIL = 'freeze';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_of_its_client BEFORE INSERT ON account_freeze
    FOR EACH ROW EXECUTE FUNCTION freeze_is_of_its_client();

-- Why: who froze what, and why, is kept; a freeze is lifted once, by a step of what placed it.
CREATE OR REPLACE FUNCTION freeze_is_lifted_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.lifted_at IS NOT NULL OR NEW.lifted_at IS NULL
        OR to_jsonb(NEW) - ARRAY['lifted_at', 'lifted_by', 'lifted_sequence'] IS DISTINCT FROM
           to_jsonb(OLD) - ARRAY['lifted_at', 'lifted_by', 'lifted_sequence'] THEN
        RAISE EXCEPTION 'freeze % of % can only be lifted, once', OLD.id, OLD.account
            USING ERRCODE = 'DG004';
    END IF;
    IF OLD.subject IS NOT NULL THEN
        PERFORM FROM transition
            WHERE subject = OLD.subject AND sequence = NEW.lifted_sequence
                AND xmin = pg_current_xact_id()::xid;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'freeze % of % is lifted without a transition', OLD.id, OLD.account
                USING ERRCODE = 'DG004';
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- Why: what a freeze forbids is refused, and by whose reasons. The lock of the deposit's account, which
-- a freeze takes too, lets none slip past.
CREATE FUNCTION refuse_if_blocked(the_account varchar, what varchar) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    freezes jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_object('reason', reason, 'clause', clause) ORDER BY id)
        INTO freezes FROM account_freeze
        WHERE account = the_account AND lifted_at IS NULL AND what = ANY (blocks);
    IF freezes IS NOT NULL THEN
        RAISE EXCEPTION '% is frozen', the_account USING ERRCODE = 'DG002',
            DETAIL = jsonb_build_object('blocked', what, 'freezes', freezes);
    END IF;
END $$;

CREATE FUNCTION order_is_not_blocked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM account WHERE id = 'deposit:' || NEW.client FOR SHARE;
    PERFORM refuse_if_blocked('deposit:' || NEW.client, 'service');
    RETURN NEW;
END $$;
CREATE TRIGGER is_not_blocked BEFORE INSERT ON purchase_order
    FOR EACH ROW EXECUTE FUNCTION order_is_not_blocked();

CREATE FUNCTION recharge_is_not_blocked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM account WHERE id = 'deposit:' || NEW.client FOR SHARE;
    PERFORM refuse_if_blocked('deposit:' || NEW.client, 'recharge');
    RETURN NEW;
END $$;
CREATE TRIGGER is_not_blocked BEFORE INSERT ON recharge
    FOR EACH ROW EXECUTE FUNCTION recharge_is_not_blocked();

-- ---- money -------------------------------------------------------------------------------------

ALTER TABLE movement
    DROP CONSTRAINT movement_kind_check,
    ADD CONSTRAINT kind_is_known CHECK (kind IN ('capture', 'buy', 'refund', 'payout'));
CREATE INDEX movement_by_original ON movement (original) WHERE original IS NOT NULL;

ALTER TABLE account
    DROP CONSTRAINT kind_is_known,
    ADD CONSTRAINT kind_is_known CHECK (kind IN (
        'payment_institution', 'bank', 'promotion', 'deposit', 'payment_reserved',
        'coupon_reserved', 'escrow', 'fee_held', 'seller_transit', 'refund_transit',
        'third_party', 'provider', 'promoter', 'receivable', 'withdrawal_transit', 'charged_back',
        'disposal', 'tip_held'
    ));

ALTER TABLE journal
    DROP CONSTRAINT kind_is_known,
    ADD CONSTRAINT kind_is_known CHECK (kind IN (
        'recharge', 'payment_reserved', 'payment_released', 'payment', 'purchase_reserved',
        'purchase_released', 'purchase_paid', 'seller_refund', 'refund', 'refund_paid',
        'refund_credited', 'refund_disputed', 'fee_earned', 'brokerage', 'costs',
        'costs_passed_on', 'debt_paid', 'refund_returned', 'storage_charge', 'offset',
        'chargeback', 'compensation', 'withdrawal_reserved', 'withdrawal_paid',
        'withdrawal_returned', 'restriction_transferred', 'chargeback_paid', 'chargeback_won',
        'chargeback_borne', 'disposal', 'tip', 'tip_refunded', 'tip_earned'
    ));

-- Why: an account belongs to someone or something that exists.
CREATE OR REPLACE FUNCTION account_has_its_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE NEW.kind
        WHEN 'payment_institution', 'bank', 'promotion' THEN
            RETURN NEW;
        WHEN 'deposit' THEN
            PERFORM refuse_strangers('client', NEW.owner);
        WHEN 'receivable' THEN
            -- PSR-22-4: a provider owes what it has to bear of a chargeback.
            PERFORM refuse_strangers(
                CASE left(NEW.owner, 4) WHEN 'prv_' THEN 'provider' ELSE 'client' END, NEW.owner);
        WHEN 'provider' THEN
            PERFORM refuse_strangers('provider', NEW.owner);
        WHEN 'promoter' THEN
            PERFORM refuse_strangers('promoter', NEW.owner);
        WHEN 'third_party' THEN
            PERFORM FROM party WHERE id = NEW.owner;
        ELSE
            PERFORM FROM transition
                WHERE subject = NEW.owner AND sequence = 1 AND main_axis(subject) = CASE NEW.kind
                    WHEN 'withdrawal_transit' THEN main_axis(subject)
                    WHEN 'payment_reserved' THEN main_axis(subject)
                    WHEN 'charged_back' THEN 'chargeback'
                    WHEN 'tip_held' THEN 'tip'
                    ELSE 'fulfilment'
                END;
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
-- PSR-12-4, PSR-22-3: a client's debt is never paid by more than it is.
-- PSR-22-1, PSR-22-2: a frozen deposit is neither used nor withdrawn, save for what a freeze is for.
CREATE OR REPLACE FUNCTION entry_runs_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    account_kind varchar;
    journal_kind varchar;
    last_no bigint;
    last_balance bigint;
    owed bigint;
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

    IF account_kind = 'deposit' AND NEW.amount > 0 AND journal_kind NOT IN (
        'offset', 'chargeback', 'chargeback_paid', 'debt_paid', 'restriction_transferred'
    ) THEN
        PERFORM refuse_if_blocked(NEW.account, CASE journal_kind
            WHEN 'withdrawal_reserved' THEN 'withdrawal' ELSE 'use' END);
    END IF;
    -- UA-1-19. What is owed of a chargeback is a freeze's to hold: while a just cause is examined,
    -- nothing is (PSR-22-4).
    IF account_kind = 'deposit' AND journal_kind = 'withdrawal_reserved' THEN
        SELECT balance INTO owed FROM entry
            WHERE account = 'receivable:' || split_part(NEW.account, ':', 2)
            ORDER BY entry_no DESC LIMIT 1;
        IF owed > 0 AND -NEW.balance < owed THEN
            RAISE EXCEPTION '% holds % fen, of which % are owed', NEW.account,
                -coalesce(last_balance, 0), owed
                USING ERRCODE = 'DG011', DETAIL = jsonb_build_object(
                    'holds', -coalesce(last_balance, 0), 'owed', owed);
        END IF;
    END IF;
    IF NEW.balance > 0 AND account_kind NOT IN (
            'payment_institution', 'bank', 'promotion', 'receivable', 'charged_back')
        OR NEW.balance < 0 AND account_kind IN ('promotion', 'receivable', 'charged_back') THEN
        RAISE EXCEPTION '% holds % fen, % are needed', NEW.account,
            -coalesce(last_balance, 0), NEW.amount
            USING ERRCODE = 'DG001', DETAIL = jsonb_build_object(
                'kind', account_kind, 'holds', -coalesce(last_balance, 0), 'needs', NEW.amount);
    END IF;
    RETURN NEW;
END $$;

-- ---- the two doors of the posting path: see 0002_doors.sql and 0008_subjects.sql ----------------

-- What is known of a client's account. The deposit is locked: what it holds stays so until the step
-- is written. `but` is the subject that asks.
CREATE FUNCTION personal(the_client varchar, but varchar) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    deposit varchar := 'deposit:' || the_client;
    axis varchar;
    open_ones varchar[];
    unfinished varchar[] := '{}';
BEGIN
    PERFORM FROM account WHERE id = deposit FOR NO KEY UPDATE;
    IF main_axis(but) = 'closure' THEN
        FOREACH axis IN ARRAY main_axes() LOOP
            EXECUTE format(
                'SELECT array_agg(id ORDER BY id) FROM (SELECT id FROM %I'
                    ' WHERE client = $1 AND ended_at IS NULL AND id <> $2 LIMIT 5) AS s',
                CASE axis WHEN 'fulfilment' THEN 'purchase_order' ELSE axis END
            ) INTO open_ones USING the_client, but;
            unfinished := unfinished || coalesce(open_ones, '{}');
        END LOOP;
        SELECT unfinished || coalesce(array_agg(item), '{}') INTO unfinished FROM (
            SELECT i.item FROM order_item i JOIN purchase_order o ON o.id = i.subject
            WHERE o.client = the_client AND o.ended_at IS NOT NULL AND i.ended_at IS NULL
                AND i.axis IN ('cancellation', 'dissolution', 'refund')
            ORDER BY i.item LIMIT 5) AS s;
    END IF;
    RETURN jsonb_build_object(
        'balance', coalesce((
            SELECT -balance FROM entry WHERE account = deposit ORDER BY entry_no DESC LIMIT 1), 0),
        -- PSR-22-3, UA-1-19: what the deposit did not cover is paid first, the oldest first.
        'debts', (
            SELECT coalesce(jsonb_agg(d ORDER BY d.at, d.account), '[]') FROM (
                SELECT 'charged_back:' || id AS account, owed AS amount, reported_at AS at
                FROM disputed_payment
                WHERE client = the_client AND state = 'owing' AND owed > 0
                UNION ALL
                SELECT a.id, last.balance, a.opened_at
                FROM account a, LATERAL (
                    SELECT balance FROM entry WHERE account = a.id ORDER BY entry_no DESC LIMIT 1
                ) AS last
                WHERE a.id = 'receivable:' || the_client AND last.balance > 0) AS d),
        'frozen', EXISTS (
            SELECT FROM account_freeze WHERE subject = but AND lifted_at IS NULL),
        'unfinished', unfinished,
        'last_act', CASE main_axis(but) WHEN 'freeze' THEN (
            SELECT max(at) FROM transition
            WHERE actor_party = the_client AND actor_role = 'client') END
    );
END $$;

-- `own` is the row of a subject that is no order, `order` the order that it is, or is about; beside
-- that, the others of its kind on the same order. The order is locked first, then the subject.
CREATE OR REPLACE FUNCTION open_book(
    the_subject varchar, the_sequence integer, the_command_id varchar, the_item varchar,
    the_coupons varchar[], the_moment timestamptz, the_order varchar DEFAULT NULL
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    axis varchar := main_axis(the_subject);
    its_order varchar := CASE axis WHEN 'fulfilment' THEN the_subject ELSE the_order END;
    own jsonb;
    beside jsonb;
    client varchar;
    debtor varchar;
BEGIN
    IF axis <> 'fulfilment' THEN
        own := subject_row(the_subject);
        its_order := coalesce(own ->> 'order_id', its_order);
    END IF;
    PERFORM FROM purchase_order WHERE id = its_order FOR NO KEY UPDATE;
    IF axis <> 'fulfilment' THEN
        own := subject_row(the_subject, locked => true);
        client := coalesce(
            own ->> 'client', (SELECT o.client FROM purchase_order o WHERE o.id = its_order));
        IF its_order IS NOT NULL THEN
            beside := subjects_of(its_order, axis, but => the_subject);
        END IF;
    END IF;
    debtor := coalesce(
        client, (SELECT o.client FROM purchase_order o WHERE o.id = the_subject));
    IF cardinality(the_coupons) > 0 THEN
        PERFORM FROM coupon WHERE id = ANY (the_coupons) ORDER BY id FOR UPDATE;
    END IF;
    RETURN jsonb_build_object(
        'written', (
            SELECT to_jsonb(t) FROM transition t
            WHERE subject = the_subject AND sequence = the_sequence),
        'command_sequence', (
            SELECT sequence FROM transition
            WHERE subject = the_subject AND command_id = the_command_id),
        'own', own,
        'beside', coalesce(beside, '[]'),
        'order', (SELECT to_jsonb(o) FROM purchase_order o WHERE id = its_order),
        'request', (SELECT to_jsonb(r) FROM purchase_request r WHERE order_id = the_subject),
        'lines', (
            SELECT coalesce(jsonb_agg(to_jsonb(l) ORDER BY line_no), '[]')
            FROM current_line l WHERE subject = its_order),
        'lines_written', (SELECT count(*) FROM order_line WHERE subject = the_subject),
        'items', (
            SELECT coalesce(jsonb_agg(to_jsonb(i) ORDER BY sequence), '[]')
            FROM order_item i WHERE subject = the_subject AND ended_at IS NULL),
        'held', (
            SELECT coalesce(jsonb_object_agg(a.kind, -last.balance), '{}')
            FROM account a, LATERAL (
                SELECT balance FROM entry WHERE account = a.id ORDER BY entry_no DESC LIMIT 1
            ) AS last
            WHERE a.owner = the_subject),
        'moved', (
            SELECT coalesce(jsonb_object_agg(account, moved), '{}')
            FROM (SELECT account, sum(amount) AS moved FROM entry
                  WHERE subject = the_subject GROUP BY account) AS e),
        'captured', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'reference', c.reference, 'amount', c.amount,
                'refunded', back.amount, 'credited', back.credited, 'disputed', (
                    SELECT coalesce(sum(d.weight), 0) FROM disputed_payment d
                    WHERE d.payment = c.reference AND d.id <> the_subject)
                ) ORDER BY c.sequence), '[]')
            FROM movement c, LATERAL (
                SELECT coalesce(sum(r.amount), 0) AS amount,
                    coalesce(sum(r.amount) FILTER (WHERE r.state = 'failed'), 0) AS credited
                FROM movement r WHERE r.original = c.reference
            ) AS back
            WHERE c.subject = coalesce(its_order, the_subject)
                AND c.kind = 'capture' AND c.state = 'done'),
        'disputes', (
            SELECT coalesce(jsonb_agg(to_jsonb(d) ORDER BY d.reported_at, d.id), '[]')
            FROM disputed_payment d WHERE d.order_id = its_order),
        'order_held', CASE axis WHEN 'chargeback' THEN (
            SELECT coalesce(jsonb_object_agg(a.kind, -last.balance), '{}')
            FROM account a, LATERAL (
                SELECT balance FROM entry WHERE account = a.id ORDER BY entry_no DESC LIMIT 1
            ) AS last
            WHERE a.owner = its_order) END,
        'client_owes', CASE axis WHEN 'fulfilment' THEN coalesce((
            SELECT e.balance FROM entry e
            WHERE e.account = 'receivable:' || debtor ORDER BY e.entry_no DESC LIMIT 1), 0) END,
        'owing', (
            SELECT coalesce(jsonb_agg(c.id ORDER BY c.reported_at, c.id), '[]')
            FROM chargeback c
            WHERE c.state = 'owing' AND c.client = debtor),
        'personal', CASE WHEN client IS NOT NULL THEN personal(client, but => the_subject) END,
        'coupons', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'id', c.id, 'amount', c.amount, 'reduces', c.reduces,
                'usable', c.redeemed_subject IS NULL AND c.client = o.client
                    AND c.valid_from <= the_moment AND the_moment < c.valid_until)), '[]')
            FROM coupon c JOIN purchase_order o ON o.id = the_subject
            WHERE c.id = ANY (the_coupons)),
        'brokerage', (
            -- Once the order is paid, a contract that came later is of no account to it (PSR-19).
            SELECT jsonb_build_object(
                'numerator', coalesce(o.brokerage_numerator, p.numerator),
                'denominator', coalesce(o.brokerage_denominator, p.denominator))
            FROM purchase_order o LEFT JOIN promoter_contract p
                ON o.paid_from_deposit IS NULL
                AND p.promoter = o.promoter AND p.provider = o.provider
                AND tstzrange(p.begins_at, p.ends_at) @> the_moment
            WHERE o.id = the_subject AND o.promoter IS NOT NULL),
        'movement', (
            SELECT to_jsonb(m) FROM movement m
            WHERE subject = the_subject AND state = 'sent'
                AND CASE WHEN kind = 'refund' THEN reference = the_item ELSE the_item = '' END)
    );
END $$;

-- Writes a step: rows by table. Accounts are locked first: deposits, which may be locked already,
-- then the others in the order of their ids. One that is new is locked by being made, so deposits
-- are made and locked before any other is.
CREATE OR REPLACE FUNCTION write_step(step jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    of_deposits boolean;
    redeemed integer;
BEGIN
    INSERT INTO transition
        SELECT * FROM jsonb_populate_record(NULL::transition, step -> 'transition');

    IF step ? 'purchase_request' THEN
        INSERT INTO purchase_request
            SELECT * FROM jsonb_populate_record(NULL::purchase_request, step -> 'purchase_request');
    END IF;
    IF step ? 'new_order' THEN
        INSERT INTO purchase_order
            SELECT * FROM jsonb_populate_record(NULL::purchase_order, step -> 'new_order');
    END IF;
    IF step ? 'order' THEN
        UPDATE purchase_order AS o SET
            state = n.state, sequence = n.sequence, clocks = n.clocks,
            next_due_at = n.next_due_at, next_actor = n.next_actor, amount = n.amount,
            collected = n.collected, refunded = n.refunded, fee_earned = n.fee_earned,
            paid_from_deposit = n.paid_from_deposit,
            paid_from_institution = n.paid_from_institution,
            paid_from_coupons = n.paid_from_coupons,
            brokerage_numerator = n.brokerage_numerator,
            brokerage_denominator = n.brokerage_denominator,
            facts = n.facts, logistics = n.logistics, entered_at = n.entered_at, ended_at = n.ended_at
        FROM jsonb_populate_record(NULL::purchase_order, step -> 'order') AS n
        WHERE o.id = n.id;
    END IF;
    IF step ? 'new_own' THEN
        PERFORM put_subject(step -> 'new_own');
    END IF;
    IF step ? 'own' THEN
        PERFORM move_subject(step -> 'own');
    END IF;
    IF step ? 'order_line' THEN
        INSERT INTO order_line
            SELECT * FROM jsonb_populate_recordset(NULL::order_line, step -> 'order_line');
    END IF;

    IF step ? 'account' THEN
        FOREACH of_deposits IN ARRAY ARRAY[true, false] LOOP
            INSERT INTO account
                SELECT * FROM jsonb_populate_recordset(NULL::account, step -> 'account') AS a
                WHERE (a.kind = 'deposit') = of_deposits
                ORDER BY a.id
                ON CONFLICT DO NOTHING;
            PERFORM FROM account
                WHERE id IN (SELECT a ->> 'id' FROM jsonb_array_elements(step -> 'account') AS a)
                    AND (kind = 'deposit') = of_deposits
                ORDER BY id
                FOR NO KEY UPDATE;
        END LOOP;
    END IF;
    IF step ? 'journal' THEN
        INSERT INTO journal
            SELECT * FROM jsonb_populate_recordset(NULL::journal, step -> 'journal');
        INSERT INTO entry
            SELECT * FROM jsonb_populate_recordset(NULL::entry, step -> 'entry') AS e
            ORDER BY e.journal_no, e.leg_no;
    END IF;
    IF step ? 'lifted_freezes' THEN
        UPDATE account_freeze AS f SET
            lifted_at = (step -> 'lifted_freezes' ->> 'lifted_at')::timestamptz,
            lifted_by = step -> 'lifted_freezes' ->> 'lifted_by',
            lifted_sequence = (step -> 'transition' ->> 'sequence')::integer
            WHERE f.subject = step -> 'transition' ->> 'subject' AND f.lifted_at IS NULL;
    END IF;
    IF step ? 'account_freeze' THEN
        INSERT INTO account_freeze
            (account, reason, author, clause, placed_at, subject, sequence, blocks)
            SELECT f.account, f.reason, f.author, f.clause, f.placed_at, f.subject, f.sequence,
                f.blocks
            FROM jsonb_populate_recordset(NULL::account_freeze, step -> 'account_freeze') AS f;
    END IF;
    IF step ? 'disputed_refund' THEN
        INSERT INTO disputed_refund
            SELECT * FROM jsonb_populate_recordset(NULL::disputed_refund, step -> 'disputed_refund');
    END IF;
    IF step ? 'settled' THEN
        UPDATE movement AS m SET
            state = s.state, external_ref = s.external_ref, reason = s.reason,
            settled_at = s.settled_at, settled_sequence = s.settled_sequence
        FROM jsonb_populate_record(NULL::movement, step -> 'settled') AS s
        WHERE m.reference = s.reference;
    END IF;
    IF step ? 'movement' THEN
        INSERT INTO movement
            SELECT * FROM jsonb_populate_recordset(NULL::movement, step -> 'movement');
    END IF;
    IF step ? 'new_item' THEN
        INSERT INTO order_item
            SELECT * FROM jsonb_populate_recordset(NULL::order_item, step -> 'new_item');
    END IF;
    IF step ? 'item' THEN
        UPDATE order_item AS i SET
            state = n.state, clocks = n.clocks, next_due_at = n.next_due_at,
            next_actor = n.next_actor, ended_at = n.ended_at
        FROM jsonb_populate_record(NULL::order_item, step -> 'item') AS n
        WHERE i.item = n.item;
    END IF;
    IF step ? 'freed_coupons' THEN
        UPDATE coupon SET redeemed_subject = NULL, redeemed_sequence = NULL
            WHERE redeemed_subject = step -> 'transition' ->> 'subject'
                AND redeemed_sequence = coalesce(
                    (step -> 'freed_coupons' ->> 'redeemed_by')::integer, redeemed_sequence);
    END IF;
    IF step ? 'coupons' THEN
        UPDATE coupon SET
            redeemed_subject = step -> 'transition' ->> 'subject',
            redeemed_sequence = (step -> 'transition' ->> 'sequence')::integer
            WHERE id IN (SELECT jsonb_array_elements_text(step -> 'coupons'));
        GET DIAGNOSTICS redeemed = ROW_COUNT;
        IF redeemed <> jsonb_array_length(step -> 'coupons') THEN
            RAISE EXCEPTION 'a coupon is used once, and named once: %', step -> 'coupons'
                USING ERRCODE = 'DG008';
        END IF;
    END IF;
    IF step ? 'notice' THEN
        INSERT INTO notice
            SELECT * FROM jsonb_populate_recordset(NULL::notice, step -> 'notice');
    END IF;
END $$;
