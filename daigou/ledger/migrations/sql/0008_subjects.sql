-- Whatever has transitions of its own, be it an order or not. A further kind of subject is a line in
-- `main_axis` and `main_axes`, and a table of that axis's name with a row a subject; then the rest of
-- the books knows it. Of its columns `id`, `client`, `state`, `sequence`, `clocks`, `next_due_at` and
-- `ended_at` are read by everyone, and `order_id` if it is about an order.

CREATE FUNCTION main_axis(subject varchar) RETURNS varchar LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE left(subject, 4)
        WHEN 'ord_' THEN 'fulfilment'
        WHEN 'rch_' THEN 'recharge'
    END
$$;

CREATE FUNCTION main_axes() RETURNS varchar[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['fulfilment', 'recharge']
$$;

ALTER TABLE transition
    DROP CONSTRAINT transition_subject_check,
    DROP CONSTRAINT axis_is_the_subjects,
    DROP CONSTRAINT only_side_axes_have_items,
    ADD CONSTRAINT subject_is_known CHECK (
        main_axis(subject) IS NOT NULL AND subject ~ '^[a-z]{3}_[0-9A-Za-z_-]{4,60}$'
    ),
    -- An order alone has items, on side axes of theirs.
    ADD CONSTRAINT axis_is_the_subjects CHECK (CASE item
        WHEN '' THEN axis = main_axis(subject)
        ELSE main_axis(subject) = 'fulfilment' AND axis <> ALL (main_axes())
    END);

-- ---- their rows ------------------------------------------------------------------------------

-- The row of a subject that is no order; NULL where there is none yet.
CREATE FUNCTION subject_row(the_subject varchar, locked boolean DEFAULT false) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    found_row jsonb;
BEGIN
    EXECUTE format(
        'SELECT to_jsonb(s) FROM %I AS s WHERE id = $1 %s', main_axis(the_subject),
        CASE WHEN locked THEN 'FOR NO KEY UPDATE' END
    ) INTO found_row USING the_subject;
    RETURN found_row;
END $$;

-- The subjects of an axis that are about an order, in the order of their ids, but for one.
CREATE FUNCTION subjects_of(the_order varchar, axis varchar, but varchar) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    found_rows jsonb;
BEGIN
    EXECUTE format(
        'SELECT jsonb_agg(to_jsonb(s) ORDER BY id) FROM %I AS s WHERE order_id = $1 AND id <> $2',
        axis
    ) INTO found_rows USING the_order, but;
    RETURN found_rows;
END $$;

CREATE FUNCTION put_subject(said jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO %1$I SELECT * FROM jsonb_populate_record(NULL::%1$I, $1)',
        main_axis(said ->> 'id')
    ) USING said;
END $$;

-- Moves a subject: the columns that are said change, the others stay.
CREATE FUNCTION move_subject(said jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE (
        SELECT format(
            'UPDATE %1$I AS s SET %2$s FROM jsonb_populate_record(NULL::%1$I, $1) AS n'
                ' WHERE s.id = n.id',
            main_axis(said ->> 'id'),
            string_agg(format('%1$I = n.%1$I', name), ', ' ORDER BY name))
        FROM jsonb_object_keys(said) AS name WHERE name <> 'id'
    ) USING said;
END $$;

-- ---- guards ----------------------------------------------------------------------------------

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
    IF NEW.item <> '' THEN
        SELECT i.state, o.sequence INTO said, said_sequence
            FROM purchase_order o LEFT JOIN order_item i
                ON i.item = NEW.item AND i.subject = o.id AND i.axis = NEW.axis
            WHERE o.id = NEW.subject;
    ELSIF NEW.axis = 'fulfilment' THEN
        SELECT state, sequence INTO said, said_sequence
            FROM purchase_order WHERE id = NEW.subject;
    ELSE
        EXECUTE format('SELECT state, sequence FROM %I WHERE id = $1', NEW.axis)
            INTO said, said_sequence USING NEW.subject;
    END IF;
    IF (said, said_sequence) IS DISTINCT FROM (stands, last_sequence) THEN
        RAISE EXCEPTION '%: the read model says % at %, the log says % at %', NEW.subject,
            said, said_sequence, stands, last_sequence USING ERRCODE = 'DG007';
    END IF;
    RETURN NULL;
END $$;

-- Why: with the foreign key on (id, sequence), a read model moves only when a transition does. The
-- columns that are named move with it; whatever else was said once never does.
CREATE FUNCTION subject_moves_by_transitions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence <> OLD.sequence + 1 THEN
        RAISE EXCEPTION '% moves from % to % without a transition', NEW.id, OLD.sequence,
            NEW.sequence USING ERRCODE = 'DG007';
    END IF;
    IF to_jsonb(NEW) - TG_ARGV IS DISTINCT FROM to_jsonb(OLD) - TG_ARGV THEN
        RAISE EXCEPTION '%: what was said of it once does not change', OLD.id
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER moves_by_transitions ON recharge;
CREATE TRIGGER moves_by_transitions BEFORE UPDATE ON recharge
    FOR EACH ROW EXECUTE FUNCTION subject_moves_by_transitions(
        'state', 'sequence', 'clocks', 'next_due_at', 'ended_at');
DROP FUNCTION recharge_moves_by_transitions();

-- ---- the two doors of the posting path: see 0002_doors.sql -------------------------------------

DROP FUNCTION open_book(varchar, integer, varchar, varchar, varchar[], timestamptz);

-- `own` is the row of a subject that is no order, `order` the order that it is, or is about; beside
-- that, the others of its kind on the same order. The order is locked first, then the subject.
CREATE FUNCTION open_book(
    the_subject varchar, the_sequence integer, the_command_id varchar, the_item varchar,
    the_coupons varchar[], the_moment timestamptz, the_order varchar DEFAULT NULL
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    axis varchar := main_axis(the_subject);
    its_order varchar := CASE axis WHEN 'fulfilment' THEN the_subject ELSE the_order END;
    own jsonb;
    beside jsonb;
BEGIN
    IF axis <> 'fulfilment' THEN
        own := subject_row(the_subject);
        its_order := coalesce(own ->> 'order_id', its_order);
    END IF;
    PERFORM FROM purchase_order WHERE id = its_order FOR NO KEY UPDATE;
    IF axis <> 'fulfilment' THEN
        own := subject_row(the_subject, locked => true);
        IF its_order IS NOT NULL THEN
            beside := subjects_of(its_order, axis, but => the_subject);
        END IF;
    END IF;
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
                'reference', c.reference, 'amount', c.amount, 'refunded', (
                    SELECT coalesce(sum(r.amount), 0) FROM movement r
                    WHERE r.subject = the_subject AND r.original = c.reference)
                ) ORDER BY c.sequence), '[]')
            FROM movement c
            WHERE c.subject = the_subject AND c.kind = 'capture' AND c.state = 'done'),
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

-- Writes a step: rows by table. Accounts are locked first, in the order of their ids.
CREATE OR REPLACE FUNCTION write_step(step jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
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

    IF step ? 'journal' THEN
        INSERT INTO account
            SELECT * FROM jsonb_populate_recordset(NULL::account, step -> 'account') AS a
            ORDER BY a.id
            ON CONFLICT DO NOTHING;
        PERFORM FROM account
            WHERE id IN (SELECT e ->> 'account' FROM jsonb_array_elements(step -> 'entry') AS e)
            ORDER BY id
            FOR NO KEY UPDATE;
        INSERT INTO journal
            SELECT * FROM jsonb_populate_recordset(NULL::journal, step -> 'journal');
        INSERT INTO entry
            SELECT * FROM jsonb_populate_recordset(NULL::entry, step -> 'entry') AS e
            ORDER BY e.journal_no, e.leg_no;
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
