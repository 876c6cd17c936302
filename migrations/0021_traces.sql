-- What an erasure leaves in the file is overwritten in pieces, between turns. As long as a row is here that is not done, however
-- often the server stops meanwhile.
CREATE TABLE trace (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  of_user INTEGER NOT NULL               -- 1: also in the unused space of pages; 0: in the write-ahead log alone
) STRICT;
