-- Who is a promoter, by whose word and since when; what of its contracts is in force; and who
-- invited whom (UA-1-11-13, UA-1-14). The SQLSTATEs are those before, and
--   DG120  an engagement cannot change so
--   DG121  nobody can be invited so

-- ---- who acts --------------------------------------------------------------------------------

-- A promotion provider (`psp_`) stands for its promoters.
ALTER TABLE party
    DROP CONSTRAINT id_names_the_role,
    ADD CONSTRAINT id_names_the_role CHECK (
        id ~ '^(cli|prv|sto|log|pro|psp|plt|pin)_[0-9A-Za-z_-]{2,60}$'
        AND role = CASE left(id, 3)
            WHEN 'cli' THEN 'client'
            WHEN 'prv' THEN 'provider'
            WHEN 'sto' THEN 'storage'
            WHEN 'log' THEN 'logistics'
            WHEN 'pro' THEN 'promoter'
            WHEN 'psp' THEN 'promotion_provider'
            WHEN 'plt' THEN 'platform'
            WHEN 'pin' THEN 'payment_institution'
        END
    );
ALTER TABLE application
    DROP CONSTRAINT roles_can_be_held,
    ADD CONSTRAINT roles_can_be_held CHECK (
        cardinality(roles) > 0
        AND roles <@ ARRAY['client', 'provider', 'logistics', 'storage', 'platform',
                           'payment_institution', 'promoter', 'promotion_provider',
                           'support']::varchar[]
    );
ALTER TABLE transition
    DROP CONSTRAINT transition_actor_role_check,
    ADD CONSTRAINT transition_actor_role_check CHECK (actor_role IN (
        'client', 'provider', 'logistics', 'storage', 'platform', 'payment_institution',
        'promoter', 'promotion_provider', 'support', 'clock'
    ));

