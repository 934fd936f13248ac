"""RPC clients call every method over ZeroMQ as over HTTP, and no client disturbs another."""

import os
import signal
import threading
import uuid

import msgpack
import zmq

import harness
import study_rpc
from rpc_program import PATIENCE_MS, RpcCase, made_topic, messages, request


class EveryMethod(RpcCase):
    settings = {"STUDYTRACKER_REGISTRATION": "open"}

    def test_topics_and_sessions_from_creation_to_deletion(self):
        call = self.client().call
        topic = made_topic(call, name="Linux", description="kernel")
        self.assertEqual(call("topics.get", topic_id=topic["id"]), topic)
        self.assertEqual(call("topics.update", topic_id=topic["id"], archived=False)["name"], "Linux")
        made = call("sessions.create", topic_id=topic["id"], duration_minutes=30, notes="by RPC")
        self.assertEqual(uuid.UUID(made["id"]).version, 7)
        logged = call("sessions.log", tag="linux", match_case=False, minutes=15, session_id=None)
        self.assertEqual(logged["topic_id"], topic["id"])
        own = str(uuid.uuid4())
        for _ in range(2):
            self.assertEqual(call("sessions.create", session_id=own, topic_id=topic["id"])["id"], own)
        self.assertEqual(len(call("sessions.list", tag="linux")["data"]), 3)
        self.assertEqual(call("sessions.get", session_id=own)["duration_minutes"], 60)
        self.assertEqual(call("sessions.update", session_id=own, duration_minutes=5)["minutes"], 5)
        for method in ("sessions.delete", "sessions.restore", "sessions.delete"):
            self.assertEqual(call(method, session_id=own)["id"], own)
        self.assertEqual(call("stats.totals")["time_by_tag"]["Linux"], 45)
        self.assertEqual(call("stats.summary")["minutes"], 45)
        self.assertEqual(call("stats.series", by="month")["data"][0]["minutes"], 45)
        self.assertEqual(call("stats.heatmap")["minutes"], 45)
        self.assertEqual(call("stats.streak")["current"], 1)
        for session in call("sessions.list")["data"]:
            call("sessions.delete", session_id=session["id"])
        empty = call("topics.create", name="Empty")
        self.assertEqual(call("topics.delete", topic_id=empty["id"])["id"], empty["id"])
        self.assertEqual([t["name"] for t in call("topics.list")["data"]], ["Linux"])

    def test_rpc_methods_describes_every_method(self):
        methods = {m["name"]: m for m in self.client().call("rpc.methods")["methods"]}
        self.assertLessEqual({"topics.get", "stats.streak", "rpc.methods", "rpc.status"}, set(methods))
        params = {p["name"]: p for p in methods["sessions.create"]["params"]}
        self.assertEqual(params["session_id"], {"name": "session_id", "kind": "uuid", "required": False})
        self.assertEqual(params["topic_id"], {"name": "topic_id", "kind": "integer", "required": True, "min": 1})
        self.assertEqual(params["duration_minutes"], {"name": "duration_minutes", "kind": "integer",
                                                      "required": False, "min": 1, "max": 1440, "default": 60})
        self.assertTrue(all(m["summary"].endswith(".") for m in methods.values()))
        for method in methods.values():  # the gateway knows every listed method
            try:
                self.client().call(method["name"], nonsense=1)
            except study_rpc.StudyError as error:
                self.assertEqual((error.code, error.field), ("INVALID_INPUT", "nonsense"), method)

    def test_no_client_says_who_it_is(self):
        """Only the gateway sets the params of the caller."""
        call = self.client().call
        shown = {p["name"] for m in call("rpc.methods")["methods"] for p in m["params"]}
        for name, value in (("caller_scopes", 14), ("caller_credential", "token 1"), ("caller_address", None)):
            self.assertNotIn(name, shown)
            with self.assertRaises(study_rpc.StudyError) as caught:
                call("tokens.create", name="laptop", scopes=["read"], **{name: value})
            self.assertEqual((caught.exception.code, caught.exception.field), ("INVALID_INPUT", name))
        self.assertEqual(call("tokens.list")["data"], [])

    def test_the_contract_describes_every_number_of_the_status(self):
        with open(os.path.join(harness.ROOT, "schema/rpc.md")) as file:
            contract = file.read()
        status = self.client().call("rpc.status")
        requests = status.pop("http_requests")
        numbers = [f"{name}.{key}" for name, value in status.items() if isinstance(value, dict) for key in value]
        self.assertGreater(len(numbers), 20)
        self.assertEqual([n for n in numbers if f"\n| `{n}` | " not in contract], [])
        _, told = contract.split("\n`http_requests` ", 1)
        told = told.split("\n|", 1)[0]
        self.assertEqual([n for n in [*requests, *requests["read"]] if f"`{n}`" not in told], [])

    def test_the_status_names_the_workers(self):
        call = self.client().call
        harness.until("both workers have their databases", lambda: all(
            w["database"] and w["credit"] > 0 for w in call("rpc.status")["workers"]))
        status = call("rpc.status")
        self.assertEqual(status["pid"], self.service.gateways[0].pid)
        self.assertTrue(status["ready"])
        self.assertLessEqual({w["pid"] for w in status["workers"]}, {p.pid for p in self.service.workers})
        self.assertEqual(status["queue"]["waiting"], 0)
        before = status["counts"]["answered"]
        self.client().call("topics.list")
        self.assertEqual(self.client().call("rpc.status")["counts"]["answered"], before + 1)


