-- What the sweeps find. It is no part of the books: what is gone is cleared, and may come again.

CREATE TABLE finding (
    sweep      varchar NOT NULL CHECK (sweep ~ '^[a-z]{1,40}$'),
    -- PSR-23: ids and codes have no spaces, so no sentence, name or address can stand here.
    subject    varchar NOT NULL CHECK (subject ~ '^[0-9A-Za-z_./:-]{1,200}$'),
    detail     varchar NOT NULL CHECK (detail ~ '^[0-9A-Za-z_./:-]{1,200}$'),
    number     bigint GENERATED ALWAYS AS IDENTITY,
    first_seen timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL CHECK (last_seen >= first_seen),
    cleared_at timestamptz CHECK (cleared_at > last_seen),
    times      integer NOT NULL CHECK (times > 0),
    PRIMARY KEY (sweep, subject, detail),
    CONSTRAINT finding_number UNIQUE (number)
);
CREATE INDEX finding_open ON finding (sweep, last_seen) WHERE cleared_at IS NULL;

-- One index for each way to look for what is open or late.
CREATE INDEX order_open ON purchase_order (id) WHERE ended_at IS NULL;
CREATE INDEX recharge_open ON recharge (id) WHERE ended_at IS NULL;
CREATE INDEX order_item_open ON order_item (subject) WHERE ended_at IS NULL;
CREATE INDEX recharge_by_due ON recharge (next_due_at, id) WHERE next_due_at IS NOT NULL;
