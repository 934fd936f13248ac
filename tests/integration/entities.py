"""The entities of schema/entities, for stories that check the same promise for each of them.

    class Story(entities.EntityCase):
        def test_a_row_is_read_as_it_was_made(self):
            for entity in self.entities("create", "get"):
                with self.subTest(entity.name):
                    row = self.make(entity)
                    self.assertEqual(self.call(f"{entity.name}.get", **entity.key_of(row)), row)

The generator prints the descriptions (schema/templates/describe.json), so a new entity or field is
tested without a change here. Only a rule that a description can't tell has a row in a table: see
`complete`.
"""

import collections
import functools
import http.client
import json
import os
import random
import re
import subprocess
import threading

import contract
import entity_values
import harness
import rpc_program

V1, API = "/api/v1", "/api"
BATCH_BYTES, BATCH_CALLS = 400_000, 200  # of one RPC message
CHECKED = 8  # responses of each kind that are compared with the contract
GENERATOR = os.path.join(harness.BUILD, "schema", "studytracker-generate")
SOURCES = {"meeting": "meetings", "feedback": "feedback"}  # of action items
# The params that methods have besides the fields: see schema/templates/methods.inc.
COMMON_PARAMS = {"limit", "cursor", "sort", "from", "to", "q", "if_match", "if_none_match", "idempotency_key"}


class Field:
    def __init__(self, entity, row):
        self.entity, self.name = entity, row["name"]
        self.label = f"{entity.name}.{self.name}"
        self.kind = entity_values.kind_of(row)
        self.min, self.max = (entity_values.limit(row[name]) for name in ("min", "max"))
        self.choices, self.of = row["choices"], row.get("of")
        self.is_created, self.is_required = row.get("created", False), row.get("required", False)
        self.is_changed, self.is_cleared = row.get("changed", False), row.get("cleared", False)
        self.refuses_null = row.get("refuses_null", False)  # in a create
        self.items = [Field(entity, item) for item in row.get("items", ())]
        self.fallback = row.get("fallback")

    @property
    def is_unique(self):
        return self.entity.unique is not None and self.name == self.entity.unique["field"]

    @property
    def is_parent(self):
        return self.entity.parent is not None and self.name == self.entity.parent["name"]


class Entity:
    def __init__(self, row):
        self.name, self.one, self.label, self.key = row["name"], row["one"], row["label"], row["key"]
        self.key_type, self.path, self.parent = row["key_type"], row["path"], row["parent"]
        self.is_in_system_c, self.verbs = row["in_system_c"], row["verbs"]
        self.orders, self.default_order = row["orders"], row["default_order"]
        self.range, self.has_search, self.unique = row["range"], row["search"], row["unique"]
        self.fields = [Field(self, field) for field in row["fields"]]
        self.filters = [Field(self, field) for field in row["filters"]]

    def __repr__(self):
        return self.name

    def has(self, *verbs):
        return set(verbs) <= set(self.verbs)

    def field(self, name):
        return next((field for field in self.fields if field.name == name), None)

    @property
    def created(self):
        return [field for field in self.fields if field.is_created]

    @property
    def changed(self):
        return [field for field in self.fields if field.is_changed]

    @property
    def not_found(self):
        return f"{self.one.upper()}_NOT_FOUND"

    def key_of(self, row):
        return {self.key: row["id"]}

    def item(self, row, surface=V1):
        return f"{surface}/{self.path}/{row['id']}"

    def collection(self, parent_id=None, surface=V1):
        if not self.parent:
            return f"{surface}/{self.path}"
        return f"{surface}/{self.parent['path']}/{parent_id}/{self.parent['nested_path']}"

    def references(self):
        """The fields that a request gives and that name rows of other entities."""
        return [field for field in self.fields
                if field.kind in ("reference", "ids") and (field.is_created or field.is_changed)]


@functools.cache
def described():
    """All entities by name, in the order of the table of the generator."""
    printed = subprocess.run([GENERATOR, os.path.join(harness.ROOT, "schema"), "templates/describe.json"],
                             check=True, stdout=subprocess.PIPE, cwd=harness.ROOT).stdout
    found = {row["name"]: Entity(row) for row in json.loads(printed)}
    # Their creation is written by hand, so their descriptions don't have it.
    for name, field in (("topics", "name"), ("sessions", "topic_id")):
        found[name].field(field).is_created = found[name].field(field).is_required = True
    return found


def complete(case, entity, row):
    """Adds the values without which another one of the row is refused."""
    if entity.name == "action_items" and row.get("source_type") in list(SOURCES) and "source_id" not in row:
        row["source_id"] = case.reference(SOURCES[row["source_type"]])
    if entity.name == "action_items" and row.get("source_id") and "source_type" not in row:
        row["source_type"] = "meeting"
    return row


