-- How notices go out (PSR-27): where to, what became of each try, and what may not be undone.

-- ---- the outbox ------------------------------------------------------------------------------

ALTER TABLE notice
    ADD COLUMN order_sequence integer,
    ADD COLUMN routed_at      timestamptz;

ALTER TABLE notice DISABLE TRIGGER is_sent_once;
UPDATE notice AS n SET order_sequence = counted.no
    FROM (SELECT subject, sequence, number,
                 row_number() OVER (PARTITION BY subject, recipient_party
                                    ORDER BY sequence, number) AS no
          FROM notice) AS counted
    WHERE (n.subject, n.sequence, n.number)
        = (counted.subject, counted.sequence, counted.number);
ALTER TABLE notice ENABLE TRIGGER is_sent_once;

ALTER TABLE notice
    ALTER COLUMN order_sequence SET NOT NULL,
    ADD CONSTRAINT order_sequence_begins_at_one CHECK (order_sequence > 0);
CREATE UNIQUE INDEX notice_in_order ON notice (subject, recipient_party, order_sequence)
    NULLS NOT DISTINCT;
CREATE INDEX notice_unrouted ON notice (at, subject, order_sequence) WHERE routed_at IS NULL;
CREATE INDEX notice_by_party ON notice (recipient_party, at);

-- Why: each recipient counts what it is told of a subject, so that it can order it and see a gap.
-- The subject's lock, which the posting path holds, makes the count gapless.
CREATE FUNCTION notice_takes_its_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT coalesce(max(order_sequence), 0) + 1 INTO NEW.order_sequence FROM notice
        WHERE subject = NEW.subject AND recipient_party IS NOT DISTINCT FROM NEW.recipient_party;
    RETURN NEW;
END $$;

CREATE TRIGGER takes_its_number BEFORE INSERT ON notice
    FOR EACH ROW EXECUTE FUNCTION notice_takes_its_number();

-- Why: a notice that was sent was sent; what it says is history. Routing is noted once as well.
CREATE OR REPLACE FUNCTION notice_is_sent_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.sent_at IS NOT NULL AND NEW.sent_at IS DISTINCT FROM OLD.sent_at)
        OR (OLD.routed_at IS NOT NULL AND NEW.routed_at IS DISTINCT FROM OLD.routed_at)
        OR (NEW.sent_at, NEW.routed_at) IS NOT DISTINCT FROM (OLD.sent_at, OLD.routed_at)
        OR (NEW.subject, NEW.sequence, NEW.number, NEW.event, NEW.recipient_role,
            NEW.recipient_party, NEW.at, NEW.order_sequence) IS DISTINCT FROM
            (OLD.subject, OLD.sequence, OLD.number, OLD.event, OLD.recipient_role,
            OLD.recipient_party, OLD.at, OLD.order_sequence) THEN
        RAISE EXCEPTION 'notice %/%/% can only be routed and sent, once', OLD.subject,
            OLD.sequence, OLD.number USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

-- ---- where to --------------------------------------------------------------------------------

-- An application's address for webhooks. The secret stands in the clear, unlike an application's:
-- every message is signed with it, so a digest would not do.
CREATE TABLE webhook_endpoint (
    id               varchar PRIMARY KEY CHECK (id ~ '^whk_[0-9A-Za-z_-]{4,60}$'),
    application      varchar NOT NULL REFERENCES application (key),
    party            varchar NOT NULL REFERENCES party (id),
    url              varchar NOT NULL CHECK (url ~ '^https?://[!-~]+$' AND length(url) <= 2000),
    events           varchar[] NOT NULL,
    secret           varchar NOT NULL CHECK (secret ~ '^whsec_[A-Za-z0-9+/]{32,88}={0,2}$'),
    old_secret       varchar,
    old_secret_until timestamptz,
    created_at       timestamptz NOT NULL,
    disabled_at      timestamptz CHECK (disabled_at >= created_at),
    CONSTRAINT events_are_patterns CHECK (
        cardinality(events) BETWEEN 1 AND 50
        AND array_to_string(events, ' ') ~ '^((\*|[a-z_]+\.(\*|[a-z_]+))( |$))+$'
    ),
    CONSTRAINT old_secret_has_its_end CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
);
CREATE INDEX webhook_endpoint_by_party ON webhook_endpoint (party, created_at, id);

