-- What people decide, and what is remembered of users.

CREATE TABLE review (
  number       INTEGER PRIMARY KEY,     -- order of asking
  review_id    TEXT NOT NULL UNIQUE,
  conversation INTEGER NOT NULL REFERENCES conversation (number),
  kind         TEXT NOT NULL,
  status       TEXT NOT NULL,           -- open, approved, rejected, answered, expired, withdrawn
  assignee     TEXT NOT NULL,
  request      TEXT NOT NULL,
  decision     TEXT NOT NULL,           -- empty while open
  requested_at INTEGER NOT NULL,
  due          INTEGER NOT NULL,        -- 0: as long as it takes
  decided_at   INTEGER NOT NULL,        -- 0: not yet
  checksum     INTEGER NOT NULL
) STRICT;
CREATE INDEX review_by_status ON review (status);

CREATE TABLE memory (
  user_id  TEXT NOT NULL,
  name     TEXT NOT NULL,
  value    TEXT NOT NULL,
  at       INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (user_id, name)
) STRICT, WITHOUT ROWID;
