"""What was asked, when, and over how many connections."""

import time
from collections import Counter, deque

# Requests that a client sends a second apart arrive a little less apart: the loopback and this
# process are not clocks. A window of one second is measured this much shorter.
SLACK = 0.02
KEPT_REQUESTS = 100


class Stats:
    """The counters of one server, and the memory that its faults depend on."""

    def __init__(self):
        self.open_connections = 0
        self.in_flight = 0
        self.reset()

    def reset(self):
        """Start to count anew; connections and requests under way stay known."""
        self.started = time.monotonic()
        self.bytes_sent = 0
        self.requests_total = 0
        self.connections_total = 0
        self.silent_connections = 0
        self.max_simultaneous_connections = self.open_connections
        self.max_inflight = self.in_flight
        self.max_requests_in_any_1s = 0
        self.early_retries = 0
        self.retry_waits = []
        self.rate_violations = 0
        self.auth_failures = 0
        self.tokens_issued = 0
        self.other_origin_hits = 0
        self.leak_count = 0
        self.not_modified = 0
        self.other_requests = deque(maxlen=KEPT_REQUESTS)
        self.server_errors = []
        self.bad_parameters = []
        self.paths = Counter()
        self.urls = {}
        self.healed = False
        self.attempts = Counter()
        self.memory = {}
        self._recent = deque()

    def now(self):
        return time.monotonic() - self.started

    def connection_opened(self):
        """Called at a connection's first request, so that the tests' own questions count not."""
        self.open_connections += 1
        self.connections_total += 1
        self.max_simultaneous_connections = max(self.max_simultaneous_connections,
                                                self.open_connections)
        return self.connections_total

    def connection_closed(self):
        self.open_connections -= 1

    def request_started(self, request, connection):
        now = self.now()
        self.requests_total += 1
        self.in_flight += 1
        self.max_inflight = max(self.max_inflight, self.in_flight)
        self.paths[request.path] += 1
        url = self.urls.setdefault(request.target, {"hits": 0, "times": [], "connections": []})
        url["hits"] += 1
        url["times"].append(round(now, 4))
        url["connections"].append(connection.number)
        self._count_in_window(now)

    def request_ended(self):
        self.in_flight -= 1

    def _count_in_window(self, now):
        self._recent.append(now)
        while self._recent[0] <= now - (1 - SLACK):
            self._recent.popleft()
        self.max_requests_in_any_1s = max(self.max_requests_in_any_1s, len(self._recent))

    def attempt(self, name):
        """The number of this attempt at `name`, from 1; beyond all faults once /heal was asked."""
        self.attempts[name] += 1
        return 10**9 if self.healed else self.attempts[name]

    def report(self, prefix="/", left_out=frozenset()):
        """All of it as plain data but what is left out; the URLs that begin with `prefix`."""
        hidden = {"started", "memory", "attempts", "urls", *left_out}
        report = {name: value for name, value in vars(self).items()
                  if name not in hidden and name[0] != "_"}
        report["other_requests"] = list(self.other_requests)
        report["seconds"] = round(self.now(), 3)
        if "urls" not in left_out:
            report["urls"] = {url: seen for url, seen in self.urls.items()
                              if url.startswith(prefix)}
        return report
