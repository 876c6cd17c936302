// Loading without YAML: documents are JSON here, the step types are this test's own. What each mistake looks
// like is shown by the golden files of tests/diagnostics.
#include "flow/load.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/json_schema.hpp"

namespace parley::flow {
namespace {

constexpr Keyword kMessage[] = {
    {"text", FieldKind::text, true, "What to say."},
    {"buttons", FieldKind::buttons, false, "Answers to choose from."},
};
constexpr Keyword kInput[] = {{"gather", FieldKind::slot_names, true, "The slots to fill."}};
constexpr Keyword kTool[] = {
    {"call", FieldKind::tool_name, true, "The operation."},
    {"with", FieldKind::data, false, "Arguments."},
    {"save", FieldKind::identifier, false, "Name of the result."},
    {"timeout", FieldKind::duration, false, "How long to wait."},
};
constexpr Keyword kSwitch[] = {{"cases", FieldKind::branches, true, "Branches."}};
constexpr Keyword kGoto[] = {{"step", FieldKind::step_name, true, "The step to go to."}};
constexpr Keyword kReview[] = {{"form", FieldKind::form, false, "The fields."}};
constexpr StepSpec kSpecs[] = {
    {.type = "message", .doc = "Says something.", .keywords = kMessage},
    {.type = "input", .doc = "Asks.", .keywords = kInput, .waits = true},
    {.type = "tool", .doc = "Calls a tool.", .keywords = kTool, .waits = true},
    {.type = "switch", .doc = "Chooses.", .keywords = kSwitch},
    {.type = "goto", .doc = "Goes.", .keywords = kGoto, .continues = false},
    {.type = "review", .doc = "Asks a person.", .keywords = kReview, .waits = true},
};
constexpr const StepSpec* kStepSpecs[] = {
    &kSpecs[0], &kSpecs[1], &kSpecs[2], &kSpecs[3], &kSpecs[4], &kSpecs[5]
};

struct Loaded {
  FlowPtr flow;
  std::string codes;
};

Loaded load_text(std::string_view json, std::string_view file = "flows/order.json") {
  const auto document = parse_json_document(json);
  REQUIRE(document.has_value());
  Diagnostics diagnostics;
  Loaded loaded{load(*document, file, kStepSpecs, diagnostics), {}};
  sort_diagnostics(diagnostics);
  for (const Diagnostic& d : diagnostics) loaded.codes += (loaded.codes.empty() ? "" : " ") + d.code;
  return loaded;
}

FlowPtr good(std::string_view json, std::string_view file = "flows/order.json") {
  Loaded loaded = load_text(json, file);
  CHECK(loaded.codes.empty());
  REQUIRE(loaded.flow != nullptr);
  return loaded.flow;
}

constexpr std::string_view kTutorialOrder = R"({
  "id": "order", "description": "End-to-end order flow",
  "steps": [
    {"id": "greet", "type": "message", "text": "What would you like to order?"},
    {"id": "collect", "type": "input", "gather": ["items"]},
    {"id": "confirm", "type": "message", "text": "Confirm your cart: {{items}}"},
    {"id": "charge", "type": "tool", "call": "stripe.charge"}]})";

}  // namespace

TEST_CASE("the tutorial's order flow loads as it stands") {
  const FlowPtr flow = good(kTutorialOrder);
  CHECK(flow->id == "order");
  CHECK(flow->description == "End-to-end order flow");
  REQUIRE(flow->steps.size() == 4);
  CHECK(flow->steps[0].next == 1);
  CHECK(flow->steps[3].next == kNoStep);
  CHECK(flow->steps[1].get<Names>(0)->at(0).text == "items");
  CHECK(flow->steps[3].get<Name>(0)->text == "stripe.charge");
  REQUIRE(flow->slot("items") != nullptr);
  CHECK_FALSE(flow->slot("items")->declared);
  CHECK(flow->slot("items")->type.kind == SlotKind::text);
}

TEST_CASE("the file's name is the id of a flow without one, and part of its identity") {
  constexpr std::string_view kText = R"({"steps": [{"type": "message", "text": "Hello"}]})";
  const FlowPtr a = good(kText, "flows/escalate.yaml");
  const FlowPtr b = good(kText, "flows/summarize.yaml");
  CHECK(a->id == "escalate");
  CHECK(a->steps[0].id == "step_1");
  CHECK(a->hash != b->hash);
  CHECK(good(a->canonical, "stored")->hash == a->hash);
}

TEST_CASE("identity is the content, not its writing") {
  const FlowPtr a = good(R"({"id": "x", "steps": [{"type": "message", "text": "Hello"}]})");
  const FlowPtr b = good(R"({ "steps":[{"text":"Hello","type":"message"}],  "id":"x"})", "elsewhere.json");
  const FlowPtr c = good(R"({"id": "x", "steps": [{"type": "message", "text": "Hullo"}]})");
  CHECK(a->hash == b->hash);
  CHECK(a->hash != c->hash);
  CHECK(a->hash.size() == 64);
}

