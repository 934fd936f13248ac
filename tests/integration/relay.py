"""A relay between two ends of a byte stream, which may be slow: the network as it is elsewhere.

    with relay.Relay(("127.0.0.1", 0), target, delay=0.05) as line:
        connect to ("127.0.0.1", line.port); `target` is (host, port) or the path of a socket

With `namespace` all of its sockets live in that network namespace.
"""

import asyncio
import contextlib
import ctypes
import os
import threading

CLONE_NEWNET = 0x40000000


def enter(namespace):
    """The calling thread, and what sockets it makes, lives there from now on."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{namespace}", "rb") as handle:
        if libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Relay:
    def __init__(self, at, target, delay=0.0, namespace=None):
        self.at, self.target, self.delay, self.namespace = at, target, delay, namespace
        self.port = None
        self.loop = None
        self.tasks = set()
        self.is_listening = threading.Event()
        self.thread = threading.Thread(target=self.live, daemon=True)

    def __enter__(self):
        self.thread.start()
        assert self.is_listening.wait(10) and self.port, "the relay listens"
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.is_over.set)
        self.thread.join()

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
        there = asyncio.create_task(self.carry(reader, far_writer))
        back = asyncio.create_task(self.carry(far_reader, writer))
        try:
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
        finally:
            there.cancel()
            back.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            far_writer.close()

    async def carry(self, reader, writer):
        """What comes goes on in order, each piece `delay` later."""
        pieces = asyncio.Queue(1000)
        putter = asyncio.create_task(self.put(pieces, writer))
        try:
            while data := await reader.read(65536):
                await pieces.put((self.loop.time() + self.delay, data))
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
