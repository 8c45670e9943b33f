"""Owns what an audit proves of those who win orders: engagements, brokerage, invitations."""

from daigou.ledger.audit_check import Check

PROMOTION = (
    Check(
        "an engagement goes on as its table has it, by the word of its promotion provider alone"
        " (UA-1-11-13)",
        """
        SELECT format('%s: change %s to %s by %s', engagement, sequence, state, author)
            AS difference
        FROM (SELECT c.*, e.promotion_provider, p.role,
                     row_number() OVER told AS no, lag(c.at) OVER told AS last_at,
                     lag(c.state, 1, 'new') OVER told AS last_state
              FROM promoter_engagement e
              LEFT JOIN engagement_change c ON c.engagement = e.id
              LEFT JOIN party p ON p.id = c.author
              WINDOW told AS (PARTITION BY e.id ORDER BY c.sequence)) AS changes
        WHERE sequence IS DISTINCT FROM no OR at <= last_at
            OR (author <> promotion_provider AND role <> 'platform')
            OR last_state || '>' || state <> ALL (ARRAY[
                'new>proposed', 'proposed>active', 'proposed>ended', 'active>suspended',
                'active>ended', 'suspended>active', 'suspended>ended'])
        """,
    ),
    Check(
        "all words on a promoter follow one another, on one engagement at a time (UA-1-11-13)",
        """
        SELECT format('%s: %s of %s', promoter, state, engagement) AS difference
        FROM (SELECT e.promoter, c.*,
                     lag(c.at) OVER told AS last_at,
                     lag(c.state, 1, 'ended') OVER told AS last_state,
                     lag(c.engagement, 1, c.engagement) OVER told AS last_engagement
              FROM promoter_engagement e JOIN engagement_change c ON c.engagement = e.id
              WINDOW told AS (PARTITION BY e.promoter ORDER BY c.at, c.engagement, c.sequence)
              ) AS words
        WHERE at <= last_at OR engagement <> last_engagement AND last_state <> 'ended'
        """,
    ),
    Check(
        "a rate on an order is one of its parties' contracts, by an engagement of its promoter"
        " (PSR-19)",
        """
        SELECT format('%s: %s/%s by %s', o.id, o.brokerage_numerator, o.brokerage_denominator,
                      coalesce(o.brokerage_engagement, 'no engagement')) AS difference
        FROM purchase_order o
        LEFT JOIN promoter_engagement e ON e.id = o.brokerage_engagement
        WHERE o.brokerage_numerator > 0 AND NOT EXISTS (
                SELECT FROM brokerage_contract c
                WHERE c.promoter = o.promoter AND c.provider = o.provider
                    AND c.numerator * o.brokerage_denominator
                        = o.brokerage_numerator * c.denominator
                    AND (c.direct OR o.brokerage_engagement IS NOT NULL))
            OR o.brokerage_engagement IS NOT NULL AND (
                e.promoter IS DISTINCT FROM o.promoter
                OR o.brokerage_numerator IS NOT DISTINCT FROM 0
                OR NOT EXISTS (SELECT FROM engagement_change c
                               WHERE c.engagement = e.id AND c.state = 'active'))
        """,
    ),
    Check(
        "who was invited registered with a code of its inviter, and never with its own (UA-1-14)",
        """
        SELECT format('%s by %s', i.invitee, i.inviter) AS difference
        FROM invitation i
        LEFT JOIN invitation_code c ON c.code = i.code
        LEFT JOIN party p ON p.id = i.invitee
        WHERE c.client IS DISTINCT FROM i.inviter OR i.inviter = i.invitee
            OR p.registered_at IS DISTINCT FROM i.registered_at
            OR i.ended_at NOT BETWEEN i.registered_at AND i.benefit_until
        """,
    ),
    Check(
        "what is won through an invitation is the inviter's promoter's (UA-1-14)",
        """
        SELECT format('%s of %s by %s', o.id, o.client, r.promoter) AS difference
        FROM purchase_request r
        JOIN purchase_order o ON o.id = r.order_id
        LEFT JOIN invitation i ON i.invitee = o.client
        LEFT JOIN promoter_account a ON a.client = i.inviter
        WHERE r.inferred @> '[{"fact": "promoter_id", "source": "invitation"}]'
            AND (r.promoter IS NULL OR a.promoter IS DISTINCT FROM r.promoter)
        """,
    ),
)