class TheSameErrors(RpcCase):
    """RPC errors have the same code, text and field as HTTP errors."""

    def both(self, http, method, **params):
        refused = http.json["error"]
        error = self.assertRpcRefused(refused["code"], refused.get("field"), method, **params)
        self.assertEqual(error.message, refused["message"])

    def test_errors_are_the_same_as_over_http(self):
        nobody = str(uuid.uuid4())
        self.topic("Taken")
        owner = self.topic("Owner")
        self.session(owner["id"])
        post, get, request_ = self.service.post, self.service.get, self.service.request
        both = self.both
        both(get("/topics/999999"), "topics.get", topic_id=999999)
        both(get("/api/v1/topics/0"), "topics.get", topic_id=0)
        both(get(f"/api/v1/sessions/{nobody}"), "sessions.get", session_id=nobody)
        both(get("/api/v1/sessions/x"), "sessions.get", session_id="x")
        both(get("/api/v1/topics?sort=name"), "topics.list", sort="name")
        both(get("/api/v1/topics?limit=501"), "topics.list", limit=501)
        both(get("/api/v1/sessions?from=2026-02-30"), "sessions.list", **{"from": "2026-02-30"})
        both(post("/api/v1/topics", {"name": "taken"}), "topics.create", name="taken")
        both(post("/topics", {"name": " "}), "topics.create", name=" ")
        both(post("/topics", {}), "topics.create")
        both(post("/api/v1/topics", {"name": "x", "colour": 1}), "topics.create", name="x", colour=1)
        both(post("/sessions", {"topic_id": 999999}), "sessions.create", topic_id=999999)
        both(post("/sessions", {"topic_id": owner["id"], "duration_minutes": 1441}),
             "sessions.create", topic_id=owner["id"], duration_minutes=1441)
        both(post("/sessions", {"minutes": 0, "tag": "x"}), "sessions.log", minutes=0, tag="x")
        both(request_("DELETE", f"/api/v1/topics/{owner['id']}"), "topics.delete", topic_id=owner["id"])

    def test_errors_that_only_rpc_has(self):
        self.assertRpcRefused("UNKNOWN_METHOD", None, "topics.burn")
        self.assertRpcRefused("INVALID_INPUT", "extra", "rpc.status", extra=1)
        raw = self.raw()
        for context, field in (({"account": 2}, "account"), ({"account": "x"}, "account"),
                               ({"account": 0}, "account"), ({"request_id": ""}, "request_id"),
                               ({"request_id": "x" * 129}, "request_id"), ({"request_id": 7}, "request_id"),
                               ({"deadline_ms": 0}, "deadline_ms"), ({"deadline_ms": "x"}, "deadline_ms")):
            error, result = raw.ask("topics.list", context=context)
            self.assertEqual((error["code"], error["field"], result), ("INVALID_INPUT", field, None), context)
        for context in ({}, {"account": 1, "later": [1]}, {"account": None, "request_id": None,
                                                           "deadline_ms": None}, {"deadline_ms": 2 ** 62}):
            self.assertIsNone(raw.ask("topics.list", context=context)[0], context)

    def test_a_malformed_request_with_a_msgid_gets_a_response(self):
        raw = self.raw()
        bodies = [[0, 5, 7, [{}, {}]], [0, 5, "topics.list", {}], [0, 5, "topics.list", [{}]],
                  [0, 5, "topics.list", [None, {}]], [0, 5, "topics.list", [{}, []]]]
        for body in bodies:
            raw.send(msgpack.packb(body))
            self.assertEqual(raw.answers(1)[5][0]["code"], "INVALID_INPUT", body)

    def test_params_too_large_for_a_worker_are_refused(self):
        raw = self.raw()
        error, _ = raw.ask("topics.create", {"name": "x" * ((1 << 20) - 200)})
        self.assertEqual(error["code"], "INVALID_INPUT")
        self.assertIn("bytes", error["message"])


