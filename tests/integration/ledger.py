"""Load that records each request: acknowledged, refused, or without a response.

    with ledger.Load(service, clients=64) as load:
        ... faults ...
    load.check(database)

Clients are coroutines on one thread, with raw connections. Each write has a unique text, which
identifies it in the database. Each request must get exactly one response within the deadline and
a margin: 2xx, 503 with Retry-After, or 504. A story may allow lost connections. At the end:

- an acknowledged write exists once, with the values that were acknowledged last;
- a write with an unknown outcome (504, OUTCOME_UNKNOWN, lost connection) exists at most once;
- a write that was refused with any other code does not exist;
- a change with an unknown outcome may still happen until its deadline and a stall are over;
- every read returns the acknowledged values from then on;
- the stored totals equal a recount.
"""

import asyncio
import collections
import itertools
import json
import os
import random
import threading
import time

import harness

DEADLINE, MARGIN = float(harness.DEADLINE_S), 30.0  # seconds; the machine may be busy
STALL = 3.0  # a worker that froze for 2 s starts no older request
UNSURE = ("OUTCOME_UNKNOWN", "DEADLINE_EXCEEDED")
REFUSALS = ("OVERLOADED", "NO_WORKER", "DATABASE_UNAVAILABLE", "SHUTTING_DOWN") + UNSURE
# Seconds that a client pauses after each request: otherwise 64 clients occupy two processors.
PACE = harness.in_long(0, 0.05)
LOSS_IS_WRONG, LOSS_IS_UNSURE, LOSS_IS_RETRIED = "wrong", "unsure", "retried"


def uuid7(dice):
    bits = (int(time.time() * 1000) << 80) | dice.getrandbits(80)
    bits = bits & ~(0xF << 76) | (7 << 76)
    text = f"{bits & ~(3 << 62) | (2 << 62):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class Entry:
    """One session or topic that a client has written. Its `text` identifies it."""

    def __init__(self, text):
        self.text = text
        self.id = None
        self.is_acknowledged = False
        self.is_unsure = False  # an attempt has an unknown outcome
        self.values = set()  # its possible minutes; several after an unsure change
        self.unsure_changes = []  # (minutes, when it was sent)
        self.history = []  # (when it was sent, minutes, status), for a complaint

    def is_changed(self, minutes, sent):
        """A response confirms it: much older changes can no longer happen."""
        late = {value for value, when in self.unsure_changes if when + DEADLINE + STALL > sent}
        self.values = {minutes} | late

    def may_be_changed(self, minutes, sent):
        self.unsure_changes.append((minutes, sent))
        self.values.add(minutes)


class Lost(Exception):
    """The connection ended without a whole response; `had_bytes`: within one."""

    def __init__(self, why, had_bytes=False):
        super().__init__(why)
        self.had_bytes = had_bytes


