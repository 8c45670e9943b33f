-- What the database refuses, whoever asks. Each guard says why it is there; the SQLSTATEs are
--   DG001  an account would go beneath its floor         DG005  a journal does not balance
--   DG002  a frozen deposit would be used                DG006  a transition breaks the chain
--   DG003  a party is not registered for what it does    DG007  the read model left its log
--   DG004  history would be changed

-- ---- history stays as it was written -----------------------------------------------------------

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %: what was written is not changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'DG004';
END $$;

-- Why: the books prove themselves only if no entry, and nothing that explains one, can be altered.
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON transition
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON purchase_request
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON order_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON account
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Why: these rows do change, but a removed one would be a hole in the story.
CREATE TRIGGER never_removed BEFORE DELETE ON purchase_order
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON recharge
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON refund
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON movement
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON account_freeze
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON notice
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Why: TRUNCATE fires no row trigger.
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON transition EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON purchase_request EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON purchase_order EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON recharge EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON refund EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON order_line EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON movement EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON journal EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON entry EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON account EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON account_freeze EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON notice EXECUTE FUNCTION refuse_change();

-- ---- one transition, one transaction -----------------------------------------------------------

-- Why: a transition takes its money, lines and notices along; none can be slipped under it later.
CREATE FUNCTION refuse_afterthought() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM transition
        WHERE subject = NEW.subject AND sequence = NEW.sequence
            AND xmin = pg_current_xact_id()::xid;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% of %/%: this transaction wrote no such transition',
            TG_TABLE_NAME, NEW.subject, NEW.sequence USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER comes_with_its_transition BEFORE INSERT ON order_line
    FOR EACH ROW EXECUTE FUNCTION refuse_afterthought();
CREATE TRIGGER comes_with_its_transition BEFORE INSERT ON movement
    FOR EACH ROW EXECUTE FUNCTION refuse_afterthought();
CREATE TRIGGER comes_with_its_transition BEFORE INSERT ON refund
    FOR EACH ROW EXECUTE FUNCTION refuse_afterthought();
CREATE TRIGGER comes_with_its_transition BEFORE INSERT ON journal
    FOR EACH ROW EXECUTE FUNCTION refuse_afterthought();
CREATE TRIGGER comes_with_its_transition BEFORE INSERT ON notice
    FOR EACH ROW EXECUTE FUNCTION refuse_afterthought();

-- Why: a subject's story has no gap, and each step begins where the last one on its axis ended.
CREATE FUNCTION transition_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF NOT FOUND AND NEW.axis = 'refund' THEN
        SELECT state INTO stands FROM refund WHERE item = NEW.item AND subject = NEW.subject;
    ELSIF NOT FOUND THEN
        stands := 'new';
    END IF;
    IF NEW.source IS DISTINCT FROM stands THEN
        RAISE EXCEPTION '%: % begins at %, but % stands at %', NEW.subject, NEW.trigger,
            NEW.source, NEW.axis, coalesce(stands, 'nothing') USING ERRCODE = 'DG006';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER goes_on BEFORE INSERT ON transition
    FOR EACH ROW EXECUTE FUNCTION transition_goes_on();

-- Why: people and programs read the read model; at every commit it says what the log says.
CREATE FUNCTION read_model_follows() RETURNS trigger LANGUAGE plpgsql AS $$
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
    ELSIF NEW.axis = 'refund' THEN
        SELECT r.state, o.sequence INTO said, said_sequence
            FROM purchase_order o LEFT JOIN refund r ON r.item = NEW.item
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

CREATE CONSTRAINT TRIGGER read_model_follows AFTER INSERT ON transition
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION read_model_follows();

-- Why: with the foreign key on (id, sequence), a read model moves only when a transition does;
-- and what a request said never moves.
CREATE FUNCTION order_moves_by_transitions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence <> OLD.sequence + 1 THEN
        RAISE EXCEPTION '% moves from % to % without a transition', NEW.id, OLD.sequence,
            NEW.sequence USING ERRCODE = 'DG007';
    END IF;
    IF (NEW.id, NEW.client, NEW.provider, NEW.storage, NEW.terms_version, NEW.placed_at)
        IS DISTINCT FROM
        (OLD.id, OLD.client, OLD.provider, OLD.storage, OLD.terms_version, OLD.placed_at) THEN
        RAISE EXCEPTION '%: whose order it is, and by which terms, does not change', OLD.id
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER moves_by_transitions BEFORE UPDATE ON purchase_order
    FOR EACH ROW EXECUTE FUNCTION order_moves_by_transitions();