-- UA-1-11: promotion is a feature of a client's account. One account, one promoter.
CREATE TABLE promoter_account (
    promoter  varchar PRIMARY KEY REFERENCES party (id),
    client    varchar NOT NULL UNIQUE REFERENCES party (id),
    linked_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON promoter_account
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON promoter_account EXECUTE FUNCTION refuse_change();

CREATE FUNCTION promoter_has_a_clients_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_strangers('promoter', NEW.promoter);
    PERFORM refuse_strangers('client', NEW.client);
    RETURN NEW;
END $$;

CREATE TRIGGER of_registered_parties BEFORE INSERT ON promoter_account
    FOR EACH ROW EXECUTE FUNCTION promoter_has_a_clients_account();

-- ---- engagements -----------------------------------------------------------------------------

-- UA-1-11-13: a promoter's contract with a promotion provider. What it stands at is said by its
-- last change alone: nothing of it is ever updated.
CREATE TABLE promoter_engagement (
    id                 varchar PRIMARY KEY CHECK (id ~ '^eng_[0-9A-Za-z_-]{4,60}$'),
    promoter           varchar NOT NULL REFERENCES party (id),
    promotion_provider varchar NOT NULL REFERENCES party (id)
);
CREATE INDEX promoter_engagement_by_promoter ON promoter_engagement (promoter, id);
CREATE INDEX promoter_engagement_by_provider ON promoter_engagement (promotion_provider, id);

CREATE TABLE engagement_change (
    engagement  varchar NOT NULL REFERENCES promoter_engagement (id),
    sequence    integer NOT NULL CHECK (sequence > 0),
    state       varchar NOT NULL CHECK (state IN ('proposed', 'active', 'suspended', 'ended')),
    reason      varchar NOT NULL CHECK (reason ~ '^[a-z]+(_[a-z]+)*$'),
    clause      varchar NOT NULL CHECK (clause <> ''),
    author      varchar NOT NULL REFERENCES party (id),
    command_id  varchar NOT NULL CHECK (command_id <> ''),
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (engagement, sequence),
    -- A command counts once, however often it comes.
    UNIQUE (engagement, command_id)
);

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON promoter_engagement
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON engagement_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON promoter_engagement
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON engagement_change
    EXECUTE FUNCTION refuse_change();

CREATE FUNCTION engagement_is_of_registered_parties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_strangers('promoter', NEW.promoter);
    PERFORM refuse_strangers('promotion_provider', NEW.promotion_provider);
    RETURN NEW;
END $$;

CREATE TRIGGER of_registered_parties BEFORE INSERT ON promoter_engagement
    FOR EACH ROW EXECUTE FUNCTION engagement_is_of_registered_parties();

-- Why: an engagement that nobody proposed would hide that it is open.
CREATE FUNCTION engagement_is_proposed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM engagement_change WHERE engagement = NEW.id AND sequence = 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% was not proposed by anybody', NEW.id USING ERRCODE = 'DG120';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER is_proposed AFTER INSERT ON promoter_engagement
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION engagement_is_proposed();

-- Why: a promoter is active by the word of its promotion provider alone, with one at a time, and no
-- word is given for a moment before the last one. All words on a promoter follow one another.
CREATE FUNCTION engagement_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    engaged promoter_engagement;
    last engagement_change;
    latest timestamptz;
BEGIN
    SELECT * INTO engaged FROM promoter_engagement WHERE id = NEW.engagement;
    PERFORM pg_advisory_xact_lock(hashtextextended('engagement ' || engaged.promoter, 0));
    PERFORM FROM party
        WHERE id = NEW.author AND (role = 'platform' OR id = engaged.promotion_provider);
    IF NOT FOUND THEN
        RAISE EXCEPTION '% changes by the word of % alone', NEW.engagement,
            engaged.promotion_provider USING ERRCODE = 'DG120', DETAIL = 'author';
    END IF;
    SELECT * INTO last FROM engagement_change
        WHERE engagement = NEW.engagement ORDER BY sequence DESC LIMIT 1;
    IF NEW.sequence <> coalesce(last.sequence, 0) + 1 THEN
        RAISE EXCEPTION '%: change % does not follow %', NEW.engagement, NEW.sequence,
            coalesce(last.sequence, 0) USING ERRCODE = 'DG006';
    END IF;
    IF (coalesce(last.state, 'new'), NEW.state) NOT IN (
        ('new', 'proposed'),
        ('proposed', 'active'), ('proposed', 'ended'),
        ('active', 'suspended'), ('active', 'ended'),
        ('suspended', 'active'), ('suspended', 'ended')
    ) THEN
        RAISE EXCEPTION '% is %, and does not become %', NEW.engagement,
            coalesce(last.state, 'new'), NEW.state USING ERRCODE = 'DG120', DETAIL = 'state';
    END IF;
    SELECT max(c.at) INTO latest
        FROM engagement_change c JOIN promoter_engagement e ON e.id = c.engagement
        WHERE e.promoter = engaged.promoter;
    IF NEW.at <= latest THEN
        RAISE EXCEPTION '% does not change at %: the last word on % is of %', NEW.engagement,
            NEW.at, engaged.promoter, latest USING ERRCODE = 'DG120', DETAIL = 'moment';
    END IF;
    IF NEW.sequence = 1 AND EXISTS (
        SELECT FROM promoter_engagement e
        WHERE e.promoter = engaged.promoter AND e.id <> NEW.engagement
            AND NOT EXISTS (SELECT FROM engagement_change c
                            WHERE c.engagement = e.id AND c.state = 'ended')
    ) THEN
        RAISE EXCEPTION '% has an engagement that has not ended', engaged.promoter
            USING ERRCODE = 'DG120', DETAIL = 'open';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER goes_on BEFORE INSERT ON engagement_change
    FOR EACH ROW EXECUTE FUNCTION engagement_goes_on();

-- When a promoter was active, and for whom: from a word up to the instant of the next.
CREATE VIEW promoter_active AS
    SELECT e.id AS engagement, e.promoter, e.promotion_provider,
           change.at AS begins_at, next.at AS ends_at
    FROM promoter_engagement e
    JOIN engagement_change change ON change.engagement = e.id AND change.state = 'active'
    LEFT JOIN engagement_change next
        ON next.engagement = e.id AND next.sequence = change.sequence + 1;

-- ---- contracts -------------------------------------------------------------------------------

-- What was signed between promoter and provider, and what of it is in force, are two things now:
-- the table takes a name of its own, and its old name, by which the posting path asks, is the view.
-- UA-1-12: `direct` contracts are those of promoters who came without a promotion provider, as all
-- did up to here. They hold as they were signed, until they are ended or the promoter is active by
-- an engagement; no new ones are signed.
-- PSR-19: a rate that changes is a contract that `replaces` the one before, from its end on.
ALTER TABLE promoter_contract RENAME TO brokerage_contract;
ALTER INDEX promoter_contract_by_parties RENAME TO brokerage_contract_by_parties;
ALTER TABLE brokerage_contract ADD COLUMN direct boolean NOT NULL DEFAULT true,
    ADD COLUMN replaces bigint UNIQUE REFERENCES brokerage_contract (id);
ALTER TABLE brokerage_contract ALTER COLUMN direct SET DEFAULT false;

CREATE OR REPLACE FUNCTION contract_is_ended_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ends_at IS NOT NULL OR NEW.ends_at IS NULL
        OR (NEW.id, NEW.promoter, NEW.provider, NEW.numerator, NEW.denominator, NEW.begins_at,
            NEW.direct, NEW.replaces)
            IS DISTINCT FROM
            (OLD.id, OLD.promoter, OLD.provider, OLD.numerator, OLD.denominator, OLD.begins_at,
             OLD.direct, OLD.replaces)
    THEN
        RAISE EXCEPTION 'contract % can only be ended, once', OLD.id USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION contract_is_the_only_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM refuse_strangers('promoter', NEW.promoter);
    PERFORM refuse_strangers('provider', NEW.provider);
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.promoter || ' ' || NEW.provider, 0));
    PERFORM FROM brokerage_contract
        WHERE promoter = NEW.promoter AND provider = NEW.provider AND id <> NEW.id
            AND tstzrange(begins_at, ends_at) && tstzrange(NEW.begins_at, NEW.ends_at);
    IF FOUND THEN
        RAISE EXCEPTION '% and % have a contract for that time already', NEW.promoter,
            NEW.provider USING ERRCODE = 'DG003', DETAIL = 'contract';
    END IF;
    RETURN NEW;
