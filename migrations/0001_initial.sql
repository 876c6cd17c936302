-- The first schema of a tenant's database (SQLite; one file per tenant).
--
-- Times are nanoseconds since 1970-01-01T00:00:00Z. `checksum` is the CRC-32C of the row's other values, so that
-- a byte changed on disk is noticed instead of served. Record is a rowid table with an index, not WITHOUT ROWID:
-- appending to the end of one tree writes a third of the pages.

CREATE TABLE conversation (
  number     INTEGER PRIMARY KEY,       -- order of creation
  id         TEXT NOT NULL UNIQUE,
  user_id    TEXT NOT NULL,
  channel    TEXT NOT NULL,
  release    TEXT NOT NULL,
  flow       TEXT NOT NULL,
  owner      TEXT NOT NULL,
  status     TEXT NOT NULL,
  outcome    TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  checksum   INTEGER NOT NULL
) STRICT;
CREATE INDEX conversation_by_user ON conversation (user_id);
CREATE INDEX conversation_by_status ON conversation (status);
CREATE INDEX conversation_by_flow ON conversation (flow);

-- The log. Turn, sequence and time of a conversation are those of its last record and are kept nowhere else.
CREATE TABLE record (
  number       INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL REFERENCES conversation (number),
  sequence     INTEGER NOT NULL,
  turn         INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  body         TEXT NOT NULL,
  checksum     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX record_by_sequence ON record (conversation, sequence);

CREATE TABLE snapshot (
  conversation INTEGER PRIMARY KEY REFERENCES conversation (number),
  sequence     INTEGER NOT NULL,        -- of the last record it contains
  body         TEXT NOT NULL,
  checksum     INTEGER NOT NULL
) STRICT;

-- Answers of requests that may come again.
CREATE TABLE inbox (
  number       INTEGER PRIMARY KEY,
  scope        TEXT NOT NULL,
  key          TEXT NOT NULL,
  fingerprint  TEXT NOT NULL,
  conversation TEXT NOT NULL,
  answer       TEXT NOT NULL,
  checksum     INTEGER NOT NULL,
  UNIQUE (scope, key)
) STRICT;

-- Tool calls. state: 0 planned, 1 started, 2 done, 3 failed, 4 in doubt.
CREATE TABLE outbox (
  number          INTEGER PRIMARY KEY,
  conversation    INTEGER NOT NULL REFERENCES conversation (number),
  effect_id       TEXT NOT NULL,
  tool            TEXT NOT NULL,
  request         TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  state           INTEGER NOT NULL,
  attempt         INTEGER NOT NULL,
  checksum        INTEGER NOT NULL,
  UNIQUE (conversation, effect_id)
) STRICT;
CREATE INDEX outbox_pending ON outbox (number) WHERE state < 2;

CREATE TABLE timer (
  conversation INTEGER NOT NULL REFERENCES conversation (number),
  timer_id     TEXT NOT NULL,
  due          INTEGER NOT NULL,
  checksum     INTEGER NOT NULL,
  PRIMARY KEY (conversation, timer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX timer_by_due ON timer (due);

CREATE TABLE flow_version (
  number       INTEGER PRIMARY KEY,
  flow_id      TEXT NOT NULL,
  hash         TEXT NOT NULL UNIQUE,
  version      TEXT NOT NULL,
  canonical    TEXT NOT NULL,
  source       TEXT NOT NULL,
  author       TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  checksum     INTEGER NOT NULL
) STRICT;
CREATE INDEX flow_version_by_flow ON flow_version (flow_id);

CREATE TABLE release (
  number   INTEGER PRIMARY KEY,
  hash     TEXT NOT NULL UNIQUE,
  settings TEXT NOT NULL,
  checksum INTEGER NOT NULL             -- also covers release_flow
) STRICT;
CREATE TABLE release_flow (
  release  INTEGER NOT NULL REFERENCES release (number),
  position INTEGER NOT NULL,
  flow_id  TEXT NOT NULL,
  hash     TEXT NOT NULL,
  PRIMARY KEY (release, position)
) STRICT, WITHOUT ROWID;
-- The last row names the active release; earlier rows tell what was active before.
CREATE TABLE activation (
  number  INTEGER PRIMARY KEY,
  release INTEGER NOT NULL REFERENCES release (number)
) STRICT;

CREATE TABLE setting (
  name     TEXT PRIMARY KEY,
  value    TEXT NOT NULL,
  checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