-- Where deliveries go, and how it does: an endpoint, or a party with an e-mail address. Never the
-- address itself (PSR-23). One sender at a time has a target, under a lease.
CREATE TABLE notice_target (
    id           varchar PRIMARY KEY,
    channel      varchar NOT NULL CHECK (channel IN ('email', 'webhook')),
    party        varchar NOT NULL REFERENCES party (id),
    due_at       timestamptz,
    retry_at     timestamptz,
    failures     integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    troubled_at  timestamptz,
    leased_by    varchar,
    leased_until timestamptz,
    CONSTRAINT target_is_named_by_its_channel CHECK (
        CASE channel WHEN 'webhook' THEN left(id, 4) = 'whk_' ELSE id = party END
    ),
    CONSTRAINT lease_has_its_end CHECK ((leased_by IS NULL) = (leased_until IS NULL)),
    CONSTRAINT trouble_is_failure CHECK (troubled_at IS NULL OR failures > 0)
);
CREATE INDEX notice_target_due ON notice_target (due_at) WHERE due_at IS NOT NULL;

-- One notice on one channel to one target; `run` counts how often it was asked for again. Where a
-- party has no channel, the channel `none` says so.
CREATE TABLE delivery (
    message_id     varchar NOT NULL CHECK (message_id ~ '^msg_[0-9a-f]{32}$'),
    run            integer NOT NULL CHECK (run >= 0),
    subject        varchar NOT NULL,
    sequence       integer NOT NULL,
    number         integer NOT NULL,
    order_sequence integer NOT NULL,
    notice_at      timestamptz NOT NULL,
    party          varchar REFERENCES party (id),
    channel        varchar NOT NULL CHECK (channel IN ('email', 'webhook', 'none')),
    target         varchar REFERENCES notice_target (id),
    state          varchar NOT NULL CHECK (
        state IN ('waiting', 'out', 'withdrawn', 'no_channel', 'rerouted')
    ),
    attempts       integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_try_at    timestamptz,
    refused        boolean NOT NULL DEFAULT false,
    last_error     varchar CHECK (last_error ~ '^[a-z0-9_]{1,40}$'),
    external_ref   varchar,
    routed_at      timestamptz NOT NULL,
    out_at         timestamptz,
    PRIMARY KEY (message_id, run),
    FOREIGN KEY (subject, sequence, number) REFERENCES notice (subject, sequence, number),
    CONSTRAINT only_channels_have_targets CHECK (
        (channel = 'none') = (target IS NULL)
        AND (channel = 'none') = (state IN ('no_channel', 'rerouted'))
    ),
    CONSTRAINT what_waits_is_tried CHECK ((state = 'waiting') = (next_try_at IS NOT NULL)),
    CONSTRAINT what_is_out_has_its_moment CHECK (
        (state = 'out') = (out_at IS NOT NULL) AND (out_at IS NULL OR attempts > 0)
    )
);
CREATE UNIQUE INDEX delivery_waits_once ON delivery (message_id) WHERE state = 'waiting';
CREATE INDEX delivery_in_order ON delivery (target, notice_at, subject, order_sequence)
    WHERE state = 'waiting';
CREATE INDEX delivery_due ON delivery (target, next_try_at) WHERE state = 'waiting';
CREATE INDEX delivery_without_channel ON delivery (party) WHERE state = 'no_channel';
CREATE INDEX delivery_by_notice ON delivery (subject, sequence, number);
CREATE INDEX delivery_by_party ON delivery
    (party, notice_at, subject, order_sequence, message_id);
CREATE INDEX delivery_by_time ON delivery (notice_at, subject, order_sequence, message_id);

