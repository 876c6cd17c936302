-- servers: go on
-- Publishing as a compare-and-set: a release becomes active only while the one is that it was made from. p_base is that one's
-- hash, '' when nothing was active, NULL when it does not matter. 0 done, 1 another one is active: nothing is changed then.
CREATE FUNCTION parley.put_release_on(
  p_base bytea,
  p_hash bytea, p_settings bytea, p_flow_ids bytea[], p_hashes bytea[], p_activate boolean,
  p_published_ids bytea[], p_published_hashes bytea[], p_actions bytea[], p_authors bytea[], p_reasons bytea[],
  p_releases bytea[], p_ats bigint[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE active bytea;
BEGIN
  IF p_activate AND p_base IS NOT NULL THEN
    -- Whoever publishes waits here, also servers of the schema before, which insert without asking.
    LOCK TABLE parley.activation IN SHARE ROW EXCLUSIVE MODE;
    SELECT a.release INTO active FROM parley.activation a WHERE a.tenant = parley.tenant() ORDER BY a.number DESC LIMIT 1;
    IF active = p_hash AND active <> p_base THEN
      RETURN 0;  -- somebody has published the very same
    END IF;
    IF coalesce(active, ''::bytea) <> p_base THEN
      RETURN 1;
    END IF;
  END IF;
  PERFORM parley.put_release(p_hash, p_settings, p_flow_ids, p_hashes, p_activate, p_published_ids, p_published_hashes,
                             p_actions, p_authors, p_reasons, p_releases, p_ats);
  RETURN 0;
END $$;
