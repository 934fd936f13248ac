"""The load exceeds the pool's capacity: accepted requests get a response in time, and the gateway
refuses the others immediately."""

import time

import faults
import harness
import ledger


def rss_kib(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def at(share, values):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


class Overload(faults.FaultCase):
    settings = {"STUDYTRACKER_QUEUE_MAX": 40, "STUDYTRACKER_CREDIT": 16}

    def test_latency_and_memory_stay_bounded(self):
        seconds = harness.in_long(30, 10)
        with self.load(clients=300, pace=0) as load:
            began = time.monotonic()
            harness.until("the load has warmed up", lambda: time.monotonic() - began > seconds / 4)
            before = self.memory()
            for n in range(3):  # the database blocks; once for longer than a deadline
                with faults.Lock(self.database):
                    held = time.monotonic()
                    wait = ledger.DEADLINE + 0.5 if n == 1 else 0.5
                    harness.until("it stands still", lambda t=held, w=wait: time.monotonic() - t > w)
                load.until_answered(50)
            harness.until("the time is over", lambda: time.monotonic() - began > seconds)
            after = self.memory()
        started = time.monotonic()
        self.assertEqual(self.service.get("/stats").status, 200)
        first = time.monotonic() - started
        self.assertLess(first, 1)
        taken = [took for _, took, status in load.times if status < 300]
        refused = [took for _, took, status in load.times if status == 503]
        self.assertGreater(load.refused["OVERLOADED"], 1000)
        self.assertLess(max(taken), ledger.DEADLINE + 1)
        self.assertLess(at(0.5, refused), 0.5)
        for name, kib in after.items():
            self.assertLess(kib, before[name] * 1.25 + 4096, f"{name}: {before} {after}")
        self.settle(load, f"{seconds} s of overload; accepted p50 {at(0.5, taken):.3f} p99 {at(0.99, taken):.3f} s, "
                    f"refused p50 {at(0.5, refused):.3f} p99 {at(0.99, refused):.3f} s, first after {first:.3f} s, "
                    f"RSS KiB {before} to {after}")

    def memory(self):
        return {p.name: rss_kib(p) for p in self.service.gateways + self.service.workers}


if __name__ == "__main__":
    harness.main()
