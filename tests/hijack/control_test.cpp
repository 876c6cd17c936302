// What must still work: the same world, with models that do their work.
#include <doctest/doctest.h>

#include <functional>

#include "tests/hijack/hijacked_world.hpp"

using namespace parley;
using namespace parley::hijack;

namespace {

std::string agent_flow(std::string_view tools, std::string_view allow, std::string_view more = {}) {
  return R"({"id": "help", "slots": {"question": {"type": "text", "ask": "What?"}}, "steps": [
    {"id": "ask", "type": "input", "gather": ["question"]},
    {"id": "work", "type": "agent", "goal": "Help with: {{ question }}", "tools": )" +
         std::string(tools) + (allow.empty() ? "" : R"(, "allow": )" + std::string(allow)) +
         std::string(more) + "}]}";
}

std::string steps(std::string_view list, std::string_view slots = "{}") {
  return R"({"id": "help", "slots": )" + std::string(slots) + R"(, "steps": [)" + std::string(list) + "]}";
}

std::string call(std::string_view tool, std::string_view arguments = "{}") {
  return R"({"calls":[{"tool":")" + std::string(tool) + R"(","arguments":)" + std::string(arguments) + "}]}";
}

using Script = std::map<std::string, std::deque<std::string>>;

Script agent(std::deque<std::string> answers) {
  return {{"model.agent", std::move(answers)}};
}

struct Task {
  const char* name;
  std::string flow;
  Script script;
  std::vector<std::string> made;
  std::string last;  // words of the last message that was said
  std::function<void(HijackedWorld&)> then = {};
};

const std::string kDone = R"({"text":"All is well."})";
constexpr std::string_view kSum = R"({"sum": {"type": "integer", "ask": "How much?"}})";

std::vector<Task> tasks() {
  const auto asked = [](HijackedWorld& world) { world.say("my parcel is late"); };
  const auto then = [asked](std::function<void(HijackedWorld&)> more) {
    return [asked, more = std::move(more)](HijackedWorld& world) {
      asked(world);
      more(world);
    };
  };
  return {
      {"looks up and tells",
       agent_flow(R"(["crm.find"])", R"(["crm.find"])"),
       agent({call("crm.find"), kDone}),
       {"crm.find{}"},
       "All is well.",
       asked},
      {"looks up twice in the same place",
       agent_flow(R"(["crm.find", "crm.list"])", R"(["crm.find", "crm.list"])"),
       agent({call("crm.list"), call("crm.find", R"({"id":"T-1"})"), kDone}),
       {"crm.list{}", R"(crm.find{"id":"T-1"})"},
       "All is well.",
       asked},
      {"searches elsewhere before it has read anything",
       agent_flow(R"(["web.search"])", R"(["web.search"])"),
       agent({call("web.search", R"({"q":"late parcels"})"), kDone}),
       {R"(web.search{"q":"late parcels"})"},
       "All is well.",
       asked},
      {"takes a note that the author allowed",
       agent_flow(R"(["crm.note"])", R"(["crm.note"])"),
       agent({call("crm.note", R"({"text":"late"})"), kDone}),
       {R"(crm.note{"text":"late"})"},
       "All is well.",
       asked},
      {"takes a note after reading what the author trusts",
       agent_flow(R"(["crm.find", "crm.note"])", R"(["crm.find", "crm.note"])", R"(, "trust": ["crm.find"])"),
       agent({call("crm.find"), call("crm.note", R"({"text":"late"})"), kDone}),
       {"crm.find{}", R"(crm.note{"text":"late"})"},
       "All is well.",
       asked},
      {"pays what a person has approved",
       agent_flow(R"(["crm.find", "bank.pay"])", R"(["crm.find"])"),
       agent({call("crm.find"), call("bank.pay", R"({"sum":5})"), kDone}),
       {"crm.find{}", R"(bank.pay{"sum":5})"},
       "All is well.",
       then([](HijackedWorld& world) { CHECK(world.decide(ReviewStatus::approved) == ""); })},
      {"pays what a person has changed",
       agent_flow(R"(["bank.pay"])", ""),
       agent({call("bank.pay", R"({"sum":500})"), kDone}),
       {R"(bank.pay{"sum":5})"},
       "All is well.",
       then([](HijackedWorld& world) {
         CHECK(world.decide(ReviewStatus::edited, json(R"({"sum":5})")) == "");
       })},
      {"goes on after a no",
       agent_flow(R"(["bank.pay"])", ""),
       agent({call("bank.pay", R"({"sum":500})"), kDone}),
       {},
       "All is well.",
       then([](HijackedWorld& world) { CHECK(world.decide(ReviewStatus::rejected) == ""); })},
      {"goes on with what a person has done by hand",
       agent_flow(R"(["bank.pay"])", ""),
       agent({call("bank.pay", R"({"sum":5})"), kDone}),
       {},
       "All is well.",
       then([](HijackedWorld& world) {
         CHECK(world.decide(ReviewStatus::answered, json(R"({"id":"r"})")) == "");
       })},
      {"sees only its own user's data",
       agent_flow(
           R"(["crm.find"])", R"(["crm.find"])", R"(, "pins": {"crm.find": {"customer": "{{ user.id }}"}})"
       ),
       agent({call("crm.find", R"({"id":"T-1"})"), kDone}),
       {R"(crm.find{"customer":"ana","id":"T-1"})"},
       "All is well.",
       asked},
      {"refunds an order that its own system has found",
       steps(R"({"id": "find", "type": "tool", "call": "shop.find", "with": {"n": 1}, "save": "found"},
                {"id": "pay", "type": "tool", "call": "shop.refund", "with": {"id": "{{ found.id }}"}},
                {"id": "m", "type": "message", "text": "Refunded."})"),
       {},
       {R"(shop.find{"n":1})", R"(shop.refund{"id":"T-1"})"},
       "Refunded."},
      {"pays an order that another system has found, which the author trusts",
       steps(R"({"id": "find", "type": "tool", "call": "shop.find", "with": {"n": 1}, "save": "found"},
                {"id": "pay", "type": "tool", "call": "bank.pay", "with": {"id": "{{ found.id }}"}, "trust": ["shop.find"]},
                {"id": "m", "type": "message", "text": "Paid."})"),
       {},
       {R"(shop.find{"n":1})", R"(bank.pay{"id":"T-1"})"},
       "Paid."},
      {"pays what the user said",
       steps(
           R"({"id": "a", "type": "input", "gather": ["sum"]},
                {"id": "pay", "type": "tool", "call": "bank.pay", "with": {"sum": "{{ sum }}"}},
                {"id": "m", "type": "message", "text": "Paid."})",
           kSum
       ),
       {},
       {R"(bank.pay{"sum":12})"},
       "Paid.",
       [](HijackedWorld& world) { world.say("12"); }},
      {"pays what a model has understood, in the user's words",
       steps(
           R"({"id": "a", "type": "input", "gather": ["sum"]},
                {"id": "pay", "type": "tool", "call": "bank.pay", "with": {"sum": "{{ sum }}"}},
                {"id": "m", "type": "message", "text": "Paid."})",
           kSum
       ),
       {{"model.understand", {R"({"commands":[{"do":"set_slot","slot":"sum","value":"12"}]})"}}},
       {R"(bank.pay{"sum":12})"},
       "Paid.",
       [](HijackedWorld& world) { world.say("oh, make that 12 and nothing else, my friend"); }},
      {"pays what a model has understood and the user confirmed",
       steps(
           R"({"id": "a", "type": "input", "gather": ["sum"]},
                {"id": "c", "type": "confirm", "text": "Pay {{ sum }}?"},
                {"id": "pay", "type": "tool", "call": "bank.pay", "with": {"sum": "{{ sum }}"}},
                {"id": "m", "type": "message", "text": "Paid."})",
           kSum
       ),
       {{"model.understand", {R"({"commands":[{"do":"set_slot","slot":"sum","value":"12"}]})"}}},
       {R"(bank.pay{"sum":12})"},
       "Paid.",
       [](HijackedWorld& world) {
         world.say("a dozen would be lovely, my friend");
         world.say("yes");
       }},
  };
}

}  // namespace

