"""Owns the invariants that an audit proves: each a query for what breaks it, one line a difference.

They read the rows alone and share nothing with the guards, so that a guard's fault is found, too.
`:ends` holds the order states that nothing follows, `:fulfilled` those of goods that were bought.
"""

from daigou.ledger.account_checks import ACCOUNTS
from daigou.ledger.audit_check import Check
from daigou.ledger.audit_promotion import PROMOTION
from daigou.ledger.side_checks import TIPS
from daigou.ledger.subjects import READ_MODELS

_ALL_SUBJECTS = " UNION ALL ".join(
    f'SELECT id, state, sequence FROM "{read_model}"' for read_model in READ_MODELS.values()
)


JOURNALS = (
    Check(
        "each journal has two legs at least, and sums to zero per currency",
        """
        SELECT format('%s/%s/%s: %s legs, %s %s', subject, sequence, journal_no,
                      sum(legs), sum(abs(total)), min(currency)) AS difference
        FROM (SELECT subject, sequence, journal_no, currency,
                     count(account) AS legs, sum(amount) AS total
              FROM journal LEFT JOIN entry USING (subject, sequence, journal_no)
              GROUP BY subject, sequence, journal_no, currency) AS sums
        GROUP BY subject, sequence, journal_no
        HAVING sum(legs) < 2 OR sum(abs(total)) <> 0
        """,
    ),
    Check(
        "each entry is of a journal and of an account",
        """
        SELECT format('%s entry %s', e.account, e.entry_no) AS difference
        FROM entry e
        LEFT JOIN journal j USING (subject, sequence, journal_no)
        LEFT JOIN account a ON a.id = e.account
        WHERE j.subject IS NULL OR a.id IS NULL
        """,
    ),
    Check(
        "each account runs on without a gap, each balance the last one plus the entry",
        """
        SELECT format('%s entry %s', account, entry_no) AS difference
        FROM (SELECT account, entry_no, amount, balance,
                     lag(entry_no, 1, 0::bigint) OVER account_line AS last_no,
                     lag(balance, 1, 0::bigint) OVER account_line AS last_balance
              FROM entry
              WINDOW account_line AS (PARTITION BY account ORDER BY entry_no)) AS lines
        WHERE entry_no <> last_no + 1 OR balance <> last_balance + amount
        """,
    ),
    Check(
        "each account stands at the sum of its entries",
        """
        SELECT format('%s stands at %s, its entries sum to %s', a.id, stands.balance, sums.total)
            AS difference
        FROM account a
        CROSS JOIN LATERAL (SELECT sum(amount) AS total FROM entry WHERE account = a.id) AS sums
        LEFT JOIN LATERAL (SELECT balance FROM entry WHERE account = a.id
                           ORDER BY entry_no DESC LIMIT 1) AS stands ON TRUE
        WHERE sums.total IS DISTINCT FROM stands.balance
        """,
    ),
    Check(
        "no account ever stood on the wrong side of nothing",
        """
        SELECT format('%s entry %s: %s', e.account, e.entry_no, e.balance) AS difference
        FROM entry e JOIN account a ON a.id = e.account
        WHERE e.balance > 0
                AND a.kind NOT IN (
                    'payment_institution', 'bank', 'promotion', 'receivable', 'charged_back')
            OR e.balance < 0 AND a.kind IN ('promotion', 'receivable', 'charged_back')
        """,
    ),
)

