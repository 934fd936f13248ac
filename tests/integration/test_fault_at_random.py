"""Random faults of every kind hit 2 gateways and 4 workers. STUDYTRACKER_SEED repeats the
choices of a run."""

import random
import signal
import time

import faults
import harness
import ledger


class RandomFaults(faults.FaultCase):
    workers, gateways = 4, 2

    def test_acknowledged_writes_survive_random_faults(self):
        seconds = harness.in_long(300, 20)
        self.done, self.frozen = {}, []
        with self.load(clients=64, loss=ledger.LOSS_IS_UNSURE) as load:
            self.dice = random.Random(load.seed)
            began = time.monotonic()
            while time.monotonic() - began < seconds:
                self.inject(load)
            self.thaw_all()
            self.service.wait_joined(self.workers)
            load.until_answered(300)
        done = ", ".join(f"{count} × {what}" for what, count in sorted(self.done.items()))
        self.settle(load, f"seed {load.seed}: {done}")

    def inject(self, load):
        faults_and_weights = (
            (self.kill_worker, 5), (self.end_worker, 3), (self.freeze_worker, 3), (self.thaw_all, 2),
            (self.terminate_backend, 5), (self.kill_gateway, 3), (self.end_gateway, 2),
            (self.hold_gateway, 2), (self.stop_database, 1), (self.hold_lock, 2), (self.let_work, 6))
        kinds, weights = zip(*faults_and_weights)
        kind = self.dice.choices(kinds, weights)[0]
        kind(load)
        name = kind.__name__.replace("_", " ")
        self.done[name] = self.done.get(name, 0) + 1
        load.until_answered(self.dice.choice((0, 0, 1, 10, 100)))

    def awake(self):
        return [w for w in self.service.workers if w not in self.frozen]

    def kill_worker(self, _):
        self.service.kill(self.dice.choice(self.awake()))
        self.service.start_worker()

    def end_worker(self, _):
        self.service.end(self.dice.choice(self.awake()))
        self.service.start_worker()

    def freeze_worker(self, _):
        if len(self.frozen) == 2:
            self.thaw_all()
        worker = self.dice.choice(self.awake())
        worker.popen.send_signal(signal.SIGSTOP)
        self.addCleanup(worker.popen.send_signal, signal.SIGCONT)
        self.frozen.append(worker)

    def thaw_all(self, _=None):
        for worker in self.frozen:
            worker.popen.send_signal(signal.SIGCONT)
        self.frozen.clear()

    def terminate_backend(self, _):
        self.database.sql(faults.TERMINATE.format("true"))

    def kill_gateway(self, _):
        gateway = self.dice.choice(self.service.gateways)
        self.service.kill(gateway)
        self.service.start_gateway(gateway.number)

    def end_gateway(self, _):
        gateway = self.dice.choice(self.service.gateways)
        self.service.end(gateway)
        self.service.start_gateway(gateway.number)

    def hold_gateway(self, _):
        """The gateway continues before any peer declares it lost."""
        gateway = self.dice.choice(self.service.gateways)
        until = time.monotonic() + self.dice.choice((0.3, 1, 3.5))
        gateway.popen.send_signal(signal.SIGSTOP)
        harness.until("it has stood still", lambda: time.monotonic() > until)
        gateway.popen.send_signal(signal.SIGCONT)

    def stop_database(self, _):
        self.database.stop_server(self.dice.choice((signal.SIGQUIT, signal.SIGINT)))
        self.database.start_server()

    def hold_lock(self, load):
        with faults.Lock(self.database):
            load.until_waiting(16)

    def let_work(self, load):
        load.until_answered(300)


if __name__ == "__main__":
    harness.main()
