"""A study tracker with FastAPI that appends sessions to a CSV file, under uvicorn."""

import csv
import os

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
FILE = os.environ["SESSIONS_FILE"]


class Session(BaseModel):
    topic_id: int
    duration_minutes: int = 60


@app.get("/healthz")
def healthz():
    return {"status": "ok", "service": "studytracker"}


@app.post("/sessions", status_code=201)
def create(session: Session):
    with open(FILE, "a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow([session.topic_id, session.duration_minutes])
    return session
