-- servers: stopped
-- Several servers on one database. Each registers as a worker and beats once a second; one whose last beat is older
-- than 5 seconds, by this database's clock, is dead from the moment somebody says so by deleting its row. A
-- conversation in the middle of a turn belongs to a worker, and nobody else writes to it until that worker is dead.

-- Of no tenant: a worker serves all of them.
CREATE TABLE parley.worker (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name       bytea       NOT NULL,
  instance   text        NOT NULL,                 -- what its connections are called
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  beat_at    timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);
ALTER TABLE parley.worker ENABLE ROW LEVEL SECURITY;
ALTER TABLE parley.worker FORCE ROW LEVEL SECURITY;
CREATE POLICY of_all_servers ON parley.worker USING (true) WITH CHECK (true);

-- Whose open turn it is; NULL between turns. No foreign key: a worker that is gone is a dead one.
ALTER TABLE parley.conversation ADD COLUMN worker bigint;
-- Who is about to fire it.
ALTER TABLE parley.timer ADD COLUMN claimed_by bigint, ADD COLUMN claimed_until timestamptz;

-- What a paused worker has sent in part would keep rows locked for as long as it is paused, so its connections go too.
CREATE FUNCTION parley.bury_workers() RETURNS void LANGUAGE plpgsql AS $$
DECLARE dead record;
BEGIN
  FOR dead IN
    DELETE FROM parley.worker w WHERE w.beat_at < clock_timestamp() - interval '5 seconds' RETURNING w.instance
  LOOP
    PERFORM pg_terminate_backend(a.pid) FROM pg_stat_activity a
      WHERE a.application_name = dead.instance AND a.usename = current_user AND a.pid <> pg_backend_pid();
  END LOOP;
END $$;

