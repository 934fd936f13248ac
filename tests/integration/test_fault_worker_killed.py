"""Workers die with at least 48 requests in flight each, repeatedly and under load."""

import concurrent.futures
import signal

import faults
import harness
import openmetrics

# One worker may collect 128 writes: another one gets the rest.
CLIENTS, HELD = 220, 48


class WorkerKilled(faults.FaultCase):
    settings = openmetrics.SETTINGS

    def test_acknowledged_writes_survive_killed_workers(self):
        kills, deaths = harness.in_long(40, 6), len(faults.held_by_the_dead(self.service.gateways[0]))
        with self.load(clients=CLIENTS) as load:
            for n in range(kills):
                load.until_answered(300)
                load.until_none_waits()
                if n % 2:
                    self.kill_amid_transactions(load)
                else:
                    self.kill_with_full_hands(load)
                self.service.start_worker()
                self.service.wait_joined(self.workers)
        # the gateway may report a worker of the previous test only now: that one held no request
        held = [n for n in faults.held_by_the_dead(self.service.gateways[0])[deaths:] if n]
        self.assertEqual(len(held), kills, held)
        self.assertGreaterEqual(min(held), HELD, held)
        self.settle(load, f"{kills} workers killed that held {held} requests")

    def kill_with_full_hands(self, load):
        """The victim holds requests that are not all in the database."""
        victim = self.service.workers[0]
        self.freeze_with_full_hands(load, victim, HELD)
        self.service.kill(victim)

    def kill_amid_transactions(self, load):
        """The victim's transaction ends after another worker gets the same requests."""
        deaths = self.deaths()
        with faults.Lock(self.database):
            load.until_all_wait()
            self.freeze_full(self.service.workers[0], HELD)
            self.service.kill(self.service.workers[0])
            self.wait_found_dead(deaths)


class Conditional(faults.FaultCase):
    settings = {"STUDYTRACKER_DEADLINE_MS": "20000"}

    def test_a_conditional_change_that_is_done_is_not_reported_as_failed(self):
        """A retry would find the version that the change itself has made."""
        session = self.session(self.topic("Conditional")["id"], duration_minutes=1)
        target = f"/api/v1/sessions/{session['id']}"
        etag = self.service.get(target).header("ETag")
        deaths = self.deaths()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            with faults.Lock(self.database):
                pending = pool.submit(self.service.request, "PATCH", target, {"duration_minutes": 2},
                                      {"If-Match": etag})
                harness.until("it waits in the database", self.database.waiting_for_locks)
                for worker in self.service.workers:  # the one that has the request sends no response
                    self.freeze(worker)
            harness.until("it is done", lambda: self.database.sql(
                f"select 1 from sessions where id = '{session['id']}' and duration_minutes = 2"))
            self.wait_found_dead(deaths)
            response = pending.result()
        self.assertRefused(response, 503, "OUTCOME_UNKNOWN")
        for worker in self.service.workers:
            worker.popen.send_signal(signal.SIGCONT)
        self.service.wait_joined(self.workers)


if __name__ == "__main__":
    harness.main()