END $$;

-- Why: nobody becomes a promoter without a promotion provider any more, and no rate takes the place
-- of one that it does not follow.
CREATE FUNCTION contract_follows_the_one_it_replaces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.direct THEN
        RAISE EXCEPTION 'promoters come by a promotion provider alone'
            USING ERRCODE = 'DG120', DETAIL = 'direct';
    END IF;
    PERFORM FROM brokerage_contract
        WHERE id = NEW.replaces AND promoter = NEW.promoter AND provider = NEW.provider
            AND ends_at = NEW.begins_at;
    IF NEW.replaces IS NOT NULL AND NOT FOUND THEN
        RAISE EXCEPTION 'contract % does not end where it is replaced', NEW.replaces
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER follows_the_one_it_replaces BEFORE INSERT ON brokerage_contract
    FOR EACH ROW EXECUTE FUNCTION contract_follows_the_one_it_replaces();

-- What of the contracts is in force, and when: while they run and the promoter is active.
CREATE VIEW promoter_contract AS
    SELECT c.id, c.promoter, c.provider, c.numerator, c.denominator, active.engagement,
           greatest(c.begins_at, active.begins_at) AS begins_at,
           least(c.ends_at, active.ends_at) AS ends_at
    FROM brokerage_contract c
    JOIN promoter_active active ON active.promoter = c.promoter
        AND tstzrange(c.begins_at, c.ends_at) && tstzrange(active.begins_at, active.ends_at)
    UNION ALL
    SELECT c.id, c.promoter, c.provider, c.numerator, c.denominator, NULL,
           c.begins_at, least(c.ends_at, first.at)
    FROM brokerage_contract c
    CROSS JOIN LATERAL (
        SELECT min(begins_at) AS at FROM promoter_active WHERE promoter = c.promoter) AS first
    WHERE c.direct AND (first.at IS NULL OR c.begins_at < first.at);

-- UA-1-13: the promoter's money runs through its promotion provider: the order keeps the engagement
-- under which it was paid, with the rate.
ALTER TABLE purchase_order
    ADD COLUMN brokerage_engagement varchar REFERENCES promoter_engagement (id);
