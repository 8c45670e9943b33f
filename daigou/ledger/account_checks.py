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
                            WHERE original = c.reference) AS refunds
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
        JOIN (SELECT subject, sum(amount) AS total FROM disputed_refund GROUP BY subject)
            AS shares ON shares.subject = o.id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS total
            FROM entry JOIN journal USING (subject, sequence, journal_no)
            WHERE subject = o.id AND kind = 'refund_disputed') AS moved
        WHERE shares.total <> moved.total
        """,
    ),
    Check(
        "a freeze in force is of something that goes on, or that ended an account",
        """
        SELECT format('%s is frozen by %s, which is %s', f.account, f.subject, s.state)
            AS difference
        FROM account_freeze f
        JOIN (SELECT id, state, ended_at FROM "freeze"
              UNION ALL SELECT id, state, ended_at FROM closure
              UNION ALL SELECT id, state, ended_at FROM chargeback) AS s ON s.id = f.subject
        WHERE f.lifted_at IS NULL
            AND (s.ended_at IS NOT NULL AND s.state NOT IN ('closed', 'cancelled')
                 OR s.state IN ('covered', 'justified', 'warned'))
        """,
    ),
)
