"""Every method, called with what belongs to another account: ids, session ids, cursors, ETags,
idempotency keys and names. The response is exactly that to what does not exist.

The calls are generated from rpc.methods, so that a new method has calls; a new id whose table is
not known fails. tests/sql/test_accounts_apart.sql has what only gateways and workers call. Twin
accounts have the same rows: one twin sends what belongs to the victim, the other sends what nobody
has. Their responses must be equal, except for ids and times. They must contain nothing of the
victim, and the victim's rows must not change.
"""

import re
import unittest
import uuid

import auth_mode
import harness
import rpc_program

SECRET = "belongs to the victim"
NOBODYS_ID, NOBODYS_NAME = 9_000_000_000_000_000, "belongs to nobody at all"
VICTIM, ONE, OTHER = 11, 12, 13
TOKENS = {account: f"st_{account:064x}" for account in (VICTIM, ONE, OTHER)}

# Params that are ids of rows, but do not have the name of their table.
TABLES = {"attendee_id": "people", "attendee_ids": "people", "from_person_id": "people", "into": "topics",
          "parent_goal_id": "goals", "source_id": "meetings", "topic_ids": "topics"}
# Valid values where the kind and the limits of a param do not give one.
VALUES = {"password": "correct horse battery", "current_password": "correct horse battery",
          "new_password": "correct horse battery", "projects": [], "time_zone": "UTC", "scopes": ["read"],
          "source_type": "meeting"}
# Params that are valid only together with another one.
COMPANIONS = {"source_id": "source_type"}
INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
TOKEN = re.compile(r"^st_[0-9a-f]{64}$")



def is_id(param):
    """By its kind and its range, so that a param of a new method is not left out for its name: ids
    have no maximum, other numbers have one."""
    return param["kind"] in ("uuid", "ids") or (param["kind"] == "integer" and "max" not in param)


