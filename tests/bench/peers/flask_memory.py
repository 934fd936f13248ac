"""A study tracker with Flask that keeps all in memory, under gunicorn: nothing is durable."""

from flask import Flask, jsonify, request

app = Flask(__name__)
topics = {number: {"id": number, "name": f"Topic {number}"} for number in range(1, 1001)}
sessions = []


@app.get("/healthz")
def healthz():
    return jsonify(status="ok", service="studytracker")


@app.get("/topics/<int:topic_id>")
def topic(topic_id):
    return jsonify(topics[(topic_id - 1) % 1000 + 1])


@app.post("/sessions")
def create():
    body = request.get_json()
    session = {"id": len(sessions) + 1, "topic_id": body["topic_id"],
               "duration_minutes": body.get("duration_minutes", 60)}
    sessions.append(session)
    return jsonify(session), 201
