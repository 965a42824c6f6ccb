"""A server on loopback, in a thread of its own, that answers as a test says."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Loopback:
    """The server; its handler, and what it knows, are those of a class below this one."""

    def __init__(self, handler):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.owner, self.server.daemon_threads = self, True
        self.server.handle_error = lambda *words: None  # a client that hangs up is no fault here
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    @property
    def owner(self):
        return self.server.owner

    def send(self, status, body, headers, length=True, upto=None):
        """An answer; of its body the bytes up to one, after which the connection ends."""
        self.send_response(status)
        for name, value in (headers | ({"Content-Length": len(body)} if length else {})).items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body[:upto])
        self.close_connection = self.close_connection or upto is not None