class EntityCase(rpc_program.RpcCase):
    def setUp(self):
        self.random = random.Random(self.id())
        self.connections = {}
        self.pools = {}

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.check_links()

    @classmethod
    def check_links(cls):
        """No live row names a row that is deleted or does not exist."""
        for entity in described().values():
            for field in entity.references():
                named = f"unnest(e.{field.name})" if field.kind == "ids" else f"(values (e.{field.name}))"
                wrong = cls.database.sql(
                    f"select e.id, n.id from {entity.name} e cross join lateral {named} as n (id)"
                    f" where e.deleted_at is null and n.id is not null and not exists (select from {field.of} o"
                    " where o.account_id = e.account_id and o.id = n.id and o.deleted_at is null)")
                assert not wrong, f"{field.label} names deleted rows: {wrong[:5]}"

    def entities(self, *verbs):
        return [entity for entity in described().values() if entity.has(*verbs)]

    def tree(self, name):
        return described()[name]

    # RPC

    @functools.cached_property
    def socket(self):
        return self.raw()

    def answers(self, calls):
        """[(error, result)] of [(method, params)], which are sent together."""
        found, batch, size = [], [], 0
        for method, params in calls:
            packed = rpc_program.request(len(batch), method, params)
            if batch and (size + len(packed) > BATCH_BYTES or len(batch) == BATCH_CALLS):
                found += self.send(batch)
                batch, size = [], 0
                packed = rpc_program.request(0, method, params)
            batch.append(packed)
            size += len(packed)
        return found + self.send(batch)

    def send(self, batch):
        if not batch:
            return []
        self.socket.send(b"".join(batch))
        answers = self.socket.answers(len(batch))
        return [answers[number] for number in range(len(batch))]

    def results(self, calls):
        calls = list(calls)
        answers = self.answers(calls)
        for call, (error, _) in zip(calls, answers):
            self.assertIsNone(error, call)
        return [result for _, result in answers]

    def call(self, method, **params):
        return self.results([(method, params)])[0]

    # HTTP, on one connection for each thread

    def ask(self, method, target, body=None, headers=None):
        """As Service.request. A null in `headers` is left out."""
        headers = {name: value for name, value in (headers or {}).items() if value is not None}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        thread = threading.get_ident()
        if thread not in self.connections:
            connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=harness.PATIENCE)
            self.connections[thread] = connection
            self.addCleanup(connection.close)
        try:
            self.connections[thread].request(method, target, body, headers)
            received = self.connections[thread].getresponse()
            response = harness.Response(received.status, received.getheaders(), received.read())
        except (OSError, http.client.HTTPException):
            self.connections.pop(thread).close()
            raise
        self.check_contract(method, target, response)
        return response

    checked = collections.Counter()

    def check_contract(self, method, target, response):
        """Checks some responses of each kind, because a check takes longer than a request."""
        kind = method, re.sub(r"\d+|\?.*", "", target), response.status
        self.checked[kind] += 1
        if self.checked[kind] <= CHECKED:
            contract.check(method, target, response)

    def create(self, entity, params, surface=V1, headers=None):
        """Sends the POST that creates a row of these params."""
        params = dict(params)
        parent_id = params.pop(entity.parent["name"]) if entity.parent else None
        return self.ask("POST", entity.collection(parent_id, surface), params, headers)

    # rows

    def pool(self, table, count=3):
        """Ids of rows of this table, made once in a test."""
        if table not in self.pools:
            self.pools[table] = [row["id"] for row in self.rows(self.tree(table), count)]
        return self.pools[table]

    def reference(self, table):
        return self.random.choice(self.pool(table))

    def some(self, field):
        """A valid value."""
        if field.kind == "reference":
            return self.make(self.tree(field.of))["id"] if field.is_unique else self.reference(field.of)
        if field.kind == "ids":
            return self.random.sample(self.pool(field.of), self.random.randint(0, 2))
        if field.label == "action_items.source_id":
            return self.reference("meetings")
        return entity_values.some(field, self.random)

    def least(self, entity, **given):
        """Valid params of a create: the required ones and these."""
        return complete(self, entity, {
            **{f.name: self.some(f) for f in entity.created if f.is_required and f.name not in given}, **given})

    def full(self, entity, **given):
        """Valid params of a create: all of them."""
        row = {f.name: self.some(f) for f in entity.created if f.name not in given}
        if entity.name == "action_items":
            del row["source_id"]
        return complete(self, entity, {**row, **given})

    def rows(self, entity, count, **given):
        """Makes rows in one batch."""
        made = self.results((f"{entity.name}.create", self.least(entity, **given)) for _ in range(count))
        for row in made:
            self.assertIs(row.pop("replayed"), False)
        return made

    def make(self, entity, **given):
        return self.rows(entity, 1, **given)[0]

    def get(self, entity, row):
        """The row, or the code of the error."""
        error, result = self.answers([(f"{entity.name}.get", entity.key_of(row))])[0]
        return error["code"] if error else result

    def stored(self, entity):
        """A digest of the table."""
        return self.database.digest(entity.name)

    # checks

    def assertError(self, answer, code, field=None, rule=""):
        """`answer`: an (error, result) of RPC, or a response of /api/v1."""
        if isinstance(answer, harness.Response):
            error = answer.json.get("error")
            self.assertGreaterEqual(answer.status, 400, answer)
            self.assertEqual(answer.json["detail"], error["message"])
        else:
            error = answer[0]
        self.assertIsNotNone(error, answer)
        self.assertEqual((error["code"], error.get("field")), (code, field), error)
        self.assertIn(rule, error["message"], error)

    def assertText(self, response, status):
        """An error of /api."""
        self.assertEqual(response.status, status, response)
        self.assertEqual(set(response.json), {"error", "message", "trace_id"}, response)
        self.assertTrue(response.json["error"] and response.json["message"], response)

    def assertRows(self, found, wanted):
        """Compares the fields that both have: some are only in responses to changes."""
        names = sorted(set(found) & set(wanted))
        self.assertEqual({name: found[name] for name in names}, {name: wanted[name] for name in names})
