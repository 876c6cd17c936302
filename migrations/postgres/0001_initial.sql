-- servers: stopped
-- The first schema on PostgreSQL. One database serves all tenants: every key leads with the tenant, and row-level
-- security lets a transaction see only the rows of the tenant that it has named with SET LOCAL parley.tenant.
--
-- Texts are bytea: they are bytes, may hold NUL and need not be UTF-8. Times are nanoseconds since
-- 1970-01-01T00:00:00Z. `checksum` is the CRC-32C of the row's other values, made by whoever wrote them.

CREATE SCHEMA parley;
REVOKE ALL ON SCHEMA parley FROM PUBLIC;

-- NULL when no tenant is named: then no row fits.
CREATE FUNCTION parley.tenant() RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT nullif(current_setting('parley.tenant', true), '') $$;

CREATE TABLE parley.conversation (
  tenant     text   NOT NULL DEFAULT parley.tenant(),
  id         bytea  NOT NULL,
  number     bigint GENERATED ALWAYS AS IDENTITY,  -- order of creation
  sequence   bigint NOT NULL,                      -- of the last record
  turn       bigint NOT NULL,
  updated_at bigint NOT NULL,
  user_id    bytea  NOT NULL,
  channel    bytea  NOT NULL,
  release    bytea  NOT NULL,
  flow       bytea  NOT NULL,
  owner      bytea  NOT NULL,
  status     bytea  NOT NULL,
  outcome    bytea  NOT NULL,
  created_at bigint NOT NULL,
  checksum   bigint NOT NULL,                      -- of id, user_id … created_at
  PRIMARY KEY (tenant, id)
) WITH (fillfactor = 70);
CREATE INDEX conversation_by_number ON parley.conversation (tenant, number);
CREATE INDEX conversation_by_user ON parley.conversation (tenant, user_id, number);
CREATE INDEX conversation_by_status ON parley.conversation (tenant, status, number);
CREATE INDEX conversation_by_flow ON parley.conversation (tenant, flow, number);

CREATE TABLE parley.record (
  tenant       text   NOT NULL DEFAULT parley.tenant(),
  conversation bytea  NOT NULL,
  sequence     bigint NOT NULL,
  turn         bigint NOT NULL,
  at           bigint NOT NULL,
  body         bytea  NOT NULL,
  checksum     bigint NOT NULL,
  PRIMARY KEY (tenant, conversation, sequence)
);

CREATE TABLE parley.snapshot (
  tenant       text   NOT NULL DEFAULT parley.tenant(),
  conversation bytea  NOT NULL,
  sequence     bigint NOT NULL,                    -- of the last record it contains
  body         bytea  NOT NULL,
  checksum     bigint NOT NULL,
  PRIMARY KEY (tenant, conversation)
);

CREATE TABLE parley.inbox (
  tenant       text   NOT NULL DEFAULT parley.tenant(),
  scope        bytea  NOT NULL,
  key          bytea  NOT NULL,
  fingerprint  bytea  NOT NULL,
  conversation bytea  NOT NULL,
  answer       bytea  NOT NULL,
  checksum     bigint NOT NULL,
  PRIMARY KEY (tenant, scope, key)
);

-- Tool calls. state: 0 planned, 1 started, 2 done, 3 failed, 4 in doubt.
CREATE TABLE parley.outbox (
  tenant          text   NOT NULL DEFAULT parley.tenant(),
  conversation    bytea  NOT NULL,
  effect_id       bytea  NOT NULL,
  number          bigint GENERATED ALWAYS AS IDENTITY,
  tool            bytea  NOT NULL,
  request         bytea  NOT NULL,
  idempotency_key bytea  NOT NULL,
  state           bigint NOT NULL,
  attempt         bigint NOT NULL,
  checksum        bigint NOT NULL,
  PRIMARY KEY (tenant, conversation, effect_id)
);
CREATE INDEX outbox_pending ON parley.outbox (tenant, number) WHERE state < 2;
CREATE INDEX outbox_pending_of ON parley.outbox (tenant, conversation) WHERE state < 2;

