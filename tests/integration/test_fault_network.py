"""The network between gateway, worker and database is slow, breaks and heals, or loses packets."""

import shutil
import time

import faults
import harness
import networks
import relay


class Network(faults.Service):
    """Workers reach their gateways and the database only over relays."""

    namespace = None  # of the workers

    def __init__(self, *args, **settings):
        super().__init__(*args, **settings)
        self.near = {}  # gateway's number or "database" to the (host, port) for workers

    def endpoint(self, gateway):
        host, port = self.near[gateway]
        return f"tcp://{host}:{port}"

    def bind_endpoint(self, number):
        return f"ipc://{self.gateway_path(number)}"

    def gateway_path(self, number):
        return f"{self.directory}/workers-{number}.sock"

    def worker_command(self):
        return [*(("nsenter", f"--net=/run/netns/{self.namespace}") if self.namespace else ()), harness.WORKER]

    def database_url(self):
        host, port = self.near["database"]
        return f"postgresql://studytracker_worker@{host}:{port}/{self.database.name}"


class Slow(faults.FaultCase):
    """Relays add 40 ms each way between workers and gateway, and 15 ms to the database."""

    @classmethod
    def setUpClass(cls):
        cls.database = harness.Database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()
        cls.service = Network(cls.database, 2, 1)
        cls.addClassCleanup(cls.service.close)
        for name, target, delay in ((1, cls.service.gateway_path(1), 0.04),
                                    ("database", f"{cls.database.directory}/.s.PGSQL.5432", 0.015)):
            line = relay.Relay(("127.0.0.1", 0), target, delay)
            cls.enterClassContext(line)
            cls.service.near[name] = ("127.0.0.1", line.port)
        cls.service.start()
        cls.service.wait_joined(2)

    def test_service_works_over_a_slow_network(self):
        count = harness.in_long(20000, 1500)
        with self.load(clients=100) as load:
            load.until_answered(count)
            self.service.kill(self.service.workers[0])
            self.service.start_worker()
            self.service.wait_joined(2)
            load.until_answered(count // 2)
        self.settle(load, "40 ms to each worker and 15 ms to the database, one way, and a worker killed")


class Cut(faults.FaultCase):
    @classmethod
    def setUpClass(cls):
        cls.machine = cls.enterClassContext(networks.Namespace("workers"))
        cls.network = cls.enterClassContext(networks.Link(None, cls.machine))
        cls.database = harness.Database()
        cls.addClassCleanup(cls.database.close)
        cls.database.start()
        cls.service = Network(cls.database, 2, 1)
        cls.addClassCleanup(cls.service.close)
        cls.wire()
        cls.service.start()
        cls.service.wait_joined(2)

    @classmethod
    def wire(cls):
        """Path: worker, loopback, relay | link | relay, gateway. libpq uses the link directly."""
        here = cls.network.near_address
        gateway = cls.enterClassContext(relay.Relay((here, 0), cls.service.gateway_path(1)))
        database = cls.enterClassContext(relay.Relay((here, 0), f"{cls.database.directory}/.s.PGSQL.5432"))
        near = cls.enterClassContext(relay.Relay(("127.0.0.1", 0), (here, gateway.port),
                                                 namespace=cls.machine.name))
        cls.service.near = {1: ("127.0.0.1", near.port), "database": (here, database.port)}
        cls.service.namespace = cls.machine.name

    def test_a_cut_network_recovers(self):
        cuts = harness.in_long(6, 2)
        with self.load(clients=64) as load:
            for n in range(cuts):
                load.until_answered(200)
                self.network.cut()
                if n % 2:
                    harness.until("the workers are found dead",
                                  lambda: self.service.get("/readyz").status == 503)
                    harness.until("requests are refused", lambda: load.refused["NO_WORKER"] > 20)
                else:  # briefly: no worker needs to be lost
                    load.until_waiting(32)
                self.network.heal()
                healed = time.monotonic()
                load.until_answered(200)
                took = time.monotonic() - healed
        self.settle(load, f"{cuts} times the network cut and healed, worked on {took:.1f} s after it")

    def test_service_works_with_lost_packets(self):
        if not shutil.which("nft"):
            self.skipTest("no nft here")
        percent = 10
        with self.load(clients=64) as load:
            load.until_answered(200)
            self.network.lose(percent)
            self.addCleanup(self.network.lose, 0)
            load.until_answered(harness.in_long(5000, 500))
            self.network.lose(0)
            load.until_answered(200)
        self.settle(load, f"{percent} % of the packets lost each way")


if __name__ == "__main__":
    harness.main()
