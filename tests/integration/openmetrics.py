"""Reads metrics as OpenMetrics 1.0 defines them, strictly: what the grammar or the rules about
families forbid is an AssertionError.

    page = openmetrics.scrape(gateway)
    page.value("studytracker_api_requests_total", route="/topics", status="200")
"""

import http.client
import re

from http_client import Response
from processes import PATIENCE

MEDIA_TYPE = "application/openmetrics-text"
CONTENT_TYPE = MEDIA_TYPE + "; version=1.0.0; charset=utf-8"
SETTINGS = {"STUDYTRACKER_METRICS_HOST": "127.0.0.1", "STUDYTRACKER_METRICS_PORT": 0}

META = re.compile(r"# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)")
SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=.)|$)')
SUFFIXES = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_count", "_sum"], "info": ["_info"]}


def port_of(gateway):
    found = re.search(r"metrics at http://127\.0\.0\.1:(\d+)/metrics", gateway.log())
    return int(found[1])


def get(gateway, target="/metrics", method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port_of(gateway), timeout=PATIENCE)
    try:
        connection.request(method, target, None, headers)
        received = connection.getresponse()
        return Response(received.status, received.getheaders(), received.read())
    finally:
        connection.close()


def scrape(gateway):
    response = get(gateway, Accept=MEDIA_TYPE)
    assert response.status == 200, response
    assert response.header("Content-Type") == CONTENT_TYPE, response.headers
    return parse(response.body.decode())


class Page:
    def __init__(self):
        self.families = {}  # name: {"TYPE": …, "HELP": …}
        self.samples = {}   # (name, frozenset of labels): value

    def series(self, name, **labels):
        """The values of all series that have these labels."""
        return {at: value for (at_name, at), value in self.samples.items()
                if at_name == name and labels.items() <= dict(at).items()}

    def value(self, name, **labels):
        """The value of one series; 0 if there is none, as counters without an event have none."""
        found = self.series(name, **labels)
        assert len(found) <= 1, f"{name} {labels} means {len(found)} series"
        assert found or any(name.startswith(family) for family in self.families), f"{name} is unknown"
        return next(iter(found.values()), 0)

    def names(self):
        """Of all samples that the families can have."""
        return {name + suffix for name, meta in self.families.items() for suffix in SUFFIXES[meta["TYPE"]]}


def labels_of(text, line):
    labels, end = {}, 0
    for found in LABEL.finditer(text or ""):
        assert found.start() == end, f"labels are malformed: {line}"
        assert found[1] not in labels, f"a label comes twice: {line}"
        labels[found[1]] = re.sub(r"\\(.)", lambda c: "\n" if c[1] == "n" else c[1], found[2])
        end = found.end()
    assert end == len(text or ""), f"labels are malformed: {line}"
    return labels


def read_meta(page, current, keyword, name, value, line):
    if name != current:
        assert name not in page.families, f"a family comes twice: {line}"
        page.families[name] = {}
    meta = page.families[name]
    assert keyword not in meta, f"{keyword} comes twice: {line}"
    meta[keyword] = value
    if keyword == "TYPE":
        assert value in SUFFIXES, line
    if keyword == "UNIT":
        assert name.endswith("_" + value), f"the name does not end with its unit: {line}"


def parse(text):
    page, current = Page(), None
    assert text.endswith("# EOF\n"), text[-100:]
    lines = text.split("\n")[:-2]
    for line in lines:
        meta = META.fullmatch(line)
        if meta:
            keyword, name, value = meta.groups()
            read_meta(page, current, keyword, name, value, line)
            current = name
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, f"neither metadata nor a sample: {line!r}"
        name, labels, value = sample[1], labels_of(sample[2], line), float(sample[3])
        suffixes = SUFFIXES[page.families[current]["TYPE"]]
        assert name in [current + suffix for suffix in suffixes], f"not of the family {current}: {line}"
        key = (name, frozenset(labels.items()))
        assert key not in page.samples, f"a series comes twice: {line}"
        page.samples[key] = value
    check(page)
    return page


def check(page):
    for name, meta in page.families.items():
        assert set(meta) >= {"TYPE", "HELP"}, f"{name} has only {meta}"
        assert meta["HELP"].endswith("."), name
        if meta["TYPE"] == "histogram":
            check_histogram(page, name)


def check_histogram(page, name):
    """Buckets grow with their bounds and end with +Inf, which is the count."""
    groups = {}
    for labels, value in page.series(name + "_bucket").items():
        rest = dict(labels)
        le = rest.pop("le")
        assert le == "+Inf" or "." in le or "e" in le, f"{name}: the bound {le} is no float"
        groups.setdefault(frozenset(rest.items()), []).append((float(le), value))
    for labels, buckets in groups.items():
        bounds = [bound for bound, _ in buckets]
        counts = [count for _, count in buckets]
        assert bounds == sorted(set(bounds)) and bounds[-1] == float("inf"), (name, bounds)
        assert counts == sorted(counts), (name, counts)
        assert page.samples[name + "_count", labels] == counts[-1], name
        assert (name + "_sum", labels) in page.samples, name
