"""A worker is killed with at least 64 requests in flight, again and again under load."""

import signal

import faults
import harness

CLIENTS, HELD = 200, 64


class WorkerKilled(faults.FaultCase):
    def test_amid_requests_again_and_again(self):
        kills = faults.in_long(40, 6)
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
        held = faults.held_by_the_dead(self.service.gateways[0])
        self.assertEqual(len(held), kills, held)
        self.assertGreaterEqual(min(held), HELD, held)
        self.settle(load, f"{kills} workers killed that held {held} requests")

    def kill_with_full_hands(self, load):
        """It has the requests, the database does not have all of them."""
        victim = self.service.workers[0]
        victim.popen.send_signal(signal.SIGSTOP)
        load.until_waiting(HELD)
        self.service.kill(victim)

    def kill_amid_transactions(self, load):
        """Its transaction ends after its death, and after another worker got the same requests."""
        gateway = self.service.gateways[0]
        deaths = len(faults.held_by_the_dead(gateway))
        with faults.Lock(self.database):
            load.until_waiting(CLIENTS * 9 // 10)
            self.service.kill(self.service.workers[0])
            harness.until("the gateway finds it gone",
                          lambda: len(faults.held_by_the_dead(gateway)) > deaths)


if __name__ == "__main__":
    harness.main()
