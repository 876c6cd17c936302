-- The open effects of one conversation, without looking at those of all others or at its own that are done.
CREATE INDEX outbox_pending_of ON outbox (conversation) WHERE state < 2;
