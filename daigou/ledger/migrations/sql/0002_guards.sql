-- What the database refuses of the whole road; the SQLSTATEs are those of 0001_guards.sql, and
--   DG008  a coupon cannot be used

-- ---- history stays as it was written -----------------------------------------------------------

CREATE TRIGGER never_removed BEFORE DELETE ON order_item
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON coupon
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON promoter_contract
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON order_item EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON coupon EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON promoter_contract EXECUTE FUNCTION refuse_change();

-- ---- one transition, one transaction -----------------------------------------------------------

CREATE TRIGGER comes_with_its_transition BEFORE INSERT ON order_item
    FOR EACH ROW EXECUTE FUNCTION refuse_afterthought();

-- Why: an item is opened by the step that its id names, on its own axis; a refund by whichever step
-- sends the money. None is slipped in under a step of something else.
CREATE FUNCTION item_is_opened_by_its_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.axis = 'refund' THEN
        PERFORM FROM movement
            WHERE reference = NEW.item AND subject = NEW.subject AND sequence = NEW.sequence
                AND kind = 'refund' AND state = 'sent' AND NEW.state = 'due';
    ELSE
        PERFORM FROM transition
            WHERE subject = NEW.subject AND sequence = NEW.sequence AND axis = NEW.axis
                AND item = NEW.item AND source = 'new' AND target = NEW.state;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% % was not opened as % by step % of %', NEW.axis, NEW.item, NEW.state,
            NEW.sequence, NEW.subject USING ERRCODE = 'DG007';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_opened_by_its_step BEFORE INSERT ON order_item
    FOR EACH ROW EXECUTE FUNCTION item_is_opened_by_its_step();

-- Why: a subject's story has no gap, and each step begins where the last one on its axis ended.
CREATE OR REPLACE FUNCTION transition_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last_sequence integer;
    stands varchar;
BEGIN
    SELECT max(sequence) INTO last_sequence FROM transition WHERE subject = NEW.subject;
    IF NEW.sequence <> coalesce(last_sequence, 0) + 1 THEN
        RAISE EXCEPTION '%: transition % does not follow %',
            NEW.subject, NEW.sequence, coalesce(last_sequence, 0) USING ERRCODE = 'DG006';
    END IF;
    SELECT target INTO stands FROM transition
        WHERE subject = NEW.subject AND axis = NEW.axis AND item = NEW.item
        ORDER BY sequence DESC LIMIT 1;
    IF NOT FOUND THEN
        -- An item may have been opened by a step of another axis.
        SELECT state INTO stands FROM order_item
            WHERE item = NEW.item AND subject = NEW.subject AND axis = NEW.axis;
        stands := coalesce(stands, 'new');
    END IF;
    IF NEW.source IS DISTINCT FROM stands THEN
        RAISE EXCEPTION '%: % begins at %, but % stands at %', NEW.subject, NEW.trigger,
            NEW.source, NEW.axis, coalesce(stands, 'nothing') USING ERRCODE = 'DG006';
    END IF;
    RETURN NEW;
END $$;

-- Why: people and programs read the read model; at every commit it says what the log says.
CREATE OR REPLACE FUNCTION read_model_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stands varchar;
    last_sequence integer;
    said varchar;
    said_sequence integer;
BEGIN
    SELECT max(sequence) INTO last_sequence FROM transition WHERE subject = NEW.subject;
    SELECT target INTO stands FROM transition
        WHERE subject = NEW.subject AND axis = NEW.axis AND item = NEW.item
        ORDER BY sequence DESC LIMIT 1;
    IF NEW.axis = 'recharge' THEN
        SELECT state, sequence INTO said, said_sequence FROM recharge WHERE id = NEW.subject;
    ELSIF NEW.item <> '' THEN
        SELECT i.state, o.sequence INTO said, said_sequence
            FROM purchase_order o LEFT JOIN order_item i
                ON i.item = NEW.item AND i.subject = o.id AND i.axis = NEW.axis
            WHERE o.id = NEW.subject;
    ELSE
        SELECT state, sequence INTO said, said_sequence
            FROM purchase_order WHERE id = NEW.subject;
    END IF;
    IF (said, said_sequence) IS DISTINCT FROM (stands, last_sequence) THEN
        RAISE EXCEPTION '%: the read model says % at %, the log says % at %', NEW.subject,
            said, said_sequence, stands, last_sequence USING ERRCODE = 'DG007';
    END IF;
    RETURN NULL;
