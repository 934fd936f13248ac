"""Network namespaces that stand for machines, and links between them that a story can cut.

    with networks.Namespace("workers") as machine, networks.Link(None, machine) as link:
        run [*machine.words, PROGRAM]; it reaches this machine at link.near_address
        link.cut(); link.heal(); link.lose(10)

Where namespaces are forbidden, opening one skips the test and says why.
"""

import itertools
import os
import subprocess
import unittest

numbers = itertools.count()


def run(*command):
    try:
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE, encoding="utf-8")
    except (OSError, subprocess.CalledProcessError) as error:
        raise unittest.SkipTest(f"no network namespaces here: {getattr(error, 'stderr', error)}")


class Namespace:
    def __init__(self, name):
        self.name = f"st-{os.getpid()}-{name}"
        self.words = ["nsenter", f"--net=/run/netns/{self.name}"]

    def __enter__(self):
        run("ip", "netns", "add", self.name)
        run(*self.words, "ip", "link", "set", "lo", "up")
        return self

    def __exit__(self, *_):
        subprocess.run(["ip", "netns", "del", self.name], check=False, stderr=subprocess.DEVNULL)


class Link:
    """A pair of interfaces between two namespaces; None is that of this machine. The cuts and
    losses are at the far end."""

    def __init__(self, near, far):
        number = (os.getpid() * 4 + next(numbers)) % 32768
        first = f"198.{18 + number // 16384}.{number // 64 % 256}"  # for benchmarks of networks, RFC 2544
        self.near_address, self.far_address = (f"{first}.{number % 64 * 4 + end}" for end in (1, 2))
        self.near_name, self.far_name = f"stn{number}", f"stf{number}"
        self.near_words, self.far = near.words if near else [], far

    def __enter__(self):
        run(*self.near_words, "ip", "link", "add", self.near_name, "type", "veth", "peer", "name", self.far_name,
            "netns", self.far.name)
        run(*self.near_words, "ip", "addr", "add", f"{self.near_address}/30", "dev", self.near_name)
        run(*self.near_words, "ip", "link", "set", self.near_name, "up")
        self.at_far_end("ip", "addr", "add", f"{self.far_address}/30", "dev", self.far_name)
        self.heal()
        return self

    def __exit__(self, *_):
        subprocess.run([*self.near_words, "ip", "link", "del", self.near_name], check=False, stderr=subprocess.DEVNULL)

    def at_far_end(self, *command):
        run(*self.far.words, *command)

    def cut(self):
        self.at_far_end("ip", "link", "set", self.far_name, "down")

    def heal(self):
        self.at_far_end("ip", "link", "set", self.far_name, "up")

    def lose(self, percent):
        """Drops this share of the packets in each direction; 0 drops none."""
        self.at_far_end("nft", "flush", "ruleset")
        if percent == 0:
            return
        self.at_far_end("nft", "add table inet st")
        for hook, way in (("input", "iifname"), ("output", "oifname")):
            self.at_far_end("nft", f"add chain inet st {hook} {{ type filter hook {hook} priority 0; }}")
            self.at_far_end("nft", f"add rule inet st {hook} {way} {self.far_name} "
                                   f"numgen random mod 100 < {percent} drop")
