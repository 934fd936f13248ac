"""A study tracker with FastAPI and asyncpg, under uvicorn."""

import os

import asyncpg
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


class Session(BaseModel):
    topic_id: int
    duration_minutes: int = 60


@app.on_event("startup")
async def connect():
    app.state.pool = await asyncpg.create_pool(
        host=os.path.dirname(os.environ["DATABASE_SOCKET"]), user=os.environ["DATABASE_USER"],
        database=os.environ["DATABASE_NAME"])


@app.get("/topics/{topic_id}")
async def topic(topic_id: int):
    row = await app.state.pool.fetchrow(
        "select id, name, description, created_at, updated_at from topics where account_id = 1 and id = $1",
        topic_id)
    if row is None:
        raise HTTPException(404, "Topic not found")
    return dict(row)


@app.post("/sessions", status_code=201)
async def create(session: Session):
    row = await app.state.pool.fetchrow(
        "insert into sessions_alone (account_id, id, topic_id, study_date, duration_minutes)"
        " values (1, gen_random_uuid(), $1, current_date, $2)"
        " returning id, topic_id, study_date, duration_minutes, notes, created_at",
        session.topic_id, session.duration_minutes)
    return dict(row)
