"""The PostgreSQL primary dies and its synchronous standby is promoted: workers connect to it."""

import time

import faults
import harness
import standby


class StandbyPromoted(faults.FaultCase):
    @classmethod
    def make_database(cls):
        return standby.Pair()

    def test_no_acknowledged_write_is_lost(self):
        rounds, took, service_took = harness.in_long(6, 2), [], []
        with self.load(clients=64) as load:
            for n in range(rounds):
                if n > 0:
                    self.database.make_standby()
                load.until_answered(300)
                began = time.monotonic()
                took.append(self.database.fail_over())
                self.service.wait_ready()
                load.until_answered(100)
                service_took.append(time.monotonic() - began)
        self.settle(load, f"{rounds} times the primary died, its standby was promoted within "
                          f"{max(took):.1f} s, writes went on within {max(service_took):.1f} s")


if __name__ == "__main__":
    harness.main()
