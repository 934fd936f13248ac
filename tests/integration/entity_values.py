"""Valid and invalid values of a field, made from its kind and limits.

    good(field)  [(what, value sent, value stored)]
    bad(field)   [(what, value, field that the error names, part of the error's message)]

Texts contain a number that no other text has, so that they are also good for unique fields.
"""

import datetime
import itertools
import json

INT64_MAX = 2**63 - 1
LISTS = ("ids", "tags", "objects")
_numbers = itertools.count(1)

EDGES = [" ", "\t", "\n", "\r\n", "\u00a0", "\u200b", "\ufeff", "e\u0301", "\u00e9", "\U0001f469\u200d\U0001f4bb",
         "\u0130", "\u05d0", "'", "\"", "\\", "%", "_", "\x01", "\x7f", "\U0010ffff"]
INSTANTS = [
    ("2024-02-29T18:30:00Z", "2024-02-29T18:30:00.000000Z"),
    ("2024-02-29t18:30:00z", "2024-02-29T18:30:00.000000Z"),
    ("2024-02-29 18:30:00Z", "2024-02-29T18:30:00.000000Z"),
    ("2024-03-01T00:30:00.5+06:00", "2024-02-29T18:30:00.500000Z"),
    ("2024-02-29T18:30:00.1234567-00:00", "2024-02-29T18:30:00.123456Z"),
    ("1900-01-01T00:00:00Z", "1900-01-01T00:00:00.000000Z"),
    ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
]
LOCAL_INSTANTS = [  # in UTC, the zone of the account
    ("2024-02-29T18:30:00", "2024-02-29T18:30:00.000000Z"),
    ("2024-02-29 18:30", "2024-02-29T18:30:00.000000Z"),
    ("1900-01-01T00:00:00.000001", "1900-01-01T00:00:00.000001Z"),
]
NO_INSTANTS = ["", "yesterday", "2024-02-29", "2023-02-29T00:00:00Z", "2024-02-29T24:00:00Z",
               "2024-02-29T18:30:00+24:00", "1899-12-31T23:59:59Z", "1900-01-01T00:00:00+00:01",
               "9999-12-31T23:59:59-00:01", "2024-02-29T18:30:00Z "]
NO_DATES = ["", "2023-02-29", "2024-2-3", "20240203", "2024-02-30", "1899-12-31", "10000-01-01", "2024-02-03T00:00:00Z",
            " 2024-02-03", "today"]
NO_TIMES = ["", "24:00", "9:30", "09:60", "0930", "09:30:00", "09:30 ", "-1:00", "noon"]

RULES = {
    "text": "must be text", "name": "must be text", "bool": "must be true or false", "choice": "must be one of",
    "date": "must be a date that exists", "time": "must be a time of day as HH:MM",
    "instant": "must be an instant", "local_instant": "must be an instant",
    "reference": "must be a positive whole number",
    "tags": "must be a list", "ids": "must be a list", "objects": "must be a list",
}
NUL_RULE = "must not contain the character U+0000"
# One value of each type of JSON, with the kinds that take it.
TYPES = [
    ("a number", 1, ("int", "real", "reference")), ("a fraction", 1.5, ("real",)), ("true", True, ("bool",)),
    ("a text", "x\u2603", ("text", "name")), ("a list", [], LISTS), ("an object", {}, ()),
]


def kind_of(row):
    kind = row["kind"].removeprefix("PARAM_").lower()
    if kind == "int" and row.get("of"):
        return "reference"
    return {"texts": "tags"}.get(kind, kind)


def limit(text):
    return INT64_MAX if text == "INT64_MAX" else int(text)


def fallback(field, today):
    """The value of a field that a create does not give, or None; of an instant "now"."""
    if field.fallback is None:
        is_null = field.is_cleared or field.kind not in ("date", "instant", "local_instant")
        return None if is_null else today if field.kind == "date" else "now"
    return field.fallback if field.kind == "choice" else json.loads(field.fallback)


def text(length):
    """A text of this many characters. Those of one character repeat after some thousands."""
    number = str(next(_numbers))
    if length < len(number) + 1:
        return "".join(chr(0x4E00 + (next(_numbers) + 97 * n) % 20000) for n in range(length))
    return (number + " ").ljust(length, "x")


def some(field, random):
    if field.kind in ("text", "name"):
        return text(min(field.max or 200, random.randint(12, 30)))
    if field.kind == "int":
        return random.randint(field.min, min(field.max, field.min + 1000))
    if field.kind == "real":
        return random.randint(field.min * 4, min(field.max, 1000) * 4) / 4
    if field.kind == "bool":
        return random.random() < 0.5
    if field.kind == "choice":
        return random.choice(field.choices)
    if field.kind == "date":
        return str(datetime.date(2024, 1, 1) + datetime.timedelta(random.randint(0, 40)))
    if field.kind == "time":
        return f"{random.randint(0, 23):02}:{random.randint(0, 59):02}"
    if field.kind in ("instant", "local_instant"):
        return f"2024-01-{random.randint(1, 28):02}T{random.randint(0, 23):02}:00:00.{random.randint(0, 999999):06}Z"
    if field.kind == "tags":
        return random.sample([f"tag {n}" for n in range(6)], random.randint(0, 3))
    if field.kind == "objects":
        return [{item.name: some(item, random) for item in field.items} for _ in range(random.randint(0, 3))]
    raise AssertionError(f"{field.label}: no valid value of kind {field.kind!r} is known")


# good values

def good(field):
    return [(what, sent, sent if stored is None else stored)
            for what, sent, stored in GOOD[field.kind](field)]


