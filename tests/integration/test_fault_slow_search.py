"""Slow statements delay only their own lane. A statement ends when no client waits for it."""

import concurrent.futures
import itertools
import signal
import socket
import struct

import msgpack

import faults
import harness
import study_rpc

SEARCH, SERIES = "/api/v1/sessions?q=namespaces", "/api/v1/stats/series?by=day&group=topic"
SOON = 6  # seconds; less than is left of a statement's 10 s when the shorter deadline is over


def reset(wire):
    """Makes close() send an RST; a FIN could be a half-close."""
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Lanes(faults.FaultCase):
    def setUp(self):
        self.service.wait_ready()
        self.known = self.topic(f"Known {self.id()}")["id"]
        harness.until("all lanes have connected, which the lock would hinder", self.is_warm)

    def is_warm(self):
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            for target in (f"/topics/{self.known}", SEARCH):
                list(pool.map(self.service.get, [target] * 16))
        return all(self.database.value(
            "select count(*) from pg_stat_activity where state = 'idle'"
            f" and application_name like 'studytracker-worker-%-{lane}'") == str(self.workers)
            for lane in ("read", "write", "slow"))

    def running(self, lane):
        """Returns how many statements of this lane the database runs, for all workers."""
        return int(self.database.value(
            "select count(*) from pg_stat_activity where state = 'active'"
            f" and application_name like 'studytracker-worker-%-{lane}'"))

    def lock(self, table="sessions"):
        """Blocks even reads of the table."""
        return faults.Lock(self.database, table, mode="access exclusive")

    def reads(self):
        response = self.service.get(f"/topics/{self.known}")
        self.assertEqual(response.status, 200)

    def writes(self):
        self.assertEqual(self.service.post("/topics", {"name": f"New {next(NUMBERS)}"}).status, 201)


NUMBERS = itertools.count(1)


