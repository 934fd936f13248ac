"""All workers and both gateways restart one after the other under load. No request fails if the
client obeys Connection: close, and retries when its connection is refused or closes before the
first byte of a response."""

import faults
import harness
import ledger


class RollingRestart(faults.FaultCase):
    workers, gateways = 4, 2

    def test_no_request_fails(self):
        rounds = harness.in_long(10, 2)
        with self.load(clients=48, loss=ledger.LOSS_IS_RETRIED) as load:
            for _ in range(rounds):
                for worker in self.service.workers[:]:
                    load.until_answered(100)
                    self.service.end(worker)
                    self.service.start_worker()
                    self.service.wait_joined(self.workers)
                for gateway in self.service.gateways[:]:
                    load.until_answered(100)
                    self.service.end(gateway)
                    self.service.start_gateway(gateway.number)
                    self.service.wait_joined(self.workers)
        self.assertEqual(load.refused, {})
        self.assertEqual(load.lost, 0)
        self.settle(load, f"{rounds} times all workers and gateways restarted")


if __name__ == "__main__":
    harness.main()
