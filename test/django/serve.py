"""Serves the project on a free loopback port and prints the port, which Django's runserver cannot do."""
import os
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "service.settings")


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Handler(WSGIRequestHandler):
    # Without a DNS resolver, the reverse lookup of the client address would take seconds.
    def address_string(self):
        return self.client_address[0]


server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=Server, handler_class=Handler)
print(server.server_port, flush=True)
server.serve_forever()
