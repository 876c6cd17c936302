-- servers: go on
-- Erasing what is stored of a user, and conversations that are past. The record of it tells who did it, when and how much, and
-- nothing of whose it was.

CREATE TABLE parley.erasure (
  tenant        text   NOT NULL DEFAULT parley.tenant(),
  erasure_id    bytea  NOT NULL,
  number        bigint GENERATED ALWAYS AS IDENTITY,
  cause         bytea  NOT NULL,                   -- user, retention
  author        bytea  NOT NULL,
  begun_at      bigint NOT NULL,
  finished_at   bigint,                            -- NULL: not yet; an erasure that broke off is made again
  conversations bigint NOT NULL,
  row_count     bigint NOT NULL,                   -- of all tables
  PRIMARY KEY (tenant, erasure_id)
);
CREATE INDEX erasure_by_number ON parley.erasure (tenant, number);
ALTER TABLE parley.erasure ENABLE ROW LEVEL SECURITY;
ALTER TABLE parley.erasure FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON parley.erasure USING (tenant = parley.tenant()) WITH CHECK (tenant = parley.tenant());

-- Everything of a conversation is found by the conversation.
CREATE INDEX inbox_by_conversation ON parley.inbox (tenant, conversation);
CREATE INDEX review_by_conversation ON parley.review (tenant, conversation);

-- One piece of an erasure: conversations with everything that belongs to them; with p_user_id also what is remembered of
-- that user. Counts are added to those of earlier pieces.
CREATE FUNCTION parley.erase(
  p_erasure_id bytea, p_cause bytea, p_author bytea, p_begun_at bigint, p_finished_at bigint,
  p_conversations bytea[], p_user_id bytea, p_settings bytea[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  gone bigint;
  total bigint := 0;
  conversations bigint;
BEGIN
  DELETE FROM parley.inbox t WHERE t.tenant = parley.tenant() AND t.conversation = ANY (p_conversations);
  GET DIAGNOSTICS gone = ROW_COUNT;
  total := total + gone;
  DELETE FROM parley.timer t WHERE t.tenant = parley.tenant() AND t.conversation = ANY (p_conversations);
  GET DIAGNOSTICS gone = ROW_COUNT;
  total := total + gone;
  DELETE FROM parley.outbox t WHERE t.tenant = parley.tenant() AND t.conversation = ANY (p_conversations);
  GET DIAGNOSTICS gone = ROW_COUNT;
  total := total + gone;
  DELETE FROM parley.review t WHERE t.tenant = parley.tenant() AND t.conversation = ANY (p_conversations);
  GET DIAGNOSTICS gone = ROW_COUNT;
  total := total + gone;
  DELETE FROM parley.snapshot t WHERE t.tenant = parley.tenant() AND t.conversation = ANY (p_conversations);
  GET DIAGNOSTICS gone = ROW_COUNT;
  total := total + gone;
  DELETE FROM parley.record t WHERE t.tenant = parley.tenant() AND t.conversation = ANY (p_conversations);
  GET DIAGNOSTICS gone = ROW_COUNT;
  total := total + gone;
  DELETE FROM parley.conversation t WHERE t.tenant = parley.tenant() AND t.id = ANY (p_conversations);
  GET DIAGNOSTICS conversations = ROW_COUNT;
  total := total + conversations;
  IF p_user_id <> '' THEN
    DELETE FROM parley.memory t WHERE t.tenant = parley.tenant() AND t.user_id = p_user_id;
    GET DIAGNOSTICS gone = ROW_COUNT;
    total := total + gone;
    DELETE FROM parley.vector t WHERE t.tenant = parley.tenant() AND t.user_id = p_user_id;
    GET DIAGNOSTICS gone = ROW_COUNT;
    total := total + gone;
  END IF;
  DELETE FROM parley.setting t WHERE t.tenant = parley.tenant() AND t.name = ANY (p_settings);
  GET DIAGNOSTICS gone = ROW_COUNT;
  total := total + gone;
  INSERT INTO parley.erasure AS e (erasure_id, cause, author, begun_at, finished_at, conversations, row_count)
    VALUES (p_erasure_id, p_cause, p_author, p_begun_at, p_finished_at, conversations, total)
    ON CONFLICT (tenant, erasure_id) DO UPDATE SET finished_at = excluded.finished_at,
      conversations = e.conversations + excluded.conversations, row_count = e.row_count + excluded.row_count;
END $$;