CREATE TABLE parley.timer (
  tenant       text   NOT NULL DEFAULT parley.tenant(),
  conversation bytea  NOT NULL,
  timer_id     bytea  NOT NULL,
  due          bigint NOT NULL,
  PRIMARY KEY (tenant, conversation, timer_id)
);
CREATE INDEX timer_by_due ON parley.timer (tenant, due);

CREATE TABLE parley.review (
  tenant       text   NOT NULL DEFAULT parley.tenant(),
  review_id    bytea  NOT NULL,
  number       bigint GENERATED ALWAYS AS IDENTITY,  -- order of asking
  conversation bytea  NOT NULL,
  kind         bytea  NOT NULL,
  status       bytea  NOT NULL,
  assignee     bytea  NOT NULL,
  request      bytea  NOT NULL,
  decision     bytea  NOT NULL,                    -- empty while open
  requested_at bigint NOT NULL,
  due          bigint,
  decided_at   bigint,
  PRIMARY KEY (tenant, review_id)
);
CREATE INDEX review_by_number ON parley.review (tenant, number);
CREATE INDEX review_by_status ON parley.review (tenant, status, number);

CREATE TABLE parley.memory (
  tenant  text   NOT NULL DEFAULT parley.tenant(),
  user_id bytea  NOT NULL,
  name    bytea  NOT NULL,
  value   bytea  NOT NULL,
  at      bigint NOT NULL,
  PRIMARY KEY (tenant, user_id, name)
);

CREATE TABLE parley.flow_version (
  tenant       text   NOT NULL DEFAULT parley.tenant(),
  hash         bytea  NOT NULL,
  number       bigint GENERATED ALWAYS AS IDENTITY,
  flow_id      bytea  NOT NULL,
  version      bytea  NOT NULL,
  canonical    bytea  NOT NULL,
  source       bytea  NOT NULL,
  author       bytea  NOT NULL,
  published_at bigint NOT NULL,
  PRIMARY KEY (tenant, hash)
);
CREATE INDEX flow_version_by_flow ON parley.flow_version (tenant, flow_id, number);

CREATE TABLE parley.release (
  tenant   text    NOT NULL DEFAULT parley.tenant(),
  hash     bytea   NOT NULL,
  settings bytea   NOT NULL,
  flow_ids bytea[] NOT NULL,
  hashes   bytea[] NOT NULL,
  PRIMARY KEY (tenant, hash)
);

-- The last row names the active release; earlier rows tell what was active before.
CREATE TABLE parley.activation (
  tenant  text   NOT NULL DEFAULT parley.tenant(),
  number  bigint GENERATED ALWAYS AS IDENTITY,
  release bytea  NOT NULL,
  PRIMARY KEY (tenant, number)
);

CREATE TABLE parley.publication (
  tenant  text   NOT NULL DEFAULT parley.tenant(),
  number  bigint GENERATED ALWAYS AS IDENTITY,
  flow_id bytea  NOT NULL,
  hash    bytea  NOT NULL,                         -- empty: the flow was withdrawn
  action  bytea  NOT NULL,
  author  bytea  NOT NULL,
  reason  bytea  NOT NULL,
  release bytea  NOT NULL,
  at      bigint NOT NULL,
  PRIMARY KEY (tenant, number)
);
CREATE INDEX publication_by_flow ON parley.publication (tenant, flow_id, number);

CREATE TABLE parley.setting (
  tenant text  NOT NULL DEFAULT parley.tenant(),
  name   bytea NOT NULL,
  value  bytea NOT NULL,
  PRIMARY KEY (tenant, name)
);

-- Of the owner too: FORCE. A row can neither be seen nor written for another tenant.
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'parley' LOOP
    EXECUTE format('ALTER TABLE parley.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE parley.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_tenant ON parley.%I USING (tenant = parley.tenant()) '
                   'WITH CHECK (tenant = parley.tenant())', name);
  END LOOP;
END $$;

