"""PostgreSQL stops immediately under load and starts again; then it is unavailable for a while."""

import signal
import time

import faults
import harness
import openmetrics

CLIENTS = 64


class DatabaseStopped(faults.FaultCase):
    settings = openmetrics.SETTINGS

    def waiting(self):
        """Returns how many requests wait for a worker."""
        return openmetrics.scrape(self.service.gateways[0]).value("studytracker_queue_waiting")

    def test_service_recovers_from_an_immediate_stop(self):
        stops = harness.in_long(10, 3)
        with self.load(clients=CLIENTS) as load:
            for n in range(stops):
                load.until_answered(300)
                if n % 2:
                    with faults.Lock(self.database):
                        load.until_waiting(CLIENTS * 3 // 4)
                        self.database.stop_server(signal.SIGQUIT)
                else:
                    self.database.stop_server(signal.SIGQUIT)
                self.database.start_server()
                self.service.wait_ready()
        self.settle(load, f"{stops} times PostgreSQL stopped at once and started again")

    def test_requests_are_refused_during_an_outage(self):
        away = harness.in_long(20, 6)
        with self.load(clients=CLIENTS) as load:
            load.until_answered(200)
            self.database.stop_server(signal.SIGQUIT)
            gone = time.monotonic()
            harness.until("the gateway says so", lambda: self.service.get("/readyz").status == 503)
            harness.until("requests are refused", lambda: load.refused["DATABASE_UNAVAILABLE"] > 100)
            harness.until("no earlier request waits", lambda: not self.waiting())
            while time.monotonic() - gone < away:
                self.assertEqual(self.waiting(), 0, "while it is away all are refused at once")
                time.sleep(0.02)
            self.database.start_server()
            back = time.monotonic()
            self.service.wait_ready()
            took = time.monotonic() - back
            load.until_answered(200)
        self.settle(load, f"PostgreSQL away for {away} s, worked on {took:.1f} s after it was back")


if __name__ == "__main__":
    harness.main()
