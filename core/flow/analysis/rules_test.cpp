// Rules: their forms, their findings, and their search against a plain enumeration of all ways.
#include "flow/analysis/rules.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "flow/analysis/model.hpp"
#include "flow/analysis/test_flows.hpp"
#include "flow/load.hpp"

namespace parley::flow::analysis {
namespace {

using test::flow_of;
using test::kSpecs;

std::vector<Rule> rules_of(std::string_view json, std::string* codes = nullptr) {
  const auto document = parse_json_document(json);
  REQUIRE(document.has_value());
  Diagnostics diagnostics;
  std::vector<Rule> rules = read_rules(*document, "rules.yaml", kSpecs, diagnostics);
  if (codes != nullptr) {
    for (const Diagnostic& d : diagnostics) *codes += (codes->empty() ? "" : " ") + d.code;
  } else {
    CHECK(diagnostics.empty());
  }
  return rules;
}

std::string way(const Diagnostic& diagnostic) {
  std::string text;
  for (const Waypoint& point : diagnostic.way) text += (text.empty() ? "" : " > ") + point.text;
  return text;
}

// "F0530 a > b (no) > c", or empty.
std::string check(const std::vector<FlowPtr>& flows, std::string_view rule) {
  const std::vector<Rule> rules = rules_of("[" + std::string(rule) + "]");
  Diagnostics diagnostics;
  check_rules({.flows = flows, .start = ""}, rules, diagnostics);
  std::string text;
  for (const Diagnostic& d : diagnostics)
    text += (text.empty() ? "" : "; ") + d.code + (d.way.empty() ? "" : " ") + way(d);
  return text;
}

constexpr std::string_view kPay = R"({"every_path_to": "stripe.charge", "passes": "confirm"})";

}  // namespace

TEST_CASE("each form of a rule is read, and everything else is explained") {
  struct Row {
    std::string rule;
    std::string codes;
    std::string name;
  };
  const Row kRows[] = {
      {R"({"every_path_to": "stripe.charge", "passes": "confirm"})",
       "",
       "every path to stripe.charge passes confirm"},
      {R"({"never": "stripe.*", "without": ["confirm", "step yes"]})",
       "",
       "never stripe.* without confirm or step yes"},
      {R"({"never": "end", "after": "input card in order"})", "", "never end after input card in order"},
      {R"({"never": "tool stripe.refund"})", "", "never tool stripe.refund"},
      {R"({"after": "stripe.charge", "always": "message", "even_when_stopped": true})",
       "",
       "after stripe.charge always message"},
      {R"({"name": "mine", "never": "end", "in": "order"})", "", "mine"},
      {R"({"never": "end", "passes": "confirm"})", "F0531", ""},
      {R"({"never": "end", "without": "confirm", "after": "confirm"})", "F0531", ""},
      {R"({"after": "confirm"})", "F0531", ""},
      {R"({"never": "cofirm"})", "F0531", ""},
      {R"({"never": {"type": "end"}})", "F0531", ""},
      {R"({"never": []})", "F0531", ""},
      {R"({"nevr": "end"})", "F0531", ""},
      {R"({"never": "end", "even_when_stopped": "maybe"})", "F0531", ""},
      {R"("never end")", "F0531", ""},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.rule);
    std::string codes;
    const std::vector<Rule> rules = rules_of("[" + std::string(row.rule) + "]", &codes);
    CHECK(codes == row.codes);
    CHECK(rules.size() == (codes.empty() ? 1 : 0));
    if (!rules.empty()) CHECK(rules[0].name == row.name);
  }
}