STORIES = (
    Check(
        "each journal, line, movement, item and notice is of a transition",
        """
        SELECT format('%s of %s/%s', what, subject, sequence) AS difference
        FROM (SELECT 'journal' AS what, subject, sequence FROM journal
              UNION ALL SELECT 'line', subject, sequence FROM order_line
              UNION ALL SELECT 'movement', subject, sequence FROM movement
              UNION ALL SELECT 'outcome', subject, settled_sequence FROM movement
                        WHERE state <> 'sent'
              UNION ALL SELECT axis, subject, sequence FROM order_item
              UNION ALL SELECT 'notice', subject, sequence FROM notice) AS parts
        WHERE NOT EXISTS (SELECT FROM transition t
                          WHERE t.subject = parts.subject AND t.sequence = parts.sequence)
        """,
    ),
    Check(
        "the transitions of a subject have no gap",
        """
        SELECT format('%s: %s transitions, the last is %s', subject, count(*), max(sequence))
            AS difference
        FROM transition GROUP BY subject
        HAVING count(*) <> max(sequence) OR min(sequence) <> 1
        """,
    ),
    Check(
        "each transition begins where the last one of its axis ended",
        """
        SELECT format('%s/%s: from %s, but %s stood at %s', subject, sequence, source, axis, stood)
            AS difference
        FROM (SELECT subject, sequence, axis, source,
                     lag(target, 1, CASE axis WHEN 'refund' THEN 'due' ELSE 'new' END)
                         OVER (PARTITION BY subject, axis, item ORDER BY sequence) AS stood
              FROM transition) AS steps
        WHERE source <> stood
        """,
    ),
    Check(
        "each read model stands where its last transition led",
        f"""
        WITH last AS (
            SELECT DISTINCT ON (subject, axis, item) subject, axis, item, target
            FROM transition ORDER BY subject, axis, item, sequence DESC
        ), counted AS (SELECT subject, max(sequence) AS sequence FROM transition GROUP BY subject)
        SELECT format('%s: %s at %s, the log says %s at %s', coalesce(r.id, log.id),
                      r.state, r.sequence, log.state, log.sequence) AS difference
        FROM ({_ALL_SUBJECTS}
              UNION ALL SELECT item, state, NULL FROM order_item) AS r
        FULL JOIN (SELECT subject AS id, target AS state, counted.sequence
                   FROM last JOIN counted USING (subject) WHERE item = ''
                   UNION ALL SELECT item, target, NULL FROM last
                   WHERE item <> '' AND axis <> 'refund'
                   UNION ALL
                   SELECT item, coalesce(target, 'due'), NULL
                   FROM (SELECT subject, reference AS item FROM movement
                         WHERE kind = 'refund') AS refunds
                   LEFT JOIN last USING (subject, item)) AS log
            ON log.id = r.id
        WHERE (r.id, r.state, r.sequence) IS DISTINCT FROM (log.id, log.state, log.sequence)
        """,
    ),
    Check(
        "an order that goes on waits for the soonest of its own deadline and its items'",
        """
        SELECT format('%s waits until %s, %s until %s', o.id, o.next_due_at, i.item, i.next_due_at)
            AS difference
        FROM order_item i JOIN purchase_order o ON o.id = i.subject
        WHERE o.ended_at IS NULL AND i.ended_at IS NULL
            AND i.next_due_at < coalesce(o.next_due_at, 'infinity')
        """,
    ),
    Check(
        "each order is of a registered client with an accepted agreement (UA-1-1)",
        """
        SELECT format('%s is of %s', o.id, o.client) AS difference
        FROM purchase_order o
        LEFT JOIN party p ON p.id = o.client AND p.role = 'client'
            AND p.agreement_version IS NOT NULL
        LEFT JOIN purchase_request r ON r.order_id = o.id
        WHERE p.id IS NULL OR r.order_id IS NULL
        """,
    ),
)

