"""The gateway is killed and started again under load: workers find it by themselves."""

import faults
import harness
import ledger


class GatewayKilled(faults.FaultCase):
    def test_amid_requests_again_and_again(self):
        kills = faults.in_long(30, 5)
        with self.load(clients=100, loss=ledger.LOSS_IS_UNSURE) as load:
            for n in range(kills):
                load.until_answered(300)
                if n % 2:
                    self.kill_amid_transactions(load)
                else:
                    self.service.kill(self.service.gateways[0])
                self.service.start_gateway(1)
                self.service.wait_joined(self.workers)
        self.settle(load, f"{kills} times the gateway killed and started again")

    def kill_amid_transactions(self, load):
        """What it had asked for is done after its death, and its answers come to its successor."""
        with faults.Lock(self.database):
            load.until_waiting(90)
            self.service.kill(self.service.gateways[0])


if __name__ == "__main__":
    harness.main()
