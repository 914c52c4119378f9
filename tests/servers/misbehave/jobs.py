"""Jobs: a request creates one, others ask how far it is, and its result is downloaded."""

import gzip
import json

from .exchange import JSON, dump
from .routes import route
from .rows import row

WORDS = {"running": "InProgress", "completed": "JobComplete", "failed": "Failed"}


class Job:
    """What the query of its creation wants of it: every one of these is a parameter of /jobs."""

    def __init__(self, x, number):
        self.number = number
        self.polls = 0
        self.running = x.number("polls", 2)
        self.parts = x.number("parts", 1)
        self.size = x.number("rows", 10)
        self.first = x.number("first", 1)
        self.urls = x.text("urls", "list")      # text, list, objects, null, nothing, numbers
        self.retry_after = x.text("retry_after")
        self.signed = x.number("signed", 0)     # downloads that one signature is good for
        self.type = x.text("type", "json")
        self.pack = x.flag("pack")
        self.place = x.text("place", "/")       # where parts are: "/", "other", or an origin
        self.pages = x.number("pages", 1)       # of each part, by a locator in a header
        self.status = x.text("status", "word")  # or "http", "see_other", "number", "object"
        self.slow = x.number("slow", 0.0, float)
        bad = x.number("bad_jobs", 10**9)
        self.bad = x.text("bad") if number <= bad else ""   # failed, lost, endless, strange
        self.signature = 0
        self.uses = 0

    def state(self):
        if self.polls <= self.running or self.bad == "endless":
            return "running"
        return "failed" if self.bad == "failed" else "completed"

    def ids(self, part, page):
        start = self.first + part * self.size
        ids = list(range(start, start + self.size))
        each = -(-self.size // self.pages)
        return ids[page * each:(page + 1) * each]

    def url(self, x, part):
        origin = {"/": "", "other": x.origin(other=True)}.get(self.place, self.place)
        signed = f"?signature={self.signature}" if self.signed else ""
        return f"{origin}/jobs-part/{self.number}-{part}{signed}"

    def links(self, x):
        urls = [self.url(x, part) for part in range(self.parts)]
        return {"text": urls[0] if urls else None, "list": urls,
                "objects": [{"url": url} for url in urls], "null": None,
                "numbers": [1]}.get(self.urls, urls)

    async def send_rows(self, x, part, page):
        ids = self.ids(part, page)
        headers = []
        if self.pages > 1:
            headers = [("Sforce-Locator", str(page + 1) if page + 1 < self.pages else "null")]
        if self.type == "csv":
            lines = ["id,name", *(f"{n},{row(n)['name']}" for n in ids)]
            body, kind = "\n".join(lines).encode() + b"\n", "text/csv"
        elif self.type == "ndjson":
            body, kind = b"".join(dump(row(n)) + b"\n" for n in ids), "application/x-ndjson"
        else:
            body, kind = dump([row(n) for n in ids]), JSON
        if self.pack:
            body, kind = gzip.compress(body, mtime=0), "application/gzip"
        await x.send_whole(200, body, headers, kind)


def jobs(x):
    return x.stats.memory.setdefault("jobs", [])


def seen(x):
    return x.stats.memory.setdefault("jobs_seen", {"polls": 0, "downloads": {}, "most": 0, "bodies": []})


def job_of(x, number):
    known = jobs(x)
    job = known[number - 1] if 0 < number <= len(known) else None
    return None if job and job.bad == "lost" and job.polls >= job.running else job


@route("/jobs", "polls parts rows first urls retry_after signed type pack place pages status slow bad "
       "bad_jobs location many gives")
async def create(x):
    """Creates a job, which runs for so many `polls` and gives `parts` with `rows` each, from id `first`.
    Of all jobs the first `bad_jobs` are bad: failed, lost, endless, strange. location=1: it is named
    by a header alone, with location=other by one that leads elsewhere. What else it does stands in Job."""
    job = Job(x, len(jobs(x)) + 1)
    jobs(x).append(job)
    running = sum(other.state() == "running" for other in jobs(x))
    seen(x)["most"] = max(seen(x)["most"], running)
    seen(x)["bodies"].append(x.request.body.decode())
    if job.slow:
        await x.pause(job.slow)
    origin = x.origin(other=True) if x.text("location") == "other" else ""
    if x.text("location"):
        await x.send_whole(202, b"", [("Location", f"{origin}/jobs/{job.number}")])
    elif x.text("gives") == "nothing":
        await x.send_json({"created": True}, 201)
    else:
        await x.send_json({"id": job.number, "job": {"name": f"job {job.number}"}}, 201)


@route("/jobs/")
async def poll(x):
    """How far it is."""
    number = x.tail()
    job = job_of(x, int(number) if number.isdigit() else 0)
    if not job:
        await x.send_error(404, "no such job")
        return
    job.polls += 1
    job.signature += 1
    job.uses = 0
    seen(x)["polls"] += 1
    state = job.state()
    headers = [("Retry-After", job.retry_after)] if job.retry_after and state == "running" else []
    if x.request.body:
        seen(x)["bodies"].append(x.request.body.decode())
    if job.status == "see_other" and state == "completed":
        await x.send_whole(303, b"", [("Location", f"/jobs-result/{job.number}")])
        return
    if job.status in ("http", "see_other"):
        await (x.send_whole(202, b"", headers) if state == "running" else job.send_rows(x, 0, 0))
        return
    word = {"number": 7, "object": {}}.get(job.status, WORDS[state])
    answer = {"id": job.number, "state": "Confused" if job.bad == "strange" else word,
              "result": {"id": f"r{job.number}"}, "data": [row(n) for n in job.ids(0, 0)]}
    if state == "failed":
        answer["error"] = "the query is wrong; token=SECRET-refresh-0"
    if state == "completed" and job.urls != "nothing":
        answer["files"] = job.links(x)
    await x.send_json(answer, headers=headers)


@route("/jobs-result/", "locator")
async def result(x):
    """The first part of a job that is done, in pages by `locator`."""
    job = job_of(x, int(x.tail()))
    note(x, f"{job.number} {x.text('locator', '0')}")
    await job.send_rows(x, 0, x.number("locator", 0))


@route("/jobs-where/")
async def where(x):
    """Where the parts of result r1 are: {"files": ...}."""
    job = job_of(x, int(x.tail()[1:]))
    await x.send_json({"files": job.links(x)})


def note(x, name):
    downloads = seen(x)["downloads"]
    downloads[name] = downloads.get(name, 0) + 1


@route("/jobs-part/", "signature")
async def part(x):
    """A part of a result. Its signature is that of the latest poll, and good for so many downloads."""
    number, _, index = x.tail().partition("-")
    job = job_of(x, int(number))
    job.uses += 1
    if job.signed and (x.number("signature", 0) != job.signature or job.uses > job.signed):
        await x.send_error(403, "expired")
        return
    note(x, x.tail())
    await job.send_rows(x, int(index), 0)


@route("/jobs-seen", control=True)
async def jobs_seen(x):
    """How many were created, asked about and running at once, and what was downloaded."""
    await x.send_whole(200, json.dumps({"created": len(jobs(x)), **seen(x)}).encode())
