"""Services for tests of the connectors: Stripe's semantics of idempotency keys, issues of GitHub and Jira. Each checks what it is sent and
refuses what the real one would refuse; `hold` makes it act and keep the answer back, for a kill in between."""
import http.server
import json
import re
import threading
import urllib.parse

from parley_server import PATIENCE

CHARGE_FIELDS = {"amount", "currency", "source", "customer", "description", "receipt_email", "metadata", "capture", "statement_descriptor"}


class Service:
    def __init__(self):
        self.requests, self.refused, self.lock = [], [], threading.Lock()
        self.hold = False
        self.acted, self.go_on = threading.Event(), threading.Event()
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self):
                service.handle(self)

            do_GET = do_POST = do_PUT = do_PATCH = do

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, method, path, query, headers, body):
        """(status, JSON); with the lock."""
        raise NotImplementedError

    def handle(self, request):
        raw = request.rfile.read(int(request.headers["Content-Length"] or 0)).decode()
        at = urllib.parse.urlsplit(request.path)
        with self.lock:
            self.requests.append((request.command, request.path, dict(request.headers), raw))
            status, answer = self.answer(request.command, at.path, dict(urllib.parse.parse_qsl(at.query)), request.headers, raw)
            if status >= 400:
                self.refused.append((status, answer))
            hold = self.hold and request.command != "GET"
        if hold:
            self.acted.set()
            self.go_on.wait(PATIENCE)
        text = json.dumps(answer).encode() if answer is not None else b""
        try:
            request.send_response(status)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(text)))
            request.end_headers()
            request.wfile.write(text)
        except OSError:
            pass  # whoever asked was killed

    def kill_during(self, server, act):
        kill_during(server, self, act)


def kill_during(server, service, act):
    """Does something with the server, and kills that when the service has acted but not answered."""
    service.hold = True
    service.acted.clear()

    def go():
        try:
            act()
        except Exception:
            pass  # the server is gone

    worker = threading.Thread(target=go)
    worker.start()
    assert service.acted.wait(PATIENCE), server.output
    server.kill()
    worker.join()
    service.hold = False
    service.go_on.set()


class Stripe(Service):
    """The first status and body under a key are given again; the same key with other parameters is an error."""

    def __init__(self, key):
        self.key, self.charges, self.kept = key, [], {}
        super().__init__()

    def complaint(self, fields):
        unknown = set(re.sub(r"\[.*", "", name) for name in fields) - CHARGE_FIELDS
        if unknown:
            return 400, f"Received unknown parameter: {sorted(unknown)[0]}"
        if not re.fullmatch(r"[1-9]\d*", fields.get("amount", "")):
            return 400, "Invalid integer: amount"
        if not re.fullmatch("[a-z]{3}", fields.get("currency", "")):
            return 400, "Invalid currency"
        if not fields.get("source") and not fields.get("customer"):
            return 400, "Must provide source or customer."
        if fields.get("source") == "tok_chargeDeclined":
            return 402, "Your card was declined."
        return None

    def answer(self, method, path, query, headers, body):
        if headers["Authorization"] != f"Bearer {self.key}":
            return 401, {"error": {"message": "Invalid API Key provided"}}
        if (method, path) != ("POST", "/v1/charges"):
            return 404, {"error": {"message": f"Unrecognized request URL ({method}: {path})"}}
        if headers["Content-Type"] != "application/x-www-form-urlencoded":
            return 400, {"error": {"message": "Invalid request"}}
        key = headers["Idempotency-Key"]
        if not key or len(key) > 255:
            return 400, {"error": {"message": "no key, or a long one"}}
        if key in self.kept:
            first, status, answer = self.kept[key]
            if first == body:
                return status, answer
            return 400, {"error": {"type": "idempotency_error", "message": "Keys can only be used with the same parameters."}}
        fields = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
        complaint = self.complaint(fields)
        if complaint:
            status, answer = complaint[0], {"error": {"message": complaint[1]}}
        else:
            charge = {"id": f"ch_{len(self.charges) + 1}", "object": "charge", "status": "succeeded", "paid": True,
                      "amount": int(fields["amount"]), "currency": fields["currency"], "balance_transaction": "txn_1"}
            self.charges.append(charge)
            status, answer = 200, charge
        self.kept[key] = (body, status, answer)
        return status, answer


class GitHub(Service):
    """Comments of issues, twenty a page at most."""

    def __init__(self, key):
        self.key, self.comments = key, []
        super().__init__()

    def answer(self, method, path, query, headers, body):
        if headers["Authorization"] != f"Bearer {self.key}" or headers["X-GitHub-Api-Version"] != "2022-11-28":
            return 401, {"message": "Bad credentials"}
        if not re.fullmatch(r"/repos/[^/]+/[^/]+/issues/\d+/comments", path):
            return 404, {"message": "Not Found"}
        if method == "GET":
            return 200, self.comments
        comment = {"id": len(self.comments) + 1, "html_url": f"https://github.test/{len(self.comments) + 1}", "body": json.loads(body)["body"]}
        self.comments.append(comment)
        return 201, comment


class Jira(Service):
    """Issues by their key, with summary, description, status and labels."""

    def __init__(self, user, key, issues):
        self.login, self.issues, self.updates = (user, key), issues, 0
        super().__init__()

    def answer(self, method, path, query, headers, body):
        import base64
        if headers["Authorization"] != "Basic " + base64.b64encode(":".join(self.login).encode()).decode():
            return 401, {"errorMessages": ["Client must be authenticated."]}
        if path == "/rest/api/2/search/jql" and method == "GET":
            found = re.fullmatch(r'reporter = "([^"]+)" ORDER BY created DESC', query["jql"])
            if not found:
                return 400, {"errorMessages": ["Error in the JQL Query"]}
            mine = [issue for issue in self.issues.values() if issue["fields"]["reporter"] == found.group(1)]
            return 200, {"issues": mine[: int(query.get("maxResults", 50))], "isLast": True}
        key = path.removeprefix("/rest/api/2/issue/")
        if key not in self.issues:
            return 404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."]}
        if method == "GET":
            return 200, self.issues[key]
        update = json.loads(body)
        labels = self.issues[key]["fields"]["labels"]
        if set(update) != {"update"} or set(update["update"]) != {"labels"}:
            return 400, {"errorMessages": ["what is this?"]}
        for change in update["update"]["labels"]:
            if " " in next(iter(change.values())):
                return 400, {"errors": {"labels": "The label can't contain spaces."}}
            if "add" in change and change["add"] not in labels:
                labels.append(change["add"])
            if change.get("remove") in labels:
                labels.remove(change["remove"])
        self.updates += 1
        return 204, None
