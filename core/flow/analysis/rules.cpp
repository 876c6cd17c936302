// Reading rules.yaml, and what a selector matches.
#include "flow/analysis/rules.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "flow/analysis/model.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow::analysis {

namespace {

using loading::did_you_mean;
using loading::quote;

constexpr auto kRuleKeys = std::to_array<std::string_view>(
    {"name", "every_path_to", "passes", "never", "without", "after", "always", "in", "even_when_stopped"}
);

constexpr std::string_view kForms =
    "write every_path_to with passes, never with without or after, never alone, or after with always";

bool fits(std::string_view pattern, std::string_view text) {
  if (pattern.ends_with('*')) return text.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == text;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

class Reader {
 public:
  Reader(std::string_view file, std::span<const StepSpec* const> specs, Diagnostics& diagnostics)
      : file_(file), diagnostics_(diagnostics) {
    for (const StepSpec* spec : specs) types_.push_back(spec->type);
  }

  std::vector<Rule> read(const flow::Node& document) {
    std::vector<Rule> rules;
    if (document.is_null()) return rules;
    const flow::Node* list = document.is_map() ? document.find("rules") : &document;
    if (document.is_map() && (list == nullptr || document.members.size() != 1)) list = nullptr;
    if (list == nullptr || !list->is_list()) {
      error(document.position, "rules.yaml is a list of rules", "write rules: and a list below it");
      return rules;
    }
    for (const flow::Node& node : list->items) {
      if (auto rule = read_rule(node)) rules.push_back(*std::move(rule));
    }
    return rules;
  }

 private:
  void error(Position at, std::string message, std::string help) {
    diagnostics_.push_back({"F0531", Severity::error, file_, at, std::move(message), std::move(help)});
  }

  bool check_keys(const flow::Node& node) {
    bool good = true;
    for (const flow::Node::Member& member : node.members) {
      if (std::ranges::find(kRuleKeys, std::string_view(member.key)) != kRuleKeys.end()) continue;
      std::string help = did_you_mean(member.key, kRuleKeys);
      error(
          member.key_position,
          "unknown key " + quote(member.key) + " in a rule",
          help.empty() ? loading::one_of(kRuleKeys) : help
      );
      good = false;
    }
    return good;
  }

  std::optional<Rule> read_rule(const flow::Node& node) {
    if (!node.is_map()) {
      error(node.position, "a rule is a map", std::string(kForms));
      return std::nullopt;
    }
    if (!check_keys(node)) return std::nullopt;
    Rule rule{.position = node.position, .file = file_};
    const auto form = [&](std::string_view first, std::string_view second) {
      return node.find(first) != nullptr && (second.empty() || node.find(second) != nullptr);
    };
    std::string_view target;
    std::string_view other;
    if (form("every_path_to", "passes")) {
      target = "every_path_to", other = "passes";
    } else if (form("never", "without")) {
      target = "never", other = "without";
    } else if (form("never", "after")) {
      rule.kind = Rule::Kind::after, target = "never", other = "after";
    } else if (form("after", "always")) {
      rule.kind = Rule::Kind::always, target = "always", other = "after";
    } else if (form("never", "")) {
      rule.kind = Rule::Kind::never, target = "never";
    }
    std::size_t parts = 0;
    for (const std::string_view key : {"every_path_to", "passes", "never", "without", "after", "always"})
      parts += node.find(key) != nullptr ? 1 : 0;
    if (target.empty() || parts != (other.empty() ? 1U : 2U)) {
      error(node.position, "this is no form of a rule", std::string(kForms));
      return std::nullopt;
    }
    bool good = read_selectors(*node.find(target), target, rule.target);
    if (!other.empty()) good = read_selectors(*node.find(other), other, rule.other) && good;
    good = read_options(node, rule) && good;
    if (!good) return std::nullopt;
    if (rule.name.empty()) rule.name = described(rule, target, other);
    return rule;
  }

  static std::string described(const Rule& rule, std::string_view target, std::string_view other) {
    const auto words = [](std::string_view key, const Selectors& selectors) {
      std::string text(key);
      std::ranges::replace(text, '_', ' ');
      for (std::size_t i = 0; i < selectors.size(); ++i) text += (i == 0 ? " " : " or ") + selectors[i].text;
      return text;
    };
    if (other.empty()) return words(target, rule.target);
    if (rule.kind == Rule::Kind::always) return words(other, rule.other) + " " + words(target, rule.target);
    return words(target, rule.target) + " " + words(other, rule.other);
  }

  bool read_options(const flow::Node& node, Rule& rule) {
    if (const flow::Node* name = node.find("name")) {
      if (!name->is_scalar() || name->text.empty()) {
        error(name->position, "the name of a rule is a text", "say in a few words what must hold");
        return false;
      }
      rule.name = name->text;
      rule.position = name->position;
    }
    if (const flow::Node* in = node.find("in")) {
      if (!in->is_scalar()) {
        error(in->position, "'in' names one flow", "write the id of the flow that conversations begin with");
        return false;
      }
      rule.in = in->text;
    }
    if (const flow::Node* stopped = node.find("even_when_stopped")) {
      const Value value = to_value(*stopped);
      if (!value.is_bool()) {
        error(stopped->position, "'even_when_stopped' is true or false", "leave it out for false");
        return false;
      }
      rule.even_when_stopped = value.as_bool();
    }
    return true;
  }

  bool read_selectors(const flow::Node& node, std::string_view key, Selectors& selectors) {
    if (node.is_scalar()) return read_selector(node, selectors);
    if (node.is_list() && !node.items.empty()) {
      return std::ranges::all_of(node.items, [&](const flow::Node& item) {
        return item.is_scalar() && read_selector(item, selectors);
      });
    }
    error(
        node.position,
        quote(key) + " names steps",
        "write a tool (stripe.charge), a step type (confirm), a type with a name (input card), or a list of "
        "them"
    );
    return false;
  }

  // [TYPE] [NAME] [in FLOW]
  bool read_selector(const flow::Node& node, Selectors& selectors) {
    Selector selector{.text = node.text, .position = node.position};
    std::vector<std::string_view> words = split(node.text);
    if (words.size() >= 3 && words[words.size() - 2] == "in") {
      selector.flow = words.back();
      words.resize(words.size() - 2);
    }
    if (words.empty() || words.size() > 2) {
      error(
          node.position,
          quote(node.text) + " does not say which steps it means",
          "write a tool (stripe.charge), a step type (confirm) or a type with a name (input card)"
      );
      return false;
    }
    if (words[0].contains('.') || words[0].ends_with('*')) {
      selector.type = "tool";
      selector.name = words[0];
      if (words.size() == 1) {
        selectors.push_back(std::move(selector));
        return true;
      }
    }
    const bool known = words[0] == "step" || std::ranges::find(types_, words[0]) != types_.end();
    if (!known || (words[0] == "step" && words.size() == 1)) {
      std::string help = did_you_mean(words[0], types_);
      error(
          node.position,
          quote(words[0]) + " is neither a step type nor a tool",
          help.empty() ? "for a step of this name, write step " + std::string(words[0]) : help
      );
      return false;
    }
    if (words[0] != "step") selector.type = words[0];
    if (words.size() == 2) selector.name = words[1];
    selectors.push_back(std::move(selector));
    return true;
  }

  std::string file_;
  Diagnostics& diagnostics_;
  std::vector<std::string_view> types_;
};

}  // namespace

bool Selector::matches(const Flow& in, const Step& step) const {
  if (!flow.empty() && in.id != flow) return false;
  // What a model may call there counts as called.
  if (type == "tool" &&
      std::ranges::any_of(tools_of_model(step), [&](const Name& tool) { return fits(name, tool.text); }))
    return true;
  if (!type.empty() && step.spec->type != type) return false;
  if (name.empty()) return true;
  if (fits(name, step.id)) return true;
  if (type.empty()) return false;
  if (const Name* tool = called_tool(step)) return fits(name, tool->text);
  if (const Name* called = called_flow(step)) return fits(name, called->text);
  if (const auto* outcome = find_field<Name>(step, "outcome")) return fits(name, outcome->text);
  if (type == "end") return name == "resolved";  // the outcome that is meant when none is written
  if (const auto* queue = find_field<Name>(step, "queue")) return fits(name, queue->text);
  if (const auto* gathered = find_field<Names>(step, "gather")) {
    return std::ranges::any_of(*gathered, [&](const Name& slot) { return fits(name, slot.text); });
  }
  return false;
}

std::vector<Rule> read_rules(
    const flow::Node& document,
    std::string_view file,
    std::span<const StepSpec* const> step_specs,
    Diagnostics& diagnostics
) {
  return Reader(file, step_specs, diagnostics).read(document);
}

}  // namespace parley::flow::analysis
