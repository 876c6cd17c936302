"""Calls to outside through a proxy that others wrote (Debian's tinyproxy): only when the settings say so, with its password, and never to what is
refused without one."""
import contextlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading

from parley_server import BINARY, PATIENCE, equal
from peers_test import wait_for_port
from sign_in_test import free_port

NOTES = {
    "openapi": "3.1.0", "info": {"title": "Notes", "version": "1"}, "servers": [{"url": "http://localhost"}],
    "paths": {"/notes": {"get": {"operationId": "list", "responses": {"200": {"description": "ok"}}}}},
}


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append({name.lower(): value for name, value in self.headers.items()})
        body = b'{"notes": ["one"]}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def service():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def proxy():
    with tempfile.TemporaryDirectory() as home:
        port = free_port()
        settings = pathlib.Path(home) / "tinyproxy.conf"
        log = pathlib.Path(home) / "log"
        settings.write_text(f"Port {port}\nListen 127.0.0.1\nTimeout 30\nMaxClients 20\nLogFile \"{log}\"\nLogLevel Connect\nBasicAuth ana s3cret\n")
        process = subprocess.Popen(["tinyproxy", "-d", "-c", settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for_port(port, process)
            yield port, lambda: log.read_text().count("Request (file descriptor")
        finally:
            process.kill()
            process.wait(PATIENCE)


def call(server, egress, secret="ana:s3cret", environment=None):
    """The result of the tool, or the failure's first line."""
    with tempfile.TemporaryDirectory() as home:
        folder = pathlib.Path(home)
        (folder / "flows").mkdir()
        (folder / "tools").mkdir()
        (folder / "tools" / "notes.json").write_text(json.dumps(NOTES))
        (folder / "parley.yaml").write_text(json.dumps({"tools": {"connectors": {"notes": {"server": server}}}, "egress": egress}))
        done = subprocess.run(
            [BINARY, "tool", "try", "notes.list", "--live", "--args", "{}"], capture_output=True, text=True, timeout=PATIENCE, cwd=folder,
            env={**os.environ, "PARLEY_SECRET_PROXY": secret, **(environment or {})},
        )
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr.strip().splitlines()[0]


def test_calls_go_through_the_proxy_that_the_settings_name():
    if not shutil.which("tinyproxy"):
        print("skipped: tinyproxy is not installed (scripts/install_deps)")
        return
    with service() as outside, proxy() as (port, asked):
        address = f"localhost:{outside.server_address[1]}"
        through = {"proxy": f"http://127.0.0.1:{port}", "proxy_secret": "PROXY", "proxy_hosts": [address]}
        equal(call(f"http://{address}", through), {"notes": ["one"]})
        equal((len(outside.seen), asked() >= 1), (1, True))
        assert "proxy-authorization" not in outside.seen[0] and "via" in outside.seen[0], outside.seen
        # A wrong password: the service hears nothing. (This proxy says 401 where it should say 407; that of http: calls looks like the service's.)
        assert "(http_401)" in call(f"http://{address}", through, secret="ana:wrong")
        equal(len(outside.seen), 1)
        # Without the list nothing is looked up by the proxy; what is inside stays refused, whoever would ask for it.
        before = asked()
        assert "inside this network" in call(f"http://{address}", {**through, "proxy_hosts": []})
        assert "is never called" in call("http://169.254.169.254", through)
        assert "has no address" in call("http://nobody.invalid", through)
        equal((asked(), len(outside.seen)), (before, 1))


def test_the_environment_names_no_proxy():
    if not shutil.which("tinyproxy"):
        print("skipped: tinyproxy is not installed (scripts/install_deps)")
        return
    with service() as inside, proxy() as (port, asked):
        address = f"127.0.0.1:{inside.server_address[1]}"
        named = {name: f"http://ana:s3cret@127.0.0.1:{port}" for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")}
        before = asked()
        equal(call(f"http://{address}", {"internal_hosts": [address]}, environment=named), {"notes": ["one"]})
        equal(asked(), before)
        # Hosts of the own network are called directly although there is a proxy.
        both = {"internal_hosts": [address], "proxy": f"http://127.0.0.1:{port}", "proxy_secret": "PROXY"}
        equal(call(f"http://{address}", both), {"notes": ["one"]})
        equal(asked(), before)
        assert "is not set to user:password" in call(f"http://{address}", both, secret="")
