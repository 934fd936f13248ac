"""What the stories of system C's user share: short calls of /api, and rows by name."""

import harness
import noon

API = "/api"
V1 = "/api/v1"


def names(rows, field="title"):
    return [row[field] for row in rows]


class Case(harness.ServiceCase):
    settings = noon.SETTINGS

    def setUp(self):
        self.empty()

    def call(self, method, target, body=None, expect=200):
        response = self.service.request(method, target, body)
        self.assertEqual(response.status, expect, f"{method} {target} {body}: {response}")
        return response.json if response.body else None

    def get(self, target):
        return self.call("GET", API + target)

    def add(self, kind, **fields):
        return self.call("POST", f"{API}/{kind}", fields, 201)

    def change(self, kind, row, **fields):
        return self.call("PUT", f"{API}/{kind}/{row['id']}", fields)
