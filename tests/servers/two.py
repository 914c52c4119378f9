"""An HTTP/2 server over TLS that misbehaves on purpose; who does not speak it gets HTTP/1.1.

    python3 two.py --cert FILE [--key FILE] [--streams N] [--window N] [--one]

It says `listening on https://127.0.0.1:PORT` and ends when its standard input does. /rows answers
with rows; what goes wrong is decided by the URL and the number of the attempt:

    page=1 pages=1   which page this is, of how many; `next` names the one behind it
    size=100 pad=0   rows of a page, and bytes that each of them has besides
    lines=1          the same as NDJSON
    length=0         without Content-Length
    delay=0          milliseconds before the answer
    as=FAULT         what goes wrong, the first `times` (1) times that the URL is asked for:
      reset    half of the body, then RST_STREAM       refuse   RST_STREAM, refused: may be asked again
      require  RST_STREAM, HTTP/1.1 is required        hang     nothing at all
      goaway   GOAWAY, this one was not looked at      calm     the same, because there were too many
      close    half of the body and no more            cut      half, GOAWAY, RST_STREAM and no more
      flood    headers without an end                  huge     a header of 200 KB
      many     5,000 headers                           push     another answer, unasked
      talk     PING and SETTINGS behind the answer     goodbye  GOAWAY behind the answer
      lie      by HTTP/1.1: says that it is HTTP/2

/stats tells what was asked, /reset forgets it.
"""

import argparse
import asyncio
import json
import logging
import os
import ssl
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

import h2.config
import h2.connection
import h2.events
import h2.settings
from hpack import Encoder
from hyperframe.frame import (ContinuationFrame, GoAwayFrame, HeadersFrame, PingFrame,
                              PushPromiseFrame, RstStreamFrame, SettingsFrame)

REFUSED, INTERNAL, CALM, NEEDS_ONE = 7, 2, 11, 13
RESETS = {"refuse": REFUSED, "require": NEEDS_ONE}
FLOOD_FRAMES = 4000
MOST_AT_ONCE = 16384


class Stats:
    def __init__(self):
        self.reset()
        self.now_open = 0

    def reset(self):
        self.urls = Counter()
        self.two = self.one = self.connections = self.most_streams = self.most_connections = 0

    def opened(self):
        self.connections += 1
        self.now_open += 1
        self.most_connections = max(self.most_connections, self.now_open)

    def text(self):
        return json.dumps({
            "two": self.two, "one": self.one, "connections": self.connections,
            "most_streams": self.most_streams, "most_connections": self.most_connections,
            "urls": self.urls})


class Answer:
    """What one request is to get."""

    def __init__(self, stats, target):
        self.path, query = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query))
        stats.urls[target] += 1
        wrong = stats.urls[target] <= int(query.get("times", 1))
        self.fault = query.get("as") if wrong else None
        self.delay = int(query.get("delay", 0)) / 1000
        self.has_length = query.get("length") != "0"
        self.type, self.body = "application/json", self._rows(query)
        if query.get("lines"):
            self.type = "application/x-ndjson"
            self.body = b"".join(json.dumps(row).encode() + b"\n" for row in self.rows)

    def _rows(self, query):
        page, pages, size = (int(query.get(k, v)) for k, v in
                             (("page", 1), ("pages", 1), ("size", 100)))
        pad = "x" * int(query.get("pad", 0))
        self.rows = [{"id": (page - 1) * size + i + 1, "pad": pad} for i in range(size)]
        following = page + 1 if page < pages else None
        return json.dumps({"data": self.rows, "next": following}).encode()

    def headers(self):
        length = [("content-length", str(len(self.body)))] if self.has_length else []
        return [("content-type", self.type)] + length


