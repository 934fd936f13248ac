"""The cases of the benchmark: what is measured, against what, and which ratio it must reach.

To add a case, add a row to CASES. `ours` and `reference` get the stack and return something with
run(seconds, rate=None) -> load.Sample. A reference that is None is another case of the same run.
"""

import dataclasses
from typing import Callable

from load import Copy, Pgbench, Rpc, Wrk
from stack import auth_mode

K, M = 1000, 1000000


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    title: str
    against: str  # what the reference is
    ours: Callable
    reference: Callable
    must: float  # the ratio to reach
    aim: float
    sessions: int = K  # of account 1; the other accounts have 100 each
    reference_sessions: int = 0  # 0: the same
    settings: dict = dataclasses.field(default_factory=dict)  # of the service, for our side
    measure: str = "rate"  # or "p50": less is better; or "bytes" a second


GET_TOPIC = """
request = function() return wrk.format("GET", "/topics/" .. math.random(%d, %d)) end
"""
POST = """
wrk.headers["Content-Type"] = "application/json"
request = function() return wrk.format("POST", "/sessions", nil, %s) end
"""
BY_TOPIC = """'{"topic_id":' .. math.random(%d, %d) .. ',"duration_minutes":25}'"""
BY_TAG = """'{"minutes":25,"tag":"Topic ' .. math.random(1, 50) .. '"}'"""

SELECT_TOPIC = """\\set id random(%d, %d)
select id, name, description, created_at, updated_at, archived_at from topics
where account_id = 1 and id = :id and deleted_at is null;
"""
# The table has the columns, indexes and foreign keys of sessions, but no totals.
INSERT = """\\set id random(%d, %d)
insert into sessions_alone (account_id, id, topic_id, study_date, duration_minutes)
values (1, gen_random_uuid(), :id, current_date, 25) returning *;
"""
SELECT_SESSIONS = """select s.id, s.topic_id, t.name, s.study_date, s.duration_minutes, s.notes, s.task_id,
	s.goal_id, s.skill_id, s.project_id, s.created_at, s.updated_at
from sessions as s
join topics as t on t.account_id = s.account_id and t.id = s.topic_id
where s.account_id = 1 and s.deleted_at is null
order by s.created_at, s.id
limit 20;
"""
ALL_SESSIONS = """select s.id, s.topic_id, t.name, s.study_date, s.duration_minutes, s.notes, s.created_at,
	s.updated_at
from sessions as s
join topics as t on t.account_id = s.account_id and t.id = s.topic_id
where s.account_id = 1 and s.deleted_at is null
order by s.created_at, s.id"""


def get(path):
    return f'request = function() return wrk.format("GET", "{path}") end\n'


def topic(stack, **options):
    return Wrk(stack, GET_TOPIC % stack.topic_ids, **options)


def one_topic(stack):
    return Wrk(stack, get(f"/topics/{stack.topic_ids[0]}"))


def post(stack, **options):
    return Wrk(stack, POST % (BY_TOPIC % stack.topic_ids), **options)


def post_one_topic(stack):
    first = stack.topic_ids[0]
    return Wrk(stack, POST % (BY_TOPIC % (first, first)))


def post_tag(stack):
    return Wrk(stack, POST % BY_TAG)


def insert(stack, **options):
    return Pgbench(stack, INSERT % stack.topic_ids, **options)


def select_topic(stack, **options):
    return Pgbench(stack, SELECT_TOPIC % stack.topic_ids, **options)


def peer(name, load):
    """The same load on another study tracker."""
    return lambda stack: load(stack, port=stack.start_peer(name))


def topic_with_token(stack):
    auth_mode.claim(stack.database)
    return topic(stack, headers=[f"Authorization: Bearer {auth_mode.TOKEN}"])


def health(stack, **options):
    return Wrk(stack, get("/healthz"), **options)


CASES = (
    Case("health", "GET /healthz", "Fastify, 2 processes", health, peer("fastify", health), 1.8, 2.2),
    Case("topic", "GET /topics/{id}", "pgbench, the same row", topic, select_topic, 1.2, 1.5),
    Case("post", "POST /sessions {topic_id}", "pgbench, the same row without totals", post, insert, 2.5, 4),
    Case("post-fastify", "POST /sessions {topic_id}", "Fastify and postgres.js, 2 processes", post,
         peer("fastify", post), 3, 5),
    Case("post-asyncpg", "POST /sessions {topic_id}", "FastAPI and asyncpg, 2 processes", post,
         peer("fastapi-asyncpg", post), 3, 5),
    Case("post-express", "POST /sessions {topic_id}", "Express, in memory", post, peer("express", post), 1, 2),
    Case("post-flask", "POST /sessions {topic_id}", "Flask, in memory, 2 processes", post, peer("flask", post),
         1, 2),
    Case("post-csv", "POST /sessions {topic_id}", "FastAPI and a CSV file, 2 processes", post,
         peer("fastapi-csv", post), 1, 2),
    Case("post-tag", "POST /sessions {minutes, tag}", "pgbench, the same row without totals", post_tag, insert,
         2.2, 3.5),
    Case("list", "GET /api/v1/sessions?limit=20", "pgbench, the same rows",
         lambda s: Wrk(s, get("/api/v1/sessions?limit=20")), lambda s: Pgbench(s, SELECT_SESSIONS), 1.0, 1.3),
    Case("stats-100k", "GET /stats at 100,000 sessions", "itself at 1,000", lambda s: Wrk(s, get("/stats")),
         lambda s: Wrk(s, get("/stats")), 0.9, 1.0, sessions=100 * K, reference_sessions=K),
    Case("stats-1m", "GET /stats at 1,000,000 sessions", "itself at 1,000", lambda s: Wrk(s, get("/stats")),
         lambda s: Wrk(s, get("/stats")), 0.9, 1.0, sessions=M, reference_sessions=K),
    Case("post-1m", "POST /sessions at 1,000,000 sessions", "itself at 1,000", post, post, 0.9, 1.0,
         sessions=M, reference_sessions=K),
    Case("post-hot", "POST /sessions, one topic", "itself with 50 topics", post_one_topic, post, 0.7, 0.9),
    Case("topic-hot", "GET /topics/{id}, one topic", "itself with 50 topics", one_topic, topic, 0.7, 0.9),
    Case("stream", "GET /sessions, all 1,000,000", "psql \\copy of the same rows",
         lambda s: Wrk(s, get("/sessions"), connections=1), lambda s: Copy(s, ALL_SESSIONS), 0.5, 1.0,
         sessions=M, measure="bytes"),
    Case("rpc", "topics.get over RPC, 64 outstanding", "the same over HTTP", Rpc, topic, 1.3, 2),
    Case("topic-alone", "GET /topics/{id}, one connection, p50", "pgbench with one client",
         lambda s: topic(s, connections=1), lambda s: select_topic(s, clients=(1,)), 3, 2, measure="p50"),
    Case("post-alone", "POST /sessions, one connection, p50", "pgbench with one client",
         lambda s: post(s, connections=1), lambda s: insert(s, clients=(1,)), 3, 2, measure="p50"),
    Case("token", "GET /topics/{id} with a token, accounts on", "itself without accounts", topic_with_token, topic,
         0.95, 1.0, settings=auth_mode.SETTINGS),
    Case("connections", "GET /topics/{id}, 1,000 connections", "itself with 64",
         lambda s: topic(s, connections=1000), topic, 0.9, 1.0),
)
