-- The two doors of the posting path: what a step must know, and what it writes. Each is one
-- statement on the wire; Python decides, these move rows.

-- All that a step's template reads, under the subject's lock. The lock is taken by a statement of
-- its own: what is read after it is what the last holder committed.
CREATE FUNCTION open_book(
    the_subject varchar, the_sequence integer, the_command_id varchar, the_item varchar
) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM purchase_order WHERE id = the_subject FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM FROM recharge WHERE id = the_subject FOR NO KEY UPDATE;
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
            FROM order_line l WHERE subject = the_subject),
        'held', (
            SELECT coalesce(jsonb_object_agg(a.kind, -last.balance), '{}')
            FROM account a, LATERAL (
                SELECT balance FROM entry WHERE account = a.id ORDER BY entry_no DESC LIMIT 1
            ) AS last
            WHERE a.owner = the_subject),
        'movement', (
            SELECT to_jsonb(m) FROM movement m
            WHERE subject = the_subject AND state = 'sent'
                AND CASE the_item WHEN '' THEN kind <> 'refund' ELSE reference = the_item END)
    );
END $$;

-- Writes a step. `step` holds rows by table; a table that is not named is not touched. Accounts
-- are locked first, all at once and in the order of their ids: two steps never wait in a circle.
CREATE FUNCTION write_step(step jsonb) RETURNS void LANGUAGE plpgsql AS $$
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
            paid_from_institution = n.paid_from_institution, paid_capture = n.paid_capture,
            logistics = n.logistics, entered_at = n.entered_at, ended_at = n.ended_at
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
            SELECT * FROM jsonb_populate_record(NULL::movement, step -> 'movement');
    END IF;
    IF step ? 'new_refund' THEN
        INSERT INTO refund
            SELECT * FROM jsonb_populate_record(NULL::refund, step -> 'new_refund');
    END IF;
    IF step ? 'refund' THEN
        UPDATE refund AS r SET
            state = n.state, clocks = n.clocks, next_due_at = n.next_due_at,
            ended_at = n.ended_at
        FROM jsonb_populate_record(NULL::refund, step -> 'refund') AS n
        WHERE r.item = n.item;
    END IF;
    IF step ? 'notice' THEN
        INSERT INTO notice
            SELECT * FROM jsonb_populate_recordset(NULL::notice, step -> 'notice');
    END IF;
END $$;
