"""Owns the invariants of tips that an audit proves."""

from daigou.ledger.audit_check import Check

TIPS = (
    Check(
        "a tip is where its state says, all of it (PSR-21)",
        """
        SELECT format('%s %s: %s of %s from the deposit, %s held, %s to the provider', t.id,
                      t.state, moved.given, t.amount, moved.held, moved.earned) AS difference
        FROM tip t
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount) FILTER (WHERE account = 'deposit:' || t.client), 0)
                       AS given,
                   coalesce(-sum(amount) FILTER (WHERE account = 'tip_held:' || t.id), 0) AS held,
                   coalesce(-sum(amount) FILTER (WHERE account = 'provider:' || t.provider), 0)
                       AS earned
            FROM entry WHERE subject = t.id) AS moved
        WHERE (moved.given, moved.held, moved.earned) IS DISTINCT FROM (
            CASE WHEN t.state IN ('refunded', 'returned') THEN 0 ELSE t.amount END,
            CASE WHEN t.state = 'held' THEN t.amount ELSE 0 END,
            CASE WHEN t.state IN ('earned', 'closed') THEN t.amount ELSE 0 END)
        """,
    ),
    Check(
        "a tip is within the limits of its terms, and no order has more of them (PSR-21-1)",
        """
        SELECT format('%s: %s fen, %s tips that did not go back', t.order_id, max(t.amount),
                      count(*) FILTER (WHERE t.state NOT IN ('refunded', 'returned')))
            AS difference
        FROM tip t JOIN tip_limits l USING (terms_version)
        GROUP BY t.order_id
        HAVING bool_or(t.amount NOT BETWEEN l.fen_min AND l.fen_max)
            OR count(*) FILTER (WHERE t.state NOT IN ('refunded', 'returned'))
                > max(l.per_order_max)
        """,
    ),
    Check(
        "a tip is its order's client's, for its order's provider (PSR-21-1)",
        """
        SELECT format('%s: %s to %s', t.id, t.client, t.provider) AS difference
        FROM tip t LEFT JOIN purchase_order o
            ON o.id = t.order_id AND o.client = t.client AND o.provider = t.provider
        WHERE o.id IS NULL
        """,
    ),
)
