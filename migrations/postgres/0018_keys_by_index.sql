-- servers: go on
-- commit_turn as in 0002, but each key is looked up by itself. As a join with the list of keys it was planned when the
-- table was small, once for each connection, and then read all keys of the tenant in every turn.
CREATE OR REPLACE FUNCTION parley.commit_turn(
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
DECLARE
  whose bigint := CASE WHEN p_open AND p_worker <> 0 THEN p_worker END;
  spent record;
  written bigint;
BEGIN
  FOR place IN 1 .. cardinality(p_scopes) LOOP
    SELECT i.fingerprint, i.conversation INTO spent FROM parley.inbox i
      WHERE i.tenant = parley.tenant() AND i.scope = p_scopes[place] AND i.key = p_inbox_keys[place];
    IF FOUND AND (p_claims OR spent.fingerprint <> p_fingerprints[place] OR spent.conversation <> p_conversations[place]) THEN
      outcome := 2;
      RETURN;
    END IF;
  END LOOP;
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
    GET DIAGNOSTICS written = ROW_COUNT;
    IF written <> cardinality(p_scopes) THEN
      RAISE EXCEPTION 'a key was spent meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
  END IF;
END $$;