class Sockets(RpcCase):
    def test_several_requests_in_a_body(self):
        for kind in (zmq.DEALER, zmq.REQ):
            raw = self.raw(kind)
            made = [raw.ask("topics.create", {"name": f"{kind}-{i}"})[1]["id"] for i in range(3)]
            raw.send(b"".join(request(100 + i, "topics.get", {"topic_id": id_}) for i, id_ in enumerate(made))
                     + request(200, "rpc.status") + request(201, "nothing")
                     + request(202, "topics.get", {"topic_id": 999999}))
            got = raw.answers(6)
            self.assertEqual([got[100 + i][1]["id"] for i in range(3)], made)
            self.assertTrue(got[200][1]["ready"])
            self.assertEqual([got[i][0]["code"] for i in (201, 202)], ["UNKNOWN_METHOD", "TOPIC_NOT_FOUND"])

    def test_a_req_socket_gets_one_message_per_body(self):
        raw = self.raw(zmq.REQ)
        for turn in range(20):
            raw.send(request(1, "rpc.status") + request(2, "topics.list") + request(3, "stats.totals"))
            self.assertEqual({m[1] for m in messages(raw.socket.recv())}, {1, 2, 3}, turn)

    def test_notifications_are_ignored(self):
        raw = self.raw()
        raw.send(msgpack.packb([2, "worker.leaving", {"epoch": 1}]) + msgpack.packb([1, 9, None, 5])
                 + request(1, "topics.list"))
        self.assertIsNone(raw.answers(1)[1][0])

    def test_the_requests_in_flight_of_a_client_are_limited(self):
        raw = self.raw()
        with self.topics_locked():
            for first, end in ((0, 1024), (1024, 1500)):
                raw.send(b"".join(request(i, "topics.list", {"limit": 1}) for i in range(first, end)))
            refused = raw.answers(1500 - 1024)
            self.assertEqual({e["code"] for e, _ in refused.values()}, {"OVERLOADED"})
            self.assertEqual(sorted(refused), list(range(1024, 1500)))
            self.assertEqual(self.client().call("rpc.status")["rpc"]["in_flight"], 1024)  # others are served
        raw.answers(1024)

    def test_the_gateway_forgets_a_closed_client(self):
        raw, watcher = self.raw(), self.client()
        with self.topics_locked():
            raw.send(b"".join(request(i, "topics.list") for i in range(100)))
            harness.until("they are in flight", lambda: watcher.call("rpc.status")["rpc"]["in_flight"] == 100)
            raw.socket.close()
            # only the watcher is left
            harness.until("it is forgotten", lambda: watcher.call("rpc.status")["rpc"]["peers"] == 1)
            self.assertEqual(watcher.call("rpc.status")["rpc"]["in_flight"], 0)

    def test_the_results_of_the_gateway_itself_for_one_body_are_bounded(self):
        """Else a body of 50 kB would keep the loop busy for tens of milliseconds."""
        raw = self.raw()
        raw.send(b"".join(request(i, "rpc.methods") for i in range(1000)))
        answers = raw.answers(1000)
        results = [result for error, result in answers.values() if error is None]
        refusals = {error["code"] for error, _ in answers.values() if error}
        self.assertEqual(refusals, {"OVERLOADED"})
        size = len(msgpack.packb(results[0]))  # the gateway writes some headers longer
        self.assertGreater(len(results) * size, 1 << 20)
        self.assertLess((len(results) - 1) * size, 2 << 20)
        self.assertIsNone(raw.ask("rpc.methods")[0])  # the next body has room again

    def test_a_client_that_never_reads_is_limited(self):
        """The gateway refuses only this client, limits its memory and responds to others."""
        hog = self.raw()
        hog.socket.close()
        hog.socket = zmq.Context.instance().socket(zmq.DEALER)
        hog.socket.linger, hog.socket.rcvhwm, hog.socket.sndtimeo = 0, 1, 200
        hog.socket.connect(self.service.rpc_endpoint())
        call = self.client().call
        before = call("rpc.status")["rpc"]["dropped"]
        body = request(1, "rpc.methods") * 300  # 2 MB of responses for 15 kB

        def is_dropped():
            for _ in range(20):
                try:
                    hog.socket.send(body)
                except zmq.Again:
                    pass
            status = call("rpc.status")["rpc"]
            return status["refused"] > 10000 or status["dropped"] > before
        harness.until("it is refused", is_dropped)
        most = 1_000_000 if harness.is_sanitized() else 250_000  # gigabytes without a limit
        self.assertLess(self.service.gateways[0].resident_kib(), most)
        hog.socket.close()
        harness.until("it is forgotten", lambda: call("rpc.status")["rpc"]["peers"] == 1)