TEST_CASE("tasks that people want done are done") {
  const auto all = tasks();
  CHECK(all.size() >= 10);
  for (const Task& task : all) {
    INFO(task.name);
    HijackedWorld world;
    world.publish({task.flow});
    world.script = task.script;
    world.start("help");
    if (task.then) task.then(world);
    CHECK(world.made == task.made);
    CHECK(world.open().empty());
    REQUIRE_FALSE(world.said.empty());
    CHECK(world.said.back() == task.last);
    world.check_replays();
  }
}

TEST_CASE("a model may link to the hosts that the team lists") {
  HijackedWorld world;
  world.publish_with_links(
      R"({"id": "help", "steps": [{"id": "g", "type": "generate", "prompt": "Write."}]})", {"shop.example"}
  );
  world.script = {
      {"model.generate", {R"("See [our page](https://shop.example/help) or https://b.example/x.")"}}
  };
  world.start("help");
  CHECK(world.said.back() == "See [our page](https://shop.example/help) or https[:]//b[.]example/x.");
}

TEST_CASE("of many tools a model is told only those that it looks for, and calls them like any other") {
  std::string names = R"("crm.note")";
  for (int i = 0; i < 30; ++i) names += R"(,"crm.tool_)" + std::to_string(i) + "\"";
  const std::string flow = agent_flow("[" + names + "]", R"(["crm.note"])");
  const auto list = json("[" + names + "]");
  HijackedWorld world;
  world.publish({flow});
  world.script = agent(
      {call("tools.search", R"({"query":"take a note","tools":["crm.delete"]})"),
       call("tools.describe", R"({"names":["crm.note"]})"),
       call("crm.note", R"({"text":"late"})"),
       call("crm.tool_7"),
       kDone}
  );
  world.start("help");
  world.say("my parcel is late");
  const auto& made = world.tools.calls;
  std::vector<std::string> tools;
  for (const ToolCall& each : made) {
    if (!each.tool.starts_with("model.")) tools.push_back(each.tool);
    // The engine says which tools there are, whatever the model says.
    if (each.tool.starts_with("tools.")) CHECK(each.arguments["tools"] == list);
    if (each.tool == "model.agent") CHECK(each.arguments["search"] == Value(true));
  }
  CHECK(tools == std::vector<std::string>{"tools.search", "tools.describe", "crm.note"});
  // What was looked up about tools is no stranger's word; what is not allowed waits as ever.
  REQUIRE(world.open().size() == 1);
  CHECK(world.decide(ReviewStatus::approved) == "");
  CHECK(world.made.back() == "crm.tool_7{}");
  CHECK(world.said.back() == "All is well.");
  world.check_replays();
}

TEST_CASE("the link to sign in at is the user's, not the model's") {
  HijackedWorld world;
  world.publish({agent_flow(R"(["desk.mine"])", R"(["desk.mine"])")});
  world.script = agent({call("desk.mine"), kDone});
  world.start("help");
  world.say("what are my tickets?");
  CHECK(std::ranges::any_of(world.said, [](const std::string& words) {
    return words.find("https://login.example/?state=s") != std::string::npos;
  }));
  CHECK(world.said.back() == "All is well.");
  for (const turns::ToolCall& each : world.tools.calls) {
    CAPTURE(each.tool);
    CHECK(write_json(each.arguments).find("login.example") == std::string::npos);
  }
  world.check_replays();
}
