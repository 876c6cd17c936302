"""Signing in at an authorization server that others wrote (npm oidc-provider): the link in the chat, the browser, the token that is kept,
renewed, and taken back."""
import contextlib
import html
import http.cookiejar
import json
import pathlib
import re
import socket
import sqlite3
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from npm_packages import installed
from parley_server import BINARY, PATIENCE, Server, equal

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = "oidc-provider@9.13.3"

NOTES = """\
openapi: 3.1.0
info: {{title: Notes, version: "1"}}
servers: [{{url: "{origin}"}}]
security: [{{people: [notes]}}]
components:
  securitySchemes:
    people:
      type: oauth2
      flows:
        authorizationCode:
          authorizationUrl: {origin}/auth
          tokenUrl: {origin}/token
          scopes: {{openid: Who you are., offline_access: While you are away., notes: Read notes.}}
paths:
  /notes:
    get:
      operationId: list
      responses: {{"200": {{description: ok}}}}
"""

READ = """\
id: read
triggers: [{command: /notes}]
steps:
  - {id: fetch, type: tool, call: notes.list, save: found, on_error: failed}
  - {id: show, type: message, text: "Notes: {{found.notes}}", next: end}
  - {id: failed, type: message, text: "No: {{error.code}}"}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Identity:
    """The authorization server and the service behind it, in a process of their own."""

    def __init__(self, modules, redirect):
        self.process = subprocess.Popen(
            ["node", HERE / "oidc_server.mjs", modules, redirect], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.port = int(self.process.stdout.readline())
        self.origin = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(PATIENCE)

    def get(self, path):
        with urllib.request.urlopen(self.origin + path, timeout=PATIENCE) as answer:
            return json.load(answer)


class Browser:
    """Follows links and sends forms, with cookies; the last page is what is left."""

    def __init__(self, languages="en"):
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self.opener.addheaders = [("Accept-Language", languages)]

    def open(self, url, fields=None):
        data = urllib.parse.urlencode(fields).encode() if fields else None
        try:
            with self.opener.open(url, data, timeout=PATIENCE) as answer:
                self.status, self.url, self.headers, self.page = answer.status, answer.url, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            self.status, self.url, self.headers, self.page = error.code, error.url, error.headers, error.read().decode()
        return self.page

    def open_status(self, url, fields):
        self.open(url, fields)
        return self.status

    def allow(self, link):
        """Opens the link of a chat and says yes there; gives the page of the authorization server."""
        self.open(link)
        self.submit()
        leads_to = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', self.page)
        assert leads_to, self.page
        self.asked = html.unescape(leads_to.group(1))
        return self.open(self.asked)

    def sign_in(self, link, who="ana"):
        """Through the pages for login and consent, to wherever the server then leads."""
        self.allow(link)
        return self.say_yes(who)

    def code(self):
        """That the page at the end shows, to be written in the chat."""
        shown = re.search(r"<output[^>]*>(\d{3} \d{3})</output>", self.page)
        assert shown, self.page
        return shown.group(1)

    def say_yes(self, who="ana"):
        for fields in ({"prompt": "login", "login": who, "password": "x"}, {"prompt": "consent"}):
            form = re.search(r'action="([^"]+)"', self.page)
            assert form, self.page
            self.open(urllib.parse.urljoin(self.url, html.unescape(form.group(1))), fields)
        return self.page

    def submit(self):
        """The page's form with what it holds already."""
        form = re.search(r'<form[^>]*action="([^"]+)"', self.page)
        assert form, self.page
        held = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self.page))
        fields = {name: html.unescape(held[name]) for name in held} or {"": ""}  # a form without fields is sent by POST, too
        return self.open(urllib.parse.urljoin(self.url, html.unescape(form.group(1))), fields)

    def sign_in_at_device(self, address, code):
        """On another device, where the code is filled in already; he compares it with what he was shown."""
        self.open(address)
        self.submit()
        assert code in self.page, self.page
        self.submit()
        self.say_yes()
        assert "Sign-in Success" in self.page, self.page


