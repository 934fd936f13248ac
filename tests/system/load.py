#!/usr/bin/python3
"""load.py PORT THREADS: sends GET and POST requests over kept connections until its standard input
ends, then prints {"answered": N, "failed": [TEXT...]} as JSON.

It is stricter than most clients: it never repeats a request. A response that says
`Connection: close` ends its connection, and the next request opens another one. Everything else
counts as failed: a connection that is refused or ends before the whole response, and a status
that is not 200."""

import http.client
import json
import sys
import threading

PATIENCE = 120  # seconds


class Client(threading.Thread):
    def __init__(self, port, number, stop):
        super().__init__(daemon=True)
        self.port, self.number, self.stop = port, number, stop
        self.connection = None
        self.answered, self.failed = 0, []

    def request(self, turn):
        self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        if turn % 4:
            self.connection.request("GET", "/stats")
        else:
            body = json.dumps({"minutes": 1, "tag": f"load-{self.number}"})
            self.connection.request("POST", "/sessions", body, {"Content-Type": "application/json"})
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise ValueError(f"status {response.status}: {body[:200]}")
        if response.will_close:
            self.connection.close()
            self.connection = None

    def run(self):
        turn = 0
        while not self.stop.is_set():
            turn += 1
            try:
                self.request(turn)
                self.answered += 1
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.failed.append(f"client {self.number}, request {turn}: {error!r}")
                self.connection = None


def main():
    stop = threading.Event()
    clients = [Client(int(sys.argv[1]), number, stop) for number in range(int(sys.argv[2]))]
    for client in clients:
        client.start()
    sys.stdin.read()
    stop.set()
    for client in clients:
        client.join()
    json.dump({"answered": sum(client.answered for client in clients),
               "failed": [text for client in clients for text in client.failed]}, sys.stdout)


main()