ORDERS = (
    Check(
        "the service fee is base times rate, half up, on goods and freight (PSR-10-1)",
        """
        SELECT format('%s: fee %s on %s', fee.subject, fee.amount, fee.fee_base) AS difference
        FROM order_line fee
        CROSS JOIN LATERAL (SELECT sum(amount) AS base FROM order_line
                            WHERE subject = fee.subject AND sequence = fee.sequence
                                AND code IN ('goods', 'freight')) AS sums
        WHERE fee.code = 'service_fee'
            AND (fee.fee_base IS DISTINCT FROM sums.base
                 OR fee.amount IS DISTINCT FROM floor(
                     sums.base::numeric * fee.fee_numerator / fee.fee_denominator + 0.5))
        """,
    ),
    Check(
        "every version of a checkout has its fee (PSR-10-1)",
        """
        SELECT format('%s/%s: %s without a fee', subject, sequence, string_agg(code, ', '))
            AS difference
        FROM order_line WHERE code IN ('goods', 'freight', 'service_fee')
        GROUP BY subject, sequence HAVING bool_and(code <> 'service_fee')
        """,
    ),
    Check(
        "an order's amount is the sum of its lines; what is fulfilled was paid whole (PSR-2-2)",
        """
        SELECT format('%s %s: amount %s, lines %s, collected %s, refunded %s', o.id, o.state,
                      o.amount, lines.total, o.collected, o.refunded) AS difference
        FROM purchase_order o
        LEFT JOIN (SELECT subject, sum(amount) AS total FROM current_line GROUP BY subject)
            AS lines ON lines.subject = o.id
        CROSS JOIN LATERAL (
            SELECT coalesce(-sum(e.amount), 0) AS total FROM entry e
            WHERE e.account = 'refund_transit:' || o.id) AS on_its_way_back
        -- What a seller pays for a dissolution goes on before the order ends by it (PSR-13-6).
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(e.amount), 0) AS total
            FROM entry e JOIN journal j USING (subject, sequence, journal_no)
            WHERE e.subject = o.id AND e.account = 'bank'
                AND j.kind = 'seller_refund' AND j.clause = 'PSR-13-6') AS passed_on
        WHERE o.amount IS DISTINCT FROM lines.total
            OR o.state = ANY (:fulfilled)
                AND o.collected - o.refunded - on_its_way_back.total + passed_on.total <> o.amount
        """,
    ),
    Check(
        "what was collected is refunded, paid out, earned or still held; the figures say so",
        """
        WITH moved AS (
            SELECT e.subject,
                sum(e.amount) FILTER (
                    WHERE j.kind IN ('payment', 'storage_charge') AND e.amount > 0
                        OR j.kind = 'costs' AND a.kind = 'deposit') AS collected,
                -sum(e.amount) FILTER (
                    WHERE j.kind IN ('refund', 'refund_credited', 'refund_disputed')
                            AND a.kind = 'deposit'
                        OR j.kind = 'refund_disputed' AND a.kind IN ('charged_back', 'receivable')
                        OR j.kind = 'refund' AND a.kind = 'promotion'
                        OR j.kind = 'refund_paid' AND a.kind = 'payment_institution') AS refunded,
                -sum(e.amount) FILTER (
                    WHERE j.kind = 'fee_earned' AND a.kind = 'provider') AS earned,
                -sum(e.amount) FILTER (
                    WHERE a.kind IN ('bank', 'third_party', 'receivable')
                            AND j.kind NOT IN ('costs_passed_on', 'disposal', 'refund_disputed')
                        OR j.kind IN ('costs', 'refund_returned') AND a.kind = 'provider')
                    AS paid_out,
                -sum(e.amount) FILTER (WHERE a.kind IN (
                    'escrow', 'fee_held', 'seller_transit', 'refund_transit')) AS held
            FROM entry e
            JOIN journal j USING (subject, sequence, journal_no)
            JOIN account a ON a.id = e.account
            GROUP BY e.subject
        )
        SELECT format('%s: collected %s, refunded %s, earned %s; entries say %s, %s, %s',
                      o.id, o.collected, o.refunded, o.fee_earned,
                      m.collected, m.refunded, m.earned) AS difference
        FROM purchase_order o LEFT JOIN moved m ON m.subject = o.id
        WHERE (o.collected, o.refunded, o.fee_earned) IS DISTINCT FROM
              (coalesce(m.collected, 0), coalesce(m.refunded, 0), coalesce(m.earned, 0))
            OR o.collected <> o.refunded + o.fee_earned
                + coalesce(m.paid_out, 0) + coalesce(m.held, 0)
        """,
    ),
    Check(
        "a promoter gets the rate fixed at payment of what its provider earned (PSR-19)",
        """
        SELECT format('%s: brokerage %s of %s at %s/%s', o.id, paid.total, o.fee_earned,
                      o.brokerage_numerator, o.brokerage_denominator) AS difference
        FROM purchase_order o
        CROSS JOIN LATERAL (
            SELECT coalesce(-sum(e.amount), 0) AS total,
                   count(*) FILTER (WHERE a.owner IS DISTINCT FROM o.promoter) AS astray
            FROM entry e JOIN account a ON a.id = e.account
            WHERE e.subject = o.id AND a.kind = 'promoter') AS paid
        WHERE paid.astray > 0 OR paid.total <> coalesce(floor(
            o.fee_earned::numeric * o.brokerage_numerator / o.brokerage_denominator + 0.5), 0)
        """,
    ),
    Check(
        "a coupon is redeemed exactly where the promotion paid (UA-1-10)",
        """
        SELECT format('%s: coupons up to %s, the promotion paid %s', id, redeemed.total,
                      given.total) AS difference
        FROM purchase_order o
        CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS total,
                                   count(*) FILTER (WHERE amount > 0) AS times FROM entry
                            WHERE subject = o.id AND account = 'promotion') AS given
        CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS total, count(*) AS coupons
                            FROM coupon WHERE redeemed_subject = o.id) AS redeemed
        WHERE given.total < 0 OR given.total > redeemed.total
            OR redeemed.coupons > 0 AND given.times = 0
        """,
    ),
    Check(
        "a coupon is redeemed by its client, in its time (UA-1-10)",
        """
        SELECT format('%s of %s, for %s', c.id, c.client, o.id) AS difference
        FROM coupon c
        LEFT JOIN purchase_order o ON o.id = c.redeemed_subject
        LEFT JOIN transition t
            ON t.subject = c.redeemed_subject AND t.sequence = c.redeemed_sequence
        WHERE c.redeemed_subject IS NOT NULL
            AND (c.client, t.trigger) IS DISTINCT FROM (o.client, 'pay')
            OR t.at < c.valid_from OR t.at >= c.valid_until
        """,
    ),
    Check(
        "an ended order holds nothing, save a refund that is due",
        """
        SELECT format('%s ended %s: %s holds %s', o.id, o.state, a.kind, -sum(e.amount))
            AS difference
        FROM purchase_order o
        JOIN account a ON a.owner = o.id
        JOIN entry e ON e.account = a.id
        WHERE o.state = ANY (:ends)
        GROUP BY o.id, a.kind
        HAVING -sum(e.amount) <> CASE a.kind
            WHEN 'refund_transit' THEN coalesce((
                SELECT sum(amount) FROM movement
                WHERE subject = o.id AND kind = 'refund' AND state = 'sent'), 0)
            ELSE 0
        END
        """,
    ),
)