-- Which migrations have been made; of no tenant, and only to be read.
CREATE TABLE parley.migration (
  number  integer PRIMARY KEY,
  made_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE parley.migration ENABLE ROW LEVEL SECURITY;
ALTER TABLE parley.migration FORCE ROW LEVEL SECURITY;
CREATE POLICY readable ON parley.migration FOR SELECT USING (true);
CREATE POLICY of_the_owner ON parley.migration FOR INSERT
  WITH CHECK (pg_catalog.pg_has_role(current_user, (SELECT nspowner FROM pg_catalog.pg_namespace WHERE nspname = 'parley'), 'USAGE'));

-- One turn, whole or not at all. Many calls share a transaction, so what does not fit is an outcome and never an
-- error: 0 written, 1 another sequence is next (`last` is the last one), 2 a key was spent on another request.
CREATE FUNCTION parley.commit_turn(
  p_id bytea, p_user_id bytea, p_channel bytea, p_release bytea, p_flow bytea, p_owner bytea, p_status bytea,
  p_outcome bytea, p_created_at bigint, p_checksum bigint,
  p_sequence bigint, p_turn bigint, p_at bigint, p_body bytea, p_body_checksum bigint,
  p_snapshot bytea, p_snapshot_checksum bigint,
  p_effect_ids bytea[], p_tools bytea[], p_requests bytea[], p_keys bytea[], p_states bigint[], p_attempts bigint[],
  p_effect_checksums bigint[],
  p_timer_ids bytea[], p_dues bigint[],
  p_scopes bytea[], p_inbox_keys bytea[], p_fingerprints bytea[], p_conversations bytea[], p_answers bytea[],
  p_inbox_checksums bigint[],
  OUT outcome bigint, OUT last bigint
) LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(p_scopes) > 0 THEN
    IF EXISTS (
      SELECT 1 FROM unnest(p_scopes, p_inbox_keys, p_fingerprints, p_conversations) AS n (scope, key, fingerprint, conversation)
      JOIN parley.inbox i ON i.tenant = parley.tenant() AND i.scope = n.scope AND i.key = n.key
      WHERE i.fingerprint <> n.fingerprint OR i.conversation <> n.conversation
    ) THEN
      outcome := 2;
      RETURN;
    END IF;
  END IF;
  -- From here on the place in the log decides: this is the first statement that writes.
  IF p_sequence = 1 THEN
    INSERT INTO parley.conversation (id, sequence, turn, updated_at, user_id, channel, release, flow, owner, status,
                                     outcome, created_at, checksum)
      VALUES (p_id, p_sequence, p_turn, p_at, p_user_id, p_channel, p_release, p_flow, p_owner, p_status,
              p_outcome, p_created_at, p_checksum)
      ON CONFLICT (tenant, id) DO NOTHING;
  ELSE
    UPDATE parley.conversation c SET sequence = p_sequence, turn = p_turn, updated_at = p_at, user_id = p_user_id,
        channel = p_channel, release = p_release, flow = p_flow, owner = p_owner, status = p_status,
        outcome = p_outcome, created_at = p_created_at, checksum = p_checksum
      WHERE c.tenant = parley.tenant() AND c.id = p_id AND c.sequence = p_sequence - 1;
  END IF;
  IF NOT FOUND THEN
    outcome := 1;
    SELECT c.sequence INTO last FROM parley.conversation c WHERE c.tenant = parley.tenant() AND c.id = p_id;
    last := coalesce(last, 0);
    RETURN;
  END IF;
  outcome := 0;
  INSERT INTO parley.record (conversation, sequence, turn, at, body, checksum)
    VALUES (p_id, p_sequence, p_turn, p_at, p_body, p_body_checksum);
  IF p_snapshot IS NOT NULL THEN
    INSERT INTO parley.snapshot (conversation, sequence, body, checksum)
      VALUES (p_id, p_sequence, p_snapshot, p_snapshot_checksum)
      ON CONFLICT (tenant, conversation) DO UPDATE
        SET sequence = excluded.sequence, body = excluded.body, checksum = excluded.checksum;
  END IF;
  IF cardinality(p_effect_ids) > 0 THEN
    INSERT INTO parley.outbox (conversation, effect_id, tool, request, idempotency_key, state, attempt, checksum)
      SELECT p_id, * FROM unnest(p_effect_ids, p_tools, p_requests, p_keys, p_states, p_attempts, p_effect_checksums)
      ON CONFLICT (tenant, conversation, effect_id) DO UPDATE
        SET tool = excluded.tool, request = excluded.request, idempotency_key = excluded.idempotency_key,
            state = excluded.state, attempt = excluded.attempt, checksum = excluded.checksum;
  END IF;
  IF cardinality(p_timer_ids) > 0 THEN
    DELETE FROM parley.timer t USING unnest(p_timer_ids) AS n (timer_id)
      WHERE t.tenant = parley.tenant() AND t.conversation = p_id AND t.timer_id = n.timer_id;
    INSERT INTO parley.timer (conversation, timer_id, due)
      SELECT p_id, n.timer_id, n.due FROM unnest(p_timer_ids, p_dues) AS n (timer_id, due) WHERE n.due IS NOT NULL;
  END IF;
  IF cardinality(p_scopes) > 0 THEN
    INSERT INTO parley.inbox AS i (scope, key, fingerprint, conversation, answer, checksum)
      SELECT * FROM unnest(p_scopes, p_inbox_keys, p_fingerprints, p_conversations, p_answers, p_inbox_checksums)
      ON CONFLICT (tenant, scope, key) DO UPDATE SET answer = excluded.answer, checksum = excluded.checksum
        WHERE i.fingerprint = excluded.fingerprint AND i.conversation = excluded.conversation;
    -- Another server has spent the key this very moment. Rare enough to undo the whole batch, which is then made again
    -- turn by turn.
    IF (SELECT count(*) FROM unnest(p_scopes, p_inbox_keys, p_conversations) AS n (scope, key, conversation)
        JOIN parley.inbox i ON i.tenant = parley.tenant() AND i.scope = n.scope AND i.key = n.key
          AND i.conversation = n.conversation) <> cardinality(p_scopes) THEN
      RAISE EXCEPTION 'a key was spent meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
  END IF;
END $$;

-- What a turn that has just been written means for people; called only with it, after it.
CREATE FUNCTION parley.commit_people(
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
    IF p_values[i] IS NULL THEN
      DELETE FROM parley.memory m WHERE m.tenant = parley.tenant() AND m.user_id = p_user_id AND m.name = p_names[i];
    ELSE
      INSERT INTO parley.memory (user_id, name, value, at) VALUES (p_user_id, p_names[i], p_values[i], p_ats[i])
        ON CONFLICT (tenant, user_id, name) DO UPDATE SET value = excluded.value, at = excluded.at;
    END IF;
  END LOOP;
END $$;

CREATE FUNCTION parley.put_release(
  p_hash bytea, p_settings bytea, p_flow_ids bytea[], p_hashes bytea[], p_activate boolean,
  p_published_ids bytea[], p_published_hashes bytea[], p_actions bytea[], p_authors bytea[], p_reasons bytea[],
  p_releases bytea[], p_ats bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO parley.release (hash, settings, flow_ids, hashes) VALUES (p_hash, p_settings, p_flow_ids, p_hashes)
    ON CONFLICT (tenant, hash) DO NOTHING;
  IF p_activate THEN
    INSERT INTO parley.activation (release)
      SELECT p_hash WHERE p_hash IS DISTINCT FROM (
        SELECT a.release FROM parley.activation a WHERE a.tenant = parley.tenant() ORDER BY a.number DESC LIMIT 1);
    INSERT INTO parley.publication (flow_id, hash, action, author, reason, release, at)
      SELECT n.flow_id, n.hash, n.action, n.author, n.reason, n.release, n.at
        FROM unnest(p_published_ids, p_published_hashes, p_actions, p_authors, p_reasons, p_releases, p_ats)
          WITH ORDINALITY AS n (flow_id, hash, action, author, reason, release, at, place)
        ORDER BY n.place;
  END IF;
END $$;