END $$;

-- Why: an item moves only when a transition of its own axis does.
CREATE FUNCTION item_moves_by_transitions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stands varchar;
BEGIN
    SELECT target INTO stands FROM transition
        WHERE subject = OLD.subject AND axis = OLD.axis AND item = OLD.item
            AND xmin = pg_current_xact_id()::xid
        ORDER BY sequence DESC LIMIT 1;
    IF NEW.state IS DISTINCT FROM stands THEN
        RAISE EXCEPTION '% % moves to % without a transition', OLD.axis, OLD.item, NEW.state
            USING ERRCODE = 'DG007';
    END IF;
    IF (NEW.item, NEW.subject, NEW.axis, NEW.sequence, NEW.opened_at) IS DISTINCT FROM
        (OLD.item, OLD.subject, OLD.axis, OLD.sequence, OLD.opened_at) THEN
        RAISE EXCEPTION '% %: what was opened does not change', OLD.axis, OLD.item
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER moves_by_transitions BEFORE UPDATE ON order_item
    FOR EACH ROW EXECUTE FUNCTION item_moves_by_transitions();

-- Why: whose order it is, and who won it for the provider (PSR-19), was said once.
CREATE OR REPLACE FUNCTION order_moves_by_transitions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence <> OLD.sequence + 1 THEN
        RAISE EXCEPTION '% moves from % to % without a transition', NEW.id, OLD.sequence,
            NEW.sequence USING ERRCODE = 'DG007';
    END IF;
    IF (NEW.id, NEW.client, NEW.provider, NEW.storage, NEW.promoter, NEW.terms_version,
        NEW.placed_at) IS DISTINCT FROM
        (OLD.id, OLD.client, OLD.provider, OLD.storage, OLD.promoter, OLD.terms_version,
        OLD.placed_at) THEN
        RAISE EXCEPTION '%: whose order it is, and by which terms, does not change', OLD.id
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

-- ---- the checkout ------------------------------------------------------------------------------

-- Why: PSR-10-1, the fee's base is goods plus to-warehouse freight, nothing else; each version of
-- the checkout has its own, and no version comes without its fee.
DROP TRIGGER fee_base_is_goods_and_freight ON order_line;
CREATE OR REPLACE FUNCTION fee_base_is_goods_and_freight() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    base bigint;
    computed_on bigint;
BEGIN
    SELECT sum(amount) FILTER (WHERE code <> 'service_fee'), sum(fee_base)
        INTO base, computed_on FROM order_line
        WHERE subject = NEW.subject AND sequence = NEW.sequence
            AND code IN ('goods', 'freight', 'service_fee');
    IF computed_on IS DISTINCT FROM base THEN
        RAISE EXCEPTION '%: the fee is computed on % fen, goods and freight are %',
            NEW.subject, computed_on, base USING ERRCODE = 'DG005';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER fee_base_is_goods_and_freight AFTER INSERT ON order_line
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.code IN ('goods', 'freight', 'service_fee'))
    EXECUTE FUNCTION fee_base_is_goods_and_freight();

-- Why: UA-1-10, a coupon is its client's alone, in its time, once; a step of the order alone takes
-- it, or gives it back; nothing else of it changes.
CREATE FUNCTION coupon_is_redeemed_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_client varchar;
    redeemed_at timestamptz;
BEGIN
    IF (NEW.id, NEW.client, NEW.amount, NEW.currency, NEW.reduces, NEW.valid_from,
        NEW.valid_until, NEW.issued_by, NEW.issued_at) IS DISTINCT FROM
        (OLD.id, OLD.client, OLD.amount, OLD.currency, OLD.reduces, OLD.valid_from,
        OLD.valid_until, OLD.issued_by, OLD.issued_at) THEN
        RAISE EXCEPTION 'coupon %: what was issued does not change', OLD.id
            USING ERRCODE = 'DG004';
    END IF;
    IF NEW.redeemed_subject IS NULL THEN
        PERFORM FROM transition
            WHERE subject = OLD.redeemed_subject AND xmin = pg_current_xact_id()::xid;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'coupon %: no step of % gave it back', OLD.id, OLD.redeemed_subject
                USING ERRCODE = 'DG004';
        END IF;
        RETURN NEW;
    END IF;
    SELECT client INTO the_client FROM purchase_order WHERE id = NEW.redeemed_subject;
    SELECT at INTO redeemed_at FROM transition
        WHERE subject = NEW.redeemed_subject AND sequence = NEW.redeemed_sequence
            AND xmin = pg_current_xact_id()::xid;
    IF OLD.redeemed_subject IS NOT NULL OR the_client IS DISTINCT FROM NEW.client
        OR redeemed_at IS NULL OR redeemed_at < NEW.valid_from OR redeemed_at >= NEW.valid_until
    THEN
        RAISE EXCEPTION 'coupon % cannot be used by %', NEW.id, NEW.redeemed_subject
            USING ERRCODE = 'DG008';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_redeemed_once BEFORE UPDATE ON coupon
    FOR EACH ROW EXECUTE FUNCTION coupon_is_redeemed_once();