CREATE INDEX order_by_engagement ON purchase_order (brokerage_engagement, id)
    WHERE brokerage_engagement IS NOT NULL;

-- Why: the rate on an order is the one in force at the instant of its payment, whatever the step
-- believed. A word that came between its look and its writing lets it look again (DG006).
CREATE FUNCTION brokerage_is_the_one_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rate record;
BEGIN
    IF OLD.brokerage_numerator IS NULL AND NEW.brokerage_numerator IS NOT NULL
        AND NEW.brokerage_engagement IS NULL AND NEW.promoter IS NOT NULL
    THEN
        SELECT p.numerator, p.denominator, p.engagement INTO rate
            FROM transition t LEFT JOIN promoter_contract p
                ON p.promoter = NEW.promoter AND p.provider = NEW.provider
                AND tstzrange(p.begins_at, p.ends_at) @> t.at
            WHERE t.subject = NEW.id AND t.sequence = NEW.sequence;
        IF coalesce(rate.numerator, 0)::numeric * NEW.brokerage_denominator
            <> NEW.brokerage_numerator::numeric * coalesce(rate.denominator, 1)
        THEN
            RAISE EXCEPTION '%: % is not the brokerage in force', NEW.id,
                NEW.brokerage_numerator || '/' || NEW.brokerage_denominator
                USING ERRCODE = 'DG006';
        END IF;
        NEW.brokerage_engagement := rate.engagement;
    ELSIF NEW.brokerage_engagement IS DISTINCT FROM OLD.brokerage_engagement THEN
        RAISE EXCEPTION '%: whom its brokerage runs through was fixed at payment', OLD.id
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER brokerage_in_force BEFORE UPDATE ON purchase_order
    FOR EACH ROW WHEN ((OLD.brokerage_numerator, OLD.brokerage_engagement)
        IS DISTINCT FROM (NEW.brokerage_numerator, NEW.brokerage_engagement))
    EXECUTE FUNCTION brokerage_is_the_one_in_force();

CREATE FUNCTION brokerage_comes_with_the_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: brokerage is fixed at payment', NEW.id USING ERRCODE = 'DG004';
END $$;

CREATE TRIGGER brokerage_later BEFORE INSERT ON purchase_order
    FOR EACH ROW WHEN (NEW.brokerage_engagement IS NOT NULL)
    EXECUTE FUNCTION brokerage_comes_with_the_payment();

-- ---- invitations -----------------------------------------------------------------------------

-- UA-1-14: 50 random bits in ten letters and digits that nobody mistakes for one another: there is
-- no 0 and O, no 1 and I.
CREATE FUNCTION new_invitation_code() RETURNS varchar LANGUAGE plpgsql AS $$
DECLARE
    alphabet CONSTANT varchar := '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
    -- The version and the variant of a UUID, which are not random, stand in its bytes 6 and 8.
    random_bytes CONSTANT integer[] := ARRAY[0, 1, 2, 3, 4, 5, 9, 10, 11, 12];
    made varchar;
    source bytea;
BEGIN
    LOOP
        source := uuid_send(gen_random_uuid());
        SELECT string_agg(substr(alphabet, (get_byte(source, no) & 31) + 1, 1), '')
            INTO made FROM unnest(random_bytes) AS no;
        EXIT WHEN NOT EXISTS (SELECT FROM invitation_code WHERE code = made);
    END LOOP;
    RETURN made;
END $$;

CREATE TABLE invitation_code (
    code    varchar PRIMARY KEY CHECK (code ~ '^[2-9A-HJ-NP-Z]{10}$'),
    client  varchar NOT NULL UNIQUE REFERENCES party (id),
    made_at timestamptz NOT NULL DEFAULT now()
);

