-- People, how they prove who they are, what they may do, and what was done.
-- No secret is kept here: passwords, sessions and links as hashes, key secrets sealed.

CREATE TABLE users (
    id UUID NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    -- `email` in lower case; what makes two addresses the same.
    email_folded TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    -- PHC string; nothing for those who sign in elsewhere.
    password_hash TEXT,
    role TEXT NOT NULL,
    disabled BOOLEAN NOT NULL,
    must_change_password BOOLEAN NOT NULL,
    created_at_us BIGINT NOT NULL,
    password_changed_at_us BIGINT,
    last_sign_in_us BIGINT
);

CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    -- Of what the cookie holds.
    secret_hash BYTEA NOT NULL UNIQUE,
    user_id UUID NOT NULL REFERENCES users (id),
    signed_in_at_us BIGINT NOT NULL,
    last_seen_us BIGINT NOT NULL,
    expires_at_us BIGINT NOT NULL,
    address TEXT,
    user_agent TEXT
);
CREATE INDEX sessions_user ON sessions (user_id, signed_in_at_us);

CREATE TABLE api_keys (
    id UUID NOT NULL PRIMARY KEY,
    -- The public id that travels in tokens.
    key_id TEXT NOT NULL UNIQUE,
    user_id UUID NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    -- JSON list of words.
    scopes TEXT NOT NULL,
    -- JSON list of dataset ids; nothing where every dataset of the user is meant.
    datasets TEXT,
    -- Made by the first visit of the key page rather than by name.
    by_first_visit BOOLEAN NOT NULL,
    created_at_us BIGINT NOT NULL,
    expires_at_us BIGINT,
    disabled BOOLEAN NOT NULL,
    revoked_at_us BIGINT,
    -- Tokens issued before this moment were all ended.
    tokens_since_us BIGINT,
    last_used_us BIGINT,
    last_used_address TEXT
);
CREATE INDEX api_keys_user ON api_keys (user_id, created_at_us);
-- Of fifty first visits at once, one makes a key.
CREATE UNIQUE INDEX api_keys_first_visit ON api_keys (user_id) WHERE by_first_visit;

CREATE TABLE api_key_secrets (
    key_row_id UUID NOT NULL REFERENCES api_keys (id),
    -- From 1; the highest is the present one.
    number BIGINT NOT NULL,
    -- Which key of the ring opens `sealed`.
    ring_key_id TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at_us BIGINT NOT NULL,
    -- Set when a later one took its place.
    valid_until_us BIGINT,
    last_used_us BIGINT,
    PRIMARY KEY (key_row_id, number)
);

CREATE TABLE dataset_members (
    dataset_id UUID NOT NULL REFERENCES datasets (id),
    user_id UUID NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    created_at_us BIGINT NOT NULL,
    PRIMARY KEY (dataset_id, user_id)
);
CREATE INDEX dataset_members_user ON dataset_members (user_id, dataset_id);

-- One-time links.
CREATE TABLE tickets (
    hash BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    user_id UUID REFERENCES users (id),
    created_at_us BIGINT NOT NULL,
    expires_at_us BIGINT NOT NULL,
    used_at_us BIGINT
);
CREATE INDEX tickets_user ON tickets (user_id, kind);

-- Failed sign-ins in a row, by account and by address.
CREATE TABLE sign_in_failures (
    -- BLAKE3 of what they are counted against.
    subject_hash BYTEA NOT NULL PRIMARY KEY,
    failure_count BIGINT NOT NULL,
    last_at_us BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_last ON sign_in_failures (last_at_us);

-- Who an account is at an OpenID provider.
CREATE TABLE oidc_identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id),
    created_at_us BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX oidc_identities_user ON oidc_identities (user_id);

-- Sign-ins whose person is at the provider just now.
CREATE TABLE oidc_pending (
    state_hash BYTEA NOT NULL PRIMARY KEY,
    -- Of what ties it to the browser that began it.
    browser_hash BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    expires_at_us BIGINT NOT NULL
);

-- Written, never changed, never removed.
CREATE TABLE audit_events (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_us BIGINT NOT NULL,
    actor_id UUID,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    address TEXT,
    request_id UUID,
    -- JSON.
    details TEXT NOT NULL
);
CREATE INDEX audit_events_actor ON audit_events (actor_id, id);
CREATE INDEX audit_events_action ON audit_events (action, id);
