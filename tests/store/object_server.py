"""A real object store on this machine: moto's S3 over HTTP, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# One request at a time: moto looks and puts in two steps, S3 in one.
_SERVE = """
import threading
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
moto, turn = DomainDispatcherApplication(create_backend_app), threading.Lock()
def answer(environ, start_response):
    with turn:
        return list(moto(environ, start_response))
server = make_server("127.0.0.1", 0, answer, threaded=True)
print(server.port, flush=True)
server.serve_forever()
"""


@contextmanager
def object_server() -> Iterator[str]:
    """The URL of an empty bucket; this process and its children know how to reach it."""
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    server = subprocess.Popen([sys.executable, "-c", _SERVE], **quiet)
    before = dict(os.environ)
    try:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        os.environ.update(
            AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{port}",
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",
            AWS_DEFAULT_REGION="us-east-1",
            AWS_EC2_METADATA_DISABLED="true",
        )
        import s3fs

        s3fs.S3FileSystem.clear_instance_cache()
        s3fs.S3FileSystem().mkdir("geometry")
        yield "s3://geometry"
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
        os.environ.clear()
        os.environ.update(before)
