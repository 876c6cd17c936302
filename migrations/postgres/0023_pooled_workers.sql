-- servers: go on
-- Behind a pooler a connection belongs to nobody: its name is that of whoever uses it, or used it last. Of a dead worker only
-- those are closed that are in the middle of a transaction, which nobody else can be in. The others hold no lock.
CREATE OR REPLACE FUNCTION parley.bury_workers() RETURNS void LANGUAGE plpgsql AS $$
DECLARE dead record;
BEGIN
  FOR dead IN
    DELETE FROM parley.worker w WHERE w.beat_at < clock_timestamp() - interval '5 seconds' RETURNING w.instance
  LOOP
    PERFORM pg_terminate_backend(a.pid) FROM pg_stat_activity a
      WHERE a.application_name = dead.instance AND a.usename = current_user AND a.pid <> pg_backend_pid()
        AND a.xact_start IS NOT NULL;
  END LOOP;
END $$;
