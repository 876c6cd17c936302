"""What a team would write by hand for the same turn: FastAPI, pydantic, SQLAlchemy (async, asyncpg), PostgreSQL, uvloop.

The flow of scripts/bench_peers ("what else?", "Noted: …") as plain code. Each turn is one transaction, as in Parley: the event appended, the
conversation's state replaced if nobody else has moved it, the answer kept under the request's key. Without flows, matchers, tenants, checksums,
recovery, streaming or access; it is the floor of what such a service costs."""
import contextlib
import os
import secrets

import sqlalchemy as sa
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import create_async_engine

metadata = sa.MetaData()
conversations = sa.Table(
    "conversations", metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("state", JSONB, nullable=False),
)
events = sa.Table(
    "events", metadata,
    sa.Column("conversation_id", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True),
    sa.Column("body", JSONB, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)
inbox = sa.Table(
    "inbox", metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("conversation_id", sa.Text, nullable=False),
    sa.Column("answer", JSONB, nullable=False),
)

engine = create_async_engine(os.environ["PEER_DATABASE"], pool_size=int(os.environ.get("PEER_POOL", "12")), max_overflow=0)


@contextlib.asynccontextmanager
async def lifespan(_):
    async with engine.begin() as connection:
        await connection.execute(sa.text("SELECT pg_advisory_xact_lock(1)"))
        await connection.run_sync(metadata.create_all)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


class Chat(BaseModel):
    message: str
    conversation_id: str | None = None
    flow_id: str | None = None


class Answer(BaseModel):
    conversation_id: str
    turn: int
    text: str


@app.get("/readyz")
async def ready():
    async with engine.connect() as connection:
        await connection.execute(sa.text("SELECT 1"))
    return {"status": "ready"}


@app.post("/v1/chat")
async def chat(body: Chat, idempotency_key: str | None = Header(default=None)) -> Answer:
    async with engine.begin() as connection:
        if idempotency_key:
            earlier = await connection.scalar(sa.select(inbox.c.answer).where(inbox.c.key == idempotency_key))
            if earlier:
                return Answer(**earlier)
        if body.conversation_id is None:
            conversation, version, state = "c_" + secrets.token_hex(13), 1, {"said": [], "step": "listen"}
            reply = "What else?"
            await connection.execute(sa.insert(conversations).values(id=conversation, version=version, state=state))
        else:
            conversation = body.conversation_id
            row = (await connection.execute(
                sa.select(conversations.c.version, conversations.c.state).where(conversations.c.id == conversation)
            )).first()
            if row is None:
                raise HTTPException(404)
            version, state = row.version + 1, {**row.state, "said": body.message}
            reply = f"Noted: {body.message}.\nWhat else?"
            moved = await connection.execute(
                sa.update(conversations).where(conversations.c.id == conversation, conversations.c.version == row.version)
                .values(version=version, state=state)
            )
            if moved.rowcount != 1:
                raise HTTPException(409)
        await connection.execute(sa.insert(events).values(
            conversation_id=conversation, version=version, body={"message": body.message, "reply": reply}
        ))
        answer = Answer(conversation_id=conversation, turn=version, text=reply)
        if idempotency_key:
            await connection.execute(sa.insert(inbox).values(
                key=idempotency_key, conversation_id=conversation, answer=answer.model_dump()
            ))
    return answer