-- Whether nobody has declared it dead, however late the beat is. Whoever beats looks after the others as well.
CREATE FUNCTION parley.beat(p_worker bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE lives boolean;
BEGIN
  UPDATE parley.worker w SET beat_at = clock_timestamp() WHERE w.id = p_worker;
  lives := FOUND;
  PERFORM parley.bury_workers();
  RETURN lives;
END $$;

-- The open turn of a dead worker (0: of a server before this schema) becomes another's. A compare-and-set.
CREATE FUNCTION parley.take_over(p_id bytea, p_from bigint, p_to bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE whose bigint;
BEGIN
  PERFORM parley.bury_workers();
  SELECT coalesce(c.worker, 0) INTO whose FROM parley.conversation c
    WHERE c.tenant = parley.tenant() AND c.id = p_id FOR UPDATE;
  IF whose = p_to THEN
    RETURN true;  -- asked before, and the answer was lost
  END IF;
  UPDATE parley.conversation c SET worker = p_to
    WHERE whose = p_from AND c.tenant = parley.tenant() AND c.id = p_id
      AND NOT EXISTS (SELECT FROM parley.worker w WHERE w.id = p_from)
      AND EXISTS (SELECT FROM parley.worker w WHERE w.id = p_to)
      AND EXISTS (SELECT FROM parley.outbox o WHERE o.tenant = parley.tenant() AND o.conversation = p_id AND o.state < 2);
  RETURN FOUND;
END $$;

-- First locked, then looked at again: between a statement's beginning and the moment it has a row's lock another one may
-- have had it, and what that one has written elsewhere only the next statement sees.
CREATE FUNCTION parley.claim_left_over(p_worker bigint, p_limit bigint) RETURNS SETOF bytea
LANGUAGE plpgsql AS $$
DECLARE locked bytea[];
BEGIN
  PERFORM parley.bury_workers();
  locked := ARRAY(
    SELECT c.id FROM parley.conversation c
      WHERE c.tenant = parley.tenant()
        AND c.id IN (SELECT o.conversation FROM parley.outbox o WHERE o.tenant = parley.tenant() AND o.state < 2)
        AND NOT EXISTS (SELECT FROM parley.worker w WHERE w.id = c.worker)
      ORDER BY c.number LIMIT p_limit FOR UPDATE OF c SKIP LOCKED);
  RETURN QUERY
    UPDATE parley.conversation c SET worker = p_worker
      WHERE c.tenant = parley.tenant() AND c.id = ANY (locked)
        AND NOT EXISTS (SELECT FROM parley.worker w WHERE w.id = c.worker)
        AND EXISTS (SELECT FROM parley.worker w WHERE w.id = p_worker)
        AND EXISTS (SELECT FROM parley.outbox o WHERE o.tenant = parley.tenant() AND o.conversation = c.id AND o.state < 2)
      RETURNING c.id;
END $$;

CREATE FUNCTION parley.claim_timers(p_now bigint, p_worker bigint, p_limit bigint)
RETURNS TABLE (claimed_in bytea, claimed_id bytea, claimed_due bigint) LANGUAGE plpgsql AS $$
DECLARE
  conversations bytea[];
  ids bytea[];
BEGIN
  SELECT array_agg(locked.conversation), array_agg(locked.timer_id) INTO conversations, ids FROM (
    SELECT t.conversation, t.timer_id FROM parley.timer t
      WHERE t.tenant = parley.tenant() AND t.due <= p_now
        AND (t.claimed_until IS NULL OR t.claimed_until < clock_timestamp()
             OR NOT EXISTS (SELECT FROM parley.worker w WHERE w.id = t.claimed_by))
      ORDER BY t.due, t.conversation, t.timer_id LIMIT p_limit FOR UPDATE SKIP LOCKED) AS locked;
  RETURN QUERY
    UPDATE parley.timer t SET claimed_by = p_worker, claimed_until = clock_timestamp() + interval '30 seconds'
      FROM unnest(conversations, ids) AS locked (conversation, timer_id)
      WHERE t.tenant = parley.tenant() AND t.conversation = locked.conversation AND t.timer_id = locked.timer_id
        AND t.due <= p_now
        AND (t.claimed_until IS NULL OR t.claimed_until < clock_timestamp()
             OR NOT EXISTS (SELECT FROM parley.worker w WHERE w.id = t.claimed_by))
      RETURNING t.conversation, t.timer_id, t.due;
END $$;

-- As in 0001, and: `p_claims` a turn's first commit, whose keys must be new; `p_worker` who commits (0: nobody that is
-- registered) and `p_open` whether its turn goes on. Outcomes besides 0, 1 and 2: 3 the worker is not registered any
-- more, 4 the turn that is open belongs to another worker.
DROP FUNCTION parley.commit_turn(
  bytea, bytea, bytea, bytea, bytea, bytea, bytea, bytea, bigint, bigint, bigint, bigint, bigint, bytea, bigint, bytea,
  bigint, bytea[], bytea[], bytea[], bytea[], bigint[], bigint[], bigint[], bytea[], bigint[], bytea[], bytea[], bytea[],
  bytea[], bytea[], bigint[]);
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
  p_claims boolean, p_worker bigint, p_open boolean,
  OUT outcome bigint, OUT last bigint
) LANGUAGE plpgsql AS $$
DECLARE whose bigint := CASE WHEN p_open AND p_worker <> 0 THEN p_worker END;
BEGIN
  IF cardinality(p_scopes) > 0 THEN
    IF EXISTS (
      SELECT 1 FROM unnest(p_scopes, p_inbox_keys, p_fingerprints, p_conversations) AS n (scope, key, fingerprint, conversation)
      JOIN parley.inbox i ON i.tenant = parley.tenant() AND i.scope = n.scope AND i.key = n.key
      WHERE p_claims OR i.fingerprint <> n.fingerprint OR i.conversation <> n.conversation
    ) THEN
      outcome := 2;
      RETURN;
    END IF;
  END IF;
  -- From here on the place in the log decides: this is the first statement that writes.
  IF p_sequence = 1 THEN
    INSERT INTO parley.conversation (id, sequence, turn, updated_at, user_id, channel, release, flow, owner, status,
                                     outcome, created_at, checksum, worker)
      SELECT p_id, p_sequence, p_turn, p_at, p_user_id, p_channel, p_release, p_flow, p_owner, p_status,
             p_outcome, p_created_at, p_checksum, whose
        WHERE p_worker = 0 OR EXISTS (SELECT FROM parley.worker w WHERE w.id = p_worker)
      ON CONFLICT (tenant, id) DO NOTHING;
  ELSE
    UPDATE parley.conversation c SET sequence = p_sequence, turn = p_turn, updated_at = p_at, user_id = p_user_id,
        channel = p_channel, release = p_release, flow = p_flow, owner = p_owner, status = p_status,
        outcome = p_outcome, created_at = p_created_at, checksum = p_checksum, worker = whose
      WHERE c.tenant = parley.tenant() AND c.id = p_id AND c.sequence = p_sequence - 1
        AND (p_worker = 0 OR ((c.worker IS NULL OR c.worker = p_worker)
                              AND EXISTS (SELECT FROM parley.worker w WHERE w.id = p_worker)));
  END IF;
  IF NOT FOUND THEN
    SELECT c.sequence INTO last FROM parley.conversation c WHERE c.tenant = parley.tenant() AND c.id = p_id;
    last := coalesce(last, 0);
    outcome := CASE
      WHEN p_worker <> 0 AND NOT EXISTS (SELECT FROM parley.worker w WHERE w.id = p_worker) THEN 3
      WHEN last = p_sequence - 1 AND last > 0 THEN 4
      ELSE 1 END;
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