class Two:
    """A connection by HTTP/2."""

    def __init__(self, server, reader, writer):
        self.server, self.reader, self.writer = server, reader, writer
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="utf-8",
                                    validate_outbound_headers=False))
        self.h2.local_settings = h2.settings.Settings(client=False, initial_values={
            h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: server.options.streams,
            h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: server.options.window})
        self.left = {}      # what is still to be sent of each stream
        self.open = {}      # the headers of each request
        self.tasks = set()
        self.gone = False

    async def serve(self):
        self.h2.initiate_connection()
        self.flush()
        try:
            while data := await self.reader.read(65536):
                for event in self.h2.receive_data(data):
                    self.take(event)
                self.flush()
                await self.writer.drain()
        finally:
            self.gone = True

    def flush(self):
        for stream in list(self.left):
            self.send_on(stream)
        self.write(self.h2.data_to_send())

    def write(self, data):
        """Not to who is gone, which the task of another stream may be the first to see."""
        if data and not self.gone and not self.writer.is_closing():
            self.writer.write(data)

    def take(self, event):
        if isinstance(event, h2.events.RequestReceived):
            self.open[event.stream_id] = dict(event.headers)
            self.server.stats.most_streams = max(self.server.stats.most_streams, len(self.open))
        elif isinstance(event, h2.events.StreamEnded):
            task = asyncio.ensure_future(self.answer(event.stream_id, self.open[event.stream_id]))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        elif isinstance(event, h2.events.DataReceived):
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamReset):
            self.end(event.stream_id)

    def end(self, stream):
        self.left.pop(stream, None)
        self.open.pop(stream, None)

    def send_on(self, stream):
        """As much of the body as the windows allow."""
        while self.left.get(stream):
            room = min(self.h2.local_flow_control_window(stream), MOST_AT_ONCE)
            piece, rest = self.left[stream][:room], self.left[stream][room:]
            if not piece:
                return
            self.left[stream] = rest
            self.h2.send_data(stream, piece, end_stream=not rest)
        self.end(stream)

    def raw(self, *frames):
        """Out of turn, and against the rules."""
        self.flush()
        self.write(b"".join(frame.serialize() for frame in frames))

    async def answer(self, stream, headers):
        answer = self.server.answer(headers[":path"])
        self.server.stats.two += answer.path == "/rows"
        if answer.delay:
            await asyncio.sleep(answer.delay)
        try:
            if answer.fault:
                await self.fail(stream, answer)
            else:
                self.send(stream, answer)
            self.flush()
        except (h2.exceptions.ProtocolError, ConnectionError):
            self.end(stream)

    def send(self, stream, answer):
        self.h2.send_headers(stream, [(":status", "200")] + answer.headers())
        self.left[stream] = answer.body
        self.send_on(stream)

    def send_half(self, stream, answer):
        self.h2.send_headers(stream, [(":status", "200")] + answer.headers())
        half = answer.body[:len(answer.body) // 2]
        for at in range(0, len(half), MOST_AT_ONCE):
            self.h2.send_data(stream, half[at:at + MOST_AT_ONCE])
        self.flush()

    async def fail(self, stream, answer):
        fault = answer.fault
        if fault == "hang":
            return
        if fault in RESETS:
            self.h2.reset_stream(stream, RESETS[fault])
            self.end(stream)
        elif fault in ("reset", "close", "cut"):
            self.send_half(stream, answer)
            if fault == "reset":
                self.h2.reset_stream(stream, INTERNAL)
                self.end(stream)
                return
            if fault == "cut":
                self.raw(GoAwayFrame(0, last_stream_id=stream), RstStreamFrame(stream, INTERNAL))
            self.writer.close()
        elif fault in ("goaway", "calm"):
            self.raw(GoAwayFrame(0, last_stream_id=max(stream - 2, 0),
                                 error_code=CALM if fault == "calm" else 0))
            self.end(stream)
            while self.left:
                await asyncio.sleep(0.01)
            self.flush()
            self.writer.close()
        elif fault in ("flood", "huge", "many"):
            await self.send_headers_too_many(stream, fault)
        elif fault == "push":
            promise = PushPromiseFrame(stream, promised_stream_id=2, flags=["END_HEADERS"])
            promise.data = Encoder().encode([(":method", "GET"), (":path", "/rows")])
            self.raw(promise)
            self.send(stream, answer)
        elif fault in ("talk", "goodbye"):
            self.send(stream, answer)
            self.flush()
            await asyncio.sleep(0.05)
            if fault == "talk":
                self.raw(PingFrame(0, opaque_data=b"whatever"), SettingsFrame(0))
            else:
                self.raw(GoAwayFrame(0, last_stream_id=stream))

    async def send_headers_too_many(self, stream, fault):
        """The encoder's own table stays right, so that others on the connection are not harmed."""
        line = [("x-header", "y" * 100)]
        many = {"flood": line * 16, "many": line * 5000, "huge": [("x-header", "y" * 200_000)]}
        first, *more = self.pieces([(":status", "200")] + many[fault])
        self.raw(HeadersFrame(stream, data=first, flags=["END_STREAM"]))
        if fault == "flood":
            more = [first] * FLOOD_FRAMES
        for piece in more:
            if self.gone:
                break
            self.write(ContinuationFrame(stream, data=piece).serialize())
            await self.writer.drain()
        if fault == "flood":
            self.writer.close()
        else:
            self.write(ContinuationFrame(stream, flags=["END_HEADERS"]).serialize())
        self.end(stream)

    def pieces(self, headers):
        block = self.h2.encoder.encode(headers, huffman=False)
        return [block[at:at + MOST_AT_ONCE] for at in range(0, len(block), MOST_AT_ONCE)]


async def serve_one(server, reader, writer):
    """A connection by HTTP/1.1."""
    while head := await reader.readuntil(b"\r\n\r\n"):
        words, *lines = head.decode("latin-1").split("\r\n")
        for line in lines:
            if line.lower().startswith("content-length:"):
                await reader.readexactly(int(line.split(":")[1]))
        answer = server.answer(words.split()[1])
        server.stats.one += answer.path == "/rows"
        await asyncio.sleep(answer.delay)
        if answer.fault == "hang":
            await reader.read()
            return
        version = "HTTP/2" if answer.fault == "lie" else "HTTP/1.1"
        headers = "".join(f"{name}: {value}\r\n" for name, value in answer.headers())
        body = answer.body
        if not answer.has_length:
            headers += "transfer-encoding: chunked\r\n"
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        writer.write(f"{version} 200 OK\r\n{headers}\r\n".encode() + body)
        await writer.drain()


class Server:
    def __init__(self, options):
        self.options, self.stats = options, Stats()

    def answer(self, target):
        path = urlsplit(target).path
        if path == "/reset":
            self.stats.reset()
        if path == "/rows":
            return Answer(self.stats, target)
        text = self.stats.text().encode()
        answer = Answer(Stats(), path)
        answer.body = text
        return answer

    async def connected(self, reader, writer):
        two = writer.get_extra_info("ssl_object").selected_alpn_protocol() == "h2"
        self.stats.opened()
        try:
            if two:
                await Two(self, reader, writer).serve()
            else:
                await serve_one(self, reader, writer)
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError,
                h2.exceptions.ProtocolError):
            pass
        finally:
            self.stats.now_open -= 1
            writer.close()


async def serve(options):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(options.cert, options.key)
    context.set_alpn_protocols(["http/1.1"] if options.one else ["h2", "http/1.1"])
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    server = Server(options)
    listener = await asyncio.start_server(server.connected, "127.0.0.1", 0, ssl=context)
    loop.add_reader(0, lambda: None if os.read(0, 4096) else ended.set())
    print("listening on https://127.0.0.1:%d" % listener.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    os._exit(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cert", required=True)
    parser.add_argument("--key")
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--window", type=int, default=65535)
    parser.add_argument("--one", action="store_true")
    logging.disable()
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
