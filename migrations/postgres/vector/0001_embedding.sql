-- Vectors in the form that the database compares: made when the extension `vector` is there and this is not. {vector} is the
-- extension's schema. What is in here is made from parley.vector, goes when that goes, and can be made again.

DROP TABLE IF EXISTS parley.embedding;             -- what an extension leaves that was dropped with its columns
CREATE TABLE parley.embedding (
  tenant     text  NOT NULL DEFAULT parley.tenant(),
  user_id    bytea NOT NULL,
  collection bytea NOT NULL,                       -- what is searched together: the kind of texts, a line feed, the model
  key        bytea NOT NULL,
  embedding  {vector}.vector NOT NULL,
  PRIMARY KEY (tenant, user_id, key, collection),
  FOREIGN KEY (tenant, user_id, key) REFERENCES parley.vector (tenant, user_id, key) ON DELETE CASCADE
) WITH (toast_tuple_target = 8160);                -- up to 2,000 dimensions stay in the row, where a scan reads them
CREATE INDEX embedding_by_collection ON parley.embedding (tenant, user_id, collection);
ALTER TABLE parley.embedding ENABLE ROW LEVEL SECURITY;
ALTER TABLE parley.embedding FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON parley.embedding USING (tenant = parley.tenant()) WITH CHECK (tenant = parley.tenant());
