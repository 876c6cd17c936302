-- servers: go on
-- What models made of texts: of one user's, or of none of theirs (''). The key is a digest of the model and the text.
CREATE TABLE parley.vector (
  tenant   text   NOT NULL DEFAULT parley.tenant(),
  user_id  bytea  NOT NULL,
  key      bytea  NOT NULL,
  bytes    bytea  NOT NULL,                        -- little-endian floats
  at       bigint NOT NULL,
  checksum bigint NOT NULL,
  PRIMARY KEY (tenant, user_id, key)
);
CREATE INDEX vector_by_time ON parley.vector (tenant, at);
CREATE INDEX memory_by_time ON parley.memory (tenant, at);
ALTER TABLE parley.vector ENABLE ROW LEVEL SECURITY;
ALTER TABLE parley.vector FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON parley.vector USING (tenant = parley.tenant()) WITH CHECK (tenant = parley.tenant());

CREATE FUNCTION parley.forget_user(p_user_id bytea) RETURNS void LANGUAGE sql AS $$
  DELETE FROM parley.memory WHERE tenant = parley.tenant() AND user_id = p_user_id;
  DELETE FROM parley.vector WHERE tenant = parley.tenant() AND user_id = p_user_id;
$$;

CREATE FUNCTION parley.forget_before(p_time bigint) RETURNS void LANGUAGE sql AS $$
  DELETE FROM parley.memory WHERE tenant = parley.tenant() AND at < p_time;
  DELETE FROM parley.vector WHERE tenant = parley.tenant() AND at < p_time AND user_id <> ''::bytea;
$$;

-- As before, and a memory without a name is the wish to forget everything of the user.
CREATE OR REPLACE FUNCTION parley.commit_people(
  p_id bytea, p_sequence bigint, p_user_id bytea,
  p_review_ids bytea[], p_kinds bytea[], p_statuses bytea[], p_assignees bytea[], p_requests bytea[], p_decisions bytea[],
  p_requested_at bigint[], p_dues bigint[], p_decided_at bigint[],
  p_decided_ids bytea[], p_decided_statuses bytea[], p_decided_texts bytea[], p_decided_times bigint[],
  p_names bytea[], p_values bytea[], p_ats bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE i integer;
BEGIN
  INSERT INTO parley.review (review_id, conversation, kind, status, assignee, request, decision, requested_at, due, decided_at)
    SELECT n.review_id, p_id, n.kind, n.status, n.assignee, n.request, n.decision, n.requested_at, n.due, n.decided_at
      FROM unnest(p_review_ids, p_kinds, p_statuses, p_assignees, p_requests, p_decisions, p_requested_at, p_dues, p_decided_at)
        WITH ORDINALITY AS n (review_id, kind, status, assignee, request, decision, requested_at, due, decided_at, place)
      ORDER BY n.place
    ON CONFLICT (tenant, review_id) DO NOTHING;
  FOR i IN 1 .. cardinality(p_decided_ids) LOOP
    UPDATE parley.review r SET status = p_decided_statuses[i], decision = p_decided_texts[i], decided_at = p_decided_times[i]
      WHERE r.tenant = parley.tenant() AND r.review_id = p_decided_ids[i] AND r.status = 'open'::bytea;
  END LOOP;
  FOR i IN 1 .. cardinality(p_names) LOOP
    IF p_values[i] IS NULL AND p_names[i] = ''::bytea THEN
      PERFORM parley.forget_user(p_user_id);
    ELSIF p_values[i] IS NULL THEN
      DELETE FROM parley.memory m WHERE m.tenant = parley.tenant() AND m.user_id = p_user_id AND m.name = p_names[i];
    ELSE
      INSERT INTO parley.memory (user_id, name, value, at) VALUES (p_user_id, p_names[i], p_values[i], p_ats[i])
        ON CONFLICT (tenant, user_id, name) DO UPDATE SET value = excluded.value, at = excluded.at;
    END IF;
  END LOOP;
END $$;
