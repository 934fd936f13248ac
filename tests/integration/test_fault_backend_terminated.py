"""A worker's backend is terminated in mid-batch, again and again under load."""

import faults
import harness

CLIENTS = 64


class BackendTerminated(faults.FaultCase):
    def test_in_mid_batch_again_and_again(self):
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
        """Whenever it is caught at work."""
        harness.until("a backend is at work and ended",
                      lambda: self.database.value(faults.TERMINATE.format("state = 'active'")) == "1")
        return 1

    def terminate_waiting(self, load):
        """Its transaction surely has not ended."""
        with faults.Lock(self.database):
            load.until_waiting(CLIENTS * 3 // 4)
            harness.until("a backend that waits is ended",
                          lambda: self.database.value(faults.TERMINATE.format("wait_event_type = 'Lock'")) == "1")
        return 1


if __name__ == "__main__":
    harness.main()
