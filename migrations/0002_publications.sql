-- Who made which version of a flow what new conversations run on, when and why. Rows are only ever added; a
-- version that is rolled back to gets another row.

CREATE TABLE publication (
  number   INTEGER PRIMARY KEY,
  flow_id  TEXT NOT NULL,
  hash     TEXT NOT NULL,               -- empty: the flow was withdrawn
  action   TEXT NOT NULL,               -- published, rolled_back or withdrawn
  author   TEXT NOT NULL,
  reason   TEXT NOT NULL,
  release  TEXT NOT NULL,
  at       INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX publication_by_flow ON publication (flow_id);