MOVEMENTS = (
    Check(
        "cash moves as the movements that are done say, and not otherwise",
        """
        SELECT format('%s/%s: %s moved %s, movements say %s', subject, sequence, account,
                      cash.amount, done.amount) AS difference
        FROM (SELECT subject, sequence, account, sum(amount) AS amount
              FROM entry JOIN journal USING (subject, sequence, journal_no)
              WHERE account IN ('payment_institution', 'bank')
                  AND kind NOT IN (
                      'seller_refund', 'costs_passed_on', 'compensation', 'chargeback',
                      'chargeback_won', 'disposal')
              GROUP BY subject, sequence, account) AS cash
        FULL JOIN (
              -- The seller may charge less than was on its way to it: that came back to escrow.
              SELECT subject, settled_sequence AS sequence,
                     CASE kind WHEN 'buy' THEN 'bank' ELSE 'payment_institution' END AS account,
                     sum(CASE kind WHEN 'capture' THEN amount ELSE -amount END)
                     + coalesce(sum((
                         SELECT sum(e.amount) FROM entry e
                         JOIN journal j USING (subject, sequence, journal_no)
                         WHERE e.subject = m.subject AND e.sequence = m.settled_sequence
                             AND j.kind = 'purchase_released' AND e.amount > 0)), 0) AS amount
              FROM movement m WHERE state = 'done' GROUP BY 1, 2, 3) AS done
            USING (subject, sequence, account)
        WHERE cash.amount IS DISTINCT FROM done.amount
        """,
    ),
    Check(
        "money is on its way exactly while its movement's outcome is unknown",
        """
        SELECT format('%s: %s is %s, open movements %s', subject, account_kind, held, open_amount)
            AS difference
        FROM (SELECT a.owner AS subject, a.kind AS account_kind, -sum(e.amount) AS held
              FROM account a JOIN entry e ON e.account = a.id
              WHERE a.kind IN ('seller_transit', 'refund_transit', 'withdrawal_transit')
              GROUP BY a.owner, a.kind) AS transit
        FULL JOIN (
              SELECT subject, sum(amount) AS open_amount,
                     CASE kind WHEN 'buy' THEN 'seller_transit'
                         WHEN 'payout' THEN 'withdrawal_transit' ELSE 'refund_transit' END
                         AS account_kind
              FROM movement WHERE state = 'sent' AND kind IN ('buy', 'refund', 'payout')
              GROUP BY subject, kind) AS open_movements
            USING (subject, account_kind)
        WHERE coalesce(held, 0) <> coalesce(open_amount, 0)
        """,
    ),
    Check(
        "a deposit's or coupon's part is set aside only while the other part's capture is open",
        """
        SELECT format('%s: %s set aside', a.owner, -sum(e.amount)) AS difference
        FROM account a JOIN entry e ON e.account = a.id
        WHERE a.kind IN ('payment_reserved', 'coupon_reserved')
            AND NOT EXISTS (SELECT FROM movement m WHERE m.subject = a.owner
                            AND m.kind = 'capture' AND m.state = 'sent')
        GROUP BY a.owner HAVING sum(e.amount) <> 0
        """,
    ),
    Check(
        "no capture is refunded for more than it brought in",
        """
        SELECT format('%s: captured %s, refunded %s', c.reference, c.amount, sum(r.amount))
            AS difference
        FROM movement c JOIN movement r ON r.original = c.reference
        GROUP BY c.reference HAVING sum(r.amount) > c.amount OR c.state <> 'done'
        """,
    ),
    Check(
        "a refund ends as its movement did: paid back, or credited to the deposit",
        """
        SELECT format('%s: refund %s, movement %s', r.item, r.state, m.state) AS difference
        FROM order_item r LEFT JOIN movement m ON m.reference = r.item AND m.kind = 'refund'
        WHERE r.axis = 'refund' AND r.state IS DISTINCT FROM CASE m.state
            WHEN 'sent' THEN 'due' WHEN 'done' THEN 'refunded' ELSE 'credited' END
        """,
    ),
)

