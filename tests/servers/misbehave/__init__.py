"""An HTTP server that misbehaves on purpose, byte by byte, for the tests.

Everything it does is decided by the URL, the parameter `key` and the number of the attempt, never
by chance: a test that fails once fails again. `GET /` lists the routes and their parameters.

    wire.py       a connection: requests in, exactly these bytes out, or a reset
    exchange.py   one request and its answer: what the routes work with
    routes.py     the table of routes, filled by the files below
    stats.py      what was asked, when, and over how many connections
    faults.py     the ways an answer goes wrong that any route can be told to take (as=reset)

    rows.py       rows that a test can predict: /rows /items /expected
    paging.py     /pages in every style of paging
    places.py     the same, asked for in headers, path or body: /placed
    data.py       rows that the test brings, and changes between runs: /data /data-set
    conditional.py the same with validators, and 304 to who has them: /kept
    flaky.py      answers that fail at first: /flaky /retry-after /status
    pace.py       too slow, or never: /slow /hang /stall /drip
    framing.py    HTTP that is not HTTP: /cl-dup /chunked-garbage /endless-1xx
    bodies.py     JSON that is not JSON, or barely: /body /types
    logins.py     more of them: /login /refresh /exchange /quota
    formats.py    rows in other clothes: /lines /csv /arrays /xml
    sizes.py      far too much of something: /big /deep /gzip
    streams.py    large answers that break off: /stream
    names.py      hostile names and texts: /keys /log-inject
    access.py     who may ask, and how often: /auth /token /rate
    manners.py    left alone for a while, or not crowded: /pause /left /crowd
    redirects.py  elsewhere: /redirect /redirect-other-origin
    mirror.py     what the client sent: /echo /post
    jobs.py       rows that take time to make: /jobs /jobs-part
    inbox.py      where rows can be sent to: /inbox /inbox-seen
    control.py    for the tests themselves: / /stats /reset-stats /heal
    server.py     listening, and the command line
"""
