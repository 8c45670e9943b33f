-- The two doors of the posting path, with items, coupons and brokerage: see 0001_doors.sql.

DROP FUNCTION open_book(varchar, integer, varchar, varchar);

CREATE FUNCTION open_book(
    the_subject varchar, the_sequence integer, the_command_id varchar, the_item varchar,
    the_coupons varchar[], the_moment timestamptz
) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM purchase_order WHERE id = the_subject FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM FROM recharge WHERE id = the_subject FOR NO KEY UPDATE;
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
        'order', (SELECT to_jsonb(o) FROM purchase_order o WHERE id = the_subject),
        'request', (SELECT to_jsonb(r) FROM purchase_request r WHERE order_id = the_subject),
        'recharge', (SELECT to_jsonb(r) FROM recharge r WHERE id = the_subject),
        'lines', (
            SELECT coalesce(jsonb_agg(to_jsonb(l) ORDER BY line_no), '[]')
            FROM current_line l WHERE subject = the_subject),
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
    IF step ? 'new_recharge' THEN
        INSERT INTO recharge
            SELECT * FROM jsonb_populate_record(NULL::recharge, step -> 'new_recharge');
    END IF;
    IF step ? 'recharge' THEN
        UPDATE recharge AS r SET
            state = n.state, sequence = n.sequence, clocks = n.clocks,
            next_due_at = n.next_due_at, ended_at = n.ended_at
        FROM jsonb_populate_record(NULL::recharge, step -> 'recharge') AS n
        WHERE r.id = n.id;
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
