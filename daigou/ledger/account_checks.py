"""Owns the invariants of clients' accounts that an audit proves: chargebacks and freezes."""

from daigou.ledger.audit_check import Check

ACCOUNTS = (
    Check(
        "a payment is refunded or charged back once, and never more than it was (PSR-22-1)",
        """
        SELECT format('%s: captured %s, refunded %s, charged back %s', c.reference, c.amount,
                      refunds.total, disputes.total) AS difference
        FROM movement c
        CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS total FROM movement
                            WHERE original = c.reference AND state <> 'failed') AS refunds
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(CASE WHEN won THEN back.total
                                ELSE greatest(amount, back.total) END), 0) AS total
            FROM chargeback b
            CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS total FROM disputed_refund
                                WHERE chargeback = b.id) AS back
            WHERE b.payment = c.reference) AS disputes
        WHERE refunds.total + disputes.total > c.amount
        """,
    ),
    Check(
        "the institution took what was charged back, and gave back what was won (PSR-22-1)",
        """
        SELECT format('%s %s: charged back %s, took %s', b.id, b.state, b.amount, cash.total)
            AS difference
        FROM chargeback b
        CROSS JOIN LATERAL (
            SELECT coalesce(-sum(amount), 0) AS total
            FROM entry JOIN journal USING (subject, sequence, journal_no)
            WHERE subject = b.id AND account = 'payment_institution'
                AND kind IN ('chargeback', 'chargeback_won')) AS cash
        WHERE cash.total <> CASE WHEN b.won THEN 0 ELSE b.amount END
        """,
    ),
    Check(
        "a chargeback that is paid owes nothing, and one that is owed says so (PSR-22-3)",
        """
        SELECT format('%s %s owes %s', b.id, b.state, debt.total) AS difference
        FROM chargeback b
        CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS total FROM entry
                            WHERE account = 'charged_back:' || b.id) AS debt
        WHERE debt.total < 0 OR debt.total > b.amount
            OR debt.total > 0 AND b.state IN ('covered', 'won', 'settled', 'borne')
        """,
    ),
    Check(
        "what a chargeback gave back to its order's parties, it had got from them (PSR-22-1)",
        """
        SELECT format('%s: %s of a disputed payment returned, its journals say %s', o.id,
                      shares.total, moved.total) AS difference
        FROM purchase_order o
        JOIN (SELECT r.subject, sum(r.amount) FILTER (WHERE c.order_id = r.subject) AS total
              FROM disputed_refund r JOIN chargeback c ON c.id = r.chargeback
              GROUP BY r.subject) AS shares ON shares.subject = o.id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS total
            FROM entry JOIN journal USING (subject, sequence, journal_no)
            WHERE subject = o.id AND kind = 'refund_disputed') AS moved
        WHERE shares.total IS DISTINCT FROM moved.total
        """,
    ),
    Check(
        "a freeze in force is of something that goes on, or that ended an account",
        """
        SELECT format('%s is frozen by %s, which is %s', f.account, f.subject, s.state)
            AS difference
        FROM account_freeze f
        JOIN (SELECT id, state, ended_at, client FROM "freeze"
              UNION ALL SELECT id, state, ended_at, client FROM closure
              UNION ALL SELECT id, state, ended_at, client FROM chargeback) AS s
            ON s.id = f.subject
        WHERE f.lifted_at IS NULL
            AND (s.ended_at IS NOT NULL AND s.state NOT IN ('closed', 'cancelled')
                 OR s.state IN ('covered', 'justified', 'warned')
                 OR f.account <> 'deposit:' || s.client)
        """,
    ),
    Check(
        "what freezes an account and is not over is in force",
        """
        SELECT format('%s is %s, and freezes nothing', s.id, s.state) AS difference
        FROM (SELECT id, state FROM "freeze"
              WHERE state IN ('placed', 'restricted', 'contested', 'dormant', 'cancelled')
              UNION ALL SELECT id, state FROM closure WHERE state <> 'withdrawn'
              UNION ALL SELECT id, state FROM chargeback WHERE state = 'owing') AS s
        WHERE NOT EXISTS (SELECT FROM account_freeze
                          WHERE subject = s.id AND lifted_at IS NULL)
        """,
    ),
    Check(
        "what passed on for a breach is what its freeze says (UA-4-5)",
        """
        SELECT format('%s %s: %s passed on, its journals say %s', f.id, f.state, f.transferred,
                      moved.total) AS difference
        FROM "freeze" f
        CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS total FROM entry
                            WHERE subject = f.id AND amount > 0) AS moved
        WHERE coalesce(f.transferred, 0) <> moved.total
        """,
    ),
    Check(
        "a withdrawal is of what was sent out for it, and ended as that did (UA-1-8)",
        """
        SELECT format('%s %s of %s: movement %s of %s', w.id, w.state, w.amount, m.state,
                      m.amount) AS difference
        FROM withdrawal w LEFT JOIN movement m ON m.subject = w.id AND m.kind = 'payout'
        WHERE (w.amount, w.state) IS DISTINCT FROM (m.amount, CASE m.state
            WHEN 'sent' THEN 'due' WHEN 'done' THEN 'paid_out' ELSE 'returned' END)
        """,
    ),
    Check(
        "what was paid out of a closed account is what its closing says (UA-1-20)",
        """
        SELECT format('%s %s: %s paid out, its movements say %s', c.id, c.state, c.paid_out,
                      moved.total) AS difference
        FROM closure c
        CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS total FROM movement
                            WHERE subject = c.id AND kind = 'payout' AND state = 'done') AS moved
        WHERE coalesce(c.paid_out, 0) <> moved.total
        """,
    ),
)
