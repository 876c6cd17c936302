// A shop in small, with every step type and a handler of its own: what the event sequences run on. The flows
// are written as JSON so that the target needs nothing but core.
#pragma once

namespace parley::fuzz {

inline constexpr const char* kShopFlows[] = {
    R"json({
  "id": "order",
  "triggers": [{"command": "/order"}, {"phrases": ["order something"]}],
  "handlers": {"cancel": "kept_waiting"},
  "slots": {
    "items": {"type": "list of item", "ask": "What would you like?"},
    "email": {"type": "email", "ask": "Which email?", "depends_on": ["items"],
              "validate": {"check": "!value.endsWith('@example.invalid')", "message": "Another one?"}},
    "gift": {"type": "bool", "ask": "Is it a gift?", "max_attempts": 2, "on_exhausted": "give_up"},
    "total": "text",
    "loyal": {"type": "integer", "scope": "conversation"}
  },
  "steps": [
    {"id": "collect", "type": "input", "gather": ["items", "email", "gift"]},
    {"id": "price", "type": "set",
     "values": {"total": "{{ string(size(items) * 5) }}", "loyal": "{{ loyal == null ? 1 : loyal + 1 }}"}},
    {"id": "wrap", "type": "switch", "cases": [{"when": "gift", "next": "address"}]},
    {"id": "confirm", "type": "confirm", "text": "{{items}} for {{total}}, right?"},
    {"id": "charge", "type": "tool", "call": "stripe.charge", "with": {"amount": "{{total}}", "items": "{{items}}"},
     "save": "payment", "on_error": "declined"},
    {"id": "paid", "type": "message", "text": "Paid: {{payment.id}}.",
     "buttons": [{"label": "Again", "payload": "/order"}], "next": "end"},
    {"id": "address", "type": "flow", "call": "address", "next": "confirm"},
    {"id": "declined", "type": "message", "text": "It did not go through."},
    {"id": "give_up", "type": "end", "outcome": "failed"}
  ]
})json",
    R"json({
  "id": "address",
  "slots": {"street": {"type": "text", "ask": "Which street?", "min": 3},
            "day": {"type": "date", "ask": "Which day?"},
            "size": {"type": "choice", "choices": ["small", "large"], "ask": "Small or large?"}},
  "steps": [
    {"id": "where", "type": "input", "gather": ["street"]},
    {"id": "when", "type": "input", "gather": ["day", "size"]},
    {"id": "noted", "type": "message", "text": "To {{street}} on {{day}}."}
  ]
})json",
    R"json({
  "id": "escalate",
  "triggers": [{"command": "/escalate"}, {"phrases": ["I have a problem"]}],
  "slots": {"problem": {"type": "text", "ask": "What happened?", "min": 5}},
  "steps": [
    {"id": "describe", "type": "input", "gather": ["problem"]},
    {"id": "open", "type": "tool", "call": "desk.create", "with": {"subject": "{{problem}}"}, "save": "ticket"},
    {"id": "bring_in", "type": "handoff", "queue": "support", "summary": "{{problem}}", "text": "Somebody comes."},
    {"id": "resolve", "type": "tool", "call": "desk.resolve", "with": {"ticket": "{{ticket.id}}"}},
    {"id": "done", "type": "message", "text": "Solved."}
  ]
})json",
    R"json({
  "id": "care",
  "triggers": [{"command": "/care"}],
  "slots": {"name": {"type": "text", "ask": "Who?", "ask_if": "always"}, "names": "list of text",
            "sure": {"type": "bool", "ask": "Sure?"}},
  "steps": [
    {"id": "none", "type": "set", "values": {"names": []}},
    {"id": "safe", "type": "try",
     "steps": [
       {"id": "each", "type": "loop", "while": "size(names) < 3", "max": 5, "steps": [
         {"id": "who", "type": "input", "gather": ["name"], "remind": ["60s", "90s"], "timeout": "120s"},
         {"id": "way", "type": "switch", "cases": [
           {"when": "name == 'tomorrow'", "next": "break"}, {"when": "name == 'large'", "next": "continue"},
           {"when": "name == '1'", "next": "later"}]},
         {"id": "book", "type": "tool", "call": "desk.create", "with": {"subject": "{{name}}"},
          "retry": {"max": 2, "backoff": "10s", "jitter": 0.5, "on": ["timeout", "http_402"]},
          "compensate": {"call": "desk.resolve", "with": {"ticket": "{{result}}"}}},
         {"id": "add", "type": "set", "values": {"names": "{{names + [name]}}"}}]},
       {"id": "beside", "type": "parallel", "join": 2, "branches": [
         {"steps": [{"id": "slow", "type": "wait", "for": "100s"}, {"id": "hm", "type": "message", "text": "slow"}]},
         {"steps": [{"id": "news", "type": "wait", "event": "moved", "save": "moved", "timeout": "200s"}]},
         {"steps": [{"id": "inner", "type": "parallel", "join": "any", "branches": [
           {"steps": [{"id": "one", "type": "tool", "call": "desk.one", "with": {"n": 1}}]},
           {"steps": [{"id": "two", "type": "tool", "call": "desk.two", "with": {"n": 2},
                       "retry": {"max": 1, "backoff": "50s"}}]}]}]}]},
       {"id": "ask", "type": "input", "gather": ["sure"]},
       {"id": "unsure", "type": "switch", "cases": [{"when": "!sure", "next": "end"}]}],
     "catch": [
       {"match": ["timeout", "loop_limit"], "as": "why", "steps": [
         {"id": "back", "type": "compensate"}, {"id": "undone", "type": "message", "text": "{{why.code}}"}]}],
     "finally": [{"id": "bye", "type": "message", "text": "Bye."},
                 {"id": "ask_again", "type": "input", "gather": ["name"]}]},
    {"id": "all", "type": "loop", "for_each": "names", "as": "each_name", "steps": [
      {"id": "hello", "type": "message", "text": "Hello {{each_name}}."}], "next": "end"},
    {"id": "later", "type": "end", "outcome": "failed"}
  ]
})json",
    R"json({
  "id": "echo",
  "triggers": [{"command": "/echo"}],
  "slots": {"said": {"type": "text", "ask": "Say something.", "ask_if": "always"}},
  "steps": [
    {"id": "listen", "type": "input", "gather": ["said"]},
    {"id": "answer", "type": "message", "text": "You said {{said}}."},
    {"id": "again", "type": "goto", "step": "listen"}
  ]
})json",
    R"json({
  "id": "kept_waiting",
  "steps": [
    {"id": "sorry", "type": "message", "text": "As you wish."},
    {"id": "log", "type": "tool", "call": "desk.note", "with": {"about": "{{repair}}"}},
    {"id": "bye", "type": "end", "outcome": "abandoned"}
  ]
})json",
};

}  // namespace parley::fuzz
