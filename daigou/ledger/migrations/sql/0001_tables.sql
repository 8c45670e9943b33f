-- The tables of the books. Amounts are fen (bigint, CNY); a debit is positive.
-- What a single row may hold is said here, by CHECKs; what rows may do to each other, and over
-- time, is said in 0001_guards.sql; the one way to write a step, in 0001_doors.sql.

-- ---- who acts --------------------------------------------------------------------------------

CREATE TABLE party (
    id                varchar PRIMARY KEY,
    role              varchar NOT NULL,
    name              varchar NOT NULL,
    country           varchar NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    address           varchar NOT NULL,
    agreement_version varchar CHECK (agreement_version <> ''),
    agreed_at         timestamptz,
    registered_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT id_names_the_role CHECK (
        id ~ '^(cli|prv|sto|log|pro|plt|pin)_[0-9A-Za-z_-]{2,60}$'
        AND role = CASE left(id, 3)
            WHEN 'cli' THEN 'client'
            WHEN 'prv' THEN 'provider'
            WHEN 'sto' THEN 'storage'
            WHEN 'log' THEN 'logistics'
            WHEN 'pro' THEN 'promoter'
            WHEN 'plt' THEN 'platform'
            WHEN 'pin' THEN 'payment_institution'
        END
    ),
    -- PSR-23: a client is a person, whose name stands in `contact` alone, where it can be erased.
    CONSTRAINT only_businesses_are_named CHECK ((role = 'client') = (name = '')),
    CONSTRAINT only_storages_receive CHECK ((role = 'storage') = (address <> '')),
    CONSTRAINT agreement_has_its_moment CHECK ((agreement_version IS NULL) = (agreed_at IS NULL))
);

-- PSR-23: personal data, apart from the books, so that it can be erased while they stay whole.
CREATE TABLE contact (
    party varchar PRIMARY KEY REFERENCES party (id),
    name  varchar NOT NULL,
    email varchar NOT NULL,
    phone varchar NOT NULL
);

