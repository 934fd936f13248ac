"""HTTP connections with pipelined, split, slow and half-closed requests."""

import select
import socket
import time

import harness


class Edge(harness.ServiceCase):
    def setUp(self):
        self.empty()

    def long_list(self):
        """Makes a list that is longer than one page and than the socket buffers."""
        topic = self.topic("Long")
        self.database.sql(f"""
            insert into sessions (account_id, id, topic_id, study_date, duration_minutes, notes)
            select account_id, gen_random_uuid(), id, '2024-01-01', 1, repeat('x', 1000)
            from topics, generate_series(1, 20000) where id = {topic["id"]}""")
        return topic

    def test_pipelined_requests_get_responses_in_order(self):
        topic = self.topic("First")
        wanted = []
        requests = b""
        for n in range(50):
            path = ("/health", f"/topics/{topic['id']}", "/topics/999999", "/sessions")[n % 4]
            wanted.append((200, 200, 404, 200)[n % 4])
            requests += f"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: n{n}\r\n\r\n".encode()
        with self.service.wire() as wire:
            wire.send(requests)
            responses = [wire.answer() for _ in wanted]
        self.assertEqual([response.status for response in responses], wanted)
        self.assertEqual([response.header("X-Request-Id") for response in responses], [f"n{n}" for n in range(50)])

    def test_pipelined_writes_are_done_before_a_later_read(self):
        body = b'{"minutes": 5, "tag": "pipe"}'
        post = (b"POST /sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        with self.service.wire() as wire:
            wire.send(post * 20)
            self.assertEqual({wire.answer().status for _ in range(20)}, {200})
            wire.send(b"GET /stats HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertEqual(wire.answer().json["total_sessions"], 20)

    def test_head_returns_the_head_of_get_without_a_body(self):
        self.topic("Head")
        for target in ("/", "/topics", "/sessions", "/nowhere", "/stats"):
            with self.subTest(target=target), self.service.wire() as wire:
                line = f"{target} HTTP/1.1\r\nHost: localhost\r\n\r\n"
                wire.send(f"HEAD {line}GET {line}".encode())
                head, get = wire.answer(to="HEAD"), wire.answer()
                self.assertEqual(head.status, get.status)
                if "X-Request-Id" not in get.body.decode() and b"trace_id" not in get.body:
                    self.assertEqual(head.header("Content-Length"), get.header("Content-Length"))

    def test_the_gateway_sends_100_continue_before_it_reads_the_body(self):
        body = b'{"name": "Patient"}'
        with self.service.wire() as wire:
            wire.send(b"POST /topics HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                      b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
            self.assertEqual(wire.answer().status, 100)
            wire.send(body)
            self.assertEqual(wire.answer().status, 201)

    def test_100_continue_is_refused_if_the_body_is_too_large(self):
        with self.service.wire() as wire:
            wire.send(b"POST /topics HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                      b"Content-Length: 2000000\r\n\r\n")
            self.assertRefused(wire.answer(), 413, "PAYLOAD_TOO_LARGE")
            self.assertTrue(wire.is_closed_by_peer())

    def test_an_error_in_the_head_is_reported_before_the_body_is_sent(self):
        for line, fields, status, code, field in (
                ("POST /nowhere", "", 404, "NOT_FOUND", None),
                ("DELETE /topics", "", 405, "METHOD_NOT_ALLOWED", None),
                ("POST /topics", "Content-Type: application/json\r\nContent-Encoding: gzip", 415,
                 "UNSUPPORTED_MEDIA_TYPE", "Content-Encoding"),
                ("POST /api/v1/topics", "Content-Type: text/plain", 415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type"),
                ("POST /topics", "Origin: http://evil.example", 403, "ORIGIN_NOT_ALLOWED", "Origin"),
                ("POST /topics", "Idempotency-Key:", 400, "INVALID_INPUT", "Idempotency-Key"),
                ("PATCH /api/v1/topics/1", "If-Match:", 400, "INVALID_INPUT", "If-Match")):
            for expects in ("", "Expect: 100-continue\r\n"):
                with self.subTest(line=line, fields=fields, expects=expects), self.service.wire() as wire:
                    head = f"{line} HTTP/1.1\r\nHost: localhost\r\n{expects}Content-Length: 9\r\n"
                    wire.send((head + (fields + "\r\n" if fields else "") + "\r\n").encode())
                    response = wire.answer()
                    self.assertRefused(response, status, code, field)
                    self.assertEqual(response.header("Connection"), "close" if expects else None)
                    if expects:
                        self.assertTrue(wire.is_closed_by_peer())
                        continue
                    # the gateway drops the body and runs the next request
                    wire.send(b"x" * 9 + b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    self.assertEqual(wire.answer().status, 200)

    def test_a_foreign_host_is_refused_before_the_body_is_sent(self):
        with self.service.wire() as wire:
            wire.send(b"POST /topics HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
            self.assertRefused(wire.answer(), 421, "MISDIRECTED_REQUEST", "Host")

    def test_a_compressed_body_is_refused(self):
        for n, (coding, status) in enumerate((("gzip", 415), ("identity, br", 415), ("identity", 201),
                                              ("Identity", 201), ("", 201))):
            response = self.service.post("/topics", {"name": f"Coded {n}"}, Content_Encoding=coding)
            self.assertEqual(response.status, status, coding)
            if status == 415:
                self.assertRefused(response, 415, "UNSUPPORTED_MEDIA_TYPE", "Content-Encoding")
                self.assertEqual(response.header("Accept-Encoding"), "identity")

    def test_paths_are_compared_after_percent_decoding(self):
        topic = self.topic("Escaped")
        digits = "".join(f"%{ord(digit):02X}" for digit in str(topic["id"]))
        for path, status in ((f"/%74opics/{topic['id']}", 200), (f"/topics/{digits}", 200),
                             (f"/api/%76%31/topics/{topic['id']}/", 200), (f"/topics%2F{topic['id']}", 404),
                             ("/%54opics", 404), ("//topics", 404)):
            self.assertEqual(self.service.get(path).status, status, path)
        with self.service.wire() as wire:
            wire.send(b"GET /topics/%7 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertRefused(wire.answer(), 400, "BAD_REQUEST")

    def test_location_is_the_path_of_the_new_topic(self):
        for path in ("/api/v1/topics", "/api/v1/topics/", "/%61pi/v1/topics"):
            response = self.service.post(path, {"name": f"At {path}"})
            self.assertEqual(response.header("Location"), f"/api/v1/topics/{response.json['id']}")
            self.assertEqual(self.service.get(response.header("Location")).json, response.json)

    def test_options_returns_the_methods_of_a_path(self):
        for target, allow in (("/topics", "GET, HEAD, POST, OPTIONS"), ("/%74opics/", "GET, HEAD, POST, OPTIONS"),
                              ("*", "GET, HEAD, POST, PATCH, DELETE, PUT, OPTIONS")):
            response = self.service.request("OPTIONS", target)
            self.assertEqual((response.status, set(response.header("Allow").split(", "))),
                             (204, set(allow.split(", "))), target)
        for target in ("/nowhere", "/topics/1/2", "/api/v1"):
            self.assertRefused(self.service.request("OPTIONS", target), 404, "NOT_FOUND")

    def test_a_client_may_send_a_request_byte_by_byte(self):
        body = b'{"name": "Drip"}'
        request = (b"POST /topics HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                   b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        with self.service.wire() as wire:
            for at in range(len(request)):
                wire.send(request[at:at + 1])
            self.assertEqual(wire.answer().status, 201)

    def test_a_slow_head_is_refused_at_its_deadline(self):
        head = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Drip: "
        began = time.monotonic()
        with self.service.wire() as wire:
            wire.send(head)
            while not select.select([wire.socket], [], [], 0.5)[0]:
                wire.send(b"x")
                self.assertLess(time.monotonic() - began, harness.PATIENCE, "held open by a byte now and then")
            self.assertRefused(wire.answer(), 408, "REQUEST_TIMEOUT")
            self.assertTrue(wire.is_closed_by_peer())
        self.assertGreater(time.monotonic() - began, 8)

    def test_a_chunked_body_is_accepted(self):
        with self.service.wire() as wire:
            wire.send(b"POST /topics HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                      b"Transfer-Encoding: chunked\r\n\r\n"
                      b"8;x=y\r\n{\"name\":\r\n9\r\n\"Chunks\"}\r\n0\r\n\r\n")
            response = wire.answer()
            self.assertEqual((response.status, response.json["name"]), (201, "Chunks"))

    def test_a_half_closed_connection_gets_its_response(self):
        with self.service.wire() as wire:
            wire.send(b"GET /topics HTTP/1.1\r\nHost: localhost\r\n\r\n").finish_sending()
            self.assertEqual(wire.answer().json, [])
            self.assertTrue(wire.is_closed_by_peer())

    def test_http_1_0_and_connection_close_end_the_connection(self):
        for request, closes in ((b"GET /health HTTP/1.0\r\n\r\n", True),
                                (b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", True),
                                (b"GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", False)):
            with self.subTest(request=request), self.service.wire() as wire:
                self.assertEqual(wire.send(request).answer().status, 200)
                if closes:
                    self.assertTrue(wire.is_closed_by_peer())
                else:
                    self.assertEqual(wire.send(request).answer().status, 200)

    def test_invalid_http_is_refused_and_the_connection_is_closed(self):
        host = b"Host: localhost\r\n"
        for request, status in (
                (b"GET /\r\n\r\n", 400), (b"\x16\x03\x01\x02\x00\x01\x00", 400),
                (b"GET / HTTP/1.1\r\n\r\n", 400), (b"GET / HTTP/1.1\n" + host + b"\r\n", 400),
                (b"GET / HTTP/1.1\r\n" + host + host + b"\r\n", 400),
                (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
                (b"GET / HTTP/1.1\r\n" + host + b"A: b\r\n c\r\n\r\n", 400),
                (b"GET / HTTP/1.1\r\n" + host + b"A: \x00\r\n\r\n", 400),
                (b"POST / HTTP/1.1\r\n" + host + b"Content-Length: +5\r\n\r\n", 400),
                (b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
                (b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
                (b"POST / HTTP/1.1\r\n" + host + b"Transfer-Encoding: gzip\r\n\r\n", 501),
                (b"POST /topics HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nx\r\n", 400),
                (b"GET / HTTP/2.0\r\n" + host + b"\r\n", 505)):
            with self.subTest(request=request), self.service.wire() as wire:
                response = wire.send(request).answer()
                self.assertEqual(response.status, status, response)
                self.assertRefused(response, status, response.json["error"]["code"],
                                   response.json["error"].get("field"))
                self.assertTrue(wire.is_closed_by_peer())

    def test_an_invalid_request_does_not_lose_the_response_before_it(self):
        with self.service.wire() as wire:
            wire.send(b"GET /topics HTTP/1.1\r\nHost: localhost\r\n\r\nBROKEN\r\n\r\n")
            self.assertEqual(wire.answer().status, 200)
            self.assertEqual(wire.answer().status, 400)
            self.assertTrue(wire.is_closed_by_peer())

    def test_the_gateway_survives_clients_that_disconnect_early(self):
        for _ in range(50):
            with self.service.wire() as wire:
                wire.send(b"GET /sessions HTTP/1.1\r\nHost: localhost\r\n\r\n")
                wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        for _ in range(50):
            self.service.wire().send(b"POST /topics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")\
                .socket.close()
        self.assertEqual(self.service.get("/topics").json, [])

    def test_a_slow_reader_gets_the_whole_long_list(self):
        topic = self.long_list()
        with self.service.wire() as slow:
            slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
            slow.send(b"GET /sessions HTTP/1.1\r\nHost: localhost\r\n\r\n")
            # other clients get responses while the list waits for its reader
            for _ in range(20):
                self.assertEqual(self.service.get(f"/topics/{topic['id']}").status, 200)
            resident = self.resident_kib()
            self.assertLess(resident, 64 * 1024 * (5 if "asan" in harness.BUILD else 1))
            response = slow.answer()
        self.assertEqual(response.status, 200)
        self.assertEqual(len(response.json), 20000)

    def test_head_of_a_long_list_returns_at_once(self):
        self.long_list()
        with self.service.wire() as wire:
            wire.send(b"HEAD /sessions HTTP/1.1\r\nHost: localhost\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            head = wire.answer(to="HEAD")
            self.assertEqual(head.status, 200)
            self.assertIsNone(head.header("Content-Length"))
            self.assertEqual(head.header("Transfer-Encoding"), "chunked")
            self.assertEqual(wire.answer().json, {"status": "healthy"})

    def test_a_stalled_reader_does_not_delay_the_shutdown(self):
        self.long_list()
        service = harness.Service(self.database, workers=1)
        self.addCleanup(service.close)
        service.start()
        with service.wire() as stalled:
            stalled.send(b"GET /sessions HTTP/1.1\r\nHost: localhost\r\n\r\n")
            stalled.read_more()
            self.assertEqual(service.gateways[0].stop(), 0, service.logs())
        self.assertIn("cut off while stopping: 0 requests without a response, 1 responses",
                      service.gateways[0].log())
        self.assertEqual(service.stop(), {})

    def resident_kib(self):
        with open(f"/proc/{self.service.gateways[0].pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


if __name__ == "__main__":
    harness.main()
