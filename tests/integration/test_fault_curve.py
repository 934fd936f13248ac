"""Faults hit tcp:// connections with keys: processes die, relays cut connections during the
handshake, and workers leave the clients file and return to it."""

import contextlib
import os
import random
import re
import signal

import faults
import harness
import ledger
import ledger_rpc
import relay
from keys import Keys

HANDSHAKE_BYTES = 1100  # slightly more than one handshake, both directions together


class Service(faults.Service):
    """Every worker has its own keys. A relay precedes every endpoint."""

    def __init__(self, *args, **settings):
        super().__init__(*args, **settings)
        self.keys = Keys(self.directory, "gateway.key")
        self.client_keys = Keys(self.directory, "client.key")
        self.worker_keys = [Keys(self.directory, f"worker-{n}.key") for n in range(self.counts[0] + 1)]
        self.unused, self.next_keys = self.worker_keys[:], None
        self.clients_file = os.path.join(self.directory, "clients")
        self.allow(self.worker_keys)
        self.open_lines = contextlib.ExitStack()
        self.ports, self.worker_lines, self.rpc_lines = {}, {}, {}
        for number in range(1, self.counts[1] + 1):
            self.ports[number] = harness.free_port(), harness.free_port()
            self.worker_lines[number], self.rpc_lines[number] = (
                self.open_lines.enter_context(relay.Relay(("127.0.0.1", 0), ("127.0.0.1", port)))
                for port in self.ports[number])

    def close(self):
        super().close()
        self.open_lines.close()

    def endpoint(self, gateway):
        return f"tcp://127.0.0.1:{self.worker_lines[gateway].port}"

    def bind_endpoint(self, number):
        return f"tcp://127.0.0.1:{self.ports[number][0]}"

    def gateway_settings(self, number):
        return {"STUDYTRACKER_RPC_ENDPOINT": f"tcp://127.0.0.1:{self.ports[number][1]}",
                "STUDYTRACKER_CURVE_SECRET_KEY_FILE": self.keys.path,
                "STUDYTRACKER_CURVE_CLIENTS_FILE": self.clients_file}

    def worker_settings(self):
        return {"STUDYTRACKER_CURVE_SECRET_KEY_FILE": self.next_keys.path,
                "STUDYTRACKER_CURVE_SERVER_KEY": self.keys.public}

    def start_worker(self):
        self.next_keys = self.unused.pop()
        worker = super().start_worker()
        worker.keys = self.next_keys
        return worker

    def forget(self, process):
        super().forget(process)
        if hasattr(process, "keys"):
            self.unused.append(process.keys)

    def doors(self):
        curve = self.client_keys.to(self.keys)
        return [(f"tcp://127.0.0.1:{line.port}", curve) for line in self.rpc_lines.values()]

    # The clients file

    def allow(self, worker_keys):
        lines = [self.client_keys.public, *(f"{keys.public} worker" for keys in worker_keys)]
        with open(self.clients_file + ".new", "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")
        os.replace(self.clients_file + ".new", self.clients_file)

    def read_again(self):
        before = {gateway: self.reads(gateway) for gateway in self.gateways}
        for gateway in self.gateways:
            harness.until(f"{gateway.name} has begun", gateway.log)
            gateway.popen.send_signal(signal.SIGHUP)
        harness.until("the clients file was read again",
                      lambda: all(self.reads(g) > before[g] for g in self.gateways))

    @staticmethod
    def reads(gateway):
        return len(re.findall(r"read again: \d+ keys", gateway.log()))

    def take_out(self, worker):
        self.allow([keys for keys in self.worker_keys if keys is not worker.keys])
        self.read_again()

    def put_back(self):
        self.allow(self.worker_keys)
        self.read_again()


class Load(ledger.Load):
    """Every fourth client speaks RPC."""

    def new_client(self, number):
        if number % 4:
            return super().new_client(number)
        return ledger_rpc.Client(self, number, self.service.doors())