TEST_CASE("next leads to a step, to the following one, or to the end") {
  const FlowPtr flow = good(R"({"steps": [
    {"id": "a", "type": "input", "gather": "x", "next": "c"},
    {"id": "b", "type": "message", "text": "b", "next": "END"},
    {"id": "c", "type": "switch", "cases": [{"when": "x == 'b'", "next": "b"}, {"else": "end"}]}]})");
  CHECK(flow->steps[0].next == 2);
  CHECK(flow->steps[1].next == kNoStep);
  const Branches& branches = *flow->steps[2].get<Branches>(0);
  REQUIRE(branches.size() == 2);
  CHECK(branches[0].next.text == "b");
  CHECK_FALSE(branches[1].when.has_value());
}

TEST_CASE("slots take all their keys") {
  const FlowPtr flow = good(R"({"slots": {
    "size": {"type": "choice", "choices": ["small", {"value": "l", "label": "Large", "synonyms": ["big"]}]},
    "items": {"type": "list of item", "ask": {"en": "What?", "de": "Was?"}, "reprompt": ["Again?", "Once more?"],
              "min": 1, "max": 9, "max_attempts": 2, "on_exhausted": "ask", "ask_if": "always",
              "validate": {"check": "size(value) > 0", "message": "Nothing?"}},
    "delivery_zip": {"type": "text", "pattern": "[0-9]{5}", "sensitive": true, "optional": true,
                     "scope": "conversation", "depends_on": ["items"]}},
    "steps": [{"id": "ask", "type": "input", "gather": ["size", "items", "delivery_zip"]}]})");
  const Slot& size = *flow->slot("size");
  CHECK(size.choices.size() == 2);
  CHECK(size.choices[1].label == "Large");
  CHECK(size.choices[1].synonyms == std::vector<std::string>{"big"});
  const Slot& items = *flow->slot("items");
  CHECK(to_string(items.type) == "list of item");
  CHECK(items.reprompt.size() == 2);
  CHECK(items.max_attempts == 2);
  CHECK(items.on_exhausted == "ask");
  CHECK(items.always_ask);
  CHECK(items.validate.has_value());
  CHECK(form_for(items.ask, "de-AT").text.plain.source() == "Was?");
  CHECK(form_for(items.ask, "fr").text.plain.source() == "What?");
  const Slot& zip = *flow->slot("delivery_zip");
  CHECK(zip.label == "delivery zip");
  CHECK(zip.pattern->full_match("10115"));
  CHECK(zip.scope == SlotScope::conversation);
  CHECK(zip.depends_on == std::vector<std::string>{"items"});
}

TEST_CASE("the fields of a form keep the order of a list, also when the flow is read from its canonical text"
) {
  const auto names = [](const FlowPtr& flow) {
    std::string all;
    for (const Slot& field : std::get<Form>(flow->steps[0].fields[0])) all += field.name + " ";
    return all;
  };
  const auto written = good(R"({"id": "f", "steps": [{"id": "r", "type": "review", "form": [
      {"until": "date"}, {"amount": {"type": "integer", "optional": true}}]}]})");
  CHECK(names(written) == "until amount ");
  CHECK(names(good(written->canonical)) == "until amount ");
  // The members of a map have none.
  const auto map = good(R"({"id": "f", "steps": [{"id": "r", "type": "review", "form":
      {"until": "date", "amount": "integer"}}]})");
  CHECK(names(map) == "amount until ");
}

TEST_CASE("a flow is the same when it is read from its canonical text again, slots in one order included") {
  const FlowPtr written = good(R"({"slots": {"size": "text", "amount": "integer", "zip": "text"},
    "steps": [{"id": "ask", "type": "input", "gather": ["size", "zip", "amount"]}]})");
  const FlowPtr again = good(written->canonical);
  CHECK(again->hash == written->hash);
  const auto names = [](const FlowPtr& flow) {
    std::vector<std::string> all;
    for (const Slot& slot : flow->slots) all.push_back(slot.name);
    return all;
  };
  CHECK(names(written) == std::vector<std::string>{"amount", "size", "zip"});
  CHECK(names(again) == names(written));
}

TEST_CASE("triggers are a map or a list of maps") {
  const FlowPtr one = good(R"({"triggers": {"command": "/order", "phrases": ["order a pizza"]},
    "steps": [{"type": "message", "text": "Hello"}]})");
  CHECK(one->triggers.size() == 2);
  const FlowPtr list = good(R"({"triggers": [{"command": "/order", "priority": 2}, {"event": "cart_left"}],
    "steps": [{"type": "message", "text": "Hello"}]})");
  REQUIRE(list->triggers.size() == 2);
  CHECK(list->triggers[0].priority == 2);
  CHECK(list->triggers[1].kind == Trigger::Kind::event);
}

