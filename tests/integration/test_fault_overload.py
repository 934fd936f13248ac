"""The load exceeds the pool's capacity: accepted requests get a response in time, and the gateway
refuses the others instead of letting them wait."""

import time

import faults
import harness
import openmetrics


def rss_kib(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def at(share, values):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


QUEUE, DEADLINE = 40, 5  # seconds


class Overload(faults.FaultCase):
    settings = {**openmetrics.SETTINGS, "STUDYTRACKER_QUEUE_MAX": QUEUE, "STUDYTRACKER_CREDIT": 16,
                "STUDYTRACKER_DEADLINE_MS": DEADLINE * 1000}

    def test_queue_and_memory_stay_bounded(self):
        seconds = harness.in_long(30, 10)
        with self.load(clients=300, pace=0) as load:
            began = time.monotonic()
            self.until_refused(load, 500)
            before = self.memory()
            for n in range(3):  # the database blocks; once for longer than a deadline
                with faults.Lock(self.database):
                    self.stand_still(DEADLINE + 0.5 if n == 1 else 0.5)
                load.until_answered(50)
            self.until_refused(load, 500)
            self.stand_still(began + seconds - time.monotonic())
            after = self.memory()
        self.assertEqual(self.service.get("/stats").status, 200)
        for name, kib in after.items():
            self.assertLess(kib, before[name] * 1.25 + 4096, f"{name}: {before} {after}")
        taken = [took for _, took, status in load.times if status < 300]
        refused = [took for _, took, status in load.times if status == 503]
        self.settle(load, f"{seconds} s of overload; accepted p50 {at(0.5, taken):.3f} p99 {at(0.99, taken):.3f} s, "
                    f"refused p50 {at(0.5, refused):.3f} p99 {at(0.99, refused):.3f} s, RSS KiB {before} to {after}")

    @staticmethod
    def until_refused(load, more):
        goal = load.refused["OVERLOADED"] + more
        harness.until(f"{more} more are refused", lambda: load.refused["OVERLOADED"] >= goal)

    def stand_still(self, seconds):
        """Meanwhile the two queues, of usual and slow requests, are never longer than allowed."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            page = openmetrics.scrape(self.service.gateways[0])
            self.assertLessEqual(page.value("studytracker_queue_waiting"), 2 * QUEUE)
            time.sleep(0.02)

    def memory(self):
        return {p.name: rss_kib(p) for p in self.service.gateways + self.service.workers}


if __name__ == "__main__":
    harness.main()
