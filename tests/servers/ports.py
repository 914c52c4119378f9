"""Ports that are nobody's.

    with ports.reserved() as port:
        ...                     # whoever connects is refused
        MisbehavingServer("--port", port)

Nobody else gets the port meanwhile, but a server that is told to use it does: on Linux several may
bind a port with SO_REUSEADDR, as long as one of them at most listens.
"""

import socket
from contextlib import contextmanager


@contextmanager
def reserved():
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@contextmanager
def black_hole():
    """A port at which connections are neither taken nor refused: the queue of those that wait to be
    taken is full, and for ever."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        try:
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(listener.getsockname())
            yield listener.getsockname()[1]
        finally:
            for one in waiting:
                one.close()
