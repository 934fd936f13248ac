"""All workers and both gateways are restarted one after the other under load: nobody notices
who follows Connection: close and tries again where a connection was refused or closed before
any byte of an answer."""

import faults
import harness
import ledger


class RollingRestart(faults.FaultCase):
    workers, gateways = 4, 2

    def test_zero_failed_requests(self):
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
