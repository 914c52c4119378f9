"""The table of routes. A parameter that a route does not know is an error: a test with a typing
error in its URL would otherwise pass, and test nothing."""

# Any route takes these: `key` names the attempts, `i` only makes URLs differ.
EVERYWHERE = ("key", "i")


class Route:
    def __init__(self, path, parameters, serve, control):
        self.path = path
        self.serve = serve
        self.control = control
        self.open = "*" in parameters.split()
        self.parameters = (*parameters.replace("*", "").split(), *EVERYWHERE)

    def unknown(self, query):
        return [] if self.open else [name for name in query if name not in self.parameters]

    def describe(self):
        return {"path": self.path, "parameters": [*self.parameters, *(["*"] if self.open else [])],
                "what": " ".join((self.serve.__doc__ or "").split())}


ROUTES = {}


def route(path, parameters="", control=False):
    """Make a function the answer to `path`; a path that ends in / takes whatever follows.

    A control route is the tests' own: it is not counted.
    """
    def register(serve):
        if path in ROUTES:
            raise ValueError(f"there is a route {path} already")
        ROUTES[path] = Route(path, parameters, serve, control)
        return serve
    return register


def find(path):
    """The route of a path, or None."""
    exact = ROUTES.get(path)
    return exact or ROUTES.get(path[:path.rfind("/") + 1] if path.count("/") > 1 else None)