class Both:
    """Parley and the authorization server, each knowing the other's address."""

    def __init__(self, modules, owner="user", key="", **more):
        port = free_port()
        self.identity = Identity(modules, f"http://127.0.0.1:{port}/v1/sign-in/callback")
        self.server = Server(
            flows={"read": READ},
            environment={
                "PARLEY_SERVER__LISTEN": f"127.0.0.1:{port}", "PARLEY_SECRET_CLIENT": "a-client-secret", **({"PARLEY_SERVER__API_KEY": key} if key else {}),
            },
        )
        (self.server.folder / "tools" / "notes.yaml").write_text(NOTES.format(origin=self.identity.origin))
        credential = {"user": "parley", "secret": "CLIENT", "owner": owner, "revocation_url": self.identity.origin + "/token/revocation",
                      "device_url": self.identity.origin + "/device/auth", **more}
        (self.server.folder / "parley.yaml").write_text(json.dumps({
            "tools": {"mode": "live", "connectors": {"notes": {"credentials": {"people": credential}}}},
            "egress": {"internal_hosts": [f"127.0.0.1:{self.identity.port}"]},
        }))

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *_):
        self.server.__exit__()
        self.identity.__exit__()

    def ask(self, conversation=None, **more):
        """What the assistant says to /notes, and in which conversation."""
        if conversation:
            more["conversation_id"] = conversation
        answer = self.server.chat(message="/notes", **more).json
        return answer["text"], answer["conversation_id"]

    def link_in(self, text):
        found = re.search(r"https?://\S+", text)
        assert found and found.group().startswith(f"http://127.0.0.1:{self.server.port}/v1/sign-in?link="), text
        return found.group()

    def sign_in(self, text, conversation, token=None):
        """In a browser, and writes the code in the conversation; gives what that says when it has gone on."""
        browser = Browser()
        page = browser.sign_in(self.link_in(text))
        assert "You are signed in at notes." in page, page
        answer = self.server.chat(conversation_id=conversation, message=browser.code(), token=token).json
        return [message["text"] for message in answer["messages"]]


def test_the_conversation_waits_for_the_sign_in_and_goes_on_and_the_grant_is_its_own():
    modules = installed(PACKAGE)
    if not modules:
        return
    with Both(modules) as both:
        text, conversation = both.ask()
        assert text.startswith("I need your permission at notes first."), text
        equal(both.identity.get("/calls"), [])
        equal(both.sign_in(text, conversation)[0], "Notes: a note of ana")
        assert both.ask(conversation)[0].startswith("Notes: a note of ana")
        assert both.ask()[0].startswith("I need your permission"), "another conversation has another owner"
        both.server.kill()
        both.server.start()
        assert both.ask(conversation)[0].startswith("Notes: a note of ana"), "the grant survives"
        equal(both.identity.get("/calls"), ["ana"] * 3)
        both.server.stop()
        stored = b"".join(path.read_bytes() for path in (both.server.root / "data").rglob("*") if path.is_file())
        assert b"a-client-secret" not in stored and b"refresh_token" not in stored
        assert "a-client-secret" not in both.server.output


def test_a_token_that_ends_is_renewed_with_a_refresh_token_that_counts_once():
    modules = installed(PACKAGE)
    if not modules:
        return
    with Both(modules) as both:
        both.identity.get("/lifetime/20")  # shorter than the margin: old at once
        text, conversation = both.ask()
        equal(both.sign_in(text, conversation)[0], "Notes: a note of ana")
        for _ in range(3):
            assert both.ask(conversation)[0].startswith("Notes: a note of ana")
        equal(both.identity.get("/calls"), ["ana"] * 4)


def test_a_permission_is_taken_back_on_request():
    modules = installed(PACKAGE)
    if not modules:
        return
    with Both(modules) as both:
        text, conversation = both.ask()
        both.sign_in(text, conversation)
        path = f"/v1/conversations/{conversation}/sign-ins/notes"
        equal(both.server.request("DELETE", path).status, 204)
        equal(both.server.request("DELETE", path).status, 404)
        assert both.ask(conversation)[0].startswith("I need your permission")


def test_an_erased_user_leaves_no_grant_and_a_link_that_is_followed_afterwards_gives_none():
    modules = installed(PACKAGE)
    if not modules:
        return
    with Both(modules) as both:
        def granted():
            """Of which conversations grants are stored, or what waits to be one."""
            with contextlib.closing(sqlite3.connect(both.server.root / "data" / "tenants" / "default.db")) as db:
                names = [row[0] for row in db.execute("SELECT name FROM setting WHERE name >= 'grant:' AND name < 'grant;'")]
            return sorted({name.rpartition(":")[2] for name in names})

        conversations = {}
        for user in ("ana", "bo"):
            text, conversations[user] = both.ask(user_id=user)
            equal(both.sign_in(text, conversations[user])[0], "Notes: a note of ana")
        late, _ = both.ask(user_id="ana")
        equal(granted(), sorted(conversations.values()))
        browser = Browser()
        browser.allow(both.link_in(late))
        rows = both.server.request("DELETE", "/v1/users/ana").json["rows"]
        equal(granted(), [conversations["bo"]])
        page = browser.say_yes()
        assert "That did not work" in page and "not there any more" in page, page
        equal(Browser().open_status(both.link_in(late), None), 404)
        equal(granted(), [conversations["bo"]])
        assert both.ask(conversations["bo"])[0].startswith("Notes: a note of ana")
        print(f"{rows} rows erased, 1 of them a grant")


