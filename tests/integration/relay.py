"""A relay between the two ends of a byte stream. It simulates a slow, broken or silent network.

    with relay.Relay(("127.0.0.1", 0), target, delay=0.05) as line:
        connect to ("127.0.0.1", line.port); `target` is (host, port) or the path of a socket

With `namespace` all of its sockets belong to that network namespace. The function `allowance`, if
set, returns how many bytes a new connection carries, both directions together. Then the relay
closes the connection or, if it `is_silent`, keeps it open and carries nothing more.
"""

import asyncio
import contextlib
import ctypes
import os
import threading

from processes import PATIENCE

CLONE_NEWNET = 0x40000000


def enter(namespace):
    """Moves the calling thread, and the sockets that it creates later, to this namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{namespace}", "rb") as handle:
        if libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Purse:
    """How many bytes a connection may still carry."""

    def __init__(self, left):
        self.left, self.is_just_empty = left, False

    def pay(self, data):
        """Returns the part of `data` that the connection may still carry."""
        paid = data[:self.left]
        self.is_just_empty = self.left > 0 and len(paid) == self.left
        self.left -= len(paid)
        return paid


class Relay:
    def __init__(self, at, target, delay=0.0, namespace=None):
        self.at, self.target, self.delay, self.namespace = at, target, delay, namespace
        self.port = None
        self.allowance, self.is_silent = None, False
        self.interrupted = 0  # connections that have used their allowance
        self.loop = None
        self.tasks = set()
        self.is_listening = threading.Event()
        self.thread = threading.Thread(target=self.live, daemon=True)

    def __enter__(self):
        self.thread.start()
        assert self.is_listening.wait(PATIENCE) and self.port, "the relay listens"
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.is_over.set)
        self.thread.join()

    def cut(self):
        """Closes all connections. The relay still accepts new ones."""
        self.loop.call_soon_threadsafe(lambda: [task.cancel() for task in self.tasks])

    def live(self):
        if self.namespace:
            enter(self.namespace)
        asyncio.run(self.serve())

    async def serve(self):
        self.loop, self.is_over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self.on_client, *self.at)
        self.port = server.sockets[0].getsockname()[1]
        self.is_listening.set()
        await self.is_over.wait()
        server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def on_client(self, reader, writer):
        task = asyncio.current_task()
        self.tasks.add(task)
        try:
            await self.join(reader, writer)
        finally:
            self.tasks.discard(task)
            writer.close()

    async def join(self, reader, writer):
        try:
            if isinstance(self.target, str):
                far_reader, far_writer = await asyncio.open_unix_connection(self.target)
            else:
                far_reader, far_writer = await asyncio.open_connection(*self.target)
        except OSError:
            return
        purse = Purse(self.allowance()) if self.allowance else None
        there = asyncio.create_task(self.carry(reader, far_writer, purse))
        back = asyncio.create_task(self.carry(far_reader, writer, purse))
        try:
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
        finally:
            there.cancel()
            back.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            far_writer.close()

    async def carry(self, reader, writer, purse):
        """Forwards the pieces in order, each one after `delay`."""
        pieces = asyncio.Queue(1000)
        putter = asyncio.create_task(self.put(pieces, writer))
        try:
            while data := await reader.read(65536):
                if purse:
                    data = purse.pay(data)
                    self.interrupted += purse.is_just_empty
                await pieces.put((self.loop.time() + self.delay, data))
                if purse and purse.left == 0 and not self.is_silent:
                    break
            await pieces.put((0, None))
            await putter
        except OSError:
            pass
        finally:
            putter.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await putter

    async def put(self, pieces, writer):
        while True:
            due, data = await pieces.get()
            if data is None:
                return
            if self.delay:
                await asyncio.sleep(due - self.loop.time())
            writer.write(data)
            await writer.drain()
