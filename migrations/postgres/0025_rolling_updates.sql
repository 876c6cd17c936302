-- servers: go on
-- Servers may run on a schema that is newer than theirs, as long as its migrations have changed nothing that they ask for: the
-- row of a migration says which schema a server must know at least. And each says which one it knows, so that whoever
-- migrates sees who has to be restarted.
ALTER TABLE parley.migration ADD COLUMN oldest_server integer;
ALTER TABLE parley.worker ADD COLUMN known_schema integer;