-- What became of each try, in codes: no counterparty's words, which might name a person (PSR-23).
CREATE TABLE delivery_attempt (
    message_id   varchar NOT NULL,
    run          integer NOT NULL,
    attempt_no   integer NOT NULL CHECK (attempt_no > 0),
    at           timestamptz NOT NULL,
    outcome      varchar NOT NULL CHECK (outcome IN ('out', 'later', 'refused')),
    code         varchar CHECK (code ~ '^[a-z0-9_]{1,40}$'),
    external_ref varchar,
    PRIMARY KEY (message_id, run, attempt_no),
    FOREIGN KEY (message_id, run) REFERENCES delivery (message_id, run),
    CONSTRAINT what_failed_has_a_code CHECK ((outcome = 'out') = (code IS NULL))
);

-- Parties that have a channel since a moment ago: what found none before goes out now.
CREATE TABLE channel_opened (
    party varchar PRIMARY KEY REFERENCES party (id)
);

-- ---- guards ----------------------------------------------------------------------------------

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON delivery_attempt
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON delivery_attempt EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON delivery
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON delivery EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON notice_target
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON notice_target EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON webhook_endpoint
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON webhook_endpoint EXECUTE FUNCTION refuse_change();

-- Why: the log proves what was sent where and when (PSR-27): a delivery is out once, each try has
-- its line, and what is asked for again is a delivery of its own.
CREATE FUNCTION delivery_goes_out_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.message_id, NEW.run, NEW.subject, NEW.sequence, NEW.number, NEW.order_sequence,
        NEW.notice_at, NEW.party, NEW.channel, NEW.target, NEW.routed_at) IS DISTINCT FROM
        (OLD.message_id, OLD.run, OLD.subject, OLD.sequence, OLD.number, OLD.order_sequence,
        OLD.notice_at, OLD.party, OLD.channel, OLD.target, OLD.routed_at) THEN
        RAISE EXCEPTION 'delivery %/%: what goes where does not change', OLD.message_id, OLD.run
            USING ERRCODE = 'DG004';
    END IF;
    IF OLD.state IN ('out', 'withdrawn') THEN
        RAISE EXCEPTION 'delivery %/% is % and stays so', OLD.message_id, OLD.run, OLD.state
            USING ERRCODE = 'DG004';
    END IF;
    IF NEW.attempts - OLD.attempts NOT IN (0, 1)
        OR (NEW.state = 'out' AND NEW.attempts = OLD.attempts)
        OR (NEW.attempts > OLD.attempts AND NOT EXISTS (
            SELECT FROM delivery_attempt
            WHERE message_id = NEW.message_id AND run = NEW.run AND attempt_no = NEW.attempts
                AND (outcome = 'out') = (NEW.state = 'out'))) THEN
        RAISE EXCEPTION 'delivery %/%: a try without its line in the log', OLD.message_id, OLD.run
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER goes_out_once BEFORE UPDATE ON delivery
    FOR EACH ROW EXECUTE FUNCTION delivery_goes_out_once();

-- Why: a line in the log is the next try of a delivery that waits, never one slipped in later.
CREATE FUNCTION attempt_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM delivery
        WHERE message_id = NEW.message_id AND run = NEW.run AND state = 'waiting'
            AND attempts = NEW.attempt_no - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'delivery %/%: % is not its next try', NEW.message_id, NEW.run,
            NEW.attempt_no USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER goes_on BEFORE INSERT ON delivery_attempt
    FOR EACH ROW EXECUTE FUNCTION attempt_goes_on();

-- Why: PSR-27, a notice counts as sent once the first channel took it.
CREATE FUNCTION first_delivery_sends_the_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE notice SET sent_at = NEW.out_at
        WHERE (subject, sequence, number) = (NEW.subject, NEW.sequence, NEW.number)
            AND sent_at IS NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER sends_the_notice AFTER UPDATE ON delivery
    FOR EACH ROW WHEN (NEW.state = 'out' AND OLD.state <> 'out')
    EXECUTE FUNCTION first_delivery_sends_the_notice();

