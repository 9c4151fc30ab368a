-- When: how urgent an alert is, what waits, and what people asked to be silent about.
ALTER TABLE alert ADD COLUMN priority INTEGER;                       -- of its rule, 1 (flash) to 9
ALTER TABLE delivery ADD COLUMN left_at INTEGER;                     -- when it was let go, where its recipient counts messages
ALTER TABLE delivery ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;   -- alerts in it that came beyond what its recipient takes
ALTER TABLE delivery ADD COLUMN waited INTEGER NOT NULL DEFAULT 0;   -- alerts in it that waited for the end of quiet hours
CREATE INDEX delivery_left ON delivery (address, left_at) WHERE left_at IS NOT NULL;

-- Of what nothing is told: all that is not NULL must hold. `aliases` are those of the query when it
-- was written, a JSON object.
CREATE TABLE silence (
    id        INTEGER PRIMARY KEY,
    rule      TEXT,
    story     INTEGER,
    query     TEXT,
    aliases   TEXT,
    recipient TEXT,                             -- NULL: for everybody
    note      TEXT,
    made_at   INTEGER NOT NULL,
    until_at  INTEGER NOT NULL,
    CHECK (rule IS NOT NULL OR story IS NOT NULL OR query IS NOT NULL)
) STRICT;
CREATE INDEX silence_until ON silence (until_at);

-- Alerts that an address was not told because of a silence; `delivery` is the message that counts
-- them, NULL until there is one.
CREATE TABLE silenced (
    alert     INTEGER NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    recipient TEXT NOT NULL,
    address   TEXT NOT NULL,
    silence   INTEGER NOT NULL REFERENCES silence (id) ON DELETE CASCADE,
    delivery  INTEGER,
    PRIMARY KEY (alert, recipient, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX silenced_silence ON silenced (silence);
CREATE INDEX silenced_uncounted ON silenced (address) WHERE delivery IS NULL;

-- Whether a slot has or had its digest.
CREATE INDEX delivery_slot ON delivery (address, gathers) WHERE gathers >= 'slot:' AND gathers < 'slot;';

-- Delivery: by what a message leaves, what it waits for, and what became of each attempt.
ALTER TABLE delivery ADD COLUMN way TEXT NOT NULL DEFAULT 'mail';    -- `mail`, or the address where it is no mail
ALTER TABLE delivery ADD COLUMN waits TEXT CHECK (waits IN ('server', 'person')); -- for what its way is closed
CREATE INDEX delivery_order ON delivery (address, id) WHERE state = 'due';
CREATE INDEX delivery_waits ON delivery (waits, way, due_at) WHERE waits IS NOT NULL;
CREATE INDEX delivery_claimed ON delivery (address, way, due_at) WHERE state = 'due' AND claimed = 1;
CREATE INDEX delivery_address ON delivery (address, id);

-- The last attempts of each delivery.
CREATE TABLE attempt (
    delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
    number   INTEGER NOT NULL,                  -- from 1
    at       INTEGER NOT NULL,                  -- when it ended
    took     INTEGER NOT NULL,                  -- milliseconds
    ended    TEXT NOT NULL CHECK (ended IN ('sent', 'again', 'server', 'person', 'dropped')),
    step     TEXT,                              -- of the conversation, where it ended there
    code     INTEGER,
    words    TEXT NOT NULL,                     -- the reply, or what went wrong
    PRIMARY KEY (delivery, number)
) STRICT, WITHOUT ROWID;
