"""Workers read from a standby, and each client reads its own write at once: also when the standby
lags, stands still, dies, cancels reads or becomes the primary."""

import itertools
import socket
import threading
import uuid

import msgpack
import zmq

import faults
import harness
import standby
import study_rpc

CLIENTS = 12


class Counts:
    """What the lanes of the standby have done, all workers together."""

    def __init__(self, workers):
        lanes = [worker["lanes"].get("stdby", {}) for worker in workers]
        self.requests = sum(lane.get("batch_requests", [0])[0] for lane in lanes)
        self.handed_over = sum(lane.get("handed_over", 0) for lane in lanes)
        self.finished = self.requests - self.handed_over


class Client:
    """Writes a topic and reads it at once, over HTTP or RPC. Complains about each read that misses
    the write."""

    def __init__(self, story, number):
        self.story, self.missed, self.reads = story, [], 0
        self.door = study_rpc.Client(story.service.rpc_endpoint(1 + number // 2 % story.gateways),
                                     token=story.service.token, timeout_ms=20000)
        self.is_rpc = number % 2 == 1

    def request(self, method, target, body=None):
        return self.story.service.request(method, target, body)

    def http(self, method, target, body=None):
        response = self.request(method, target, body)
        assert response.status in (200, 201), response
        return response.json

    def create(self, name):
        if self.is_rpc:
            return self.door.call("topics.create", name=name)["id"]
        return self.http("POST", "/api/v1/topics", {"name": name})["id"]

    def describe(self, topic, text):
        if self.is_rpc:
            self.door.call("topics.update", topic_id=topic, description=text)
        else:
            self.http("PATCH", f"/api/v1/topics/{topic}", {"description": text})

    def description(self, topic):
        self.reads += 1
        if not self.is_rpc:
            response = self.request("GET", f"/api/v1/topics/{topic}")
            return response.json["description"] if response.status == 200 else response
        try:
            return self.door.call("topics.get", topic_id=topic)["description"]
        except study_rpc.StudyError as error:
            return error

    def step(self):
        try:
            self.write_and_read()
        except (AssertionError, OSError, study_rpc.StudyError) as error:  # of a thread
            self.missed.append(error)

    def write_and_read(self):
        topic = self.create(str(uuid.uuid4()))
        for text in ("one", "two"):
            self.describe(topic, text)
            found = self.description(topic)
            if found != text:
                self.missed.append(found)


class RoamingHttpClient(Client):
    """Sends each request through another gateway than the one before, and carries its position from
    one to the other (docs/scale.md)."""

    def __init__(self, story, number):
        super().__init__(story, number)
        self.is_rpc, self.ports, self.position = False, list(story.service.ports), ""

    def request(self, method, target, body=None):
        headers = {"StudyTracker-Position": self.position} if self.position else {}
        self.ports.reverse()
        response = self.story.service.request(method, target, body, headers, self.ports[0])
        told = response.header("StudyTracker-Position")
        assert (told is None) == (method == "GET"), f"{method}: {told}"
        self.position = max(self.position, told or "", key=lambda text: [int(n) for n in text.split("-") if n])
        return response


class RoamingClient(Client):
    """Reads through another gateway than it writes, and carries its position from one to the other
    (schema/rpc.md, "For clients")."""

    def __init__(self, story, number):
        super().__init__(story, number)
        self.is_rpc, self.door, self.position = True, self, [1, 0]
        self.msgids, self.sockets = itertools.count(1), []
        for gateway in range(story.gateways):
            self.sockets.append(zmq.Context.instance().socket(zmq.DEALER))
            self.sockets[-1].linger = 0
            self.sockets[-1].connect(story.service.rpc_endpoint(1 + gateway))

    def close(self):
        for socket in self.sockets:
            socket.close()

    def call(self, method, **params):
        msgid, socket = next(self.msgids), self.sockets[0]
        self.sockets.reverse()
        context = {"deadline_ms": 20000, "token": self.story.service.token, "position": self.position}
        socket.send(msgpack.packb([0, msgid, method, [context, params]]))
        assert socket.poll(1000 * harness.PATIENCE), f"no response to {method}"
        unpacker = msgpack.Unpacker(strict_map_key=False)
        unpacker.feed(socket.recv())
        *notifications, response = unpacker
        for kind, name, told in notifications:
            assert (kind, name) == (2, "gateway.position"), (kind, name)
            self.position = max(self.position, told["position"])
        assert response[:2] == [1, msgid], response
        if response[2]:
            raise study_rpc.StudyError(response[2]["code"], response[2]["message"])
        return response[3]


class ServiceWithPorts(faults.Service):
    """Two gateways with a port each."""

    def __init__(self, *args, **settings):
        super().__init__(*args, **settings)
        self.second = socket.socket()  # as the reservation of the first
        self.second.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.second.bind(("127.0.0.1", 0))
        self.ports = [self.port, self.second.getsockname()[1]]

    def gateway_settings(self, number):
        return {"API_PORT": self.ports[number - 1]}

    def close(self):
        super().close()
        self.second.close()


class StandbyCase(faults.FaultCase):
    client, service_class = Client, faults.Service

    @classmethod
    def make_database(cls):
        return standby.Pair()

    @classmethod
    def make_service(cls):
        return cls.service_class(cls.database, cls.workers, cls.gateways, **cls.settings,
                                 STUDYTRACKER_STANDBY_URL=cls.database.url)

    def counts(self):
        rpc = study_rpc.Client(self.service.rpc_endpoint(), token=self.service.token)
        found = Counts(rpc.call("rpc.status")["workers"])
        rpc.close()
        return found

    def all_step(self, clients):
        threads = [threading.Thread(target=client.step) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def settled_counts(self):
        """A worker tells its counts once a second, so wait until two of them would have come."""
        found = []

        def stand_still():
            found.append(self.counts())
            return len(found) > 1 and found[-1].requests == found[-2].requests

        harness.until("the counts stand still", stand_still, pause=3)
        return found[-1]

    def write_and_read(self, is_done):
        """All clients write and read until is_done(). Expects that no read misses its write."""
        clients = [self.client(self, number) for number in range(CLIENTS)]

        def step_and_ask():
            self.all_step(clients)
            return is_done()

        harness.until("the clients have read enough", step_and_ask, 4 * harness.PATIENCE)
        for client in clients:
            client.door.close()
        missed = [found for client in clients for found in client.missed]
        reads = sum(client.reads for client in clients)
        self.assertFalse(missed, f"{len(missed)} of {reads} reads missed their write")
        return reads

    def until_read(self, count):
        """Writes and reads until the standby has run this many reads more."""
        before = self.counts().finished
        return self.write_and_read(lambda: self.counts().finished - before >= count)

    def settings_of_standby(self, **settings):
        for name, value in settings.items():
            self.database.standby.sql(f"alter system set {name} = '{value}'")
        self.database.standby.sql("select pg_reload_conf()")


class ReadStandby(StandbyCase):
    def test_a_read_sees_the_write_before_it(self):
        self.until_read(300)

    def test_also_if_the_standby_replays_late(self):
        self.settings_of_standby(recovery_min_apply_delay="3ms")
        self.addCleanup(self.settings_of_standby, recovery_min_apply_delay="0")
        self.until_read(50)

    def test_the_primary_reads_what_the_standby_has_not_replayed(self):
        self.until_read(1)
        before = self.counts()
        self.database.standby.sql("select pg_wal_replay_pause()")
        self.write_and_read(lambda: self.counts().handed_over > before.handed_over)
        self.database.standby.sql("select pg_wal_replay_resume()")
        self.until_read(1)

    def test_the_primary_reads_what_the_standby_cancels(self):
        self.until_read(1)
        before, rows = self.counts(), []
        topic = self.topic(str(uuid.uuid4()), "/api/v1")["id"]
        waiting = """select pid from pg_stat_activity where wait_event_type = 'Lock'
            and application_name like 'studytracker-worker-%-stdby'"""
        cancel = f"select pg_cancel_backend(pid) from ({waiting}) as waits"
        target = f"/api/v1/topics/{topic}"

        def read_until_one_waits():
            reader = threading.Thread(target=lambda: rows.append(self.service.get(target)))
            reader.start()
            readers.append(reader)
            return self.database.standby.sql(cancel)

        readers = []
        with faults.Lock(self.database.primary, "topics", mode="access exclusive") as lock:
            harness.until("the standby has the lock", lambda: self.database.standby.sql(
                "select 1 from pg_locks where mode = 'AccessExclusiveLock' and granted"))
            harness.until("a read waits on the standby", read_until_one_waits)
            lock.release()
        for reader in readers:
            reader.join()
        self.assertEqual({row.status for row in rows}, {200}, rows)
        harness.until("it was handed over", lambda: self.counts().handed_over > before.handed_over)

    def test_without_the_standby_the_primary_reads_everything(self):
        self.until_read(1)
        # otherwise every commit would wait for the standby
        self.database.sql("alter system reset synchronous_standby_names")
        self.database.sql("select pg_reload_conf()")
        harness.until("no commit waits", lambda: self.database.sql(
            "select 1 where current_setting('synchronous_standby_names') = ''"))
        self.database.standby.stop_server()
        rounds = iter(range(5))
        self.write_and_read(lambda: next(rounds, None) is None)
        self.database.make_standby()
        self.until_read(1)

    def test_the_promoted_standby_is_read_no_more_and_the_next_one_is(self):
        self.until_read(1)
        self.database.fail_over()
        self.service.wait_ready()
        rounds = iter(range(5))
        self.write_and_read(lambda: next(rounds, None) is None)
        harness.until("no worker has the new primary as its standby", lambda: not self.database.sql(
            "select 1 from pg_stat_activity where application_name like 'studytracker-worker-%-stdby'"))
        self.database.make_standby()
        self.until_read(50)


class ReadStandbyByTwoGateways(StandbyCase):
    gateways, service_class = 2, ServiceWithPorts

    def check_client(self, client):
        self.client = client
        self.until_read(100)
        self.settings_of_standby(recovery_min_apply_delay="3ms")
        self.addCleanup(self.settings_of_standby, recovery_min_apply_delay="0")
        self.until_read(10)

    def test_a_read_over_rpc_sees_the_write_through_the_other_gateway(self):
        self.check_client(RoamingClient)

    def test_a_read_over_http_sees_the_write_through_the_other_gateway(self):
        self.check_client(RoamingHttpClient)

    # Only the position tells the second gateway of the write. A heartbeat of the worker comes once
    # a second, and so would hide the fault in few rounds.
    def test_a_read_over_http_sees_a_write_that_the_standby_has_not_replayed(self):
        self.client = RoamingHttpClient
        for _ in range(4):
            self.until_read(1)
            client = RoamingHttpClient(self, 0)
            topic = client.create(str(uuid.uuid4()))
            client.describe(topic, "one")
            harness.until("the standby has replayed it", lambda: self.database.standby.sql(
                f"select 1 from topics where id = {topic} and description = 'one'"))
            self.pause_replay()
            client.describe(topic, "two")
            found = client.description(topic)
            self.database.standby.sql("select pg_wal_replay_resume()")
            client.door.close()
            self.assertEqual(found, "two")

    def pause_replay(self):
        self.database.standby.sql("select pg_wal_replay_pause()")
        harness.until("nothing is replayed", lambda: self.database.standby.sql(
            "select 1 where pg_get_wal_replay_pause_state() = 'paused'"))

    def test_a_position_that_no_server_has_reached_does_not_wait(self):
        self.until_read(1)
        topic = self.topic(str(uuid.uuid4()), "/api/v1")["id"]
        before = self.settled_counts().requests
        for port in self.service.ports:
            for position in ("1-999999999999999999", "999999999999999999-0"):
                response = self.service.request("GET", f"/api/v1/topics/{topic}", None,
                                                {"StudyTracker-Position": position}, port)
                self.assertEqual(response.status, 200, response)
        self.assertEqual(self.settled_counts().requests, before)  # the primary ran all of them


if __name__ == "__main__":
    harness.main()
