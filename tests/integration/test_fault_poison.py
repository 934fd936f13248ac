"""A request that crashes workers crashes at most two, and no other request is lost.

This needs a build with STUDYTRACKER_TEST_CRASH, in which certain request ids crash the worker.
"""

import os
import resource
import signal
import unittest

import faults
import harness


def can_crash():
    with open(os.path.join(harness.BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
        return any(line.startswith("STUDYTRACKER_TEST_CRASH") and "=ON" in line for line in cache)


class Poison(faults.FaultCase):
    workers = 4

    @classmethod
    def setUpClass(cls):
        if not can_crash():
            raise unittest.SkipTest("not a build with STUDYTRACKER_TEST_CRASH")
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        super().setUpClass()

    def ended(self):
        return [w for w in self.service.workers if not w.is_running()]

    def assertCrashed(self, count):
        """Expects `count` crashed workers since the last call, and replaces them."""
        harness.until("they have ended", lambda: len(self.ended()) >= count)  # later than their connections
        ended = self.ended()
        for worker in ended:
            self.assertEqual(worker.popen.poll(), -signal.SIGABRT, worker.log())
            self.service.forget(worker)
            self.service.start_worker()
        self.service.wait_joined(self.workers)
        self.assertEqual(len(ended), count)

    def poison(self, where, method, target, body=None):
        return self.service.request(method, target, body, {"X-Request-Id": f"test.crash.{where}"})

    def test_a_repeatable_request_crashes_two_workers(self):
        with self.load(clients=48) as load:
            for where in ("received", "done"):
                load.until_answered(200)
                refused = self.poison(where, "GET", "/stats")
                self.assertRefused(refused, 503, "OUTCOME_UNKNOWN")
                self.assertCrashed(2)
        self.settle(load, "a read that crashed workers before and after it was run, two each time")

    def test_a_write_that_is_done_gets_outcome_unknown(self):
        topic = self.topic("Poison")["id"]
        target = "/api/v1/sessions/01890a5d-ac96-7111-8111-000000000001"
        with self.load(clients=48) as load:
            load.until_answered(200)
            refused = self.poison("done", "PUT", target, {"topic_id": topic, "duration_minutes": 7})
            self.assertRefused(refused, 503, "OUTCOME_UNKNOWN")
            self.assertCrashed(2)
            self.assertEqual(self.service.get(target).json["duration_minutes"], 7)
        self.settle(load, "a write that crashed two workers after its commit: it stands")

    def test_an_unrepeatable_request_crashes_one_worker(self):
        with self.load(clients=48) as load:
            load.until_answered(200)
            refused = self.poison("done", "POST", "/topics", {"name": "Poisoned"})
            self.assertRefused(refused, 503, "OUTCOME_UNKNOWN")
            self.assertCrashed(1)
        self.settle(load, "a write that must not be repeated crashed one worker")


if __name__ == "__main__":
    harness.main()
