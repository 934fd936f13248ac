"""A worker freezes until its gateways declare it lost, and continues afterwards: its late responses
and writes do no harm."""

import concurrent.futures

import faults
import harness
import openmetrics

SESSIONS, HELD = 192, 40  # one worker collects at most POOL_COLLECT_EACH
CLIENTS = 220


class WorkerFrozen(faults.FaultCase):
    settings = openmetrics.SETTINGS

    def test_frozen_workers_under_load(self):
        rounds, gateway = harness.in_long(20, 3), self.service.gateways[0]
        deaths = self.deaths()[gateway]
        with self.load(clients=CLIENTS) as load:
            for n in range(rounds):
                load.until_answered(200)
                load.until_none_waits()
                worker, before = self.service.workers[n % 2], self.deaths()
                self.freeze_with_full_hands(load, worker, HELD)
                self.wait_found_dead(before)
                load.until_answered(200)
                self.thaw(worker)
        held = faults.held_by_the_dead(gateway)[deaths:]
        self.settle(load, f"{rounds} times a worker stopped that held {held} requests, and continued")

    def test_a_late_write_does_not_undo_a_newer_one(self):
        """The worker continues with old requests, which another worker has completed."""
        topic = self.topic("Frozen")["id"]
        ids = [self.session(topic, duration_minutes=1)["id"] for _ in range(SESSIONS)]
        deaths = self.deaths()
        worker = self.service.workers[0]
        with concurrent.futures.ThreadPoolExecutor(SESSIONS) as pool:
            with faults.Lock(self.database):
                first = [pool.submit(self.set_minutes, i, 2) for i in ids]
                self.freeze_full(worker, HELD)
                self.wait_found_dead(deaths)
            self.assertEqual({f.result() for f in first}, {200})
            self.assertGreaterEqual(faults.held_by_the_dead(self.service.gateways[0])[-1], HELD)
            self.assertEqual(set(pool.map(lambda i: self.set_minutes(i, 3), ids)), {200})
            self.thaw(worker)
            self.assertEqual(set(pool.map(self.minutes_of, ids * 4)), {3})
        print(f"\n{self.id()}: a worker continued with {SESSIONS} old changes; found: nothing", flush=True)


if __name__ == "__main__":
    harness.main()
