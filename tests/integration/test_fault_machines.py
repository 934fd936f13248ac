"""Three machines: gateways on this one, workers on the second, PostgreSQL on the third. Workers and
gateways use tcp:// with CURVE keys. Each cable is cut under load and mended."""

import os

import faults
import harness
import networks
from keys import Keys


class Service(faults.Service):
    def __init__(self, database, workers, gateways, machines, **settings):
        super().__init__(database, workers, gateways, **settings)
        self.machines = machines
        self.keys, self.worker_keys = Keys(self.directory, "gateway.key"), Keys(self.directory, "worker.key")
        self.ports = {number: harness.free_port() for number in range(1, gateways + 1)}
        self.clients_file = os.path.join(self.directory, "clients")
        with open(self.clients_file, "w", encoding="ascii") as file:
            file.write(f"{self.worker_keys.public} worker\n")

    def endpoint(self, gateway):
        return f"tcp://{self.machines.to_workers.near_address}:{self.ports[gateway]}"

    def gateway_settings(self, _number):
        return {"STUDYTRACKER_CURVE_SECRET_KEY_FILE": self.keys.path,
                "STUDYTRACKER_CURVE_CLIENTS_FILE": self.clients_file}

    def worker_settings(self):
        return {"STUDYTRACKER_CURVE_SECRET_KEY_FILE": self.worker_keys.path,
                "STUDYTRACKER_CURVE_SERVER_KEY": self.keys.public}

    def worker_command(self):
        return [*self.machines.workers.words, harness.WORKER]

    def database_url(self):
        return f"postgresql://studytracker_worker@{self.machines.to_database.far_address}/{self.database.name}"


class Machines:
    """The second machine has a cable to this one and to the third, which has no other."""

    def __init__(self, case):
        self.workers = case.enterClassContext(networks.Namespace("workers"))
        self.database = case.enterClassContext(networks.Namespace("database"))
        self.to_workers = case.enterClassContext(networks.Link(None, self.workers))
        self.to_database = case.enterClassContext(networks.Link(self.workers, self.database))


class SeveralMachines(faults.FaultCase):
    workers, gateways = 2, 2

    @classmethod
    def make_database(cls):
        cls.machines = Machines(cls)
        database = harness.Database()
        database.wrapper = cls.machines.database.words
        rules = os.path.join(database.directory, "pg_hba.conf")
        with open(rules, "w", encoding="ascii") as file:
            file.write("local all all trust\n"
                       f"host all studytracker_worker {cls.machines.to_database.near_address}/32 trust\n")
        os.chmod(rules, 0o644)
        database.options = {"listen_addresses": cls.machines.to_database.far_address, "hba_file": rules}
        return database

    @classmethod
    def make_service(cls):
        return Service(cls.database, cls.workers, cls.gateways, cls.machines, **cls.settings)

    def check_cuts(self, link, found, what):
        """Cuts the link under load, waits until the service has `found` it, and mends the link."""
        cuts = harness.in_long(6, 2)
        with self.load(clients=64) as load:
            for _ in range(cuts):
                load.until_answered(200)
                link.cut()
                harness.until("the cut is found", found)
                link.heal()
                load.until_answered(200)
        self.settle(load, f"{cuts} times {what} cut and mended")

    def test_the_cable_between_gateways_and_workers_is_cut(self):
        self.check_cuts(self.machines.to_workers, self.is_not_ready, "the cable to the workers")

    def test_the_cable_to_the_database_is_cut(self):
        self.check_cuts(self.machines.to_database, self.is_not_ready, "the cable to the database")

    def is_not_ready(self):
        return self.service.get("/readyz").status == 503


if __name__ == "__main__":
    harness.main()