class Client:
    """One connection at a time, one request at a time."""

    def __init__(self, load, number):
        self.load, self.number = load, number
        self.dice = random.Random(f"{load.seed}/{number}")
        self.reader = self.writer = None
        self.count = 0
        self.own = []  # acknowledged sessions
        self.steps = ((self.create, 35), (self.log, 15), (self.put, 25), (self.change, 10),
                      (self.look, 10), (self.total, 3), (self.name, 2))

    async def run(self):
        steps, weights = zip(*self.steps)
        while not self.load.is_stopping:
            await self.dice.choices(steps, weights)[0]()
            if self.load.pace:
                await asyncio.sleep(self.load.pace * self.dice.uniform(0.5, 1.5))
        await self.end()

    async def end(self):
        """The gateway must not send any unrequested bytes."""
        if not self.writer:
            return
        try:
            self.writer.write_eof()
            rest = await asyncio.wait_for(self.reader.read(), MARGIN)
            if rest:
                self.load.complain(f"bytes that nobody asked for: {rest[:300]!r}")
        except (OSError, asyncio.TimeoutError):
            pass
        self.close()

    def close(self):
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None

    def new_entry(self, kind):
        self.count += 1
        return self.load.entry(kind, f"{kind} {self.load.run_number}/{self.number}.{self.count}")

    # Steps

    async def create(self):
        entry = self.new_entry("session")
        minutes = self.dice.randint(1, 1440)
        await self.write(entry, minutes, "POST", "/sessions", {
            "topic_id": self.dice.choice(self.load.topics), "duration_minutes": minutes, "notes": entry.text})

    async def log(self):
        entry = self.new_entry("session")
        minutes = self.dice.randint(1, 1440)
        await self.write(entry, minutes, "POST", "/sessions", {
            "tag": f"tag {self.dice.randint(1, 20)}", "minutes": minutes, "notes": entry.text})

    async def put(self):
        """The client chooses the id, so that it may retry until the write is acknowledged."""
        entry = self.new_entry("session")
        minutes = self.dice.randint(1, 1440)
        entry.id = uuid7(self.dice)
        body = {"topic_id": self.dice.choice(self.load.topics), "duration_minutes": minutes, "notes": entry.text}
        for _ in range(3):
            await self.write(entry, minutes, "PUT", f"/api/v1/sessions/{entry.id}", body)
            if entry.is_acknowledged or self.load.is_stopping:
                break
        if entry.is_acknowledged and self.dice.random() < 0.2:
            await self.write(entry, minutes, "PUT", f"/api/v1/sessions/{entry.id}", body)

    async def change(self):
        if not self.own:
            return
        entry, minutes = self.dice.choice(self.own), self.dice.randint(1, 1440)
        sent = time.monotonic()
        response = await self.ask("PATCH", f"/api/v1/sessions/{entry.id}", {"duration_minutes": minutes}, True)
        entry.history.append((round(sent, 3), minutes, response and response.status))
        if response and response.status == 200:
            self.hold_to(entry, response.json, {minutes})
            entry.is_changed(minutes, sent)
        elif self.is_unsure(response):
            entry.may_be_changed(minutes, sent)

    async def look(self):
        if not self.own:
            return
        entry = self.dice.choice(self.own)
        response = await self.ask("GET", f"/api/v1/sessions/{entry.id}")
        if response and response.status == 200:
            self.hold_to(entry, response.json, entry.values)

    async def total(self):
        await self.ask("GET", "/stats")

    async def name(self):
        """This method is not safe to repeat: a second run would report a duplicate name."""
        entry = self.new_entry("topic")
        response = await self.ask("POST", "/api/v1/topics", {"name": entry.text}, True)
        if response and response.status == 201:
            entry.is_acknowledged, entry.id = True, response.json["id"]
        entry.is_unsure |= self.is_unsure(response)

    async def write(self, entry, minutes, method, target, body):
        response = await self.ask(method, target, body, True)
        if response and response.status in (200, 201):
            session = response.json
            if not entry.is_acknowledged:
                self.own = self.own[-50:] + [entry]
            entry.is_acknowledged = True
            entry.id, known = session["id"], entry.id
            entry.values.add(minutes)
            self.hold_to(entry, session, entry.values)
            if known not in (None, session["id"]):
                self.load.complain(f"{entry.text} was put as {known} and is {session['id']}")
        elif self.is_unsure(response):
            entry.is_unsure = True
            entry.values.add(minutes)

    def hold_to(self, entry, row, values):
        if row["id"] != entry.id or row["notes"] != entry.text or row["duration_minutes"] not in values:
            self.load.complain(f"{entry.text} ({entry.id}, {values} minutes) reads {row}; "
                               f"changes: {entry.history}")

    @staticmethod
    def is_unsure(response):
        return response is None or (response.status in (503, 504) and response.json["error"]["code"] in UNSURE)

    # One request, one response

    async def ask(self, method, target, body=None, is_write=False):
        """Returns the response, or None if there was none."""
        load = self.load
        self.count += 1
        trace = f"c{self.number}.{self.count}"
        started = load.begun[self.number] = time.monotonic()
        try:
            response = await asyncio.wait_for(self.exchange(trace, method, target, body), DEADLINE + MARGIN)
            load.note(response, trace, method, target, is_write, time.monotonic() - started)
            if response.header("Connection") == "close":
                self.close()
            return response
        except asyncio.TimeoutError:
            load.complain(f"{trace} {method} {target}: no answer within {DEADLINE + MARGIN:.0f} s")
        except Lost as loss:
            load.lost += 1
            if load.loss == LOSS_IS_WRONG:
                load.complain(f"{trace} {method} {target}: {loss}")
        finally:
            load.begun[self.number] = None
        self.close()
        return None

    async def exchange(self, *request):
        while True:
            try:
                await self.connect()
                return await self.once(*request)
            except Lost as loss:
                self.close()
                if self.load.loss != LOSS_IS_RETRIED or loss.had_bytes:
                    raise
                self.load.retried += 1
                await asyncio.sleep(0.01)

    async def connect(self):
        while not self.writer:
            try:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.load.port)
            except OSError as error:
                if self.load.loss == LOSS_IS_WRONG:
                    raise Lost(f"not connected: {error}") from None
                self.load.not_connected += 1
                await asyncio.sleep(0.01)

    def as_bytes(self, trace, method, target, body):
        body = json.dumps(body).encode() if body is not None else b""
        head = f"{method} {target} HTTP/1.1\r\n{self.load.service.head}X-Request-Id: {trace}\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return head.encode() + b"\r\n" + body

    async def once(self, trace, *request):
        line = b""
        try:
            self.writer.write(self.as_bytes(trace, *request))
            line = await self.reader.readline()
            if not line.endswith(b"\r\n"):
                raise Lost(f"closed after {line!r}", bool(line))
            headers = []
            while (field := await self.reader.readline()) != b"\r\n":
                name, value = field.decode("latin-1").split(":", 1)
                headers.append((name, value.strip()))
            response = harness.Response(int(line.split(b" ")[1]), headers, b"")
            response.body = await self.reader.readexactly(int(response.header("Content-Length") or 0))
            self.hold_to_headers(response, trace)
            return response
        except (OSError, ValueError, asyncio.IncompleteReadError) as error:
            raise Lost(f"lost: {error!r}", bool(line)) from None

    def hold_to_headers(self, response, trace):
        if response.header("X-Request-Id") != trace:
            self.load.complain(f"{trace}: answered with the id {response.header('X-Request-Id')}")
        if response.status == 503 and not response.header("Retry-After"):
            self.load.complain(f"{trace}: no Retry-After: {response}")


