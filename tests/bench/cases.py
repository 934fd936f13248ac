"""The cases of the benchmark: what is measured, against what, and which ratio it must reach.

To add a case, add a row to CASES. `ours` and `reference` get the stack and return something with
run(seconds, rate=None) -> load.Sample.
"""

import dataclasses
from typing import Callable

from load import Pgbench, Rpc, Wrk, copy, download, get, post
from stack import ACCOUNTS, TOPICS, auth_mode, token_of

K, M = 1000, 1000000
BEFORE = "75fd7fb"  # what "itself before" means: the code whose figures issue 11 has


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    title: str
    against: str  # what the reference is
    ours: Callable
    reference: Callable
    must: float = 0.0  # the ratio to reach; 0: there is none
    aim: float = 0.0
    sessions: int = K  # of account 1; the other accounts have 100 each
    reference_sessions: int = 0  # 0: the same
    settings: dict = dataclasses.field(default_factory=dict)  # of the service, for our side
    reference_settings: dict = dataclasses.field(default_factory=dict)
    measure: str = "rate"  # or "p50": less is better; or "bytes" a second
    tree: str = ""  # of the reference; empty: this one

    def has_met(self, ratio):
        return ratio <= self.must if self.measure == "p50" else ratio >= self.must

    def against_tree(self, name):
        """The same, against itself in another source tree."""
        return dataclasses.replace(self, against=f"itself in {name}", reference=self.ours, must=0.0, aim=0.0,
                                   reference_sessions=self.sessions, reference_settings=self.settings, tree=name)


SELECT_TOPIC = """\\set id random({first}, {last})
select id, name, description, created_at, updated_at, archived_at from topics
where account_id = 1 and id = :id and deleted_at is null;
"""
SELECT_TOPIC_OF_ANY = """\\set account random(1, {accounts})
\\set id {first} + (:account - 1) * {topics} + random(0, {topics} - 1)
select id, name, description, created_at, updated_at, archived_at from topics
where account_id = :account and id = :id and deleted_at is null;
"""
# The table has the columns, indexes and foreign keys of sessions, but no totals.
INSERT = """\\set id random({first}, {last})
insert into sessions_alone (account_id, id, topic_id, study_date, duration_minutes)
values (1, gen_random_uuid(), :id, current_date, 25) returning *;
"""
INSERT_OF_ANY = """\\set account random(1, {accounts})
\\set id {first} + (:account - 1) * {topics} + random(0, {topics} - 1)
insert into sessions_alone (account_id, id, topic_id, study_date, duration_minutes)
values (:account, gen_random_uuid(), :id, current_date, 25) returning *;
"""
# The page comes before the join. Without a foreign key PostgreSQL expects one row of the join, and
# sorts all sessions.
SELECT_SESSIONS = """select s.id, s.topic_id, t.name, s.study_date, s.duration_minutes, s.notes, s.task_id,
	s.goal_id, s.skill_id, s.project_id, s.created_at, s.updated_at
from (
	select *
	from sessions as s
	where s.account_id = {account} and s.deleted_at is null
	order by s.created_at, s.id
	limit 20
) as s
join topics as t on t.account_id = s.account_id and t.id = s.topic_id
order by s.created_at, s.id;
"""
SELECT_SESSIONS_OF_ANY = "\\set account random(1, {accounts})\n" + SELECT_SESSIONS.replace("{account}", ":account")
ALL_SESSIONS = """select s.id, s.topic_id, t.name, s.study_date, s.duration_minutes, s.notes, s.created_at,
	s.updated_at
from sessions as s
join topics as t on t.account_id = s.account_id and t.id = s.topic_id
where s.account_id = 1 and s.deleted_at is null
order by s.created_at, s.id"""


# The loads, as functions of a stack.


def body(topic_id):
    return f'{{"topic_id":{topic_id},"duration_minutes":25}}'


def ids(stack):
    first, last = stack.topic_ids
    return range(first, last + 1)


def path(target):
    return lambda stack, **options: Wrk(stack, [get(target)], **options)


def topic(stack, token=None, **options):
    return Wrk(stack, [get(f"/topics/{number}", token) for number in ids(stack)], **options)


