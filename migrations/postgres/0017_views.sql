-- servers: go on
-- What SQL of a team's own may look at: flows, conversations and their logs as text, time and JSON. Views, so that nothing is
-- written twice and a turn's commit costs what it cost. They read as whoever asks (security_invoker): the policies hold. Look a
-- conversation up by its key, as bytes: that takes the index.

-- Bytes as text. What is no UTF-8, or has a NUL, which text cannot hold, is shown with escapes instead of failing.
CREATE FUNCTION parley.as_text(value bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN
  RETURN convert_from(value, 'UTF8');
EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
  RETURN encode(value, 'escape');
END $$;

-- Bytes as JSON. jsonb cannot hold the character NUL: it becomes U+FFFD. NULL for what is no JSON at all.
CREATE FUNCTION parley.as_json(value bytea) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN
  RETURN convert_from(value, 'UTF8')::jsonb;
EXCEPTION
  WHEN untranslatable_character THEN
    BEGIN
      -- An even number of backslashes before it: the escape is one.
      RETURN regexp_replace(convert_from(value, 'UTF8'), '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g')::jsonb;
    EXCEPTION WHEN OTHERS THEN
      RETURN NULL;
    END;
  WHEN OTHERS THEN
    RETURN NULL;
END $$;

-- Nanoseconds since 1970; timestamptz keeps microseconds.
CREATE FUNCTION parley.as_time(nanoseconds bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
  AS $$ SELECT 'epoch'::timestamptz + nanoseconds / 1000 * interval '1 microsecond' $$;

CREATE VIEW parley.flow_document WITH (security_invoker = true) AS
  SELECT parley.as_text(f.flow_id) AS flow_id, parley.as_text(f.hash) AS hash, parley.as_text(f.version) AS version,
         parley.as_text(f.author) AS author, parley.as_time(f.published_at) AS published_at,
         f.hash = ANY (r.hashes) AND coalesce(r.hash IS NOT NULL, false) AS active, parley.as_json(f.canonical) AS document
    FROM parley.flow_version f
    LEFT JOIN parley.release r ON r.tenant = f.tenant AND r.hash =
      (SELECT a.release FROM parley.activation a WHERE a.tenant = f.tenant ORDER BY a.number DESC LIMIT 1)
   WHERE f.tenant = parley.tenant();

CREATE VIEW parley.conversation_overview WITH (security_invoker = true) AS
  SELECT parley.as_text(c.id) AS id, c.id AS key, parley.as_text(c.user_id) AS user_id, parley.as_text(c.channel) AS channel,
         parley.as_text(c.release) AS release, parley.as_text(c.flow) AS flow, parley.as_text(c.owner) AS owner,
         parley.as_text(c.status) AS status, parley.as_text(c.outcome) AS outcome, c.turn AS turns, c.sequence AS records,
         parley.as_time(c.created_at) AS created_at, parley.as_time(c.updated_at) AS updated_at
    FROM parley.conversation c WHERE c.tenant = parley.tenant();

-- One row an event, in the order in which the engine consumed them.
CREATE VIEW parley.event WITH (security_invoker = true) AS
  SELECT parley.as_text(r.conversation) AS conversation, r.conversation AS conversation_key, r.sequence, r.turn, parley.as_time(r.at) AS at, e.place,
         e.body ->> 'type' AS type, e.body
    FROM parley.record r
    CROSS JOIN LATERAL (SELECT parley.as_json(r.body) -> 'events' AS list OFFSET 0) d
    CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(d.list) WHEN 'array' THEN d.list ELSE '[]' END)
      WITH ORDINALITY AS e (body, place)
   WHERE r.tenant = parley.tenant();

-- One row an effect, in the order in which the engine wanted them.
CREATE VIEW parley.effect WITH (security_invoker = true) AS
  SELECT parley.as_text(r.conversation) AS conversation, r.conversation AS conversation_key, r.sequence, r.turn, parley.as_time(r.at) AS at, e.place,
         e.body ->> 'type' AS type, e.body
    FROM parley.record r
    CROSS JOIN LATERAL (SELECT parley.as_json(r.body) -> 'effects' AS list OFFSET 0) d
    CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(d.list) WHEN 'array' THEN d.list ELSE '[]' END)
      WITH ORDINALITY AS e (body, place)
   WHERE r.tenant = parley.tenant();