def plain(value, name=""):
    """Without ids, times and secrets, which differ between the twins."""
    if isinstance(value, dict):
        return {key: plain(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item, name) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and re.search(r"(^|_)ids?$|^into$", name):
        return "ID"
    if isinstance(value, str):
        if INSTANT.match(value):
            return "TIME"
        if harness.UUID.match(value):
            return "UUID"
        if TOKEN.match(value):
            return "TOKEN"
        return "CURSOR" if name == "next_cursor" else re.sub(r"token \d+", "TOKEN", value)
    return value


class Apart(harness.ServiceCase):
    workers, maxDiff = 1, None
    settings = auth_mode.SETTINGS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for account, token in TOKENS.items():
            cls.database.sql(f"insert into accounts (account_id, name) values ({account}, 'one of three')")
            auth_mode.insert_token(cls.database, account, token, "read,write")
            cls.database.sql(f"update tokens set last_used_on = (now() at time zone 'UTC')::date"
                             f" where account_id = {account}")
        cls.socket = rpc_program.Raw(cls.service.rpc_endpoint())
        cls.addClassCleanup(cls.socket.socket.close)
        cls.methods = {m["name"]: m for m in cls.ask(ONE, "rpc.methods")[1]["methods"]}
        cls.tables = {m["params"][0]["name"]: name.removesuffix(".get") for name, m in cls.methods.items()
                      if name.endswith(".get") and m["params"] and is_id(m["params"][0])} | TABLES
        cls.rows = {account: cls.fill(account) for account in TOKENS}

    @classmethod
    def ask(cls, account, method, params=None):
        """Returns (error, result)."""
        return cls.socket.ask(method, params, {**rpc_program.CONTEXT_OF, "token": TOKENS[account]})

    # The rows of each account

    @classmethod
    def fill(cls, account):
        """Makes two rows of each entity. Returns {table: [row]}."""
        makers = [name for name in cls.methods if name.endswith(".create") and name != "accounts.create"]
        rows = {"accounts": [{"id": account}] * 2}
        while makers:
            ready = [name for name in makers if all(
                cls.tables[p["name"]] in rows for p in cls.required(name) if is_id(p) and p["kind"] != "uuid")]
            assert ready, f"no row of these can be made: {makers}"
            for name in ready:
                makers.remove(name)
                rows[name.removesuffix(".create")] = [cls.make(account, name, rows, n) for n in range(2)]
        return rows

    @classmethod
    def make(cls, account, name, rows, number):
        text = SECRET if account == VICTIM else "one of the twins"
        params = {p["name"]: cls.value(p, rows, number, text) for p in cls.required(name)}
        if any(p["name"] == "idempotency_key" for p in cls.methods[name]["params"]):
            params["idempotency_key"] = f"{name}: {text}, {number}"
        error, row = cls.ask(account, name, params)
        assert not error, (name, params, error)
        return row

    @classmethod
    def required(cls, name):
        params = cls.methods[name]["params"]
        wanted = {p["name"] for p in params if p["required"] or p["kind"] == "uuid"}
        return [p for p in params if p["name"] in wanted]

    @classmethod
    def value(cls, param, rows, number=0, text="one of the twins"):
        """A valid value, the same for both twins."""
        name, kind = param["name"], param["kind"]
        if name in VALUES:
            return VALUES[name]
        if name == "session_id" and "sessions" not in rows:
            return str(uuid.uuid4())
        if is_id(param):
            found = rows[cls.tables[name]][number]["id"]
            return [found] if kind == "ids" else found
        return {"integer": param.get("min", 1), "boolean": True, "number": 1.0, "choice": (param.get("choices") or [0])[0],
                "text": f"{text} {number}", "name": f"{text} {number}", "texts": [text], "objects": [],
                "date": "2024-02-03", "time": "10:00", "instant": "2024-02-03T10:00:00Z",
                "local_instant": "2024-02-03T10:00:00Z", "username": f"u{len(text)}{number}",
                "email": f"u{len(text)}@example.org"}[kind]

    # The calls

    def base(self, name, account):
        """Valid params: the required ones."""
        return {p["name"]: self.value(p, self.rows[account], int(p["name"] == "into"))
                for p in self.methods[name]["params"] if p["required"]}

    def variants(self, name):
        """Yields (what, params of one twin, params of the other twin)."""
        ours, theirs = self.base(name, ONE), self.base(name, OTHER)
        yield "nothing of the victim", ours, theirs
        for param in self.methods[name]["params"]:
            for what, foreign, missing in self.pairs(name, param):
                more = {COMPANIONS[param["name"]]: VALUES[COMPANIONS[param["name"]]]} \
                    if param["name"] in COMPANIONS else {}
                yield what, {**ours, **more, param["name"]: foreign}, {**theirs, **more, param["name"]: missing}
        yield from self.combined(name, ours, theirs)

    def pairs(self, name, param):
        """Yields (what, value of the victim, value that nobody has) of one param."""
        label, kind = param["name"], param["kind"]
        if kind == "uuid":
            number = name == "sessions.log"  # another one than in sessions.create
            yield label, self.rows[VICTIM]["sessions"][number]["id"], str(uuid.uuid4())
        elif label == "account_id":
            yield label, VICTIM, NOBODYS_ID
        elif is_id(param):
            found = self.rows[VICTIM][self.tables[label]][0]["id"]
            yield (label, [found], [NOBODYS_ID]) if kind == "ids" else (label, found, NOBODYS_ID)
        elif label == "idempotency_key":
            yield label, f"{name}: {SECRET}, 0", f"{name}: {NOBODYS_NAME}, 0"
        elif label in ("if_match", "if_none_match"):
            yield label, self.etag(name), "2001-01-01T00:00:00.000000Z"
        elif kind == "cursor":
            cursor = self.cursor(VICTIM, name)
            if cursor:
                yield label, cursor, cursor
        elif kind in ("text", "name") and re.search(r"\.(list|find)$", name):
            yield label, f"{SECRET} 0", NOBODYS_NAME

    def combined(self, name, ours, theirs):
        """All ids of the victim together with its ETag."""
        params = self.methods[name]["params"]
        ids = [p for p in params if p["required"] and is_id(p) and p["kind"] != "ids"]
        if ids and any(p["name"] == "if_match" for p in params):
            pairs = {p["name"]: next(self.pairs(name, p)) for p in ids}
            etag = self.etag(name)
            yield ("ids and ETag", {**ours, **{k: v[1] for k, v in pairs.items()}, "if_match": etag},
                   {**theirs, **{k: v[2] for k, v in pairs.items()}, "if_match": etag})

    def etag(self, name):
        row = self.rows[VICTIM].get(name.split(".")[0], self.rows[VICTIM]["topics"])[0]
        return row.get("updated_at", "2001-01-01T00:00:00.000000Z")

    def cursor(self, account, name):
        """A cursor of the account; None if its list has one page, or the method is for admins."""
        error, page = self.ask(account, name, {**self.base(name, account), "limit": 1})
        return None if error else page["next_cursor"]

    # The test

    def stored(self, account):
        """{table: digest of the account's rows}."""
        return self.database.digests("account_id", f"account_id = {account}")

    def assertShowsNothing(self, answer, sent):
        """The response may repeat what the request has sent."""
        def walk(value):
            for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
                walk(item)
            if isinstance(value, str) and (SECRET in value or value in sessions) and value not in sent.values():
                found.append(value)

        sessions, found = {row["id"] for row in self.rows[VICTIM]["sessions"]}, []
        walk(list(answer))
        self.assertEqual(found, [])

    def check_own_cursors(self):
        """A cursor is of use to its own account, so a refusal of another's is about the account."""
        for name in self.methods:
            if any(p["kind"] == "cursor" for p in self.methods[name]["params"]):
                cursor = self.cursor(OTHER, name)
                if cursor:
                    error, _ = self.ask(OTHER, name, {**self.base(name, OTHER), "cursor": cursor})
                    self.assertIsNone(error, name)

    def gives_an_id(self, name):
        """The callers of these methods choose ids, so they go last: afterwards a twin has an id of
        the victim."""
        return any(p["kind"] == "uuid" and not p["required"] for p in self.methods[name]["params"])

    def test_what_is_anothers_does_not_exist(self):
        before, calls, unseen = self.stored(VICTIM), 0, set(self.methods)
        self.assertGreater(before["topics"][0], "0")
        for name in sorted(self.methods, key=lambda name: (self.gives_an_id(name), name)):
            for what, ours, theirs in self.variants(name):
                with self.subTest(name, what=what):
                    one, other = self.ask(ONE, name, ours), self.ask(OTHER, name, theirs)
                    calls += 2
                    unseen.discard(name)
                    self.assertShowsNothing(one, ours)
                    if not name.startswith("rpc."):
                        self.assertEqual(plain(list(one)), plain(list(other)), (ours, theirs))
        self.assertEqual(unseen, set())
        self.assertEqual(self.stored(VICTIM), before)
        self.check_own_cursors()
        print(f"\n{len(self.methods)} methods, {calls} calls; found: nothing", flush=True)


if __name__ == "__main__":
    unittest.main()
