"""A proxy for TCP that fails as it is told, in front of a server on a Unix socket or a port.

    with proxy.Proxy(cluster.socket) as line:
        line.cut_before(*COMMITS)       # what the client sends from there on never arrives
        ...                             # connect to 127.0.0.1, line.port
        line.wait_for_cut()

Patterns are looked for in what the client sends. Each cut happens once; a connection made later is
whole again.
"""

import socket
import threading
import time

CHUNK = 1 << 16
# What makes PostgreSQL commit: the statement, or the end of a binary COPY, behind which it stands in
# the same message as the COPY.
COMMITS = (b"COMMIT\0", b"\xff\xffc\0\0\0\4")


class Proxy:
    def __init__(self, target, bytes_per_second=None, answers_per_second=None):
        """target: the path of a socket, or (host, port). The line may be slow on the way to the
        server, and on the way back."""
        self.target = target
        self.bytes_per_second = bytes_per_second
        self.answers_per_second = answers_per_second
        self.n_connections = 0
        self.bytes_to_server = 0
        self._patterns = ()
        self._lets_through = False
        self._skip = 0
        self._cut = threading.Event()
        self._flows = threading.Event()
        self._flows.set()
        self._refuses = False
        self._lock = threading.Lock()
        self._pairs = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)

    # The faults

    def cut_before(self, *patterns, skip=0):
        """Cut the connection that sends one of them, which does not arrive; the first `skip` do."""
        self._arm(patterns, False, skip)

    def cut_after(self, *patterns, skip=0):
        """The same, but it arrives, and the server's answer to it gets lost."""
        self._arm(patterns, True, skip)

    def _arm(self, patterns, lets_through, skip):
        with self._lock:
            self._patterns, self._lets_through, self._skip = patterns, lets_through, skip
            self._cut.clear()

    def was_cut(self):
        return self._cut.is_set()

    def wait_for_cut(self, timeout=30):
        if not self._cut.wait(timeout):
            raise AssertionError(f"the proxy cut nothing within {timeout} s")

    def cut_all(self):
        """Cut every connection now."""
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            self._close(pair)

    def stall(self):
        """Nothing more arrives on either side until flow()."""
        self._flows.clear()

    def flow(self):
        self._flows.set()

    def refuse(self, refuses=True):
        """Close connections as soon as they are made, as if no server listened."""
        self._refuses = refuses

    # The work

    @staticmethod
    def _start(work, *arguments):
        threading.Thread(target=work, args=arguments, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.n_connections += 1
            if self._refuses:
                client.close()
                continue
            self._begin(client)

    def _begin(self, client):
        try:
            if isinstance(self.target, tuple):
                server = socket.create_connection(self.target)
            else:
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self.target))
        except OSError:
            client.close()
            return
        pair = (client, server)
        with self._lock:
            self._pairs.add(pair)
        self._start(self._pass_on, pair, client, server, True)
        self._start(self._pass_on, pair, server, client, False)

    def _pass_on(self, pair, source, target, is_client):
        before = b""
        try:
            while chunk := source.recv(CHUNK):
                self._flows.wait()
                if is_client:
                    before, (chunk, cut) = chunk, self._look(before, chunk)
                    self._send(target, chunk, self.bytes_per_second, True)
                    if cut:
                        self._lose(pair)
                        return
                else:
                    self._send(target, chunk, self.answers_per_second, False)
        except OSError:
            pass
        self._close(pair)

    def _find(self, text, start):
        """Where the first of the patterns ends behind `start`, or 0."""
        ends = [found + len(pattern) for pattern in self._patterns
                if (found := text.find(pattern, max(0, start - len(pattern) + 1))) >= 0]
        return min(ends, default=0)

    def _look(self, before, chunk):
        """What may go on of a chunk, and whether the connection is cut there."""
        with self._lock:
            text = before + chunk
            end = self._find(text, len(before))
            while end and self._skip:
                self._skip -= 1
                end = self._find(text, end)
            if not end:
                return chunk, False
            self._patterns = ()
            return (chunk if self._lets_through else b""), True

    def _send(self, target, chunk, bytes_per_second, is_client):
        """Slowly, if that is wished for."""
        piece = max(1, bytes_per_second // 20) if bytes_per_second else len(chunk) or 1
        for start in range(0, len(chunk), piece):
            if is_client:
                self._flows.wait()
            part = chunk[start:start + piece]
            target.sendall(part)
            self.bytes_to_server += len(part) * is_client
            if bytes_per_second:
                time.sleep(len(part) / bytes_per_second)

    def _lose(self, pair):
        """The client sees the end at once; the server may end what it was told, and then sees it
        too."""
        client, _ = pair
        self._cut.set()
        self._shut(client)
        time.sleep(0.05)
        self._close(pair)

    @staticmethod
    def _shut(end):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _close(self, pair):
        with self._lock:
            self._pairs.discard(pair)
        for end in pair:
            self._shut(end)
            end.close()

    def close(self):
        self._shut(self._listener)
        self._listener.close()
        self._flows.set()
        self.cut_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
