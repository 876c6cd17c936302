// The `triggers` of a flow: what starts it.
#include <algorithm>
#include <string>
#include <utility>

#include "flow/loading/context.hpp"

namespace parley::flow::loading {
namespace {

constexpr Key kTriggerKeys[] = {
    {"command",
     R"({"type":"string","pattern":"^/[A-Za-z0-9_-]+$"})",
     "A message that starts the flow, such as /order."},
    {"phrases",
     R"({"oneOf":[{"type":"string"},{"type":"array","minItems":1,"items":{"type":"string"}}]})",
     "What users say to start the flow."},
    {"event", R"({"type":"string"})", "The name of an outside event that starts the flow."},
    {"match", R"({"type":"object"})", "Of an event: members that its data must have."},
    {"schedule",
     R"({"type":"string"})",
     "When the flow starts by itself: 'every day 09:00', 'every 15 minutes', or cron."},
    {"guard", R"({"$ref":"#/$defs/expression"})", "Of an event: it counts only when this is true."},
    {"priority", R"({"type":"integer"})", "Higher goes first when several flows are meant; 0 when left out."},
};

bool is_command(std::string_view text) {
  if (text.size() < 2 || text.size() > 64 || text[0] != '/') return false;
  return std::ranges::all_of(text.substr(1), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

void load_command(Context& context, const Node& node, Trigger trigger) {
  auto text = read_text(context, node, "command");
  if (!text) return;
  if (!is_command(*text)) {
    context.error(
        "F0316",
        node.position,
        quote(*text) + " is not a command",
        is_command("/" + *text) ? "commands begin with a slash: /" + *text
                                : "write a slash, then letters, digits, '-' or '_', such as /order"
    );
    return;
  }
  trigger.kind = Trigger::Kind::command;
  trigger.command = *std::move(text);
  trigger.position = node.position;
  context.flow.triggers.push_back(std::move(trigger));
}

void load_phrases(Context& context, const Node& node, Trigger trigger) {
  trigger.kind = Trigger::Kind::phrases;
  trigger.position = node.position;
  if (node.is_list() && node.items.empty()) {
    context.error("F0116", node.position, "'phrases' is an empty list", "write at least one phrase");
  }
  if (node.is_map() || node.is_null()) {
    context.error(
        "F0111",
        node.position,
        "expected phrases for 'phrases', got " + std::string(describe(node)),
        "write phrases: [\"I want to order\", \"order a pizza\"]"
    );
  }
  if (node.is_scalar()) {
    if (auto phrase = read_text(context, node, "phrases")) trigger.phrases.push_back(*std::move(phrase));
  }
  for (const Node& item : node.items) {
    if (auto phrase = read_text(context, item, "phrases")) trigger.phrases.push_back(*std::move(phrase));
  }
  if (!trigger.phrases.empty()) context.flow.triggers.push_back(std::move(trigger));
}

void load_named(
    Context& context, const Node& node, Trigger::Kind kind, std::string_view key, Trigger trigger
) {
  auto name = read_text(context, node, key);
  if (!name) return;
  trigger.kind = kind;
  trigger.name = *std::move(name);
  trigger.position = node.position;
  context.flow.triggers.push_back(std::move(trigger));
}

// What a trigger has whatever fires it.
Trigger read_common(Context& context, const Node& node) {
  Trigger trigger;
  if (const Node* given = node.find("priority")) {
    trigger.priority =
        static_cast<std::int32_t>(read_integer(context, *given, "priority", -1000, 1000).value_or(0));
  }
  if (const Node* guard = node.find("guard")) trigger.guard = compile_expression(context, *guard, "guard");
  if (const Node* match = node.find("match"); match != nullptr && expect_map(context, *match, "match")) {
    trigger.match = to_value(*match);
  }
  return trigger;
}

void load_trigger(Context& context, const Node& node) {
  if (!node.is_map()) {
    context.error(
        "F0111",
        node.position,
        "expected a map for a trigger, got " + std::string(describe(node)),
        node.is_scalar() && is_command(node.text) ? "write command: " + node.text
                                                  : "write command: /order, or phrases: [\"I want to order\"]"
    );
    return;
  }
  check_keys(context, node, kTriggerKeys, "a trigger");
  const Trigger common = read_common(context, node);
  if (node.find("event") == nullptr) {
    for (const std::string_view key : {"match", "guard"}) {
      if (const Node* only = node.find(key)) {
        context.error(
            "F0324",
            only->position,
            quote(key) + " is for triggers with 'event'",
            key == "guard" ? "give the flow a guard of its own" : "write event: name beside it"
        );
      }
    }
  }
  bool any = false;
  if (const Node* command = node.find("command")) {
    any = true;
    load_command(context, *command, common);
  }
  if (const Node* phrases = node.find("phrases")) {
    any = true;
    load_phrases(context, *phrases, common);
  }
  if (const Node* event = node.find("event")) {
    any = true;
    load_named(context, *event, Trigger::Kind::event, "event", common);
  }
  if (const Node* schedule = node.find("schedule")) {
    any = true;
    load_named(context, *schedule, Trigger::Kind::schedule, "schedule", common);
  }
  const bool only_known_keys = std::ranges::all_of(node.members, [](const Node::Member& member) {
    return std::ranges::find(kTriggerKeys, member.key, &Key::name) != std::end(kTriggerKeys);
  });
  if (!any && only_known_keys) {
    context.error(
        "F0322",
        node.position,
        "a trigger that nothing can fire",
        "give it one of command, phrases, event or schedule"
    );
  }
}

}  // namespace

std::span<const Key> trigger_keys() {
  return kTriggerKeys;
}

void load_triggers(Context& context, const Node& triggers) {
  context.owner = "a trigger";
  if (triggers.is_list()) {
    for (const Node& trigger : triggers.items) load_trigger(context, trigger);
  } else {
    load_trigger(context, triggers);
  }
}

}  // namespace parley::flow::loading