class LongDeadline(Lanes):
    """The deadline is too late to end any request."""

    settings = {"STUDYTRACKER_DEADLINE_MS": 60000}

    def test_searches_do_not_delay_reads_and_writes(self):
        self.flood(SEARCH, "sessions")

    def test_reports_do_not_delay_reads_and_writes(self):
        self.flood(SERIES, "daily_totals")

    def flood(self, target, table):
        """Reads and writes continue, and the workers refuse the excess requests."""
        count = 200
        with concurrent.futures.ThreadPoolExecutor(count) as pool, self.lock(table) as lock:
            flood = [pool.submit(self.service.get, target) for _ in range(count)]
            harness.until("each worker runs one", lambda: self.running("slow") == self.workers)
            harness.until("the excess is refused", lambda: sum(f.done() for f in flood) > count // 2)
            refused = [f.result() for f in flood if f.done()]
            self.assertEqual({r.status for r in refused}, {503})
            self.assertEqual({r.json["error"]["code"] for r in refused}, {"OVERLOADED"})
            for _ in range(10):
                self.reads()
                self.writes()
            self.assertEqual(self.running("slow"), self.workers)
            accepted = [f for f in flood if not f.done()]
            self.assertGreaterEqual(len(accepted), 8 * self.workers)  # each worker accepts its share
            lock.release()
            self.assertEqual({f.result().status for f in accepted}, {200})
        print(f"\n{self.id().removeprefix('__main__.')}: {len(accepted)} taken, {len(refused)} refused, reads and "
              "writes beside them; found: nothing", flush=True)

    def test_a_write_that_waits_for_a_lock_delays_no_read(self):
        topic = self.topic(f"Locked {self.id()}")["id"]
        with concurrent.futures.ThreadPoolExecutor(1) as pool, \
                faults.Lock(self.database, rows=f"topics where id = {topic}") as lock:
            change = pool.submit(self.rename, topic)
            harness.until("it waits", self.database.waiting_for_locks)
            for _ in range(10):
                self.reads()
                self.assertEqual(self.service.get(SEARCH).status, 200)
            self.assertEqual(self.database.waiting_for_locks(), 1)
            lock.release()
            self.assertEqual(change.result().status, 200)

    def rename(self, topic):
        return self.service.request("PATCH", f"/api/v1/topics/{topic}", {"description": "changed"})

    def test_merges_delay_no_other_writes(self):
        """The merges wait for sessions that another transaction has locked."""
        into = self.topic(f"Into {self.id()}")["id"]
        sources = [self.topic(f"Merged {n} {self.id()}")["id"] for n in range(8)]
        for source in sources:
            self.session(source)
        locked = f"sessions where topic_id in ({','.join(map(str, sources))})"
        with concurrent.futures.ThreadPoolExecutor(8) as pool, faults.Lock(self.database, rows=locked) as lock:
            merges = [pool.submit(self.service.post, f"/api/v1/topics/{source}/merge", {"into": into})
                      for source in sources]
            harness.until("each worker runs one", lambda: self.running("slow") == self.workers)
            for _ in range(10):
                self.writes()
            lock.release()
            self.assertEqual({f.result().status for f in merges}, {200})
        totals = self.database.value(f"select sum(sessions) from daily_totals where topic_id = {into}")
        self.assertEqual(totals, "8")

    def test_a_closed_connection_ends_its_search(self):
        with self.lock():
            self.leave(f"GET {SEARCH} HTTP/1.1\r\n{self.service.head}\r\n", "slow")

    def test_a_closed_connection_ends_its_waiting_write(self):
        topic = self.topic(f"Left {self.id()}")["id"]
        body = '{"description":"late"}'
        with faults.Lock(self.database, rows=f"topics where id = {topic}"):
            self.leave(f"PATCH /api/v1/topics/{topic} HTTP/1.1\r\n{self.service.head}"
                       f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}", "write")
        self.assertIsNone(self.service.get(f"/api/v1/topics/{topic}").json["description"])

    def leave(self, request, lane):
        with self.service.wire() as wire:
            wire.send(request.encode())
            harness.until("it runs", lambda: self.running(lane) == 1)
            reset(wire)
        harness.until("it is ended", lambda: self.running(lane) == 0, SOON)
        self.reads()

    def test_a_closed_connection_ends_no_search_of_another_client(self):
        """The other searches follow the ended one in the pipeline."""
        with concurrent.futures.ThreadPoolExecutor(4) as pool, self.lock() as lock:
            with self.service.wire() as wire:
                wire.send(f"GET {SEARCH} HTTP/1.1\r\n{self.service.head}\r\n".encode())
                harness.until("it runs", lambda: self.running("slow") == 1)
                reset(wire)
                others = [pool.submit(self.service.get, SEARCH) for _ in range(4)]
                harness.until("another runs", lambda: self.running("slow") == self.workers)
            harness.until("others run", lambda: self.running("slow") == self.workers)
            lock.release()
            self.assertEqual({f.result().status for f in others}, {200})

    def test_other_lanes_continue_when_one_backend_ends(self):
        with concurrent.futures.ThreadPoolExecutor(6) as pool, self.lock() as lock:
            searches = [pool.submit(self.service.get, SEARCH) for _ in range(6)]
            harness.until("each worker runs one", lambda: self.running("slow") == self.workers)
            ended = self.database.value(faults.TERMINATE.format("application_name like '%-slow' and state = 'active'"))
            self.assertEqual(ended, "1")
            for _ in range(10):
                self.reads()
                self.writes()
            harness.until("it runs again", lambda: self.running("slow") == self.workers)
            lock.release()
            self.assertEqual({f.result().status for f in searches}, {200})

    def test_pipelined_writes_on_one_session_keep_their_order(self):
        client = study_rpc.Client(self.service.rpc_endpoint(), 30000, token=self.service.token)
        self.addCleanup(client.close)
        rounds, pairs = harness.in_long(200, 20), 10
        for n in range(rounds):
            session = self.session(self.known)["id"]
            client.connect()
            methods = ["sessions.delete", "sessions.restore"] * pairs + ["sessions.delete"] * (n % 2)
            client.socket.send(b"".join(
                msgpack.packb([0, msgid, method, [{"token": client.token}, {"session_id": session}]])
                for msgid, method in enumerate(methods)))
            errors = {}
            while len(errors) < len(methods):
                self.assertTrue(client.socket.poll(harness.PATIENCE * 1000))
                unpacker = msgpack.Unpacker(strict_map_key=False)
                unpacker.feed(client.socket.recv())
                errors.update({msgid: error for _, msgid, error, _ in unpacker})
            self.assertEqual([m for m, error in sorted(errors.items()) if error], [])
            self.assertEqual(self.service.get(f"/api/v1/sessions/{session}").status, 404 if n % 2 else 200)
            client.close()


class ShortDeadline(Lanes):
    settings = {"STUDYTRACKER_DEADLINE_MS": 2000}  # before a frozen worker counts as lost

    def test_the_deadline_ends_a_search(self):
        with self.lock():
            self.assertEqual(self.service.get(SEARCH).status, 504)
            harness.until("it is ended", lambda: self.running("slow") == 0, SOON)
            self.reads()

    def test_the_deadline_ends_a_search_of_a_frozen_worker(self):
        searches = []

        def each_runs_one():
            if all(search.done() for search in searches):  # at first, and after a deadline
                searches.extend(pool.submit(self.service.get, SEARCH) for _ in range(4))
            return self.running("slow") == self.workers

        with concurrent.futures.ThreadPoolExecutor(4) as pool, self.lock():
            harness.until("each worker runs one", each_runs_one)
            for worker in self.service.workers:
                self.freeze(worker)
            harness.until("they are ended", lambda: self.running("slow") == 0, SOON)
            self.assertEqual({f.result().status for f in searches}, {504})
        for worker in self.service.workers:
            worker.popen.send_signal(signal.SIGCONT)
        harness.until("all is well again", self.service.is_ready)


if __name__ == "__main__":
    harness.main()