class Restarts(RpcCase):
    def test_clients_survive_a_restart_of_the_gateway(self):
        call = self.client().call
        topic = made_topic(call, name="Stays")
        self.assertEqual(self.service.gateways.pop().stop(), 0)
        self.service.start_gateway()

        def responds():
            try:
                return study_rpc.Client(self.service.rpc_endpoint(), 1000).call("rpc.status")["ready"]
            except study_rpc.StudyError:
                return False
        harness.until("it is back", responds)
        self.assertEqual(call("topics.get", topic_id=topic["id"]), topic)  # on the same socket

    def test_a_client_recovers_after_its_deadline(self):
        gateway = self.service.gateways[0]
        client = self.client()
        client.call("rpc.status")
        patience_ms, client.timeout_ms = client.timeout_ms, 200
        os.kill(gateway.pid, signal.SIGSTOP)
        try:
            with self.assertRaises(study_rpc.StudyError) as caught:
                client.call("rpc.status")
            self.assertEqual(caught.exception.code, "DEADLINE_EXCEEDED")
        finally:
            os.kill(gateway.pid, signal.SIGCONT)
        client.timeout_ms = patience_ms
        self.assertTrue(client.call("rpc.status")["version"])

    def test_a_stopping_gateway_responds_to_requests_in_flight(self):
        raw, late, watcher = self.raw(), self.raw(), self.client()
        self.assertIsNone(late.ask("rpc.status")[0])
        gateway = self.service.gateways[-1]

        def code():
            error, _ = late.ask("rpc.status")
            return error and error["code"]
        with self.topics_locked():
            raw.send(b"".join(request(i, "topics.list") for i in range(50)))
            harness.until("they are in flight", lambda: watcher.call("rpc.status")["rpc"]["in_flight"] == 50)
            gateway.popen.send_signal(signal.SIGTERM)
            harness.until("new ones are refused", lambda: code() == "SHUTTING_DOWN")
        self.assertTrue(all(error is None for error, _ in raw.answers(50).values()))
        self.assertEqual(gateway.popen.wait(harness.PATIENCE), 0)
        self.service.gateways.remove(gateway)
        self.service.start_gateway()
        self.service.wait_ready()

    def test_deadlines_are_kept(self):
        raw = self.raw()
        with self.topics_locked():
            raw.send(request(1, "topics.list") + request(2, "topics.list", context={"deadline_ms": 300}))
            (msgid, (error, _)), = raw.answers(1).items()
            self.assertEqual((msgid, error["code"]), (2, "DEADLINE_EXCEEDED"))
        self.assertIsNone(raw.answers(1)[1][0])

    def test_many_clients_at_once(self):
        wrong = []

        def work(name):
            try:
                call = study_rpc.Client(self.service.rpc_endpoint(), PATIENCE_MS).call
                topic = made_topic(call, name=name)
                for _ in range(100):
                    if call("topics.get", topic_id=topic["id"]) != topic:
                        wrong.append(name)
            except Exception as error:  # pylint: disable=broad-except
                wrong.append(error)
        threads = [threading.Thread(target=work, args=(f"many-{i}",)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    harness.main()