class Load:
    runs = itertools.count(1)  # several loads may use one database

    def __init__(self, service, clients=32, pace=PACE, loss=LOSS_IS_WRONG):
        self.service, self.port = service, service.port
        self.clients, self.pace, self.loss = clients, pace, loss
        self.seed = int(os.environ.get("STUDYTRACKER_SEED", "22112"))
        self.run_number = next(self.runs)
        self.is_stopping = False
        self.entries = {"session": {}, "topic": {}}
        self.topics = []
        self.complaints = []
        self.begun = [None] * clients  # start of the request in flight, by client
        self.answered = self.acknowledged = self.lost = self.retried = self.not_connected = 0
        self.refused = collections.Counter()  # by code
        self.longest = collections.Counter()  # seconds, by status
        self.times = []  # (when, how long, status)
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()))

    def __enter__(self):
        self.topics = [self.service.post("/topics", {"name": f"Load {os.urandom(4).hex()}"}).json["id"]
                       for _ in range(8)]
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_stopping = True
        self.thread.join()

    async def run(self):
        await asyncio.gather(*(self.run_client(self.new_client(n)) for n in range(self.clients)))

    def new_client(self, number):
        return Client(self, number)

    async def run_client(self, client):
        try:
            await client.run()
        except Exception as error:  # pylint: disable=broad-except
            self.complain(f"client {client.number}: {error!r}")
            client.close()

    def entry(self, kind, text):
        made = self.entries[kind][text] = Entry(text)
        return made

    def complain(self, what):
        self.complaints.append(what)

    def note(self, response, trace, method, target, is_write, took):
        self.answered += 1
        self.times.append((time.monotonic(), took, response.status))
        self.longest[response.status] = max(self.longest[response.status], took)
        if response.status in (200, 201):
            self.acknowledged += is_write
            return
        code = response.json["error"]["code"]
        self.refused[code] += 1
        if response.status not in (503, 504) or code not in REFUSALS:
            self.complain(f"{trace} {method} {target}: {response}")

    def waiting(self, seconds):
        """Returns how many requests have waited for longer than this."""
        before = time.monotonic() - seconds
        return sum(begun is not None and begun < before for begun in self.begun)

    def until_waiting(self, count, seconds=0.3):
        harness.until(f"{count} requests wait", lambda: self.waiting(seconds) >= count)

    def until_all_wait(self):
        """While a lock blocks all writes, this is when no read is in flight any more."""
        self.until_waiting(self.clients)

    def until_none_waits(self, seconds=0.2):
        harness.until("what waited is answered", lambda: self.waiting(seconds) == 0)

    def until_answered(self, more):
        """Waits for this many more acknowledged writes."""
        goal = self.acknowledged + more
        harness.until(f"{more} more writes are acknowledged", lambda: self.acknowledged >= goal)

    # The check at the end

    def check(self, database):
        """Raises an AssertionError that lists all differences."""
        found = self.complaints[:]
        self.check_kind(found, "session", database.sql(
            "select notes, id, duration_minutes from sessions where deleted_at is null"
            f" and notes like 'session {self.run_number}/%'"))
        self.check_kind(found, "topic", database.sql(
            f"select name, id, 0 from topics where name like 'topic {self.run_number}/%'"
            " and deleted_at is null"))
        for table in ("daily_totals", "topic_totals", "linked_sessions"):
            found += [f"{table} differs: {row}" for row in database.sql(f"select * from {table}_differences()")]
        assert not found, f"{len(found)} found:\n" + "\n".join(found[:20]) + "\n" + self.summary()

    def check_kind(self, found, kind, rows):
        standing = collections.defaultdict(list)
        for text, row_id, minutes in rows:
            standing[text].append((row_id, int(minutes)))
        for text in standing.keys() - self.entries[kind].keys():
            found.append(f"{text}: stands and was never written")
        for text, entry in self.entries[kind].items():
            stands = standing.get(text, [])
            if len(stands) > 1:
                found.append(f"{text}: stands {len(stands)} times: {stands}")
            elif not stands and entry.is_acknowledged:
                found.append(f"{text}: acknowledged as {entry.id} and missing")
            elif stands and not entry.is_acknowledged and not entry.is_unsure:
                found.append(f"{text}: refused and stands")
            elif stands and entry.is_acknowledged:
                row_id, minutes = stands[0]
                if row_id != str(entry.id) or (entry.values and minutes not in entry.values):
                    found.append(f"{text}: acknowledged as {entry.id}, {entry.values} minutes, is {stands}; "
                                 f"changes: {entry.history}")

    def summary(self):
        refused = ", ".join(f"{count} {code}" for code, count in sorted(self.refused.items())) or "0"
        longest = ", ".join(f"{status} {took:.2f} s" for status, took in sorted(self.longest.items()))
        lost = f", {self.lost} connections lost amid a request" if self.loss == LOSS_IS_UNSURE else ""
        retried = f", {self.retried} retried" if self.loss == LOSS_IS_RETRIED else ""
        return (f"{self.answered} answers, {self.acknowledged} writes acknowledged, refused: {refused}"
                f"{lost}{retried}; longest: {longest}")