TEST_CASE("inputs, outputs, guard and handlers") {
  const FlowPtr flow = good(R"({"inputs": {"country": "de"}, "outputs": ["street"], "guard": "country != ''",
    "handlers": {"cancel": "my_cancel"}, "steps": [{"type": "input", "gather": ["street"]}]})");
  CHECK(flow->inputs.at(0).name == "country");
  CHECK(flow->guard.has_value());
  CHECK(flow->handlers.at(0).second == "my_cancel");
  const Value scope = MapBuilder().set("street", "Main St").build();
  CHECK(flow->outputs.at(0).value.evaluate(expr::Scope::of_map(scope)) == Value("Main St"));
}

TEST_CASE("data keeps the types of its constants and evaluates its templates") {
  const FlowPtr flow = good(R"({"steps": [{"type": "input", "gather": "name"},
    {"type": "tool", "call": "a.b", "timeout": "30s",
     "with": {"n": 1, "flag": true, "who": "{{ name }}", "list": ["x", "Dear {{ name }}"]}}]})");
  const Data& with = *flow->steps[1].get<Data>(1);
  CHECK_FALSE(with.constant());
  const Value scope = MapBuilder().set("name", "Ann").build();
  const auto value = with.evaluate(expr::Scope::of_map(scope));
  REQUIRE(value.has_value());
  CHECK(write_json(*value) == R"({"n":1,"flag":true,"who":"Ann","list":["x","Dear Ann"]})");
  CHECK(flow->steps[1].get<Value>(3)->as_duration().seconds == 30);
}

TEST_CASE("mistakes are all reported, and a flow with errors is not given out") {
  const struct {
    std::string name;
    std::string document;
    std::string codes;
    bool loads;
  } cases[] = {
      {"two in one step",
       R"({"steps": [{"type": "message", "txt": "x", "next": "nowhere"}]})",
       "F0110 F0109 F0201",
       false},
      {"warning only",
       R"({"slots": {"a": "text"}, "steps": [{"type": "message", "text": "x"}]})",
       "F0503",
       true},
      {"not a map", R"([1])", "F0107", false},
      {"loop without waiting",
       R"({"steps": [{"id": "a", "type": "message", "text": "x"}, {"type": "goto", "step": "a"}]})",
       "F0502",
       false},
      {"loop with a way out",
       R"({"steps": [{"type": "input", "gather": "n"}, {"id": "a", "type": "message", "text": "x"},
        {"type": "switch", "cases": [{"when": "n == 'go'", "next": "a"}]}]})",
       "",
       true},
      {"loop that waits",
       R"({"steps": [{"id": "a", "type": "input", "gather": "n"}, {"type": "goto", "step": "a"}]})",
       "",
       true},
      {"unknown step in on_exhausted",
       R"({"slots": {"n": {"on_exhausted": "gone"}}, "steps": [{"type": "input", "gather": "n"}]})",
       "F0201",
       false},
      {"a reserved word as a result",
       R"({"steps": [{"type": "tool", "call": "a.b", "save": "in"}]})",
       "F0207",
       false},
      {"a saved result is a name",
       R"({"steps": [{"type": "tool", "call": "a.b", "save": "ticket"},
        {"type": "message", "text": "{{ ticket.id }} {{ now }} {{ user.id }}"}]})",
       "",
       true},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    const Loaded loaded = load_text(test.document);
    CHECK(loaded.codes == test.codes);
    CHECK((loaded.flow != nullptr) == test.loads);
  }
}

TEST_CASE("the published schema accepts what loads and refuses what is built wrongly") {
  const auto schema = Schema::compile(flow_schema(kStepSpecs));
  REQUIRE(schema.has_value());
  const struct {
    std::string name;
    std::string document;
    bool valid;
  } cases[] = {
      {"tutorial", std::string(kTutorialOrder), true},
      {"slots",
       R"({"slots": {"a": "list of item", "b": {"type": "choice", "choices": ["x"]}, "c": null},
        "steps": [{"type": "input", "gather": ["a", "b"], "if": "true"}]})",
       true},
      {"texts per language", R"({"steps": [{"type": "message", "text": {"en": "Hi", "pt-BR": "Oi"}}]})", true
      },
      {"branches",
       R"({"steps": [{"type": "switch", "cases": [{"when": "true", "next": "end"}, {"else": "end"}]}]})",
       true},
      {"no steps", R"({"id": "x"})", false},
      {"empty steps", R"({"steps": []})", false},
      {"unknown key", R"({"stepz": [], "steps": [{"type": "message", "text": "x"}]})", false},
      {"unknown type", R"({"steps": [{"type": "mesage", "text": "x"}]})", false},
      {"unknown step key", R"({"steps": [{"type": "message", "text": "x", "botons": []}]})", false},
      {"missing keyword", R"({"steps": [{"type": "message"}]})", false},
      {"list for text", R"({"steps": [{"type": "message", "text": ["x"]}]})", false},
      {"unknown slot type",
       R"({"slots": {"a": "string"}, "steps": [{"type": "input", "gather": "a"}]})",
       false},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    CHECK(schema->valid(*parse_json(test.document)) == test.valid);
  }
}

}  // namespace parley::flow