def state_of(browser, link):
    """Of the address that the authorization server is asked at."""
    browser.allow(link)
    return urllib.parse.parse_qs(urllib.parse.urlsplit(browser.asked).query)["state"][0]


def test_forged_and_repeated_returns_and_a_no_are_refused():
    modules = installed(PACKAGE)
    if not modules:
        return
    with Both(modules) as both:
        text, conversation = both.ask()
        browser, callback = Browser(), f"http://127.0.0.1:{both.server.port}/v1/sign-in/callback"
        state = state_of(browser, both.link_in(text))
        cases = [
            ({"code": "x", "state": "forged"}, 400),
            ({"code": "x", "state": state[:-4] + "AAAA"}, 400),
            ({"code": "x"}, 400),
            ({"code": "x", "state": state, "iss": "https://evil.test"}, 400),
        ]
        for query, status in cases:
            browser.open(callback + "?" + urllib.parse.urlencode(query))
            equal(browser.status, status)
            assert "That did not work" in browser.page, browser.page
        text, _ = both.ask(both.server.chat(message="hello").json["conversation_id"])
        state = state_of(browser, both.link_in(text))
        browser.open(callback + "?" + urllib.parse.urlencode({"error": "access_denied", "state": state}))
        equal(browser.status, 403)
        browser.open(callback + "?" + urllib.parse.urlencode({"code": "made-up", "state": state}))
        equal(browser.status, 400)  # a state counts once
        equal(both.identity.get("/calls"), [])


def test_whoever_sends_his_link_to_somebody_else_gets_nothing():
    """The attacker's conversation asks; the victim, who is signed in at the service, opens the link."""
    modules = installed(PACKAGE)
    if not modules:
        return
    with Both(modules) as both:
        server = both.server
        text, conversation = both.ask()
        link = both.link_in(text)
        # Nothing happens to who only opens it, and the page says what it is about.
        victim = Browser()
        victim.open(link)
        for words in ("Let", "act for you at notes?", "a visitor whose name is not known", f"127.0.0.1:{both.identity.port}", "If somebody sent you this link"):
            assert words in victim.page, victim.page
        headers = victim.headers
        equal((headers["X-Frame-Options"], headers["Cache-Control"], headers["Referrer-Policy"]), ("DENY", "no-store", "same-origin"))
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], headers
        cookie = headers["Set-Cookie"]
        assert "HttpOnly; SameSite=Lax" in cookie and "Path=/;" in cookie, cookie
        # A page that the attacker prepared sends no form for the victim: it knows neither cookie nor ticket.
        attacker = Browser()
        attacker.open(link)
        ticket = html.unescape(re.search(r'action="([^"]+)"', attacker.page).group(1))
        equal(Browser().open_status(f"http://127.0.0.1:{server.port}{ticket}", {"x": "1"}), 400)
        equal(victim.open_status(f"http://127.0.0.1:{server.port}{ticket}", {"x": "1"}), 400)
        # The attacker says yes himself and sends the way from there on: the victim comes back with another browser.
        attacker.allow(link)
        victim.open(attacker.asked)
        page = victim.say_yes()
        equal(victim.status, 400)
        assert "another browser" in page, page
        # The victim believes the page. Still nothing counts before the attacker's conversation shows the code.
        believer = Browser()
        believer.sign_in(link)
        code = believer.code()
        wrong = f"{(int(code.replace(' ', '')) + 1) % 1_000_000:06}"
        path = f"/v1/conversations/{conversation}/sign-ins"
        equal(server.post(path, {"code": wrong}).status, 400)
        other = server.chat(message="hello").json
        equal(server.post(f"/v1/conversations/{other['conversation_id']}/sign-ins", {"code": code}).status, 400)
        equal(both.identity.get("/calls"), [])
        # It is the conversation's own user who has the code.
        equal(server.post(path, {"code": code}).json, {"connector": "notes"})
        equal(both.identity.get("/calls"), ["ana"])  # the conversation has gone on
        assert both.ask(conversation)[0].startswith("Notes: a note of ana")


