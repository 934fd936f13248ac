"""Another worker runs the changes of a lost worker, and newer changes follow: the lost worker must
not run the old changes again, wherever it holds them."""

import concurrent.futures
import signal
import time

import faults
import harness
import study_rpc
import test_fault_curve

CHANGES = 32
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
            harness.until("the worker has them", lambda: self.in_flight() == CHANGES + 2)
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

    def in_flight(self):
        return self.client.call("rpc.status")["queue"]["in_flight"]

    def minutes(self):
        return {int(minutes) for minutes, in self.database.sql(
            "select distinct duration_minutes from sessions where id in ('" + "','".join(self.ids) + "')")}


if __name__ == "__main__":
    harness.main()