-- Why: a contract's rate is what orders were paid under; a contract can only be ended, once.
CREATE FUNCTION contract_is_ended_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ends_at IS NOT NULL OR NEW.ends_at IS NULL
        OR (NEW.id, NEW.promoter, NEW.provider, NEW.numerator, NEW.denominator, NEW.begins_at)
            IS DISTINCT FROM
            (OLD.id, OLD.promoter, OLD.provider, OLD.numerator, OLD.denominator, OLD.begins_at)
    THEN
        RAISE EXCEPTION 'contract % can only be ended, once', OLD.id USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_ended_once BEFORE UPDATE ON promoter_contract
    FOR EACH ROW EXECUTE FUNCTION contract_is_ended_once();

-- Why: at any moment one rate holds between a promoter and a provider, or none.
CREATE FUNCTION contract_is_the_only_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_strangers('promoter', NEW.promoter);
    PERFORM refuse_strangers('provider', NEW.provider);
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.promoter || ' ' || NEW.provider, 0));
    PERFORM FROM promoter_contract
        WHERE promoter = NEW.promoter AND provider = NEW.provider AND id <> NEW.id
            AND tstzrange(begins_at, ends_at) && tstzrange(NEW.begins_at, NEW.ends_at);
    IF FOUND THEN
        RAISE EXCEPTION '% and % have a contract for that time already', NEW.promoter,
            NEW.provider USING ERRCODE = 'DG003', DETAIL = 'contract';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_the_only_one BEFORE INSERT OR UPDATE ON promoter_contract
    FOR EACH ROW EXECUTE FUNCTION contract_is_the_only_one();

-- Why: a coupon is a registered client's, and new when it is issued.
CREATE FUNCTION coupon_is_a_clients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_strangers('client', NEW.client);
    IF NEW.redeemed_subject IS NOT NULL THEN
        RAISE EXCEPTION 'coupon % cannot be used before it is issued', NEW.id
            USING ERRCODE = 'DG008';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_a_clients BEFORE INSERT ON coupon
    FOR EACH ROW EXECUTE FUNCTION coupon_is_a_clients();

-- ---- money -------------------------------------------------------------------------------------

-- Why: an account belongs to someone or something that exists.
CREATE OR REPLACE FUNCTION account_has_its_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE NEW.kind
        WHEN 'payment_institution', 'bank', 'promotion' THEN
            RETURN NEW;
        WHEN 'deposit' THEN
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
    IF NEW.balance > 0 AND account_kind NOT IN ('payment_institution', 'bank', 'promotion')
        OR NEW.balance < 0 AND account_kind = 'promotion' THEN
        RAISE EXCEPTION '% holds % fen, % are needed', NEW.account,
            -coalesce(last_balance, 0), NEW.amount
            USING ERRCODE = 'DG001', DETAIL = jsonb_build_object(
                'kind', account_kind, 'holds', -coalesce(last_balance, 0), 'needs', NEW.amount);
    END IF;
    RETURN NEW;
END $$;

-- Why: the rate of brokerage is fixed with the payment and stays (PSR-19).
CREATE FUNCTION brokerage_is_fixed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: the brokerage was fixed at payment', OLD.id USING ERRCODE = 'DG004';
END $$;

CREATE TRIGGER brokerage_stays BEFORE UPDATE ON purchase_order
    FOR EACH ROW WHEN (OLD.brokerage_numerator IS NOT NULL
        AND (OLD.brokerage_numerator, OLD.brokerage_denominator)
            IS DISTINCT FROM (NEW.brokerage_numerator, NEW.brokerage_denominator))
    EXECUTE FUNCTION brokerage_is_fixed_once();
