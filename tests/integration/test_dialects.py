"""An error has the shape of the API of its path, even if the edge refuses the request."""

import harness

HOST = b"Host: localhost\r\n"

# Requests for PATH that are refused, and the status of the refusal.
REFUSED = [
    ("an unknown path", b"GET PATH HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    ("an unknown path with a body", b"POST PATH HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\n{}", 404),
    ("OPTIONS of an unknown path", b"OPTIONS PATH HTTP/1.1\r\n" + HOST + b"\r\n", 404),
    ("a foreign host", b"GET PATH HTTP/1.1\r\nHost: rebound.example\r\n\r\n", 421),
    ("no host", b"GET PATH HTTP/1.1\r\n\r\n", 400),
    ("a header without a name", b"GET PATH HTTP/1.1\r\n: x\r\n\r\n", 400),
    ("a body over 1 MiB", b"POST PATH HTTP/1.1\r\n" + HOST + b"Content-Length: 1048577\r\n\r\n", 413),
    ("a long target", b"GET PATH/" + b"x" * 8200 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    ("a long header", b"GET PATH HTTP/1.1\r\n" + HOST + b"X: " + b"y" * 17000 + b"\r\n\r\n", 431),
    ("an unknown coding", b"POST PATH HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n", 501),
    ("UTF-8 in the query", "GET PATH?q=m\u00fcnchen HTTP/1.1\r\n".encode() + HOST + b"\r\n", 400),
    ("a blank in the query", b"GET PATH?q=a b HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("a broken escape", b"GET PATH/%zz HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("an unknown version", b"GET PATH HTTP/2.0\r\n" + HOST + b"\r\n", 505),
    ("no carriage return", b"GET PATH HTTP/1.1\n" + HOST + b"\r\n", 400),
    ("a user name", b"GET http://u@localhostPATH HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    ("a long URI", b"GET http://localhostPATH/" + b"x" * 8200 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    ("half a head", b"GET PATH HTTP/1.1\r\n" + HOST, 408),
]


class Dialects(harness.ServiceCase):
    def refusal_of(self, request, path):
        with self.service.wire() as wire:
            wire.send(request.replace(b"PATH", path))
            return wire.answer()

    def test_errors_of_system_c_are_texts(self):
        for what, request, status in REFUSED:
            with self.subTest(what):
                response = self.refusal_of(request, b"/api/nothing")
                self.assertEqual(response.status, status)
                self.assertEqual(set(response.json), {"error", "message", "trace_id"})
                self.assertIsInstance(response.json["error"], str)
                self.assertIsInstance(response.json["message"], str)
                self.assertEqual(response.json["trace_id"], response.header("X-Request-Id"))
                if status == 404:
                    self.assertEqual(response.json["error"], "Resource not found")

    def test_errors_of_other_paths_are_objects_with_codes(self):
        for path in (b"/api/v1/nothing", b"/nothing"):
            for what, request, status in REFUSED[:-1]:
                with self.subTest(what, path=path):
                    response = self.refusal_of(request, path)
                    self.assertEqual(response.status, status)
                    self.assertEqual(set(response.json), {"error", "detail", "trace_id"})
                    self.assertEqual(response.json["error"]["message"], response.json["detail"])


if __name__ == "__main__":
    harness.main()
