"""What the processors of this machine did: for whom, and how much for nobody of the benchmark."""

import os
import socket
import time

TICKS = os.sysconf("SC_CLK_TCK")


def message_us():
    """Returns the microseconds of CPU that a message over loopback takes. On a virtual machine they
    vary, although the processors look idle."""
    count = 2000
    with socket.create_server(("127.0.0.1", 0)) as server, \
            socket.create_connection(server.getsockname()) as sender, server.accept()[0] as receiver:
        began = time.thread_time()
        for _ in range(count):
            sender.send(bytes(100))
            receiver.recv(100)
        return (time.thread_time() - began) / count * 1e6


def idle_polling():
    """Says how long an idle processor of a virtual machine polls before it halts, or nothing. It
    takes 20 µs to wake one that has halted. A lone request does that several times."""
    try:
        with open("/sys/module/haltpoll/parameters/guest_halt_poll_ns", encoding="ascii") as file:
            return f"An idle processor polls for {int(file.read()) // 1000} µs before it halts (guest_halt_poll_ns)."
    except OSError:
        return ""


def fields(path):
    with open(path, encoding="ascii", errors="replace") as file:
        return file.read().rsplit(")", 1)[-1].split()


def cpu_of(pid):
    """Returns the seconds of CPU of a process, and of its children that have ended."""
    try:
        return sum(int(ticks) for ticks in fields(f"/proc/{pid}/stat")[11:15]) / TICKS
    except OSError:
        return 0.0


def busy():
    """Returns the seconds that all processors together worked."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, irq, softirq, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS


def parents():
    """Returns {pid: parent} of all processes."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                found[int(name)] = int(fields(f"/proc/{name}/stat")[1])
            except OSError:
                pass
    return found


def family(pid):
    """Returns the process and all its descendants."""
    by_parent = {}
    for child, parent in parents().items():
        by_parent.setdefault(parent, []).append(child)
    members, rest = [], [pid]
    while rest:
        members.append(rest.pop())
        rest += by_parent.get(members[-1], [])
    return members


def memory_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


class Watch:
    """The CPU of groups of processes between its start and stop(), and that of other programs.

    `groups` is {name: function that returns pids}.
    """

    def __init__(self, groups):
        self.groups = groups
        self.before = {name: self.cpu(name) for name in groups}
        self.own = self.all_own()
        self.busy = busy()

    def cpu(self, name):
        return {pid: cpu_of(pid) for pid in self.groups[name]()}

    @staticmethod
    def all_own():
        return {pid: cpu_of(pid) for pid in family(os.getpid())}

    @staticmethod
    def difference(before, after):
        return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())

    def stop(self):
        """Returns ({name: seconds}, seconds of other programs)."""
        spent = {name: self.difference(self.before[name], self.cpu(name)) for name in self.groups}
        others = busy() - self.busy - self.difference(self.own, self.all_own())
        return spent, max(others, 0.0)