TEST_CASE("a rule that a way breaks shows the shortest one") {
  const std::vector<FlowPtr> flows{flow_of(R"({"id": "order", "steps": [
    {"id": "ask", "type": "input", "gather": "item"},
    {"id": "sure", "type": "confirm", "text": "?", "no": "end"},
    {"id": "pay", "type": "tool", "call": "stripe.charge", "on_error": "sorry"},
    {"id": "done", "type": "message", "text": "!", "next": "end"},
    {"id": "sorry", "type": "message", "text": "No."}]})")};
  struct Row {
    std::string rule;
    std::string found;
  };
  const Row kRows[] = {
      {R"({"every_path_to": "stripe.charge", "passes": "confirm"})", ""},
      {R"({"every_path_to": "stripe.charge", "passes": "review"})", "F0532; F0530 ask > sure > pay"},
      {R"({"never": "stripe.*"})", "F0530 ask > sure > pay"},
      {R"({"never": "message sorry"})", "F0530 ask > sure > pay (on error) > sorry"},
      {R"({"never": "message", "after": "input item"})", "F0530 ask > sure > pay > done"},
      {R"({"never": "input", "after": "stripe.charge"})", ""},
      {R"({"after": "stripe.charge", "always": "message done"})", ""},
      {R"({"after": "confirm", "always": "message done"})",
       "F0530 ask > sure > pay (on error) > sorry > the end of order"},
      {R"({"every_path_to": "end", "passes": "message"})", "F0530 ask > sure (no) > the end of order"},
      {R"({"every_path_to": "end", "passes": "input"})", ""},
      {R"({"never": "tool jira.create"})", "F0532"},
      {R"({"never": "stripe.charge", "in": "nowhere"})", "F0532"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.rule);
    CHECK(check(flows, row.rule) == row.found);
  }
}

TEST_CASE("flows that others run are searched with their callers, and returns match calls") {
  const FlowPtr pay = flow_of(R"({"id": "pay", "steps": [
    {"id": "charge", "type": "tool", "call": "stripe.charge", "on_error": "end"}]})");
  const FlowPtr good = flow_of(R"({"id": "good", "steps": [
    {"id": "sure", "type": "confirm", "text": "?", "no": "end"}, {"id": "go", "type": "flow", "call": "pay"}]})"
  );
  const FlowPtr bad = flow_of(R"({"id": "bad", "steps": [
    {"id": "which", "type": "switch", "cases": [{"when": "now == now", "next": "sure"}]},
    {"id": "go", "type": "flow", "call": "pay", "next": "end"},
    {"id": "sure", "type": "confirm", "text": "?", "next": "go", "no": "end"}]})");
  CHECK(check({pay, good}, kPay).empty());
  CHECK(check({pay, good, bad}, kPay) == "F0530 which > go > charge");
  // Once others run it, the flow itself is not where conversations begin; alone it is.
  CHECK(check({pay}, kPay) == "F0532; F0530 charge");
  CHECK(check({pay, good, bad}, R"({"every_path_to": "stripe.charge", "passes": "confirm", "in": "good"})")
            .empty());
  CHECK(
      check({pay, good}, R"({"after": "confirm", "always": "stripe.charge"})") ==
      "F0530 sure > go > charge (on error) > the end of good"
  );
}

TEST_CASE("a correction goes back: a yes to the answer that was changed does not count any more") {
  // The tip is asked after the yes. Changing the items then leads back in front of the summary…
  const FlowPtr tip = flow_of(R"({"id": "order", "steps": [
    {"id": "ask", "type": "input", "gather": "items"},
    {"id": "sure", "type": "confirm", "text": "?", "no": "end"},
    {"id": "tip", "type": "input", "gather": "tip"},
    {"id": "pay", "type": "tool", "call": "stripe.charge"}]})");
  CHECK(check({tip}, kPay).empty());
  // …but once the tip was answered, only behind it.
  const FlowPtr note = flow_of(R"({"id": "order", "steps": [
    {"id": "ask", "type": "input", "gather": "items"},
    {"id": "sure", "type": "confirm", "text": "?", "no": "end"},
    {"id": "tip", "type": "input", "gather": "tip"},
    {"id": "note", "type": "input", "gather": "note"},
    {"id": "pay", "type": "tool", "call": "stripe.charge"}]})");
  CHECK(
      check({note}, kPay) == "F0530 ask > sure > tip > note (the user changes an earlier answer) > note > pay"
  );
  // A flow that is run asks something while the answers of its caller can be changed.
  const FlowPtr card = flow_of(R"({"id": "card", "steps": [
    {"id": "number", "type": "input", "gather": "card"},
    {"id": "charge", "type": "tool", "call": "stripe.charge"}]})");
  const FlowPtr order = flow_of(R"({"id": "order", "steps": [
    {"id": "ask", "type": "input", "gather": "items"},
    {"id": "sure", "type": "confirm", "text": "?", "no": "end"},
    {"id": "pay", "type": "flow", "call": "card"}]})");
  CHECK(
      check({card, order}, kPay) ==
      "F0530 ask > sure > pay > number (the user changes an earlier answer) > number > charge"
  );
}

