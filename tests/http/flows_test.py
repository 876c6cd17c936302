"""Publishing flows: through the API, by saving a file, and what running conversations see of it."""
from parley_server import ORDER, SHOP, Server, equal

GREET = "id: greet\nversion: \"{v}\"\ntriggers:\n  - command: /greet\nsteps:\n  - id: ask\n    type: input\n    gather: [who]\n  - id: say\n    type: message\n    text: \"{text} {{{{ who }}}}\"\nslots:\n  who: {{type: text, ask: \"Who?\"}}\n"


def put(server, version, text):
    return server.request("PUT", "/v1/flows/greet", GREET.format(v=version, text=text), Content_Type="application/yaml")


def test_a_running_conversation_keeps_its_version():
    with Server() as server:
        equal(put(server, "1", "Hello").status, 201)
        old = server.chat(message="/greet").json["conversation_id"]
        equal(put(server, "2", "Good day").status, 200)
        new = server.chat(message="/greet").json["conversation_id"]
        assert server.chat(conversation_id=old, message="Ana").json["text"].startswith("Hello Ana")
        assert server.chat(conversation_id=new, message="Ana").json["text"].startswith("Good day Ana")
        versions = server.get("/v1/flows/greet/versions").json["data"]
        equal([(v["version"], v["active"]) for v in versions], [("2", True), ("1", False)])
        # The flow that came through the API is still there after a restart.
        server.stop()
        server.start()
        equal(server.get("/v1/flows/greet").json["version"], "2")
        assert "greet" in server.wait_for("Loaded 3 flows: .*").group(0)


def test_json_is_taken_too_and_the_source_comes_back():
    with Server() as server:
        flow = {"steps": [{"id": "a", "type": "message", "text": "Hi"}]}
        equal(server.request("PUT", "/v1/flows/hi", flow).status, 201)
        stored = server.get("/v1/flows/hi").json
        equal((stored["document"]["steps"], stored["steps"]), (flow["steps"], 1))
        assert server.get("/v1/flows/order").json["source"] == ORDER
        equal(server.get("/v1/flows/oder").error, "flow_not_found")


def test_every_mistake_is_listed():
    with Server() as server:
        broken = "id: greet\nsteps:\n  - id: a\n    type: mesage\n    text: x\n  - id: b\n    type: goto\n    step: c\n"
        answer = server.request("PUT", "/v1/flows/greet", broken, Content_Type="application/yaml")
        equal((answer.status, answer.error), (422, "flow_invalid"))
        rendered = "\n".join(answer.json["error"]["diagnostics"])
        assert "did you mean 'message'?" in rendered and "greet.yaml:4:11" in rendered, rendered
        assert len(answer.json["error"]["diagnostics"]) >= 2, rendered
        equal(server.get("/v1/flows/greet").status, 404)
        other = server.request("PUT", "/v1/flows/other", GREET.format(v=1, text="x"), Content_Type="application/yaml")
        equal((other.status, other.error), (422, "flow_invalid"))


def test_a_save_is_live_and_a_broken_one_changes_nothing():
    with Server() as server:
        old = server.chat(message="/order").json["conversation_id"]
        server.write_flow("order", ORDER.replace('version: "1"', 'version: "2"').replace("Pizza or salad?", "Salad or pizza?"))
        server.wait_for(r"order v2 active \(v1 kept for 1 open conversation\) \d+ ms")
        new = server.chat(message="/order").json
        equal(new["text"], "Salad or pizza?")

        server.write_flow("order", ORDER.replace("type: input", "type: inptu").replace("gather: [item, count]", "gather: [itme]"))
        server.wait_for("keeping the flows that run")
        assert "did you mean 'input'?" in server.output and "flows/order.yaml" in server.output
        equal(server.chat(message="/order").json["text"], "Salad or pizza?")
        equal(server.chat(conversation_id=old, message="pizza").json["text"], "How many?")


def test_a_folder_that_is_not_published_brings_no_tools_either():
    with Server() as server:
        # Its tool is another one now, and its flow is wrong in what only the published version shows.
        (server.folder / "tools" / "shop.yaml").write_text(SHOP.replace("operationId: charge", "operationId: bill").replace("test_1", "bill_1"))
        broken = ORDER.replace('version: "1"', 'version: "2"').replace("shop.charge", "shop.bill") + 'migrate:\n  - {from: "1", steps: {never: pay}}\n'
        server.write_flow("order", broken)
        server.wait_for("version '1' has no step 'never'")
        server.wait_for("keeping the flows that run")
        assert "bill_1" not in order(server) and "test_1" in order(server)
        # Put right, both come together.
        server.write_flow("order", broken.partition("migrate:")[0])
        server.wait_for("order v2 active")
        assert "bill_1" in order(server)


def order(server):
    talk = server.chat(message="/order").json["conversation_id"]
    server.chat(conversation_id=talk, message="pizza")
    return server.chat(conversation_id=talk, message="2").json["text"]


def test_an_empty_folder_says_what_to_do_and_comes_alive_with_the_first_flow():
    with Server(flows={}) as server:
        server.wait_for("No flows in .* yet")
        assert "no flows yet" in server.chat(message="hello").json["text"]
        server.write_flow("hello", "id: hello\ntriggers:\n  - command: /hello\nsteps:\n  - {id: a, type: message, text: World}\n")
        server.wait_for("hello v1 active")
        assert server.chat(message="/hello").json["text"].startswith("World")


def test_a_version_that_was_rolled_back_to_stays_until_somebody_changes_the_flow():
    with Server() as server:
        answer = server.request("PUT", "/v1/flows/greet?reason=first%20try", GREET.format(v=1, text="Hello"),
                                Content_Type="application/yaml", X_Author="ana")
        equal(answer.status, 201)
        equal(put(server, "2", "Good day").status, 200)
        old = server.chat(message="/greet").json["conversation_id"]
        back = server.request("POST", "/v1/flows/greet/rollback", {"version": "1", "reason": "too stiff", "author": "bob"})
        equal((back.status, back.json["version"]), (200, "1"))
        new = server.chat(message="/greet").json["conversation_id"]
        assert server.chat(conversation_id=old, message="Ana").json["text"].startswith("Good day Ana")
        assert server.chat(conversation_id=new, message="Ana").json["text"].startswith("Hello Ana")
        versions = server.get("/v1/flows/greet/versions").json["data"]
        equal([(v["version"], v["active"], v["action"], v["author"], v["reason"]) for v in versions][1],
              ("1", True, "rolled_back", "bob", "too stiff"))
        # A flow of the folder too, over a restart that finds the file as it was.
        first = server.get("/v1/flows/order").json["hash"]
        server.write_flow("order", ORDER.replace('version: "1"', 'version: "2"'))
        server.wait_for("order v2 active")
        equal(server.request("POST", "/v1/flows/order/rollback", {"version": first[:8], "reason": "x"}).status, 200)
        server.stop()
        server.start()
        equal(server.get("/v1/flows/order").json["hash"], first)
        server.write_flow("order", ORDER.replace('version: "1"', 'version: "3"'))
        server.wait_for("order v3 active")
        unknown = server.request("POST", "/v1/flows/order/rollback", {"version": "9", "reason": "x"})
        equal((unknown.status, unknown.error), (404, "version_not_found"))
        equal(server.request("POST", "/v1/flows/order/rollback", {"version": "1"}).error, "missing_field")