-- Why: what was signed for whom, and where it went, is history; a new address is a new endpoint.
CREATE FUNCTION endpoint_is_disabled_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.disabled_at IS NOT NULL
        OR (NEW.id, NEW.application, NEW.party, NEW.url, NEW.events, NEW.created_at)
            IS DISTINCT FROM
            (OLD.id, OLD.application, OLD.party, OLD.url, OLD.events, OLD.created_at) THEN
        RAISE EXCEPTION 'endpoint %: only its secret changes, until it is disabled', OLD.id
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_disabled_once BEFORE UPDATE ON webhook_endpoint
    FOR EACH ROW EXECUTE FUNCTION endpoint_is_disabled_once();

-- Why: a notice that found no channel is not lost; it goes out once its party has one.
CREATE FUNCTION channel_is_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO channel_opened VALUES (NEW.party) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER opens_a_channel AFTER INSERT ON webhook_endpoint
    FOR EACH ROW EXECUTE FUNCTION channel_is_opened();
CREATE TRIGGER opens_a_channel AFTER INSERT OR UPDATE OF email ON contact
    FOR EACH ROW WHEN (NEW.email <> '') EXECUTE FUNCTION channel_is_opened();

-- ---- doors -----------------------------------------------------------------------------------

-- The channels that are open now, by party: an e-mail address, and the endpoints in use.
CREATE VIEW open_channel AS
    SELECT party, 'email'::varchar AS channel, party AS target, ARRAY['*']::varchar[] AS events
        FROM contact WHERE email <> ''
    UNION ALL
    SELECT e.party, 'webhook', e.id, e.events
        FROM webhook_endpoint e JOIN application a ON a.key = e.application
        WHERE e.disabled_at IS NULL AND a.revoked_at IS NULL;