TEST_CASE("branches that run side by side have no order, but all are done behind them") {
  const FlowPtr flow = flow_of(R"({"id": "both", "steps": [
    {"id": "p", "type": "parallel", "branches": [
      {"steps": [{"id": "look", "type": "tool", "call": "stock.look", "on_error": "end_a"}, {"id": "end_a", "type": "message", "text": "a"}]},
      {"steps": [{"id": "book", "type": "tool", "call": "stock.book", "on_error": "end_b"}, {"id": "end_b", "type": "message", "text": "b"}]}]},
    {"id": "after", "type": "message", "text": "!"}]})");
  CHECK(check({flow}, R"({"every_path_to": "message after", "passes": "message end_a"})").empty());
  CHECK(check({flow}, R"({"every_path_to": "message after", "passes": "message end_b"})").empty());
  CHECK(check({flow}, R"({"every_path_to": "stock.book", "passes": "stock.look"})") == "F0530 p > book");
  CHECK(check({flow}, R"({"every_path_to": "stock.look", "passes": "stock.book"})") == "F0530 p > look");
  CHECK(
      check({flow}, R"({"never": "stock.look", "after": "stock.book"})") == "F0530 p > book > end_b > look"
  );
  CHECK(
      check({flow}, R"({"never": "stock.book", "after": "stock.look"})") == "F0530 p > look > end_a > book"
  );
}

namespace {

// Random flows without questions, so that every way is one through the graph, and all can be enumerated.
std::string random_flow(std::mt19937& dice, int flow, int flows) {
  const auto roll = [&](int n) { return static_cast<int>(dice() % static_cast<unsigned>(n)); };
  const int steps = 2 + roll(5);
  const auto target = [&] { return roll(6) == 0 ? std::string("end") : "s" + std::to_string(roll(steps)); };
  std::string out = R"({"id": "f)" + std::to_string(flow) + R"(", "triggers": [{"command": "/f)" +
                    std::to_string(flow) + R"("}], "steps": [)";
  for (int s = 0; s < steps; ++s) {
    if (s > 0) out += ", ";
    out += R"({"id": "s)" + std::to_string(s) + "\", ";
    switch (roll(7)) {
      case 0:
        out += R"("type": "switch", "cases": [{"when": "now == now", "next": ")" + target() + "\"}]";
        break;
      case 1:
        out += R"("type": "tool", "call": "t.x", "on_error": ")" + target() + "\"";
        break;
      case 2:
        out += R"("type": "tool", "call": "t.y", "on_error": ")" + target() + "\"";
        break;
      case 3:
        out += R"("type": "flow", "call": "f)" + std::to_string(roll(flows)) + "\"";
        break;
      case 4:
        out += R"("type": "message", "text": "x", "if": "now == now", "next": ")" + target() + "\"";
        break;
      default:
        out += roll(2) == 0 ? R"("type": "message", "text": "x")" : R"("type": "set", "values": {"a": 1})";
    }
    out += "}";
  }
  return out + R"(], "slots": {"a": "number"}})";
}

struct Enumeration {
  const std::vector<FlowPtr>& flows;
  const Rule& rule;

  // A conversation as it stands: who runs whom, and whether the rule's other part is behind us.
  struct Situation {
    std::vector<std::pair<const Flow*, StepIndex>> stack;
    bool passed = false;

    auto operator<=>(const Situation&) const = default;
  };

  [[nodiscard]] bool any(const Selectors& selectors, const Flow& flow, const Step& step) const {
    for (const Selector& selector : selectors) {
      if (!selector.is_end() && selector.matches(flow, step)) return true;
    }
    return false;
  }

  [[nodiscard]] const Flow* called(const Step& step) const {
    const Name* name = called_flow(step);
    for (const FlowPtr& flow : flows) {
      if (name != nullptr && flow->id == name->text) return flow.get();
    }
    return nullptr;
  }

  // Broken when some way of at most `depth` steps is; the number of steps on the shortest.
  [[nodiscard]] int shortest(int depth) const {
    std::set<Situation> now;
    for (const FlowPtr& flow : flows) now.insert({{{flow.get(), 0}}, false});
    std::set<Situation> seen = now;
    for (int steps = 0; steps <= depth; ++steps) {
      std::set<Situation> later;
      for (Situation situation : now) {
        if (broken(situation)) return steps;
        for (Situation next : after(situation)) {
          if (next.stack.size() <= 5 && seen.insert(next).second) later.insert(std::move(next));
        }
      }
      now = std::move(later);
    }
    return -1;
  }