CREATE FUNCTION recharge_moves_by_transitions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence <> OLD.sequence + 1 THEN
        RAISE EXCEPTION '% moves from % to % without a transition', NEW.id, OLD.sequence,
            NEW.sequence USING ERRCODE = 'DG007';
    END IF;
    IF (NEW.id, NEW.client, NEW.amount, NEW.requested_at)
        IS DISTINCT FROM (OLD.id, OLD.client, OLD.amount, OLD.requested_at) THEN
        RAISE EXCEPTION '%: whose money it is, and how much, does not change', OLD.id
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER moves_by_transitions BEFORE UPDATE ON recharge
    FOR EACH ROW EXECUTE FUNCTION recharge_moves_by_transitions();

CREATE FUNCTION refund_moves_by_transitions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stands varchar;
BEGIN
    SELECT target INTO stands FROM transition
        WHERE subject = OLD.subject AND axis = 'refund' AND item = OLD.item
            AND xmin = pg_current_xact_id()::xid
        ORDER BY sequence DESC LIMIT 1;
    IF NEW.state IS DISTINCT FROM stands THEN
        RAISE EXCEPTION 'refund % moves to % without a transition', OLD.item, NEW.state
            USING ERRCODE = 'DG007';
    END IF;
    IF (NEW.item, NEW.subject, NEW.sequence, NEW.amount, NEW.opened_at) IS DISTINCT FROM
        (OLD.item, OLD.subject, OLD.sequence, OLD.amount, OLD.opened_at) THEN
        RAISE EXCEPTION 'refund %: what is refunded does not change', OLD.item
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER moves_by_transitions BEFORE UPDATE ON refund
    FOR EACH ROW EXECUTE FUNCTION refund_moves_by_transitions();

-- ---- who may have orders -----------------------------------------------------------------------

-- Why: UA-1-1, only a registered client with an accepted agreement; and whoever serves an order is
-- registered for what it does there.
CREATE FUNCTION refuse_strangers(the_role varchar, the_party varchar) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM party WHERE id = the_party AND role = the_role
        AND (role <> 'client' OR agreement_version IS NOT NULL);
    IF the_party IS NOT NULL AND NOT FOUND THEN
        RAISE EXCEPTION '% is not registered as a %', the_party, the_role
            USING ERRCODE = 'DG003', DETAIL = the_role;
    END IF;
END $$;

CREATE FUNCTION order_is_of_registered_parties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_strangers('client', NEW.client);
    PERFORM refuse_strangers('provider', NEW.provider);
    PERFORM refuse_strangers('storage', NEW.storage);
    PERFORM refuse_strangers('logistics', NEW.logistics);
    PERFORM refuse_strangers('promoter', NEW.promoter);
    RETURN NEW;
END $$;

CREATE TRIGGER of_registered_parties BEFORE INSERT ON purchase_order
    FOR EACH ROW EXECUTE FUNCTION order_is_of_registered_parties();
CREATE TRIGGER of_registered_parties_still BEFORE UPDATE ON purchase_order
    FOR EACH ROW WHEN ((OLD.logistics, OLD.promoter) IS DISTINCT FROM (NEW.logistics, NEW.promoter))
    EXECUTE FUNCTION order_is_of_registered_parties();

CREATE FUNCTION recharge_is_of_a_registered_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_strangers('client', NEW.client);
    RETURN NEW;
END $$;

CREATE TRIGGER of_a_registered_client BEFORE INSERT ON recharge
    FOR EACH ROW EXECUTE FUNCTION recharge_is_of_a_registered_client();

-- ---- the checkout ------------------------------------------------------------------------------

-- Why: PSR-10-1, the fee's base is goods plus to-warehouse freight, nothing else.
CREATE FUNCTION fee_base_is_goods_and_freight() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    base bigint;
BEGIN
    SELECT sum(amount) INTO base FROM order_line
        WHERE subject = NEW.subject AND code IN ('goods', 'freight');
    IF NEW.fee_base IS DISTINCT FROM base THEN
        RAISE EXCEPTION '%: the fee is computed on % fen, goods and freight are %',
            NEW.subject, NEW.fee_base, base USING ERRCODE = 'DG005';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER fee_base_is_goods_and_freight AFTER INSERT ON order_line
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.code = 'service_fee')
    EXECUTE FUNCTION fee_base_is_goods_and_freight();

-- ---- money -------------------------------------------------------------------------------------

-- Why: an account belongs to someone or something that exists.
CREATE FUNCTION account_has_its_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE NEW.kind
        WHEN 'payment_institution', 'bank' THEN
            RETURN NEW;
        WHEN 'deposit' THEN
            PERFORM refuse_strangers('client', NEW.owner);
        WHEN 'provider' THEN
            PERFORM refuse_strangers('provider', NEW.owner);
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

CREATE TRIGGER has_its_owner BEFORE INSERT ON account
    FOR EACH ROW EXECUTE FUNCTION account_has_its_owner();

