"""A proxy for HTTP as companies have them: it takes whole addresses, and CONNECT for https.

    with http_proxy.HttpProxy(login="me:SECRET") as proxy:
        ...                     # http://me:SECRET@127.0.0.1:{proxy.port}
        proxy.asked             # the first lines of what it was asked, in order
        proxy.heads             # the same with all headers
"""

import base64
import re
import socket
import ssl
import threading
from urllib.parse import urlsplit

CHUNK = 1 << 16
TIMEOUT = 30


class HttpProxy:
    def __init__(self, login=None, status=None, certificate=None):
        """login: "user:password", demanded of everybody; status: what CONNECT is refused with;
        certificate: a PEM file, its key in it, for a proxy that is itself spoken to by TLS."""
        self._tls = None
        if certificate:
            self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._tls.load_cert_chain(certificate)
        self.login = login and "Basic " + base64.b64encode(login.encode()).decode()
        self.status = status
        self.heads = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def asked(self):
        with self._lock:
            return [head.split("\r\n", 1)[0] for head in self.heads]

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            client.settimeout(TIMEOUT)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            if self._tls:
                client = self._tls.wrap_socket(client, server_side=True)
            with client:
                while self._serve_one(client):
                    pass
        except OSError:
            pass

    def _serve_one(self, client):
        """One request. False: the connection has come to its end."""
        head, rest = read_head(client)
        if not head:
            return False
        with self._lock:
            self.heads.append(head)
        method, target, _ = head.split("\r\n", 1)[0].split(" ")
        if self.login and self._login_of(head) != self.login:
            return refuse(client, 407)
        if method == "CONNECT":
            return self._tunnel(client, target, rest)
        forward(client, target, head, rest)
        return False

    def _login_of(self, head):
        found = re.search(r"^proxy-authorization: (.*?)\r?$", head, re.I | re.M)
        return found and found.group(1)

    def _tunnel(self, client, target, rest):
        if self.status:
            return refuse(client, self.status)
        host, _, port = target.rpartition(":")
        with socket.create_connection((host, int(port)), TIMEOUT) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n")
            server.sendall(rest)
            other = threading.Thread(target=copy, args=(server, client), daemon=True)
            other.start()
            copy(client, server)
            other.join()
        return False


def read_head(client):
    got = b""
    while b"\r\n\r\n" not in got:
        piece = client.recv(CHUNK)
        if not piece:
            return None, b""
        got += piece
    head, _, rest = got.partition(b"\r\n\r\n")
    return head.decode("latin-1"), rest


def refuse(client, status):
    client.sendall(b"HTTP/1.1 %d No\r\nContent-Length: 7\r\n\r\nrefused" % status)
    return True


def forward(client, target, head, rest):
    """One request to the server, and all that it answers; then both have enough."""
    parts = urlsplit(target)
    lines = [line for line in head.split("\r\n")[1:] if not line.lower().startswith("proxy-")]
    first = f"{head.split(' ', 1)[0]} {target[target.index(parts.netloc) + len(parts.netloc):]}"
    asked = "\r\n".join([first + " HTTP/1.1", *lines, "Connection: close", "", ""])
    with socket.create_connection((parts.hostname, parts.port), TIMEOUT) as server:
        server.sendall(asked.encode("latin-1") + rest)
        copy(server, client)


def copy(source, target):
    try:
        while piece := source.recv(CHUNK):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