def test_the_pages_speak_the_browsers_language():
    modules = installed(PACKAGE)
    if not modules:
        return
    with Both(modules) as both:
        link = both.link_in(both.ask()[0])
        browser = Browser("de-AT,de;q=0.9,en;q=0.5")
        assert "bei notes für Sie handeln?" in browser.open(link) and '<html lang="de">' in browser.page, browser.page
        browser.sign_in(link)
        assert "Noch ein Schritt" in browser.page, browser.page
        browser.open(link + "x")
        assert "Das hat nicht geklappt" in browser.page, browser.page


def test_one_person_signs_in_for_the_team_from_the_command_line():
    modules = installed(PACKAGE)
    if not modules:
        return
    with Both(modules, owner="team") as both:
        assert both.ask()[0].startswith("No: no_token"), both.ask()
        login = subprocess.Popen(
            [BINARY, "tool", "login", "notes", "--url", f"http://127.0.0.1:{both.server.port}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        page = Browser().sign_in(both.link_in(login.stdout.readline()), who="bo")
        assert "You are signed in at notes." in page, page
        equal(login.wait(PATIENCE), 0)
        login.communicate()
        for _ in range(2):
            assert both.ask()[0].startswith("Notes: a note of bo")
        none = subprocess.run(
            [BINARY, "tool", "login", "none", "--no-wait", "--url", f"http://127.0.0.1:{both.server.port}"], capture_output=True, text=True, timeout=PATIENCE
        )
        equal(none.returncode, 1)
        assert "nobody signs in for the whole team at 'none'" in none.stderr, none.stderr


def test_somebody_without_a_browser_that_leads_back_signs_in_at_another_device():
    modules = installed(PACKAGE)
    if not modules:
        return
    with Both(modules, at_device=True) as both:
        text, conversation = both.ask()
        shown = re.search(r"(https?://\S+/device\?user_code=\S+) \((\S+)\)", text)
        assert shown, text
        with both.server.open_stream("GET", f"/v1/events?conversation={conversation}") as stream:
            Browser().sign_in_at_device(shown.group(1), shown.group(2))
            turn = stream.until("turn")[-1][1]
        equal(turn["messages"][0]["text"], "Notes: a note of ana")
        assert both.ask(conversation)[0].startswith("Notes: a note of ana")


def test_the_command_line_shows_a_code_for_another_device():
    modules = installed(PACKAGE)
    if not modules:
        return
    with Both(modules, owner="team") as both:
        command = [BINARY, "tool", "login", "notes", "--device", "--url", f"http://127.0.0.1:{both.server.port}"]
        login = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        address, code = login.stdout.readline().strip(), login.stdout.readline().strip()
        Browser().sign_in_at_device(address, code)
        _, said = login.communicate(timeout=PATIENCE)
        equal((login.returncode, "signed in at notes" in said), (0, True))
        assert both.ask()[0].startswith("Notes: a note of ana"), "one permission for everybody"


def test_a_permission_belongs_to_a_user_of_whom_a_key_says_who_he_is():
    modules = installed(PACKAGE)
    if not modules:
        return
    key = "a-long-secret-key-of-the-test"
    with Both(modules, key=key) as both:
        text, conversation = both.ask(token=key, user_id="ana")
        both.sign_in(text, conversation, token=key)
        assert both.ask(token=key, user_id="ana")[0].startswith("Notes: a note of ana"), "the next conversation need not ask"
        assert both.ask(token=key, user_id="bo")[0].startswith("I need your permission"), "somebody else must"
        assert both.ask(user_id="ana")[0].startswith("I need your permission"), "a visitor may say any name"
        # In any of his conversations it is taken back in all of them.
        other = both.ask(token=key, user_id="ana")[1]
        equal(both.server.request("DELETE", f"/v1/conversations/{other}/sign-ins/notes", token=key).status, 204)
        text, conversation = both.ask(token=key, user_id="ana")
        assert text.startswith("I need your permission")
        both.sign_in(text, conversation, token=key)
        equal(both.server.request("DELETE", "/v1/users/ana/sign-ins/notes").status, 401)
        equal(both.server.request("DELETE", "/v1/users/ana/sign-ins/notes", token=key).status, 204)
        equal(both.server.request("DELETE", "/v1/users/ana/sign-ins/notes", token=key).status, 404)
        assert both.ask(token=key, user_id="ana")[0].startswith("I need your permission")
