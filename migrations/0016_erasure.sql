-- Erasing what is stored of a user, and conversations that are past. The record of it tells who did it, when and how much, and
-- nothing of whose it was.

CREATE TABLE erasure (
  number        INTEGER PRIMARY KEY,
  erasure_id    TEXT NOT NULL UNIQUE,
  cause         TEXT NOT NULL,           -- user, retention
  author        TEXT NOT NULL,
  begun_at      INTEGER NOT NULL,
  finished_at   INTEGER NOT NULL,        -- 0: not yet; an erasure that broke off is made again
  conversations INTEGER NOT NULL,
  row_count     INTEGER NOT NULL,        -- of all tables
  checksum      INTEGER NOT NULL
) STRICT;

-- Everything of a conversation is found by the conversation.
CREATE INDEX inbox_by_conversation ON inbox (conversation);
CREATE INDEX review_by_conversation ON review (conversation);