-- The patterns that an event fits.
CREATE FUNCTION patterns_of(event varchar) RETURNS varchar[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY['*', event, split_part(event, '.', 1) || '.*']::varchar[]
$$;

-- A message is named by what it says to whom: the same under every try and every replay.
CREATE FUNCTION message_id_of(n notice, the_target varchar) RETURNS varchar
LANGUAGE sql IMMUTABLE AS $$
    SELECT 'msg_' || left(encode(sha256(convert_to(
        concat_ws('/', n.subject, n.sequence, n.number, the_target), 'UTF8')), 'hex'), 32)
$$;

-- Gives notices to each of these channels (of `one_target`, where it is named), unless they wait
-- there already; without `again`, also unless they went out there. Returns how many.
CREATE FUNCTION give_out(
    the_notices notice[], one_target varchar, again boolean, the_moment timestamptz
) RETURNS bigint LANGUAGE sql AS $$
    WITH wanted AS (
        SELECT n, c.channel, c.target, message_id_of(n, c.target) AS message_id
            FROM unnest(the_notices) AS n JOIN open_channel c ON c.party = n.recipient_party
            WHERE c.events && patterns_of(n.event)
                AND (one_target IS NULL OR c.target = one_target)
    ), missing AS (
        SELECT w.*, (SELECT coalesce(max(run) + 1, 0) FROM delivery d
                     WHERE d.message_id = w.message_id) AS run
            FROM wanted w
            WHERE NOT EXISTS (
                SELECT FROM delivery d WHERE d.message_id = w.message_id
                    AND (d.state = 'waiting' OR (d.state = 'out' AND NOT again)))
    ), targets AS (
        -- The target's row is locked before its deliveries are made: a sender that lets it go at
        -- this moment looks again, and sees them. One that fails keeps its back-off.
        INSERT INTO notice_target AS t (id, channel, party, due_at)
            SELECT DISTINCT target, channel, (n).recipient_party, the_moment FROM missing
            ORDER BY target
            ON CONFLICT (id) DO UPDATE SET due_at =
                CASE WHEN t.retry_at > the_moment THEN coalesce(t.due_at, t.retry_at)
                     ELSE least(t.due_at, the_moment) END
            RETURNING id
    ), made AS (
        INSERT INTO delivery (message_id, run, subject, sequence, number, order_sequence,
                              notice_at, party, channel, target, state, next_try_at, routed_at)
            SELECT message_id, run, (n).subject, (n).sequence, (n).number, (n).order_sequence,
                   (n).at, (n).recipient_party, channel, targets.id, 'waiting', the_moment,
                   the_moment
            FROM missing JOIN targets ON targets.id = missing.target
            -- Who was faster while we waited for the target gave it out.
            ON CONFLICT DO NOTHING
            RETURNING 1
    )
    SELECT count(*) FROM made
$$;

-- Notes where notices have no channel, and where they have one by now.
CREATE FUNCTION note_lack_of_channel(the_notices notice[], the_moment timestamptz) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO delivery (message_id, run, subject, sequence, number, order_sequence, notice_at,
                          party, channel, state, routed_at)
        SELECT message_id_of(n, ''), 0, n.subject, n.sequence, n.number, n.order_sequence, n.at,
               n.recipient_party, 'none', 'no_channel', the_moment
        FROM unnest(the_notices) AS n
        WHERE NOT EXISTS (
            SELECT FROM delivery d
            WHERE (d.subject, d.sequence, d.number) = (n.subject, n.sequence, n.number)
                AND d.state IN ('waiting', 'out'))
        ON CONFLICT (message_id, run) DO UPDATE SET state = 'no_channel';
    UPDATE delivery AS none SET state = 'rerouted'
        FROM unnest(the_notices) AS n
        WHERE none.message_id = message_id_of(n, '') AND none.state = 'no_channel'
            AND EXISTS (
                SELECT FROM delivery d
                WHERE (d.subject, d.sequence, d.number) = (n.subject, n.sequence, n.number)
                    AND d.state IN ('waiting', 'out'));
$$;

-- Gives out what is new, and what found no channel while its party had none. One router at a time:
-- the notices of a subject are given out in their order. Returns how many were looked at.
CREATE FUNCTION route_notices(at_most integer, the_moment timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    taken notice[];
    opened varchar;
    found integer := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('route_notices')) THEN
        RETURN 0;
    END IF;
    WITH routed AS (
        UPDATE notice AS n SET routed_at = the_moment
            FROM (SELECT subject, sequence, number FROM notice WHERE routed_at IS NULL
                  ORDER BY at, subject, order_sequence LIMIT at_most) AS oldest
            WHERE (n.subject, n.sequence, n.number)
                = (oldest.subject, oldest.sequence, oldest.number)
            RETURNING n
    )
    SELECT array_agg(n) INTO taken FROM routed;
    IF taken IS NOT NULL THEN
        PERFORM give_out(taken, NULL, false, the_moment);
        PERFORM note_lack_of_channel(taken, the_moment);
        found := cardinality(taken);
    END IF;

    DELETE FROM channel_opened AS c WHERE NOT EXISTS (
        SELECT FROM delivery d WHERE d.party = c.party AND d.state = 'no_channel');
    SELECT party INTO opened FROM channel_opened LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF opened IS NOT NULL THEN
        SELECT array_agg(n) INTO taken
            FROM (SELECT n FROM delivery d JOIN notice n
                      ON (n.subject, n.sequence, n.number) = (d.subject, d.sequence, d.number)
                  WHERE d.party = opened AND d.state = 'no_channel'
                      AND EXISTS (
                          SELECT FROM open_channel c
                          WHERE c.party = opened AND c.events && patterns_of(n.event))
                  ORDER BY n.at, n.subject, n.order_sequence LIMIT at_most) AS oldest;
        IF taken IS NULL THEN
            DELETE FROM channel_opened WHERE party = opened;
        ELSE
            PERFORM give_out(taken, NULL, false, the_moment);
            PERFORM note_lack_of_channel(taken, the_moment);
            found := found + cardinality(taken);
        END IF;
    END IF;
    RETURN found;
END $$;

-- Takes back what waits for a target that is closed by now: it goes to the party's other channels,
-- or is noted as having none. At most so many at once; returns how many.
CREATE FUNCTION withdraw_from(the_target varchar, at_most integer, the_moment timestamptz)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    taken notice[];
BEGIN
    WITH withdrawn AS (
        UPDATE delivery AS d SET state = 'withdrawn', next_try_at = NULL
            FROM (SELECT message_id, run FROM delivery
                  WHERE target = the_target AND state = 'waiting'
                  ORDER BY notice_at LIMIT at_most) AS oldest
            WHERE (d.message_id, d.run) = (oldest.message_id, oldest.run)
            RETURNING d.subject, d.sequence, d.number
    )
    SELECT array_agg(n) INTO taken FROM withdrawn w JOIN notice n
        ON (n.subject, n.sequence, n.number) = (w.subject, w.sequence, w.number);
    IF taken IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM give_out(taken, NULL, false, the_moment);
    PERFORM note_lack_of_channel(taken, the_moment);
    RETURN cardinality(taken);
END $$;

-- Has what waits of these tried at once, whatever back-off runs: its owner says that it is well.
CREATE FUNCTION hurry(the_target varchar, the_messages varchar[], the_moment timestamptz)
RETURNS bigint LANGUAGE sql AS $$
    UPDATE notice_target SET due_at = the_moment, retry_at = NULL WHERE id = the_target;
    WITH hurried AS (
        UPDATE delivery SET next_try_at = least(next_try_at, the_moment)
            WHERE message_id = ANY(the_messages) AND state = 'waiting'
            RETURNING 1
    )
    SELECT count(*) FROM hurried
$$;

-- Sends a delivery again, at once: one that waits is hurried, one that is out gets a new run. What
-- found no channel is given out anew. Returns whether anything waits by it now.
CREATE FUNCTION replay_message(the_message varchar, the_moment timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    asked delivery;
    the_notices notice[];
    made bigint;
BEGIN
    SELECT * INTO asked FROM delivery WHERE message_id = the_message ORDER BY run DESC LIMIT 1;
    SELECT array_agg(n) INTO the_notices FROM notice n
        WHERE (n.subject, n.sequence, n.number) = (asked.subject, asked.sequence, asked.number);
    PERFORM FROM notice_target WHERE id = asked.target FOR UPDATE;
    made := give_out(the_notices, asked.target, asked.target IS NOT NULL, the_moment);
    PERFORM note_lack_of_channel(the_notices, the_moment);
    RETURN made + hurry(asked.target, ARRAY[the_message], the_moment) > 0;
END $$;

-- Sends again to an endpoint what its party was told from a moment on, or of a subject from a place
-- in its order on, the oldest first. Returns the notices that were taken.
CREATE FUNCTION replay_to(
    the_target varchar, since timestamptz, the_subject varchar, from_order_sequence integer,
    at_most integer, the_moment timestamptz
) RETURNS SETOF notice LANGUAGE plpgsql AS $$
DECLARE
    endpoint webhook_endpoint;
    taken notice[];
BEGIN
    SELECT * INTO endpoint FROM webhook_endpoint WHERE id = the_target;
    PERFORM FROM notice_target WHERE id = the_target FOR UPDATE;
    SELECT array_agg(n) INTO taken FROM (
        SELECT n FROM notice n
        WHERE n.recipient_party = endpoint.party AND n.routed_at IS NOT NULL
            AND (since IS NULL OR n.at >= since)
            AND (the_subject IS NULL
                 OR (n.subject = the_subject AND n.order_sequence >= from_order_sequence))
            AND endpoint.events && patterns_of(n.event)
        ORDER BY n.at, n.subject, n.order_sequence LIMIT at_most) AS oldest;
    IF taken IS NOT NULL THEN
        PERFORM give_out(taken, the_target, true, the_moment);
        PERFORM note_lack_of_channel(taken, the_moment);
        PERFORM hurry(the_target,
            ARRAY(SELECT message_id_of(n, the_target) FROM unnest(taken) AS n), the_moment);
    END IF;
    RETURN QUERY SELECT * FROM unnest(taken);
END $$;
