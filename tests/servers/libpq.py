"""PostgreSQL's own client library, as much of it as tests need: SQL in, Python's values out.

    with libpq.Connection("host=/tmp/x user=weir dbname=postgres") as connection:
        connection.execute("SELECT id, name FROM t WHERE id = $1", 7)     # [(7, "row 7")]
"""

import ctypes
import ctypes.util
from decimal import Decimal

# As <libpq-fe.h> has them.
CONNECTION_OK = 0
TUPLES_OK, COMMAND_OK, EMPTY_QUERY = 2, 1, 0
SQLSTATE, MESSAGE = ord("C"), ord("M")


def _library():
    lib = ctypes.CDLL(ctypes.util.find_library("pq") or "libpq.so.5")
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    array = ctypes.POINTER(text)
    for name, result, *arguments in (
            ("PQconnectdb", pointer, text), ("PQfinish", None, pointer),
            ("PQstatus", number, pointer),
            ("PQerrorMessage", text, pointer), ("PQbackendPID", number, pointer),
            ("PQexec", pointer, pointer, text),
            ("PQexecParams", pointer, pointer, text, number, pointer, array, pointer, pointer,
             number),
            ("PQresultStatus", number, pointer), ("PQresultErrorField", text, pointer, number),
            ("PQntuples", number, pointer), ("PQnfields", number, pointer),
            ("PQftype", ctypes.c_uint, pointer, number), ("PQclear", None, pointer),
            ("PQgetisnull", number, pointer, number, number),
            ("PQgetvalue", text, pointer, number, number),
            ("PQsetNoticeProcessor", pointer, pointer, pointer, pointer)):
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


_lib = _library()
_ignore = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)(lambda *_: None)


def _numeric(text):
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else number


# From the text of a value, by the number of its type; what is not here stays text.
FROM_TEXT = {16: lambda text: text == "t", 17: lambda text: bytes.fromhex(text[2:]), 20: int,
             21: int, 23: int, 26: int, 700: float, 701: float, 1700: _numeric}


def _to_text(value):
    if value is None:
        return None
    if isinstance(value, bytes):
        return b"\\x" + value.hex().encode()
    return str(value).encode()


class Error(Exception):
    """What the server refused; `sqlstate` is empty where the connection is lost."""

    def __init__(self, sqlstate, message):
        super().__init__(f"{sqlstate or 'lost'}: {message.strip()}")
        self.sqlstate = sqlstate


class Connection:
    """One connection, for one thread at a time. Closed at the end of `with`."""

    def __init__(self, conninfo):
        self._handle = _lib.PQconnectdb(conninfo.encode())
        if _lib.PQstatus(self._handle) != CONNECTION_OK:
            message = _lib.PQerrorMessage(self._handle).decode()
            self.close()
            raise Error("", message)
        _lib.PQsetNoticeProcessor(self._handle, _ignore, None)

    @property
    def pid(self):
        """The server's process of this connection."""
        return _lib.PQbackendPID(self._handle)

    def execute(self, sql, *values):
        """The rows of a statement with $1 and so on, or of the last of many without."""
        if not values:
            result = _lib.PQexec(self._handle, sql.encode())
        else:
            texts = (ctypes.c_char_p * len(values))(*map(_to_text, values))
            result = _lib.PQexecParams(self._handle, sql.encode(), len(values), None, texts, None,
                                       None, 0)
        try:
            return self._rows(result)
        finally:
            _lib.PQclear(result)

    def _rows(self, result):
        if _lib.PQresultStatus(result) not in (TUPLES_OK, COMMAND_OK, EMPTY_QUERY):
            field = _lib.PQresultErrorField
            raise Error((field(result, SQLSTATE) or b"").decode(),
                        (field(result, MESSAGE) or _lib.PQerrorMessage(self._handle)).decode())
        columns = range(_lib.PQnfields(result))
        read = [FROM_TEXT.get(_lib.PQftype(result, column), str) for column in columns]
        return [tuple(None if _lib.PQgetisnull(result, row, column)
                      else read[column](_lib.PQgetvalue(result, row, column).decode())
                      for column in columns) for row in range(_lib.PQntuples(result))]

    def close(self):
        if self._handle:
            _lib.PQfinish(self._handle)
            self._handle = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