-- PSR-23: free words, which may say anything of anyone; steps carry the id alone.
CREATE TABLE note (
    id      varchar PRIMARY KEY CHECK (id ~ '^txt_[0-9A-Za-z_-]{4,60}$'),
    subject varchar NOT NULL,
    author  varchar NOT NULL REFERENCES party (id),
    body    varchar NOT NULL CHECK (length(body) BETWEEN 1 AND 10000),
    at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX note_by_subject ON note (subject);

CREATE TABLE application (
    key           varchar PRIMARY KEY CHECK (key ~ '^app_[0-9A-Za-z_-]{4,60}$'),
    name          varchar NOT NULL CHECK (name <> ''),
    secret_digest bytea NOT NULL CHECK (length(secret_digest) = 32),
    roles         varchar[] NOT NULL,
    party         varchar NOT NULL REFERENCES party (id),
    created_at    timestamptz NOT NULL DEFAULT now(),
    revoked_at    timestamptz CHECK (revoked_at >= created_at),
    CONSTRAINT roles_can_be_held CHECK (
        cardinality(roles) > 0
        AND roles <@ ARRAY['client', 'provider', 'logistics', 'storage', 'platform',
                           'payment_institution', 'promoter', 'support']::varchar[]
    )
);
CREATE INDEX application_by_party ON application (party);

-- One answer for each key that an application sends: the primary key lets nobody in twice.
CREATE TABLE idempotency (
    app_key        varchar NOT NULL REFERENCES application (key),
    key            varchar NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_digest varchar NOT NULL,
    leased_until   timestamptz NOT NULL,
    status         integer CHECK (status BETWEEN 200 AND 599),
    body           bytea,
    headers        jsonb,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (app_key, key),
    CONSTRAINT answer_is_whole CHECK (
        (status IS NULL) = (body IS NULL) AND (status IS NULL) = (headers IS NULL)
    )
);

-- ---- what happened ---------------------------------------------------------------------------

-- The log of every subject (an order or a recharge), gapless, on all its axes.
CREATE TABLE transition (
    subject       varchar NOT NULL CHECK (subject ~ '^(ord|rch)_[0-9A-Za-z_-]{4,60}$'),
    sequence      integer NOT NULL CHECK (sequence > 0),
    axis          varchar NOT NULL CHECK (axis IN ('fulfilment', 'refund', 'recharge')),
    item          varchar NOT NULL,
    trigger       varchar NOT NULL CHECK (trigger ~ '^[a-z]+(-[a-z]+)*$'),
    source        varchar NOT NULL CHECK (source ~ '^[a-z]+(_[a-z]+)*$'),
    target        varchar NOT NULL CHECK (target ~ '^[a-z]+(_[a-z]+)*$'),
    clause        varchar NOT NULL CHECK (clause <> ''),
    actor_role    varchar NOT NULL CHECK (actor_role IN (
        'client', 'provider', 'logistics', 'storage', 'platform', 'payment_institution',
        'promoter', 'support', 'clock'
    )),
    actor_party   varchar NOT NULL,
    actor_app     varchar,
    command       jsonb NOT NULL,
    command_id    varchar NOT NULL CHECK (command_id <> ''),
    at            timestamptz NOT NULL,
    recorded_at   timestamptz NOT NULL,
    terms_version varchar NOT NULL,
    digest        varchar NOT NULL CHECK (length(digest) = 64),
    result        jsonb NOT NULL,
    PRIMARY KEY (subject, sequence),
    -- A command counts once, however often and under whatever sequence it comes back.
    CONSTRAINT transition_command UNIQUE (subject, command_id),
    CONSTRAINT axis_is_the_subjects CHECK ((axis = 'recharge') = (left(subject, 3) = 'rch')),
    CONSTRAINT only_refunds_are_items CHECK ((axis = 'refund') = (item <> ''))
);

-- A client's request, as it was made; it never changes.
CREATE TABLE purchase_request (
    order_id          varchar PRIMARY KEY,
    logistics         varchar,
    product_link      varchar NOT NULL,
    offer_id          varchar NOT NULL,
    title             varchar NOT NULL,
    seller_name       varchar NOT NULL,
    specification     varchar NOT NULL,
    category          varchar NOT NULL,
    quantity          bigint NOT NULL CHECK (quantity > 0),
    unit_price        bigint NOT NULL CHECK (unit_price > 0),
    freight           bigint NOT NULL CHECK (freight >= 0),
    currency          varchar NOT NULL CHECK (currency = 'CNY'),
    delivery_address  varchar NOT NULL,
    client_country    varchar NOT NULL CHECK (client_country ~ '^[A-Z]{2}$'),
    mandate_version   varchar NOT NULL CHECK (mandate_version <> ''),
    mandate_digest    varchar NOT NULL CHECK (mandate_digest <> ''),
    mandate_agreed_at timestamptz NOT NULL,
    inferred          jsonb NOT NULL,
    -- PSR-1-1: without one of these facts there is no valid request.
    CONSTRAINT request_is_complete CHECK (
        '' NOT IN (product_link, title, seller_name, specification, delivery_address)
    )
);

-- Where an order stands: the read model, moved only together with a transition.
CREATE TABLE purchase_order (
    id                    varchar PRIMARY KEY REFERENCES purchase_request (order_id),
    client                varchar NOT NULL REFERENCES party (id),
    provider              varchar NOT NULL REFERENCES party (id),
    storage               varchar NOT NULL REFERENCES party (id),
    logistics             varchar REFERENCES party (id),
    promoter              varchar REFERENCES party (id),
    state                 varchar NOT NULL,
    sequence              integer NOT NULL,
    terms_version         varchar NOT NULL,
    clocks                jsonb NOT NULL,
    next_due_at           timestamptz,
    next_actor            varchar,
    amount                bigint CHECK (amount > 0),
    collected             bigint NOT NULL CHECK (collected >= 0),
    refunded              bigint NOT NULL CHECK (refunded >= 0),
    fee_earned            bigint NOT NULL CHECK (fee_earned >= 0),
    currency              varchar NOT NULL CHECK (currency = 'CNY'),
    paid_from_deposit     bigint CHECK (paid_from_deposit >= 0),
    paid_from_institution bigint CHECK (paid_from_institution >= 0),
    paid_capture          varchar,
    placed_at             timestamptz NOT NULL,
    entered_at            timestamptz NOT NULL,
    ended_at              timestamptz,
    CONSTRAINT order_has_its_transition
        FOREIGN KEY (id, sequence) REFERENCES transition (subject, sequence),
    CONSTRAINT nobody_gets_more_than_was_collected CHECK (refunded + fee_earned <= collected),
    -- PSR-2-2: the whole amount or nothing.
    CONSTRAINT collected_is_what_was_paid CHECK (
        collected = coalesce(paid_from_deposit, 0) + coalesce(paid_from_institution, 0)
        AND (paid_from_deposit IS NULL) = (paid_from_institution IS NULL)
        AND (collected = 0 OR amount IS NOT NULL)
    ),
    CONSTRAINT institution_money_was_captured CHECK (
        (paid_capture IS NOT NULL) = (coalesce(paid_from_institution, 0) > 0)
    ),
    CONSTRAINT ended_orders_wait_for_nothing CHECK (ended_at IS NULL OR next_due_at IS NULL)
);
-- One index for each way to list orders, newest first (keyset pagination).
CREATE INDEX order_by_placing ON purchase_order (placed_at, id);
CREATE INDEX order_by_state ON purchase_order (state, placed_at, id);
CREATE INDEX order_by_client ON purchase_order (client, placed_at, id);
CREATE INDEX order_by_provider ON purchase_order (provider, placed_at, id);
CREATE INDEX order_by_storage ON purchase_order (storage, placed_at, id);
CREATE INDEX order_by_logistics ON purchase_order (logistics, placed_at, id);
CREATE INDEX order_by_promoter ON purchase_order (promoter, placed_at, id)
    WHERE promoter IS NOT NULL;
CREATE INDEX order_by_due ON purchase_order (next_due_at) WHERE next_due_at IS NOT NULL;

CREATE TABLE recharge (
    id             varchar PRIMARY KEY,
    client         varchar NOT NULL REFERENCES party (id),
    amount         bigint NOT NULL CHECK (amount > 0),
    currency       varchar NOT NULL CHECK (currency = 'CNY'),
    payment_method varchar NOT NULL,
    state          varchar NOT NULL CHECK (state IN ('due', 'credited', 'declined')),
    sequence       integer NOT NULL,
    clocks         jsonb NOT NULL,
    next_due_at    timestamptz,
    requested_at   timestamptz NOT NULL,
    ended_at       timestamptz,
    CONSTRAINT recharge_has_its_transition
        FOREIGN KEY (id, sequence) REFERENCES transition (subject, sequence),
    CONSTRAINT recharge_ends_with_its_state CHECK ((state = 'due') = (ended_at IS NULL))
);
CREATE INDEX recharge_by_client ON recharge (client, requested_at, id);

-- The checkout: each line with who collects it (PSR-6, PSR-7).
CREATE TABLE order_line (
    subject   varchar NOT NULL REFERENCES purchase_order (id),
    line_no   integer NOT NULL CHECK (line_no > 0),
    sequence  integer NOT NULL,
    code      varchar NOT NULL CHECK (code IN (
        'goods', 'freight', 'service_fee', 'other_fee',
        'storage_fee', 'fixed_loss', 'payment_channel_fee'
    )),
    label     varchar NOT NULL CHECK (label <> ''),
    amount    bigint NOT NULL CHECK (amount >= 0),
    currency  varchar NOT NULL CHECK (currency = 'CNY'),
    collector varchar NOT NULL CONSTRAINT collector_is_registered REFERENCES party (id),
    fee_base  bigint CHECK (fee_base >= 0),
    fee_numerator   bigint CHECK (fee_numerator >= 0),
    fee_denominator bigint CHECK (fee_denominator > 0),
    fee_rounding    varchar CHECK (fee_rounding = 'half_up'),
    PRIMARY KEY (subject, line_no),
    FOREIGN KEY (subject, sequence) REFERENCES transition (subject, sequence),
    CONSTRAINT fee_says_what_it_was_computed_from CHECK (
        num_nonnulls(fee_base, fee_numerator, fee_denominator, fee_rounding)
            = CASE code WHEN 'service_fee' THEN 4 ELSE 0 END
    ),
    -- PSR-10-1: base times rate, half up to the fen; integer division rounds down.
    CONSTRAINT fee_is_half_up CHECK (
        code <> 'service_fee'
        OR amount = (2 * fee_base * fee_numerator + fee_denominator) / (2 * fee_denominator)
    )
);
-- PSR-10-1: the goods, their freight and the fee stand once in a checkout.
CREATE UNIQUE INDEX order_line_once ON order_line (subject, code)
    WHERE code IN ('goods', 'freight', 'service_fee');

-- ---- money -----------------------------------------------------------------------------------

-- Money that moves outside: the intent is written before, the outcome once it is known.
CREATE TABLE movement (
    reference        varchar PRIMARY KEY,
    subject          varchar NOT NULL,
    sequence         integer NOT NULL,
    kind             varchar NOT NULL CHECK (kind IN ('capture', 'buy', 'refund')),
    amount           bigint NOT NULL CHECK (amount > 0),
    currency         varchar NOT NULL CHECK (currency = 'CNY'),
    payment_method   varchar NOT NULL,
    original         varchar REFERENCES movement (reference),
    state            varchar NOT NULL CHECK (state IN ('sent', 'done', 'failed')),
    external_ref     varchar NOT NULL,
    reason           varchar NOT NULL,
    sent_at          timestamptz NOT NULL,
    settled_at       timestamptz,
    settled_sequence integer,
    CONSTRAINT movement_intended UNIQUE (subject, sequence),
    CONSTRAINT reference_names_the_step CHECK (reference = subject || '/' || sequence),
    FOREIGN KEY (subject, sequence) REFERENCES transition (subject, sequence),
    FOREIGN KEY (subject, settled_sequence) REFERENCES transition (subject, sequence),
    CONSTRAINT only_refunds_give_back CHECK ((kind = 'refund') = (original IS NOT NULL)),
    CONSTRAINT outcome_comes_with_its_step CHECK (
        (state = 'sent') = (settled_at IS NULL)
        AND (state = 'sent') = (settled_sequence IS NULL)
    )
);
-- Nothing is paid or bought while the outcome of the last attempt is unknown.
CREATE UNIQUE INDEX movement_one_open ON movement (subject)
    WHERE state = 'sent' AND kind <> 'refund';

-- A refund through the institution: an axis of its own, named by its movement.
CREATE TABLE refund (
    item        varchar PRIMARY KEY REFERENCES movement (reference),
    subject     varchar NOT NULL REFERENCES purchase_order (id),
    sequence    integer NOT NULL,
    state       varchar NOT NULL CHECK (state IN ('due', 'refunded', 'credited')),
    amount      bigint NOT NULL CHECK (amount > 0),
    currency    varchar NOT NULL CHECK (currency = 'CNY'),
    clocks      jsonb NOT NULL,
    next_due_at timestamptz,
    opened_at   timestamptz NOT NULL,
    ended_at    timestamptz,
    FOREIGN KEY (subject, sequence) REFERENCES transition (subject, sequence),
    CONSTRAINT refund_ends_with_its_state CHECK ((state = 'due') = (ended_at IS NULL))
);
CREATE INDEX refund_by_subject ON refund (subject, sequence);

CREATE TABLE account (
    id        varchar PRIMARY KEY,
    kind      varchar NOT NULL CHECK (kind IN (
        'payment_institution', 'bank', 'deposit', 'payment_reserved', 'escrow', 'fee_held',
        'seller_transit', 'refund_transit', 'third_party', 'provider'
    )),
    owner     varchar NOT NULL,
    opened_at timestamptz NOT NULL,
    CONSTRAINT id_is_kind_and_owner CHECK (
        id = CASE owner WHEN '' THEN kind ELSE kind || ':' || owner END
    ),
    CONSTRAINT only_cash_is_the_platforms CHECK (
        (owner = '') = (kind IN ('payment_institution', 'bank'))
    )
);
CREATE INDEX account_by_owner ON account (owner);

-- While a row is not lifted, its deposit can be neither used nor withdrawn (PSR-22-1).
CREATE TABLE account_freeze (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account   varchar NOT NULL REFERENCES account (id),
    reason    varchar NOT NULL CHECK (reason <> ''),
    author    varchar NOT NULL CHECK (author <> ''),
    clause    varchar NOT NULL CHECK (clause <> ''),
    placed_at timestamptz NOT NULL,
    lifted_at timestamptz CHECK (lifted_at >= placed_at),
    lifted_by varchar,
    CONSTRAINT lifting_has_its_author CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE INDEX account_freeze_open ON account_freeze (account) WHERE lifted_at IS NULL;

CREATE TABLE journal (
    subject    varchar NOT NULL,
    sequence   integer NOT NULL,
    journal_no integer NOT NULL CHECK (journal_no > 0),
    kind       varchar NOT NULL CHECK (kind IN (
        'recharge', 'payment_reserved', 'payment_released', 'payment', 'purchase_reserved',
        'purchase_released', 'purchase_paid', 'refund', 'refund_paid', 'refund_credited',
        'fee_earned', 'offset', 'chargeback'
    )),
    clause     varchar NOT NULL CHECK (clause <> ''),
    at         timestamptz NOT NULL,
    PRIMARY KEY (subject, sequence, journal_no),
    FOREIGN KEY (subject, sequence) REFERENCES transition (subject, sequence)
);

-- `entry_no` and `balance` are taken by the guard: an account's balance is its last entry's.
CREATE TABLE entry (
    account    varchar NOT NULL REFERENCES account (id),
    entry_no   bigint NOT NULL,
    subject    varchar NOT NULL,
    sequence   integer NOT NULL,
    journal_no integer NOT NULL,
    leg_no     integer NOT NULL CHECK (leg_no > 0),
    amount     bigint NOT NULL CHECK (amount <> 0),
    currency   varchar NOT NULL CHECK (currency = 'CNY'),
    balance    bigint NOT NULL,
    PRIMARY KEY (account, entry_no),
    CONSTRAINT entry_leg UNIQUE (subject, sequence, journal_no, leg_no),
    FOREIGN KEY (subject, sequence, journal_no) REFERENCES journal (subject, sequence, journal_no)
);

-- ---- who is told -----------------------------------------------------------------------------

-- The transactional outbox: a notice is due exactly when its transition happened (PSR-27).
CREATE TABLE notice (
    subject         varchar NOT NULL,
    sequence        integer NOT NULL,
    number          integer NOT NULL CHECK (number > 0),
    event           varchar NOT NULL CHECK (event ~ '^[a-z_]+\.[a-z_]+$'),
    recipient_role  varchar NOT NULL,
    recipient_party varchar REFERENCES party (id),
    at              timestamptz NOT NULL,
    sent_at         timestamptz,
    PRIMARY KEY (subject, sequence, number),
    FOREIGN KEY (subject, sequence) REFERENCES transition (subject, sequence)
);
CREATE INDEX notice_unsent ON notice (at) WHERE sent_at IS NULL;

-- The platform itself: it is told what goes wrong, and support acts for it.
INSERT INTO party (id, role, name, country, address)
VALUES ('plt_platform', 'platform', 'the platform', 'CN', '');