def good_text(field):
    most = field.max or 10000
    yield from ((f"{length} characters", text(length), None) for length in {max(field.min, 1), most - 1, most})
    number = str(next(_numbers))
    yield f"{most} characters outside the BMP", number + "\U0001f600" * (most - len(number)), None
    if field.min == 0 and not field.is_unique:
        yield "empty", "", None
    for edge in EDGES:
        number = str(next(_numbers))
        yield f"the edge {edge!r}", (edge + number + edge)[:most], None


def good_int(field):
    around = {field.min, field.min + 1, (field.min + field.max) // 2, field.max - 1, field.max}
    yield from ((str(value), value, None) for value in sorted(around) if field.min <= value <= field.max)
    yield "a whole fraction", float(field.min), field.min


def good_real(field):
    for value in (field.min, field.min + 0.1, 1 / 3, 5e-324, field.max - 0.001, field.max):
        yield str(value), value, float(value)


def good_tags(field):
    names = [text(8) for _ in range(field.max)]
    yield "none", [], None
    yield "one", names[:1], None
    yield f"{field.max} tags in reverse", names[::-1], None
    yield "twice the same, also without case", ["Tag A", "tag b", "tag a", "Tag A"], ["Tag A", "tag b"]
    yield f"{field.items[0].max} characters", [text(field.items[0].max)], None


def good_objects(field):
    least = {item.name: good(item)[0][1] for item in field.items if item.is_required}
    absent = {item.name: None for item in field.items if not item.is_required}
    yield "none", [], None
    yield f"{field.max} objects, all equal", [least] * field.max, [{**least, **absent}] * field.max
    for item in field.items:
        for what, sent, stored in good(item):
            yield f"{item.name}: {what}", [{**least, item.name: sent}], [{**absent, **least, item.name: stored}]


GOOD = {
    "text": good_text, "int": good_int, "real": good_real, "tags": good_tags, "objects": good_objects,
    "bool": lambda field: [("true", True, None), ("false", False, None)],
    "choice": lambda field: [(choice, choice, None) for choice in field.choices],
    "date": lambda field: [(day, day, None) for day in ("1900-01-01", "2024-02-29", "9999-12-31")],
    "time": lambda field: [(time, time, None) for time in ("00:00", "09:05", "23:59")],
    "instant": lambda field: [(sent, sent, stored) for sent, stored in INSTANTS],
    "local_instant": lambda field: [(sent, sent, stored) for sent, stored in INSTANTS + LOCAL_INSTANTS],
}


# bad values

def bad(field):
    return list(itertools.chain(bad_types(field), BAD[field.kind](field)))


def number_rule(field):
    if field.kind == "real":
        return f"must be a number from {field.min} to {field.max}"
    return ("must be a positive whole number" if field.max == INT64_MAX else
            f"must be a whole number from {field.min} to {field.max}")


def rule_of(field):
    return number_rule(field) if field.kind in ("int", "real") else RULES[field.kind]


def bad_types(field):
    for what, value, kinds in TYPES:
        if field.kind not in kinds:
            yield what, value, field.name, rule_of(field)


def bad_text(field):
    if field.min > 0:
        yield "empty", "", field.name, "must not be empty"
    rule = f"must have at most {field.max} characters"
    yield f"{field.max + 1} characters", text(field.max + 1), field.name, rule
    yield f"{field.max + 1} characters outside the BMP", "\U0001f600" * (field.max + 1), field.name, rule
    for value in ("\0", "a\0b"):
        yield repr(value), value, field.name, NUL_RULE


def bad_number(field):
    step = 0.001 if field.kind == "real" else 1
    values = [field.min - step, -2**63, 1e300, -1e300]
    if field.max < INT64_MAX:
        values.append(field.max + step)
    for value in values:
        yield str(value), value, field.name, number_rule(field)


def bad_listed(values):
    return lambda field: ((repr(value), value, field.name, RULES[field.kind]) for value in values)


def bad_choice(field):
    for value in ("", field.choices[0].swapcase(), field.choices[0] + " ", ",".join(field.choices[:2])):
        yield repr(value), value, field.name, "must be one of " + ", ".join(field.choices)


def bad_length(field, element):
    rule = f"must have from {field.min} to {field.max} elements"
    yield f"{field.max + 1} elements", [element] * (field.max + 1), field.name, rule
    yield "null in the list", [element, None], f"{field.name}[1]", "must not be null"


def bad_ids(field):
    yield from bad_length(field, 1)
    for value in (0, -1, 1.5, "1", True, [1]):
        yield f"[{value!r}]", [value], f"{field.name}[0]", "must be a positive whole number"


def bad_tags(field):
    yield from bad_length(field, "a")
    for what, value, _, rule in bad(field.items[0]):
        yield f"[{what}]", ["a", value], f"{field.name}[1]", rule


def bad_objects(field):
    least = {item.name: good(item)[0][1] for item in field.items if item.is_required}
    yield from bad_length(field, least)
    yield "a text in the list", ["x"], f"{field.name}[0]", "must be an object"
    yield "an unknown member", [{**least, "colour": 1}], f"{field.name}[0].colour", "unknown field"
    for item in field.items:
        if item.is_required:
            yield f"no {item.name}", [least, {}], f"{field.name}[1].{item.name}", "is required"
        for what, value, _, rule in bad(item):
            yield f"{item.name}: {what}", [{**least, item.name: value}], f"{field.name}[0].{item.name}", rule


BAD = {
    "text": bad_text, "int": bad_number, "real": bad_number, "reference": bad_number, "choice": bad_choice,
    "name": bad_text, "ids": bad_ids, "tags": bad_tags, "objects": bad_objects, "bool": lambda field: (),
    "date": bad_listed(NO_DATES), "time": bad_listed(NO_TIMES), "instant": bad_listed(NO_INSTANTS),
    "local_instant": bad_listed(NO_INSTANTS),
}