  [[nodiscard]] bool broken(const Situation& situation) const {
    if (situation.stack.empty()) return rule.kind == Rule::Kind::always && situation.passed;
    const auto& [flow, index] = situation.stack.back();
    if (index >= flow->steps.size() || !any(rule.target, *flow, flow->steps[index])) return false;
    if (rule.kind == Rule::Kind::never) return true;
    return (rule.kind == Rule::Kind::before && !situation.passed) ||
           (rule.kind == Rule::Kind::after && situation.passed);
  }

  // The step is done: what the rule learns from it.
  [[nodiscard]] bool learn(const Flow& flow, const Step& step, bool passed) const {
    if (any(rule.other, flow, step)) passed = true;
    if (rule.kind == Rule::Kind::always && any(rule.target, flow, step)) passed = false;
    return passed;
  }

  // The flow on top goes on at `to`, which may be its end, and then its caller's.
  [[nodiscard]] Situation going_on(Situation situation, StepIndex to) const {
    situation.stack.back().second = to;
    while (!situation.stack.empty() &&
           situation.stack.back().second >= situation.stack.back().first->steps.size()) {
      situation.stack.pop_back();
      if (situation.stack.empty()) break;
      auto& [flow, index] = situation.stack.back();
      const Step& step = flow->steps[index];
      situation.passed = learn(*flow, step, situation.passed);
      index = step.next;
    }
    return situation;
  }

  [[nodiscard]] std::vector<Situation> after(const Situation& situation) const {
    std::vector<Situation> all;
    if (situation.stack.empty()) return all;
    const auto& [flow, index] = situation.stack.back();
    const Step& step = flow->steps[index];
    const auto add = [&](StepIndex to, bool done) {
      Situation next = situation;
      if (done) next.passed = learn(*flow, step, next.passed);
      all.push_back(going_on(std::move(next), to));
    };
    if (step.condition) add(step.next, false);
    if (const Flow* sub = called(step)) {
      Situation next = situation;
      next.stack.emplace_back(sub, 0);
      all.push_back(std::move(next));
      return all;
    }
    if (const auto* cases = find_field<Branches>(step, "cases"))
      add(flow->step_index(cases->front().next.text), true);
    if (const auto* on_error = find_field<Name>(step, "on_error"))
      add(flow->step_index(on_error->text), false);
    add(step.next, true);
    return all;
  }
};

}  // namespace

TEST_CASE("the search finds what enumerating all ways finds, and no shorter way exists") {
  constexpr std::string_view kRules[] = {
      R"({"every_path_to": "t.x", "passes": "t.y"})",
      R"({"never": "t.x"})",
      R"({"never": "t.x", "after": "t.y"})",
      R"({"after": "t.x", "always": "t.y"})",
      R"({"never": "message", "without": ["set", "t.x"]})",
      R"({"after": "flow f1", "always": "message"})",
  };
  std::mt19937 dice(7);
  int broken = 0;
  int kept = 0;
  for (int round = 0; round < 300; ++round) {
    const int count = 1 + round % 3;
    std::vector<FlowPtr> flows;
    for (int f = 0; f < count; ++f) {
      Diagnostics diagnostics;
      const std::string json = random_flow(dice, f, count);
      auto flow = load(*parse_json_document(json), "flows/f.json", kSpecs, diagnostics);
      if (flow != nullptr) flows.push_back(std::move(flow));  // endless loops are not loaded
    }
    if (flows.empty()) continue;
    for (const std::string_view text : kRules) {
      CAPTURE(round);
      CAPTURE(text);
      const std::vector<Rule> rules = rules_of("[" + std::string(text) + "]");
      Diagnostics diagnostics;
      check_rules({.flows = flows, .start = ""}, rules, diagnostics);
      std::erase_if(diagnostics, [](const Diagnostic& d) { return d.code == "F0532"; });
      const int steps = Enumeration{flows, rules[0]}.shortest(24);
      CHECK(diagnostics.empty() == (steps < 0));
      if (diagnostics.empty()) {
        ++kept;
      } else {
        ++broken;
        // One place a step, and one for where the way ends.
        CHECK(static_cast<int>(diagnostics[0].way.size()) == steps + 1);
      }
    }
  }
  CHECK(broken > 200);
  CHECK(kept > 200);
}

}  // namespace parley::flow::analysis
