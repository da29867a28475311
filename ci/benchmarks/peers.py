#!/usr/bin/env python3
"""Be what a login may meet on the other side, until SIGTERM; READY is written when all is there.

usage: peers.py PORT SOCKET READY

On 127.0.0.1:8081 the server of PORT, a second late; on 127.0.0.1:8082 a black hole, whose backlog is
full so that the kernel drops each SYN; at SOCKET a reader of datagrams.
"""
import asyncio
import socket
import sys

port, path, ready = int(sys.argv[1]), sys.argv[2], sys.argv[3]


async def copy(reader, writer, late):
    try:
        while data := await reader.read(65536):
            await asyncio.sleep(late)
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


async def relay(reader, writer):
    to_reader, to_writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(copy(reader, to_writer, 1), copy(to_reader, writer, 0))


def black_hole():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 8082))
    listener.listen(0)
    callers = [socket.socket() for _ in range(4)]
    for caller in callers:
        caller.setblocking(False)
        caller.connect_ex(("127.0.0.1", 8082))
    return listener, callers


async def main():
    datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    datagrams.bind(path)
    datagrams.setblocking(False)
    asyncio.get_running_loop().add_reader(datagrams, datagrams.recv, 65536)
    server = await asyncio.start_server(relay, "127.0.0.1", 8081)
    held = black_hole()
    with open(ready, "w") as file:
        file.write("ready\n")
    async with server:
        await server.serve_forever()
    del held


asyncio.run(main())
