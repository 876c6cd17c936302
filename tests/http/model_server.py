"""A model's server that answers as told: Chat Completions over HTTP, well or badly. One thread a connection."""
import http.server
import json
import socket
import sys
import threading


def completion(text, calls=None, usage=(20, 5)):
    message = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = [
            {"id": f"c{i}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
            for i, (name, arguments) in enumerate(calls)
        ]
    return {
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}],
        "usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)},
    }


def chunks(text, usage=(20, 5)):
    """The events of a streamed text, a word each."""
    for word in text.split(" "):
        yield {"choices": [{"index": 0, "delta": {"content": word + " "}}]}
    yield {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    yield {"choices": [], "usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1]}}


class ModelServer:
    """`with ModelServer(reply) as model:`; `reply(question, handler)` gives a text, a completion, or writes itself.

    `questions` are the bodies of all requests so far, `keys` what their Authorization said.
    """

    def __init__(self, reply):
        self.reply, self.questions, self.keys, self.stopped = reply, [], [], False
        self.going_on = threading.Event()  # for replies that wait until the test lets them go on
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                self.send({"object": "list", "data": [{"id": "scripted", "object": "model"}]})

            def do_POST(self):
                if outer.stopped:  # a connection from before
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.questions.append(question)
                outer.keys.append(self.headers.get("Authorization"))
                try:
                    answer = outer.reply(question, self)
                    if answer is None:
                        return
                    if isinstance(answer, str):
                        if question.get("stream"):
                            self.stream(chunks(answer))
                            return
                        answer = completion(answer)
                    self.send(answer)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def send(self, body, status=200, **headers):
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(data)

            def begin_stream(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                self.close_connection = True

            def event(self, chunk):
                self.wfile.write(b"data: " + (chunk if isinstance(chunk, bytes) else json.dumps(chunk).encode()) + b"\n\n")
                self.wfile.flush()

            def stream(self, events):
                self.begin_stream()
                for event in events:
                    self.event(event)
                self.event(b"[DONE]")

        class Threads(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                # Whoever gives up on a bad answer hangs up.
                if not isinstance(sys.exc_info()[1], ConnectionError):
                    super().handle_error(request, client_address)

        self.server = Threads(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.going_on.set()
        self.stop()

    def stop(self):
        """From now on nobody answers at this address."""
        self.stopped = True
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


def task_of(question):
    """Which task a question is about, from its first words."""
    instructions = question["messages"][0]["content"]
    for words, task in (
        ("You write for", "generate"),
        ("Say the message", "rephrase"),
        ("Choose the label", "classify"),
        ("Read the text", "extract"),
        ("You work towards", "agent"),
        ("You translate", "understand"),
    ):
        if instructions.startswith(words):
            return task
    return None


def commands(*given):
    return json.dumps({"commands": list(given)})
