"""The test terminates a worker's backend during a batch, repeatedly and under load."""

import faults
import harness

CLIENTS = 64


class BackendTerminated(faults.FaultCase):
    def test_acknowledged_writes_survive_terminated_backends(self):
        rounds, ended = harness.in_long(100, 12), 0
        with self.load(clients=CLIENTS) as load:
            for n in range(rounds):
                load.until_answered(100)
                if n % 2:
                    ended += self.terminate_waiting(load)
                else:
                    ended += self.terminate_running()
        self.settle(load, f"{ended} backends terminated in mid-batch")

    def terminate_running(self):
        """Terminates a backend while it runs a statement."""
        harness.until("a backend is at work and ended",
                      lambda: self.database.value(faults.TERMINATE.format("state = 'active'")) == "1")
        return 1

    def terminate_waiting(self, load):
        """Terminates a backend that waits for a lock, so its transaction has not ended."""
        with faults.Lock(self.database):
            load.until_waiting(CLIENTS * 3 // 4)
            harness.until("a backend that waits is ended",
                          lambda: self.database.value(faults.TERMINATE.format("wait_event_type = 'Lock'")) == "1")
        return 1


if __name__ == "__main__":
    harness.main()
