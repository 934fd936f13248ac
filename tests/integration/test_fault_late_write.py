"""Another worker runs the changes of a lost worker, and newer changes follow: the lost worker must
not run the old changes again, wherever it holds them. Nor may a worker run old changes after newer
ones if nobody waits for the old ones any more."""

import concurrent.futures
import json
import signal
import socket
import struct
import time

import msgpack

import faults
import harness
import study_rpc
import test_fault_curve

CHANGES = 32
SHORT_MS = 3000  # the deadline of changes that end while their worker has them
RUNNING = """select pid from pg_stat_activity
    where application_name like 'studytracker-worker-%' and state <> 'idle'"""
# The changes take 3.5 s of it on an idle machine: a lost worker is detected after 3 s.
DEADLINE = harness.DEADLINE_S


class LateWrite(faults.FaultCase):
    workers, gateways = 1, 1

    @classmethod
    def make_service(cls):
        return test_fault_curve.Service(cls.database, cls.workers, cls.gateways)

    def setUp(self):
        """Keeps one worker, which the test then loses: the last one of the previous test."""
        for worker in self.service.workers[:-1]:
            self.service.end(worker)
        self.service.wait_joined(1)
        self.prepare_spare()
        self.service.wait_ready()
        topic = self.topic(f"Late {self.id()}")["id"]
        self.ids = [self.session(topic, duration_minutes=1)["id"] for _ in range(CHANGES)]
        self.first, self.second = self.session(topic)["id"], self.topic(f"Waits {self.id()}")["id"]
        endpoint, curve = self.service.doors()[0]
        self.client = study_rpc.Client(endpoint, curve=curve, token=self.service.token, timeout_ms=harness.PATIENCE * 1000)
        self.addCleanup(self.client.close)

    def prepare_spare(self):
        """Starts the other worker and stops it again: on a busy machine a start takes seconds of
        the deadline of the changes."""
        self.spare, deaths = self.service.start_worker(), self.deaths()
        self.service.wait_joined(2)
        self.freeze(self.spare)
        self.wait_found_dead(deaths)

    def test_killed_worker_with_queued_changes(self):
        self.old_against_new(self.service.kill)

    def test_killed_worker_with_changes_in_the_database(self):
        self.old_against_new(self.service.kill, is_in_database=True)

    def test_frozen_worker_with_changes_in_the_database(self):
        self.old_against_new(self.freeze, is_in_database=True)

    def test_removed_worker_with_queued_changes(self):
        self.addCleanup(self.service.put_back)
        self.old_against_new(self.service.take_out)

    def test_removed_worker_with_changes_in_the_database(self):
        self.addCleanup(self.service.put_back)
        self.old_against_new(self.service.take_out, is_in_database=True)

    def old_against_new(self, lose, is_in_database=False):
        """The changes wait in the worker's queue behind one deletion, or in the pipeline behind
        another deletion."""
        worker, began = self.service.workers[0], time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(CHANGES + 2) as pool, \
                faults.Lock(self.database, rows=f"topics where id = {self.second}"), \
                faults.Lock(self.database, rows=f"sessions where id = '{self.first}'") as first:
            deletion = pool.submit(self.service.request, "DELETE", f"/api/v1/sessions/{self.first}")
            harness.until("it waits in the database", self.database.waiting_for_locks)
            pool.submit(self.service.request, "DELETE", f"/api/v1/topics/{self.second}")
            old = [pool.submit(self.set_minutes, i, 2) for i in self.ids]
            harness.until("the worker has them", lambda: self.queue("in_flight") == CHANGES + 2)
            if is_in_database:
                first.release()
                self.assertEqual(deletion.result().status, 204)
                harness.until("they are in the database", self.database.waiting_for_locks)
            self.spare.popen.send_signal(signal.SIGCONT)
            self.service.wait_joined(2)
            deaths = self.deaths()
            lose(worker)
            self.wait_found_dead(deaths)
            self.assertEqual({change.result() for change in old}, {200})
            self.assertEqual({self.set_minutes(i, 3) for i in self.ids}, {200})
        harness.until("the old ones are done or over", lambda: self.minutes() != {3}
                      or time.monotonic() > began + DEADLINE)
        self.assertEqual(self.minutes(), {3})
        print(f"\n{self.id().removeprefix('__main__.')}: {CHANGES} changes left in a worker, done by another "
              "and changed again; found: nothing", flush=True)

    def test_changes_past_their_deadline(self):
        self.ended_against_new(self.start_with_short_deadline)

    def test_changes_whose_clients_left(self):
        self.ended_against_new(self.start_and_leave)

    def test_frozen_worker_with_changes_whose_clients_left(self):
        self.ended_against_new(self.start_and_leave, self.freeze)

    def test_lost_worker_is_fenced_before_anybody_waits(self):
        """Otherwise a later change would cut it off, perhaps after it has connected again."""
        worker, self.ids, deaths = self.service.workers[0], self.ids[:1], self.deaths()
        with faults.Lock(self.database, rows=f"sessions where id = '{self.ids[0]}'"):
            end_old = self.start_and_leave(others=0)
            harness.until("it waits in the database", self.database.waiting_for_locks)
            self.spare.popen.send_signal(signal.SIGCONT)
            self.service.wait_joined(2)
            self.freeze(worker)
            end_old()
            self.wait_found_dead(deaths)
            harness.until("it waits no more", lambda: not self.database.waiting_for_locks())

    def ended_against_new(self, start, lose=None):
        """The changes wait in the pipeline behind a deletion, and end there. The new ones wait
        until the worker has responded to the old ones, or is lost and fenced."""
        worker = self.service.workers[0]
        with concurrent.futures.ThreadPoolExecutor(CHANGES + 2) as pool, \
                faults.Lock(self.database, rows=f"topics where id = {self.second}") as second, \
                faults.Lock(self.database, rows=f"sessions where id = '{self.first}'") as first:
            deletion = pool.submit(self.service.request, "DELETE", f"/api/v1/sessions/{self.first}")
            harness.until("it waits in the database", self.database.waiting_for_locks)
            pool.submit(self.service.request, "DELETE", f"/api/v1/topics/{self.second}")
            end_old = start()
            harness.until("the worker has them", lambda: self.queue("in_flight") == CHANGES + 2)
            first.release()
            self.assertEqual(deletion.result().status, 204)
            harness.until("they are in the database", self.database.waiting_for_locks)
            self.spare.popen.send_signal(signal.SIGCONT)
            self.service.wait_joined(2)
            end_old()
            deaths = self.deaths()
            if lose:
                lose(worker)
                self.wait_found_dead(deaths)
            new = [pool.submit(self.set_minutes, i, 3) for i in self.ids]
            harness.until("the new ones wait or are done",
                          lambda: self.queue("waiting") + sum(n.done() for n in new) == CHANGES)
            if not lose:
                second.release()
            self.assertEqual({change.result() for change in new}, {200})
        if lose:
            harness.until("the database runs nothing", lambda: not self.database.sql(RUNNING))
        else:
            self.service.end(worker)  # it runs what it has
        self.assertEqual(self.minutes(), {3})
        print(f"\n{self.id().removeprefix('__main__.')}: {CHANGES} changes that nobody waited for any more, "
              "and changed again; found: nothing", flush=True)

    def start_with_short_deadline(self):
        endpoint, curve = self.service.doors()[0]
        client = study_rpc.Client(endpoint, curve=curve)
        self.addCleanup(client.close)
        client.connect()
        context = {"deadline_ms": SHORT_MS, "token": self.service.token}
        for n, session in enumerate(self.ids):
            params = {"session_id": session, "duration_minutes": 2}
            client.socket.send(msgpack.packb([0, n, "sessions.update", [context, params]]))

        def end():
            codes, messages = [], msgpack.Unpacker()
            while len(codes) < CHANGES:
                self.assertTrue(client.socket.poll(harness.PATIENCE * 1000))
                messages.feed(client.socket.recv())
                codes += [error["code"] for _, _, error, _ in messages]
            self.assertEqual(set(codes), {"DEADLINE_EXCEEDED"})
        return end

    def start_and_leave(self, others=1):
        body = json.dumps({"duration_minutes": 2})
        wires = [socket.create_connection(("127.0.0.1", self.service.port)) for _ in self.ids]
        for wire, session in zip(wires, self.ids):
            wire.sendall(f"PATCH /api/v1/sessions/{session} HTTP/1.1\r\n{self.service.head}"
                         f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())

        def end():
            for wire in wires:
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                wire.close()
            harness.until("they have left", lambda: self.queue("in_flight") == others)
        return end

    def queue(self, count):
        return self.client.call("rpc.status")["queue"][count]

    def minutes(self):
        return {int(minutes) for minutes, in self.database.sql(
            "select distinct duration_minutes from sessions where id in ('" + "','".join(self.ids) + "')")}


if __name__ == "__main__":
    harness.main()
