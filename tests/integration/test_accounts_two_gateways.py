"""A credential that ends is refused by every gateway within 5 s, also while one of them is killed
and started again."""

import copy

import accounts
import faults
import harness
import study_rpc
from study_program import StudyCase

GATEWAYS = 2
EVERYWHERE = {(number, way) for number in (1, 2) for way in ("http", "rpc", "study")}


class Service(faults.Service):
    """Each gateway has a port of its own."""

    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        self.ports = {1: self.port, 2: harness.free_port()}

    def gateway_settings(self, number):
        return {"API_PORT": self.ports[number]}

    def at(self, number):
        """The same service by one of its gateways."""
        one = copy.copy(self)
        one.port = self.ports[number]
        return one


class TwoGateways(accounts.AccountsCase, faults.FaultCase, StudyCase):
    gateways = GATEWAYS

    @classmethod
    def make_service(cls):
        return Service(cls.database, cls.workers, cls.gateways, **cls.settings)

    def empty(self):
        """Accounts stay."""

    def at(self, number, token):
        return accounts.Caller(self.service.at(number), token)

    def rpc_accepts(self, number, token):
        client = study_rpc.Client(self.service.rpc_endpoint(number), token=token, timeout_ms=harness.PATIENCE * 1000)
        try:
            client.call("account.get")
        except study_rpc.StudyError as error:
            self.assertIn(error.code, ("TOKEN_REVOKED", "TOKEN_INVALID", "NO_WORKER"))
            return False
        finally:
            client.close()
        return True

    def study_accepts(self, number, token):
        self.study("today", status=None, STUDYTRACKER_TOKEN=token,
                   STUDYTRACKER_ENDPOINT=self.service.rpc_endpoint(number))
        return not self.errors

    def uses(self, token):
        """Where the token is accepted: pairs of a gateway and a way."""
        ways = {"http": lambda n: self.at(n, token).is_admitted(), "rpc": lambda n: self.rpc_accepts(n, token),
                "study": lambda n: self.study_accepts(n, token)}
        return {(n, way) for n in range(1, GATEWAYS + 1) for way, is_accepted in ways.items() if is_accepted(n)}

    def make_token(self, caller):
        response = caller.post("/api/v1/tokens", {"name": "laptop", "scopes": ["read", "write"]})
        self.assertEqual(response.status, 201, response)
        return response.json

    def test_a_token_is_used_everywhere_and_refused_everywhere(self):
        ada = self.register("ada")
        token = self.make_token(ada)
        self.assertEqual(self.uses(token["token"]), EVERYWHERE)
        self.assertEqual(ada.delete(f"/api/v1/tokens/{token['id']}").status, 204)
        accounts.until_refused(lambda: self.uses(token["token"]))

    def test_a_gateway_that_was_killed_refuses_it_too(self):
        ada = self.register("bea")
        for killed in (1, 2):
            token = self.make_token(self.at(3 - killed, ada.token))
            self.assertEqual(self.uses(token["token"]), EVERYWHERE)
            self.service.kill(next(g for g in self.service.gateways if g.number == killed))
            response = self.at(3 - killed, ada.token).delete(f"/api/v1/tokens/{token['id']}")
            self.assertEqual(response.status, 204, response)
            self.service.start_gateway(killed)
            self.service.wait_joined(self.workers)
            accounts.until_refused(lambda: self.uses(token["token"]))

    def test_a_log_in_that_ends_is_refused_by_the_other_gateway(self):
        self.register("cleo")
        for how in ("logout", "reuse", "password"):
            with self.subTest(how=how):
                caller = self.log_in("cleo")
                others = [self.at(n, caller.token) for n in (1, 2)]
                self.assertTrue(all(other.is_admitted() for other in others))
                self.end(how, caller)
                for other in others:
                    self.assertSoonRefused(other)

    def end(self, how, caller):
        refresh = {"refresh_token": caller.refresh_token}
        if how == "logout":
            self.assertEqual(self.service.post("/api/v1/auth/logout", refresh).status, 204)
        elif how == "reuse":
            statuses = [self.service.post("/api/v1/auth/refresh", refresh).status for _ in range(2)]
            self.assertEqual(statuses, [200, 401])
        else:
            change = {"current_password": accounts.PASSWORD, "new_password": "a difference engine"}
            self.assertEqual(caller.post("/api/v1/auth/password", change).status, 200)


if __name__ == "__main__":
    harness.main()
