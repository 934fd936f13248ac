"""The gateway dies and starts again under load: workers reconnect to it by themselves."""

import concurrent.futures

import faults
import harness
import ledger
import study_rpc

BEGUN, QUEUED = 2, 98  # fewer than POOL_COLLECT_EACH


class LostGateway(faults.FaultCase):
    def test_workers_discard_requests_of_a_lost_gateway(self):
        """No client waits for these requests, and they must not undo a newer change."""
        topic = self.topic("Dead gateway")["id"]
        ids = [self.session(topic, duration_minutes=1)["id"] for _ in range(BEGUN + QUEUED)]
        with concurrent.futures.ThreadPoolExecutor(len(ids)) as pool:
            with faults.Lock(self.database):
                changes = []
                harness.until("each worker has begun one", lambda: self.both_have_begun(
                    lambda: changes.append(pool.submit(self.set_minutes, ids[len(changes)], 2))))
                changes += [pool.submit(self.set_minutes, i, 2) for i in ids[len(changes):]]
                harness.until("the workers have the others", self.all_are_in_flight)
                self.service.kill(self.service.gateways[0])
                harness.until("the workers know it", self.is_lost_to_all)
                harness.until("what had begun has ended", lambda: not self.database.waiting_for_locks())
        self.service.start_gateway(1)
        self.service.wait_joined(self.workers)
        self.assertEqual({f.exception() is not None for f in changes}, {True})
        self.assertEqual([self.minutes_of(i) for i in ids], [1] * len(ids))
        print(f"\n{self.id()}: a gateway killed that had asked for {BEGUN} changes, which waited "
              f"for a lock, and {QUEUED} behind them: none was done; found: nothing", flush=True)

    def both_have_begun(self, submit):
        """The second worker gets a change once the first one has answered none for a while."""
        if self.database.waiting_for_locks() == BEGUN:
            return True
        submit()
        return False

    def is_lost_to_all(self):
        return all("its connection has ended" in worker.log() for worker in self.service.workers)

    def all_are_in_flight(self):
        client = study_rpc.Client(self.service.rpc_endpoint(), token=self.service.token, timeout_ms=harness.PATIENCE * 1000)
        self.addCleanup(client.close)
        return client.call("rpc.status")["queue"]["in_flight"] == BEGUN + QUEUED


class GatewayKilled(faults.FaultCase):
    def test_acknowledged_writes_survive_killed_gateways(self):
        kills = harness.in_long(30, 5)
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
        """Workers complete its requests after its death; the next gateway gets the responses."""
        with faults.Lock(self.database):
            load.until_waiting(90)
            self.service.kill(self.service.gateways[0])


if __name__ == "__main__":
    harness.main()