class Curve(faults.FaultCase):
    workers, gateways = 3, 2

    @classmethod
    def make_service(cls):
        return Service(cls.database, cls.workers, cls.gateways, **cls.settings)

    def load(self, **options):
        return Load(self.service, clients=64, **options)

    def test_workers_die_and_freeze(self):
        rounds = harness.in_long(10, 1)
        with self.load() as load:
            for _ in range(rounds):
                load.until_answered(200)
                self.kill_amid_transactions(load)
                load.until_answered(200)
                worker, deaths = self.service.workers[0], self.deaths()
                self.freeze(worker)
                self.wait_found_dead(deaths)
                load.until_answered(200)
                self.thaw(worker)
        self.settle(load, f"{rounds} workers killed, as many frozen for longer than their death")

    def kill_amid_transactions(self, load):
        deaths = self.deaths()
        with faults.Lock(self.database):
            load.until_waiting(48)
            self.service.kill(self.service.workers[0])
            self.wait_found_dead(deaths)
        self.service.start_worker()
        self.service.wait_joined(self.workers)

    def test_gateways_die(self):
        kills = harness.in_long(20, 3)
        with self.load(loss=ledger.LOSS_IS_UNSURE) as load:
            for _ in range(kills):
                load.until_answered(200)
                gateway = self.service.gateways[0]  # the gateways alternate
                self.service.kill(gateway)
                self.service.start_gateway(gateway.number)
                self.service.wait_joined(self.workers)
        self.settle(load, f"{kills} times a gateway killed and started again")

    def test_connections_break_during_handshakes(self):
        rounds, interrupted = harness.in_long(10, 2), 0
        with self.load(loss=ledger.LOSS_IS_UNSURE) as load:
            for n in range(rounds):
                load.until_answered(200)
                if n % 2:
                    interrupted += self.interrupt(self.workers, is_silent=True)
                    self.service.wait_joined(self.workers)
                else:
                    interrupted += self.interrupt(30, is_silent=False)
            load.until_answered(200)
        self.settle(load, f"{interrupted} connections cut or silent from amid their handshakes on")

    def interrupt(self, count, is_silent):
        """Ends all connections. Interrupts the next ones during the handshake, until each gateway
        has had `count` such connections of workers."""
        dice = random.Random(count)
        worker_lines, rpc_lines = self.service.worker_lines.values(), self.service.rpc_lines.values()
        lines = [*worker_lines, *rpc_lines]
        for line in lines:
            line.interrupted = 0
            line.allowance, line.is_silent = lambda: dice.randint(1, HANDSHAKE_BYTES), is_silent
            line.cut()
        harness.until("handshakes are interrupted", lambda: all(l.interrupted >= count for l in worker_lines))
        if is_silent:
            harness.until("no worker is left", lambda: not any(self.service.joined()))
        for line in lines:
            line.allowance = None
        return sum(line.interrupted for line in lines)

    def test_workers_leave_the_clients_file_and_return(self):
        rounds = harness.in_long(10, 1)
        with self.load() as load:
            load.until_answered(200)
            self.take_out_for_a_moment(load, self.service.workers[0])
            for n in range(rounds):
                worker = self.service.workers[n % self.workers]
                self.take_out_amid_transactions(load, worker)
                load.until_answered(100)
                if n % 2:  # it returns only after its refused handshake has timed out
                    self.let_it_ask_anew(worker)
                if n % 4 == 2:
                    self.service.end(worker)
                    self.service.start_worker()
                self.service.put_back()
                self.service.wait_joined(self.workers)
                load.until_answered(100)
        self.settle(load, f"{rounds} workers taken out of the clients file for longer than their death and "
                    "put back, one for a moment")

    def take_out_for_a_moment(self, load, worker):
        """No gateway declares the worker lost. Its responses in this interval are lost. It may have
        only a few: another worker may collect the writes."""
        self.service.take_out(worker)
        load.until_waiting(2)
        self.service.put_back()

    def take_out_amid_transactions(self, load, worker):
        """The worker runs its requests, but the gateways ignore its responses."""
        deaths = self.deaths()
        with faults.Lock(self.database):
            load.until_waiting(48)
            self.service.take_out(worker)
        self.wait_found_dead(deaths)

    def let_it_ask_anew(self, worker):
        """Cuts the accepted connections, so that the worker must connect again."""
        for line in self.service.worker_lines.values():
            line.cut()
        harness.until("it is refused",  # a gateway limits how often it logs this
                      lambda: all(worker.keys.public in g.log() for g in self.service.gateways))


if __name__ == "__main__":
    harness.main()