-- UA-1-14: who joined by whose code. The benefit is for what the invitee orders before
-- `benefit_until`, and before `ended_at` if it closes its account.
CREATE TABLE invitation (
    invitee       varchar PRIMARY KEY REFERENCES party (id),
    inviter       varchar NOT NULL REFERENCES party (id),
    code          varchar NOT NULL REFERENCES invitation_code (code),
    registered_at timestamptz NOT NULL,
    benefit_until timestamptz NOT NULL,
    terms_version varchar NOT NULL,
    ended_at      timestamptz,
    CONSTRAINT nobody_invites_itself CHECK (inviter <> invitee),
    CONSTRAINT benefit_has_its_time CHECK (registered_at < benefit_until)
);
CREATE INDEX invitation_by_inviter ON invitation (inviter, invitee);

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON invitation_code
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_removed BEFORE DELETE ON invitation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON invitation_code EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON invitation EXECUTE FUNCTION refuse_change();

-- Why: a code is a client's own, made with its account.
CREATE FUNCTION client_gets_its_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO invitation_code (code, client) VALUES (new_invitation_code(), NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER gets_its_code AFTER INSERT ON party
    FOR EACH ROW WHEN (NEW.role = 'client') EXECUTE FUNCTION client_gets_its_code();

CREATE FUNCTION code_is_a_clients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM party WHERE id = NEW.client AND role = 'client';
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is no client', NEW.client USING ERRCODE = 'DG121';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER is_a_clients BEFORE INSERT ON invitation_code
    FOR EACH ROW EXECUTE FUNCTION code_is_a_clients();

INSERT INTO invitation_code (code, client)
    SELECT new_invitation_code(), id FROM party WHERE role = 'client' ORDER BY id;

-- Why: who invited a client is said when it registers, by the code that it brought, or never.
CREATE FUNCTION invitation_comes_with_the_registration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM party
        WHERE id = NEW.invitee AND role = 'client' AND registered_at = NEW.registered_at
            AND xmin = pg_current_xact_id()::xid;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is invited when it registers, or never', NEW.invitee
            USING ERRCODE = 'DG121', DETAIL = 'late';
    END IF;
    PERFORM FROM invitation_code WHERE code = NEW.code AND client = NEW.inviter;
    IF NOT FOUND OR NEW.ended_at IS NOT NULL THEN
        RAISE EXCEPTION '% is no code of %', NEW.code, NEW.inviter
            USING ERRCODE = 'DG121', DETAIL = 'code';
    END IF;
    PERFORM FROM closure WHERE client = NEW.inviter AND state = 'closed';
    IF FOUND THEN
        RAISE EXCEPTION 'the account that % was the code of is closed', NEW.code
            USING ERRCODE = 'DG121', DETAIL = 'closed';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER comes_with_the_registration BEFORE INSERT ON invitation
    FOR EACH ROW EXECUTE FUNCTION invitation_comes_with_the_registration();

-- Why: an invitation is what it was; its benefit can only end early, once.
CREATE FUNCTION invitation_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
        OR NEW.ended_at < OLD.registered_at OR NEW.ended_at >= OLD.benefit_until
        OR (NEW.invitee, NEW.inviter, NEW.code, NEW.registered_at, NEW.benefit_until,
            NEW.terms_version)
            IS DISTINCT FROM
            (OLD.invitee, OLD.inviter, OLD.code, OLD.registered_at, OLD.benefit_until,
             OLD.terms_version)
    THEN
        RAISE EXCEPTION 'the invitation of % can only end early, once', OLD.invitee
            USING ERRCODE = 'DG004';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ends_once BEFORE UPDATE ON invitation
    FOR EACH ROW EXECUTE FUNCTION invitation_ends_once();

-- An account was closed: what its inviter has of it ends, if it has not. It may be called again.
CREATE FUNCTION end_invitation(the_invitee varchar, the_moment timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE invitation SET ended_at = greatest(the_moment, registered_at)
        WHERE invitee = the_invitee AND ended_at IS NULL AND the_moment < benefit_until;
    RETURN FOUND;
END $$;

CREATE FUNCTION closing_ends_the_invitation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM end_invitation(NEW.client, NEW.ended_at);
    RETURN NULL;
END $$;

CREATE TRIGGER ends_the_invitation AFTER UPDATE ON closure
    FOR EACH ROW WHEN (NEW.state = 'closed' AND OLD.state <> 'closed')
    EXECUTE FUNCTION closing_ends_the_invitation();