-- Why: the balance of an account is its last entry's, gapless, whatever the caller believed. The
-- account's row lock orders the entries; each takes its number and its running balance under it.
-- UA-1-8: all but cash is owed to someone, and nobody is owed less than nothing.
-- PSR-22-1, PSR-22-2: a frozen deposit is neither used nor withdrawn, save for what a freeze is for.
CREATE FUNCTION entry_runs_on() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF NEW.balance > 0 AND account_kind NOT IN ('payment_institution', 'bank') THEN
        RAISE EXCEPTION '% holds % fen, % are needed', NEW.account,
            -coalesce(last_balance, 0), NEW.amount
            USING ERRCODE = 'DG001', DETAIL = jsonb_build_object(
                'kind', account_kind, 'holds', -coalesce(last_balance, 0), 'needs', NEW.amount);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER runs_on BEFORE INSERT ON entry
    FOR EACH ROW EXECUTE FUNCTION entry_runs_on();

-- Why: money neither appears nor vanishes.
CREATE FUNCTION journal_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    legs bigint;
    balanced boolean;
BEGIN
    SELECT sum(per_currency.legs), bool_and(per_currency.total = 0) INTO legs, balanced
        FROM (SELECT count(*) AS legs, sum(amount) AS total FROM entry
              WHERE subject = NEW.subject AND sequence = NEW.sequence
                  AND journal_no = NEW.journal_no
              GROUP BY currency) AS per_currency;
    IF legs IS NULL OR legs < 2 OR NOT balanced THEN
        RAISE EXCEPTION 'journal %/%/% does not balance', NEW.subject, NEW.sequence,
            NEW.journal_no USING ERRCODE = 'DG005';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON journal
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION journal_balances();
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON entry
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION journal_balances();

-- Why: an outcome is written once, by the step that heard it; an intent stays as it was sent.
CREATE FUNCTION movement_settles_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'sent' OR NEW.state = 'sent' THEN
        RAISE EXCEPTION 'movement % is % and stays so', OLD.reference, OLD.state
            USING ERRCODE = 'DG004';
    END IF;
    IF (NEW.reference, NEW.subject, NEW.sequence, NEW.kind, NEW.amount, NEW.currency,
        NEW.payment_method, NEW.original, NEW.sent_at) IS DISTINCT FROM
        (OLD.reference, OLD.subject, OLD.sequence, OLD.kind, OLD.amount, OLD.currency,
        OLD.payment_method, OLD.original, OLD.sent_at) THEN
        RAISE EXCEPTION 'movement %: what was intended does not change', OLD.reference
            USING ERRCODE = 'DG004';
    END IF;
    PERFORM FROM transition
        WHERE subject = OLD.subject AND sequence = NEW.settled_sequence
            AND xmin = pg_current_xact_id()::xid;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'movement % is settled without a transition', OLD.reference
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER settles_once BEFORE UPDATE ON movement
    FOR EACH ROW EXECUTE FUNCTION movement_settles_once();

-- Why: a freeze that is being placed waits for a running use of the deposit, and the next use
-- waits for it; so none slips past.
CREATE FUNCTION freeze_takes_the_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM account WHERE id = NEW.account FOR NO KEY UPDATE;
    RETURN NEW;
END $$;

CREATE TRIGGER takes_the_lock BEFORE INSERT ON account_freeze
    FOR EACH ROW EXECUTE FUNCTION freeze_takes_the_lock();

-- Why: who froze what, and why, is kept; a freeze is lifted once and never placed again.
CREATE FUNCTION freeze_is_lifted_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.lifted_at IS NOT NULL OR NEW.lifted_at IS NULL
        OR (NEW.id, NEW.account, NEW.reason, NEW.author, NEW.clause, NEW.placed_at)
            IS DISTINCT FROM
            (OLD.id, OLD.account, OLD.reason, OLD.author, OLD.clause, OLD.placed_at) THEN
        RAISE EXCEPTION 'freeze % of % can only be lifted, once', OLD.id, OLD.account
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_lifted_once BEFORE UPDATE ON account_freeze
    FOR EACH ROW EXECUTE FUNCTION freeze_is_lifted_once();

-- Why: a notice that was sent was sent; what it says is history.
CREATE FUNCTION notice_is_sent_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.sent_at IS NOT NULL OR NEW.sent_at IS NULL
        OR (NEW.subject, NEW.sequence, NEW.number, NEW.event, NEW.recipient_role,
            NEW.recipient_party, NEW.at) IS DISTINCT FROM
            (OLD.subject, OLD.sequence, OLD.number, OLD.event, OLD.recipient_role,
            OLD.recipient_party, OLD.at) THEN
        RAISE EXCEPTION 'notice %/%/% can only be sent, once', OLD.subject, OLD.sequence,
            OLD.number USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_sent_once BEFORE UPDATE ON notice
    FOR EACH ROW EXECUTE FUNCTION notice_is_sent_once();
