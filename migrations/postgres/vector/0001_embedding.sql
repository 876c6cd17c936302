-- Vectors in the form that the database compares: made when the extension `vector` is there, and each time again, so every
-- statement must be one that can be repeated. {vector} is the extension's schema. What is in here is made from parley.vector and
-- goes when that goes.

CREATE TABLE IF NOT EXISTS parley.embedding (
  tenant     text  NOT NULL DEFAULT parley.tenant(),
  user_id    bytea NOT NULL,
  collection bytea NOT NULL,                       -- what is searched together: the kind of texts, a line feed, the model
  key        bytea NOT NULL,
  embedding  {vector}.vector NOT NULL,
  PRIMARY KEY (tenant, user_id, key, collection),
  FOREIGN KEY (tenant, user_id, key) REFERENCES parley.vector (tenant, user_id, key) ON DELETE CASCADE
) WITH (toast_tuple_target = 8160);                -- up to 2,000 dimensions stay in the row, where a scan reads them
CREATE INDEX IF NOT EXISTS embedding_by_collection ON parley.embedding (tenant, user_id, collection);
ALTER TABLE parley.embedding ENABLE ROW LEVEL SECURITY;
ALTER TABLE parley.embedding FORCE ROW LEVEL SECURITY;
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_policy WHERE polrelid = 'parley.embedding'::regclass AND polname = 'own_tenant') THEN
    CREATE POLICY own_tenant ON parley.embedding USING (tenant = parley.tenant()) WITH CHECK (tenant = parley.tenant());
  END IF;
END $$;
