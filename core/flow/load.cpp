// load(): the keys of a flow, then its parts, then the checks across them, then its identity.
#include "flow/load.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow {
namespace loading {
namespace {

constexpr std::int64_t kNewestSemantics = 1;

constexpr auto kHandlerNames = std::to_array<std::string_view>({
    "correction",
    "digression",
    "resume",
    "cancel",
    "skip",
    "repeat",
    "clarify",
    "denied",
    "unknown",
    "off_topic",
    "silence",
    "invalid",
    "too_many_attempts",
    "refused",
    "review_requested",
    "review_pending",
    "review_rejected",
    "error",
    "handoff_request",
    "completed",
    "flow_changed",
    "undo",
    "waiting",
    "memory",
    "sign_out",
    "explain",
    "restart",
});

constexpr Key kFlowKeys[] = {
    {"id",
     R"({"type":"string","pattern":"^[A-Za-z_][A-Za-z0-9_.-]*$"})",
     "The name of the flow; that of its file when left out."},
    {"description", kWordingSchema, "What the flow is for, in a sentence."},
    {"label",
     kWordingSchema,
     "What the flow is called when users are told of it: your booking; its id in words when left out."},
    {"version", R"({"type":["string","number"]})", "A label for people; identity is the content's hash."},
    {"semantics", R"({"const":1})", "The level of interpreter behaviour that the flow was written for."},
    {"triggers",
     R"({"oneOf":[{"$ref":"#/$defs/trigger"},{"type":"array","items":{"$ref":"#/$defs/trigger"}}]})",
     "What starts the flow."},
    {"guard", R"({"$ref":"#/$defs/expression"})", "The flow may start only when this is true."},
    {"guard_message", R"({"$ref":"#/$defs/text"})", "What a user is told when the guard is false."},
    {"inputs",
     R"({"oneOf":[{"type":"array","items":{"type":"string"}},{"type":"object"}]})",
     "What a caller passes in: a list of required names, or a map of names to defaults; null is no default."},
    {"outputs",
     R"({"oneOf":[{"type":"array","items":{"type":"string"}},{"type":"object"}]})",
     "What a caller gets back: slot names, or names with values."},
    {"slots",
     R"({"type":"object","additionalProperties":{"oneOf":[{"$ref":"#/$defs/slot_type"},{"$ref":"#/$defs/slot"},{"type":"null"}]}})",
     "The values that the flow collects or computes."},
    {"steps", R"({"type":"array","minItems":1,"items":{"$ref":"#/$defs/step"}})", "What happens, in order."},
    {"migrate",
     R"({"type":"array","items":{"$ref":"#/$defs/migration"}})",
     "How conversations in the middle of an earlier version go on in this one."},
    {"limits",
     R"({"$ref":"#/$defs/limits"})",
     "The most that one run of the flow may use; a call beyond it fails with the code `limit_reached`."},
    {"handlers",
     R"({"type":"object","additionalProperties":{"type":"string"}})",
     "Flows that replace the built-in repairs."},
};

// "flows/order.yaml" → "order"
std::string_view file_stem(std::string_view file) {
  const std::size_t slash = file.find_last_of("/\\");
  if (slash != std::string_view::npos) file.remove_prefix(slash + 1);
  const std::size_t dot = file.find_last_of('.');
  return dot == std::string_view::npos || dot == 0 ? file : file.substr(0, dot);
}

void load_id(Context& context, const Node& document) {
  Flow& flow = context.flow;
  flow.id = file_stem(flow.file);
  flow.id_position = document.position;
  const Node* id = document.find("id");
  if (id != nullptr) {
    flow.id_position = id->position;
    auto text = read_text(context, *id, "id");
    if (!text) return;
    flow.id = *std::move(text);
  }
  if (is_flow_id(flow.id)) return;
  context.error(
      "F0206",
      flow.id_position,
      quote(flow.id) + " cannot be the name of a flow",
      id != nullptr ? "use letters, digits, '_', '.' and '-', starting with a letter"
                    : "rename the file, or give the flow an id"
  );
}

void load_labels(Context& context, const Node& document) {
  Flow& flow = context.flow;
  if (const Node* description = document.find("description")) {
    flow.description = read_wording(context, *description, "description", flow.descriptions).value_or("");
  }
  if (const Node* label = document.find("label")) {
    flow.label = read_wording(context, *label, "label", flow.labels).value_or("");
  }
  if (const Node* version = document.find("version")) {
    flow.version = read_text(context, *version, "version").value_or("");
  }
  const Node* semantics = document.find("semantics");
  if (semantics == nullptr) return;
  const Value level = to_value(*semantics);
  if (level.is_int() && level.as_int() >= 1 && level.as_int() <= kNewestSemantics) {
    flow.semantics = static_cast<std::uint32_t>(level.as_int());
    return;
  }
  context.error(
      "F0313",
      semantics->position,
      "unknown semantics " +
          (semantics->is_scalar() ? quote(semantics->text) : std::string(describe(*semantics))),
      "this version knows 1; leave the key out for the newest"
  );
}

bool is_new_parameter(
    Context& context,
    const std::vector<Parameter>& parameters,
    std::string_view name,
    Position position,
    std::string_view what
) {
  if (!check_identifier(context, name, position, what)) return false;
  if (std::ranges::find(parameters, name, &Parameter::name) == parameters.end()) return true;
  context.error(
      "F0211",
      position,
      quote(name) + " is listed twice in '" + std::string(what) + "s'",
      "remove one of the two"
  );
  return false;
}

// A list names slots whose value is passed on; a map gives values.
void load_parameters(
    Context& context, const Node& node, std::string_view what, std::vector<Parameter>& parameters
) {
  const std::string key = std::string(what) + "s";
  context.owner = "an " + std::string(what);
  if (!node.is_list() && !node.is_map()) {
    context.error(
        "F0111",
        node.position,
        "expected a list of names or a map for " + quote(key) + ", got " + std::string(describe(node))
    );
    return;
  }
  for (const Node& item : node.items) {
    const auto name = read_text(context, item, key);
    if (!name || !is_new_parameter(context, parameters, *name, item.position, what)) continue;
    Parameter parameter{.name = *name, .value = {}, .required = what == "input"};
    if (what == "output") {
      Node read = item;
      read.text = "{{" + *name + "}}";
      parameter.value = compile_data(context, read, key);
    }
    parameters.push_back(std::move(parameter));
  }
  for (const Node::Member& member : node.members) {
    if (!is_new_parameter(context, parameters, member.key, member.key_position, what)) continue;
    parameters.push_back(
        {.name = member.key, .value = compile_data(context, member.value, member.key), .required = false}
    );
  }
}

constexpr Key kLimitKeys[] = {
    {"steps_per_turn", R"({"type":"integer","minimum":1})", "Steps between two waits."},
    {"tool_calls", R"({"type":"integer","minimum":0})", "Calls of tools, every attempt."},
    {"model_calls", R"({"type":"integer","minimum":0})", "Questions to models."},
    {"model_tokens", R"({"type":"integer","minimum":0})", "Tokens of prompts and answers together."},
};

void load_limits(Context& context, const Node& node) {
  if (!expect_map(context, node, "limits")) return;
  check_keys(context, node, kLimitKeys, "'limits'");
  const auto read = [&](std::string_view key, std::int64_t least) -> std::optional<std::uint32_t> {
    const Node* limit = node.find(key);
    if (limit == nullptr) return std::nullopt;
    const auto value = read_integer(context, *limit, key, least, 1'000'000'000);
    return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
  };
  context.flow.limits = Limits{
      .steps_per_turn = read("steps_per_turn", 1),
      .tool_calls = read("tool_calls", 0),
      .model_calls = read("model_calls", 0),
      .model_tokens = read("model_tokens", 0),
  };
}

void load_handlers(Context& context, const Node& node) {
  if (!expect_map(context, node, "handlers")) return;
  for (const Node::Member& member : node.members) {
    if (std::ranges::find(kHandlerNames, std::string_view(member.key)) == kHandlerNames.end()) {
      std::string help = did_you_mean(member.key, kHandlerNames);
      context.error(
          "F0409",
          member.key_position,
          "unknown handler " + quote(member.key),
          help.empty() ? one_of(kHandlerNames) : help
      );
      continue;
    }
    auto flow_id = read_text(context, member.value, member.key);
    if (!flow_id) continue;
    context.flow.handlers.emplace_back(member.key, *std::move(flow_id));
    context.flow.handler_positions.push_back(member.value.position);
  }
}

void load_parts(Context& context, const Node& document) {
  check_keys(context, document, kFlowKeys, "a flow");
  load_id(context, document);
  load_labels(context, document);
  if (const Node* triggers = document.find("triggers")) load_triggers(context, *triggers);
  context.owner = "the flow";
  if (const Node* guard = document.find("guard")) {
    context.flow.guard = compile_expression(context, *guard, "guard");
  }
  if (const Node* message = document.find("guard_message")) {
    context.flow.guard_message = compile_text(context, *message, "guard_message");
  }
  if (const Node* limits = document.find("limits")) load_limits(context, *limits);
  if (const Node* slots = document.find("slots")) load_slots(context, *slots);
  if (const Node* inputs = document.find("inputs"))
    load_parameters(context, *inputs, "input", context.flow.inputs);
  if (const Node* steps = document.find("steps")) {
    load_steps(context, *steps);
  } else {
    context.error("F0110", document.position, "the flow lacks 'steps'", "add steps: and at least one step");
  }
  if (const Node* outputs = document.find("outputs")) {
    load_parameters(context, *outputs, "output", context.flow.outputs);
  }
  if (const Node* handlers = document.find("handlers")) load_handlers(context, *handlers);
  if (const Node* migrate = document.find("migrate")) load_migrations(context, *migrate);
}

// Some checks compare every entry with every other: their cost must stay bounded whatever the document is.
bool check_size(Context& context, const Node& node) {
  constexpr std::size_t kMostEntries = 5'000;
  if (node.items.size() > kMostEntries || node.members.size() > kMostEntries) {
    context.error(
        "F0105",
        node.position,
        "more than " + std::to_string(kMostEntries) + " entries in one place",
        "split it into several flows"
    );
    return false;
  }
  for (const Node& item : node.items) {
    if (!check_size(context, item)) return false;
  }
  for (const Node::Member& member : node.members) {
    if (!check_size(context, member.value)) return false;
  }
  return true;
}

// The id belongs to the identity also when only the file's name gave it: the canonical text must load alone.
void identify(Flow& flow, const Node& document) {
  Value value = to_value(document);
  if (value.find("id") == nullptr) value = value.with("id", flow.id);
  flow.canonical = write_canonical(value);
  flow.hash = sha256_hex(flow.canonical);
}

}  // namespace

std::span<const Key> flow_keys() {
  return kFlowKeys;
}

std::span<const Key> limit_keys() {
  return kLimitKeys;
}

}  // namespace loading

std::span<const std::string_view> handler_names() {
  return loading::kHandlerNames;
}

FlowPtr load(
    const Node& document,
    std::string_view file,
    std::span<const StepSpec* const> step_specs,
    Diagnostics& diagnostics,
    std::span<const std::string> shared_names
) {
  auto flow = std::make_shared<Flow>();
  flow->file = file;
  Diagnostics found;
  loading::Context context(*flow, step_specs, found);
  if (!loading::check_size(context, document)) {
    // Reported; nothing else is worth saying about such a document.
  } else if (document.is_map()) {
    loading::load_parts(context, document);
    loading::check_names(context, shared_names);
    loading::check_types(*flow, found);
    // The graph of a flow with broken references would only repeat them.
    if (!has_errors(found)) loading::check_graph(context);
  } else {
    context.error(
        "F0107",
        document.position,
        document.is_null() ? "the file is empty"
                           : "a flow is a map, not " + std::string(loading::describe(document)),
        "begin with id: and steps:"
    );
  }
  const bool good = !has_errors(found);
  diagnostics.insert(
      diagnostics.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end())
  );
  if (!good) return nullptr;
  loading::identify(*flow, document);
  return flow;
}

}  // namespace parley::flow