def one_topic(stack):
    return Wrk(stack, [get(f"/topics/{stack.topic_ids[0]}")])


def session(stack, token=None, **options):
    return Wrk(stack, [post("/sessions", body(number), token) for number in ids(stack)], **options)


def session_of_one_topic(stack):
    return Wrk(stack, [post("/sessions", body(stack.topic_ids[0]))])


def tagged(topics=TOPICS):
    bodies = [f'{{"minutes":25,"tag":"Topic {number}"}}' for number in range(1, topics + 1)]
    return lambda stack: Wrk(stack, [post("/sessions", text) for text in bodies])


def of_all_accounts(request):
    """A request of each account, with its token: the topics of an account follow each other."""
    def load(stack):
        first = stack.topic_ids[0]
        return Wrk(stack, [request(first + (account - 1) * TOPICS + account % TOPICS, token_of(account))
                           for account in range(1, ACCOUNTS + 1)])
    return load


def topic_of(number, token):
    return get(f"/topics/{number}", token)


def session_of(number, token):
    return post("/sessions", body(number), token)


def page_of(number, token):
    del number
    return get(PAGE, token)


def sql(script, **options):
    def load(stack):
        first, last = stack.topic_ids
        words = {"account": 1, "accounts": ACCOUNTS, "first": first, "last": last, "topics": TOPICS}
        return Pgbench(stack, script.format(**words), **options)
    return load


def alone(load):
    return lambda stack: load(stack, connections=1)


def peer(name, load):
    """The same load on another study tracker."""
    return lambda stack: load(stack, port=stack.start_peer(name))


def with_token(load):
    def claimed(stack):
        auth_mode.claim(stack.database)
        return load(stack, token=auth_mode.TOKEN)
    return claimed


ON = auth_mode.SETTINGS
PAGE = "/api/v1/sessions?limit=20"
health, stats, page = path("/healthz"), path("/stats"), path(PAGE)
one_client = {"choices": ((1, 1),)}
# For comparison only: one thread as our load generator has, TCP as our clients use, more clients.
one_thread = {"choices": ((1, 1), (8, 1), (32, 1))}
over_tcp = {"over_tcp": True}
MORE = 256  # connections

