-- What models made of texts: of one user's, or of none of theirs (''). The key is a digest of the model and the text.
CREATE TABLE vector (
  user_id  TEXT    NOT NULL,
  key      TEXT    NOT NULL,
  bytes    TEXT    NOT NULL,                    -- little-endian floats
  at       INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX vector_by_time ON vector (at);
CREATE INDEX memory_by_time ON memory (at);
