"""Listening, and the command line."""

import argparse
import asyncio
import os
import signal
import ssl
import sys
import traceback
from pathlib import Path

# Importing these is what fills the table of routes.
from . import access, bodies, conditional, control, data, flaky, formats, framing  # noqa: F401
from . import inbox, jobs, logins, manners, mirror, names, pace, paging, places  # noqa: F401
from . import redirects, rows, sizes, streams  # noqa: F401
from .exchange import BadParameter, Exchange
from .routes import find
from .stats import Stats
from .wire import HEAD_LIMIT, Connection, Malformed, Protocol

# What must not reach an origin that the pipeline does not name.
PRIVATE_HEADERS = ("authorization", "x-api-key", "cookie", "referer", "proxy-authorization")


class Server:
    """Two listeners, the main one and the other origin, and one set of counters. A third one is the
    main one behind TLS, where a certificate is given."""

    def __init__(self):
        self.stats = Stats()
        self.url = self.other_url = self.safe_url = None

    async def listen(self, port, other_port, tls=None):
        self.url = await self._listen(port, other_origin=False)
        self.other_url = await self._listen(other_port, other_origin=True)
        if tls:
            self.safe_url = await self._listen(0, other_origin=False, tls=tls)

    async def _listen(self, port, other_origin, tls=None):
        loop = asyncio.get_running_loop()

        def serve(reader, writer):
            return self.serve_connection(reader, writer, other_origin)

        def protocol():
            return Protocol(asyncio.StreamReader(HEAD_LIMIT), serve)

        listener = await loop.create_server(protocol, "127.0.0.1", port, backlog=1024, ssl=tls)
        scheme = "https" if tls else "http"
        return "%s://127.0.0.1:%d" % (scheme, listener.sockets[0].getsockname()[1])

    async def serve_connection(self, reader, writer, other_origin):
        """Requests of one connection, one after the other, until either side has enough."""
        connection = Connection(reader, writer, self.stats)
        silent = True
        try:
            while connection.keep:
                request = await connection.read_request()
                if request is None:
                    break
                silent = False
                connection.keep = request.keeps_alive
                await self.serve_request(Exchange(request, connection, self, other_origin))
        except Malformed as wrong:
            self.stats.bad_parameters.append(str(wrong))
            silent = False
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.stats.silent_connections += silent and not other_origin
            if connection.number is not None:
                self.stats.connection_closed()
            connection.close()

    async def serve_request(self, x):
        """Count the request unless it is a test's own, and answer it."""
        route = find(x.request.path)
        if x.other_origin:
            self.note_other(x.request)
            await self.answer(x, route)
        elif route and route.control:
            await self.answer(x, route)
        else:
            if x.connection.number is None:
                x.connection.number = self.stats.connection_opened()
            self.stats.request_started(x.request, x.connection)
            try:
                await self.answer(x, route)
            finally:
                self.stats.request_ended()

    async def answer(self, x, route):
        """A wrong URL gets a 400 that says so and a mistake of ours a 500; both are counted."""
        try:
            if route is None:
                await x.send_error(404, f"there is no {x.request.path} here; / lists the routes")
            elif unknown := route.unknown(x.request.query):
                raise BadParameter(f"unknown parameters: {' '.join(unknown)}; "
                                   f"{route.path} knows {' '.join(route.parameters)}")
            else:
                await route.serve(x)
        except BadParameter as wrong:
            self.stats.bad_parameters.append(f"{x.request.target}: {wrong}")
            await x.send_error(400, str(wrong))
        except ConnectionError:
            raise
        except Exception as mistake:
            self.stats.server_errors.append(f"{x.request.target}: {mistake!r}")
            traceback.print_exc()
            x.connection.close()

    def note_other(self, request):
        """Remember what reached the other origin, and count what should never have."""
        self.stats.other_origin_hits += 1
        self.stats.other_requests.append(request.raw.decode("latin-1"))
        private = any(request.header(name) for name in PRIVATE_HEADERS)
        everything = request.raw + request.body
        self.stats.leak_count += bool(private or request.body or b"SECRET" in everything)


def write_port(path, url):
    """In one step, so that whoever waits for the file never reads half a number."""
    half_done = f"{path}.{os.getpid()}"
    Path(half_done).write_text(url.rpartition(":")[2] + "\n", encoding="ascii")
    os.replace(half_done, path)


def tls_context(certificate, authority):
    """Of a PEM file with a certificate and its key; with an authority clients must show theirs."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    if authority:
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def serve(options):
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = Server()
    try:
        tls = options.tls_cert and tls_context(options.tls_cert, options.tls_ca)
        await server.listen(options.port, options.other_port, tls)
    except (OSError, OverflowError) as error:
        sys.exit(f"misbehave: cannot listen: {error}")
    if options.port_file:
        write_port(options.port_file, server.url)
    safe = f" safe {server.safe_url}" if server.safe_url else ""
    print(f"listening on {server.url} other {server.other_url}{safe}", flush=True)
    if options.until_eof:
        end_with_stdin(loop, ended)
    await ended.wait()


def end_with_stdin(loop, ended):
    """End when standard input does: its writer started us, and is gone, however it ended."""
    def read():
        if not os.read(0, 4096):
            loop.remove_reader(0)
            ended.set()
    loop.add_reader(0, read)


def main():
    parser = argparse.ArgumentParser(prog="misbehave", description="An HTTP server that misbehaves "
                                     "on purpose; GET / lists what it can do.")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one, the default")
    parser.add_argument("--other-port", type=int, default=0, help="the port of the other origin")
    parser.add_argument("--port-file", metavar="FILE", help="write the port to this file")
    parser.add_argument("--tls-cert", metavar="FILE", help="listen with TLS as well; its "
                        "certificate and key")
    parser.add_argument("--tls-ca", metavar="FILE", help="ask clients for a certificate of this "
                        "authority")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input ends")
    asyncio.run(serve(parser.parse_args()))