CASES = (
    Case("health", "GET /healthz", "Fastify, 2 processes", health, peer("fastify", health), 1.8, 2.2),
    Case("topic", "GET /topics/{id}", "pgbench, the same row", topic, sql(SELECT_TOPIC), 1.2, 1.5),
    Case("topic-tcp", "GET /topics/{id}", "pgbench over TCP, the same row", topic, sql(SELECT_TOPIC, **over_tcp)),
    Case("topic-thread", "GET /topics/{id}", "pgbench with one thread, the same row", topic,
         sql(SELECT_TOPIC, **one_thread)),
    Case("topic-more", f"GET /topics/{{id}}, {MORE} connections", "pgbench, the same row",
         lambda stack: topic(stack, connections=MORE), sql(SELECT_TOPIC)),
    Case("topic-accounts", "GET /topics/{id} of 1,000 accounts with their tokens", "pgbench, the same rows",
         of_all_accounts(topic_of), sql(SELECT_TOPIC_OF_ANY), 1.2, 1.5, settings=ON),
    Case("topic-fastify", "GET /topics/{id}", "Fastify and postgres.js, 2 processes", topic, peer("fastify", topic),
         3, 4),
    Case("topic-express", "GET /topics/{id}", "Express, in memory", topic, peer("express", topic), 3, 8),
    Case("post", "POST /sessions {topic_id}", "pgbench, the same row without totals", session, sql(INSERT), 2.5, 4),
    Case("post-tcp", "POST /sessions {topic_id}", "pgbench over TCP, the same row without totals", session,
         sql(INSERT, **over_tcp)),
    Case("post-accounts", "POST /sessions {topic_id} of 1,000 accounts with their tokens",
         "pgbench, the same rows without totals", of_all_accounts(session_of), sql(INSERT_OF_ANY), 2.5, 4, settings=ON),
    Case("post-fastify", "POST /sessions {topic_id}", "Fastify and postgres.js, 2 processes", session,
         peer("fastify", session), 3, 5),
    Case("post-asyncpg", "POST /sessions {topic_id}", "FastAPI and asyncpg, 2 processes", session,
         peer("fastapi-asyncpg", session), 3, 5),
    Case("post-express", "POST /sessions {topic_id}", "Express, in memory", session, peer("express", session), 1, 2),
    Case("post-flask", "POST /sessions {topic_id}", "Flask, in memory, 2 processes", session, peer("flask", session),
         1, 2),
    Case("post-csv", "POST /sessions {topic_id}", "FastAPI and a CSV file, 2 processes", session,
         peer("fastapi-csv", session), 1, 2),
    Case("post-tag", "POST /sessions {minutes, tag}", "pgbench, the same row without totals", tagged(), sql(INSERT),
         2.2, 3.5),
    Case("list", "GET /api/v1/sessions?limit=20", "pgbench, the same rows", page, sql(SELECT_SESSIONS), 1.0, 1.3),
    Case("list-accounts", "GET /api/v1/sessions?limit=20 of 1,000 accounts with their tokens",
         "pgbench, the same rows", of_all_accounts(page_of), sql(SELECT_SESSIONS_OF_ANY), 1.0, 1.3, settings=ON),
    Case("list-1m", "GET /api/v1/sessions?limit=20 at 1,000,000 sessions", "itself at 1,000", page, page, 0.9, 1.0,
         sessions=M, reference_sessions=K),
    Case("stats", "GET /stats at 1,000 sessions", f"itself before ({BEFORE})", stats, stats, 4, 8, tree=BEFORE),
    Case("stats-10k", "GET /stats at 10,000 sessions", "itself at 1,000", stats, stats, 0.9, 1.0,
         sessions=10 * K, reference_sessions=K),
    Case("stats-100k", "GET /stats at 100,000 sessions", "itself at 1,000", stats, stats, 0.9, 1.0,
         sessions=100 * K, reference_sessions=K),
    Case("stats-1m", "GET /stats at 1,000,000 sessions", "itself at 1,000", stats, stats, 0.9, 1.0,
         sessions=M, reference_sessions=K),
    Case("post-1m", "POST /sessions at 1,000,000 sessions", "itself at 1,000", session, session, 0.9, 1.0,
         sessions=M, reference_sessions=K),
    Case("topic-hot", "GET /topics/{id}, one topic", "itself with 50 topics", one_topic, topic, 0.7, 0.9),
    Case("post-hot", "POST /sessions {topic_id}, one topic", "itself with 50 topics", session_of_one_topic, session,
         0.7, 0.9),
    Case("post-tag-hot", "POST /sessions {minutes, tag}, one tag", "itself with 50 tags", tagged(1), tagged(), 0.7,
         0.9),
    Case("stream", "GET /sessions, all 1,000,000", "psql \\copy of the same rows",
         lambda stack: download(stack, "/sessions"), lambda stack: copy(stack, ALL_SESSIONS), 0.5, 1.0, sessions=M,
         measure="bytes"),
    Case("rpc", "topics.get over RPC, 64 outstanding", "the same over HTTP", Rpc, topic, 1.3, 2),
    Case("topic-alone", "GET /topics/{id}, one connection, p50", "pgbench with one client", alone(topic),
         sql(SELECT_TOPIC, **one_client), 3, 2, measure="p50"),
    Case("topic-alone-tcp", "GET /topics/{id}, one connection, p50", "pgbench over TCP with one client", alone(topic),
         sql(SELECT_TOPIC, **one_client, **over_tcp), measure="p50"),
    Case("post-alone", "POST /sessions, one connection, p50", "pgbench with one client", alone(session),
         sql(INSERT, **one_client), 3, 2, measure="p50"),
    Case("token", "GET /topics/{id} with a token, accounts on", "itself without accounts", with_token(topic), topic,
         0.95, 1.0, settings=ON),
    Case("connections", "GET /topics/{id}, 1,000 connections", "itself with 64",
         lambda stack: topic(stack, connections=1000), topic, 0.9, 1.0),
)