CLAIMS = (
    Check(
        "a claim is for the sum of its losses (PSR-25)",
        """
        SELECT format('%s: asked %s, losses %s', id, asked, losses.total) AS difference
        FROM claim
        CROSS JOIN LATERAL (
            SELECT sum((loss -> 'amount' ->> 'amount')::bigint) AS total
            FROM jsonb_array_elements(claim.losses) AS loss) AS losses
        WHERE asked IS DISTINCT FROM losses.total
        """,
    ),
    Check(
        "no provider is liable for more than its order ever came to (PSR-24)",
        """
        SELECT format('%s: %s claimed, the order was %s at most', order_id, claimed, ever.amount)
            AS difference
        FROM (SELECT order_id, sum(coalesce(admitted, asked)) AS claimed FROM claim
              WHERE against = 'provider' AND state NOT IN ('rejected', 'withdrawn')
              GROUP BY order_id) AS claims
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount), 0) AS amount
            FROM (SELECT max(amount) AS amount FROM order_line
                  WHERE subject = order_id AND code IN ('goods', 'freight', 'service_fee')
                  GROUP BY code
                  UNION ALL
                  SELECT amount FROM order_line
                  WHERE subject = order_id AND code NOT IN (
                      'goods', 'freight', 'service_fee', 'cancellation_cost', 'seller_penalty'
                  )) AS lines) AS ever
        WHERE claimed > ever.amount
        """,
    ),
    Check(
        "what a provider admitted and paid is with the client; other claims move nothing (PSR-24)",
        """
        SELECT format('%s %s: %s to the client, %s entries', c.id, c.state, moved.to_client,
                      moved.entries) AS difference
        FROM claim c
        CROSS JOIN LATERAL (
            SELECT count(*) AS entries,
                   coalesce(-sum(amount) FILTER (WHERE account = 'deposit:' || c.client), 0)
                       AS to_client
            FROM entry WHERE subject = c.id) AS moved
        WHERE (moved.entries, moved.to_client) IS DISTINCT FROM (
            CASE WHEN c.state = 'compensated' AND c.against = 'provider' THEN 2::bigint ELSE 0 END,
            CASE WHEN c.state = 'compensated' AND c.against = 'provider' THEN c.admitted ELSE 0 END)
        """,
    ),
)

CHECKS = JOURNALS + STORIES + ORDERS + MOVEMENTS + CLAIMS + TIPS + ACCOUNTS + PROMOTION
