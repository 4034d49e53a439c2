"""moto, one request after the other: `python moto-server.py PORT`.

moto's own server takes requests in threads and looks at a condition before it writes, so two writers with
`If-None-Match: *` can both win. On AWS a conditional write of one object or one item is atomic.
"""

import signal
import sys
import threading

from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

application = DomainDispatcherApplication(create_backend_app)
application.debug = True
lock = threading.Lock()


def one_at_a_time(environ, start_response):
    with lock:
        return list(application(environ, start_response))


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
run_simple("127.0.0.1", int(sys.argv[1]), one_at_a_time, threaded=True, request_handler=MotoRequestHandler)
