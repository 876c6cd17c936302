// The `slots` of a flow: declared types, questions and rules for their values.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/edit_distance.hpp"
#include "flow/loading/context.hpp"

namespace parley::flow::loading {
namespace {

constexpr std::string_view kTextSchema = R"({"$ref":"#/$defs/text"})";

constexpr Key kSlotKeys[] = {
    {"type", R"({"$ref":"#/$defs/slot_type"})", "What kind of value the slot holds; text when left out."},
    {"label", kWordingSchema, "Words for the slot in messages; its name with spaces when left out."},
    {"ask", kTextSchema, "The question that collects the slot."},
    {"reprompt",
     R"({"oneOf":[{"$ref":"#/$defs/text"},{"type":"array","items":{"$ref":"#/$defs/text"}}]})",
     "What is asked after an answer that cannot be taken; the last of several repeats."},
    {"validate",
     R"({"oneOf":[{"$ref":"#/$defs/expression"},{"type":"object","properties":{"check":{"$ref":"#/$defs/expression"},"message":{"$ref":"#/$defs/text"}},"required":["check"],"additionalProperties":false}]})",
     "An expression about `value` that must be true, alone or as {check, message}."},
    {"choices",
     R"({"type":"array","minItems":1,"items":{"oneOf":[{"type":["string","number","boolean"]},{"type":"object","properties":{"value":{"type":["string","number","boolean"]},"label":{"oneOf":[{"type":"string"},{"type":"object","minProperties":1,"additionalProperties":{"type":"string"}}]},"synonyms":{"type":"array","items":{"type":"string"}}},"required":["value"],"additionalProperties":false}]}})",
     "The values that a choice may take."},
    {"min", R"({"type":"number"})", "The smallest number or amount; of texts and lists the smallest length."},
    {"max", R"({"type":"number"})", "The largest number or amount; of texts and lists the largest length."},
    {"pattern", R"({"type":"string"})", "A regular expression that the whole text must match."},
    {"max_attempts",
     R"({"type":"integer","minimum":1,"maximum":100})",
     "How many answers may fail before on_exhausted; 3 when left out."},
    {"on_exhausted",
     R"({"type":"string"})",
     "The step to go to when no attempt is left; a person takes over when left out."},
    {"optional", R"({"type":"boolean"})", "Whether the user may skip the slot."},
    {"ask_if", R"({"enum":["empty","always"]})", "Whether a slot that has a value is asked again."},
    {"scope",
     R"({"enum":["flow","conversation","user"]})",
     "How long the value lives: this run of the flow, the conversation, or as long as the user is known."},
    {"sensitive", R"({"type":"boolean"})", "Whether the value is hidden from logs and models."},
    {"depends_on",
     R"({"oneOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]})",
     "Slots whose correction makes this one be asked again."},
};

constexpr Key kChoiceKeys[] = {
    {"value", {}, {}},
    {"label", {}, {}},
    {"synonyms", {}, {}},
};

constexpr Key kValidateKeys[] = {
    {"check", {}, {}},
    {"message", {}, {}},
};

SlotType read_type(Context& context, const Node& node) {
  const auto name = read_text(context, node, "type");
  if (!name) return {};
  if (auto type = parse_slot_type(*name)) return *std::move(type);
  constexpr std::string_view kListOf = "list of ";
  const bool list = name->starts_with(kListOf);
  const std::string element = list ? name->substr(kListOf.size()) : *name;
  const auto kinds = slot_kind_names();
  std::string_view meant = std::string_view(element) == "string"       ? "text"
                           : element == "boolean"                      ? "bool"
                           : element == "float" || element == "double" ? "number"
                           : element == "int"                          ? "integer"
                                                                       : "";
  if (meant.empty()) meant = nearest(element, kinds);
  const std::string right = (list ? std::string(kListOf) : std::string()) + std::string(meant);
  context.error(
      "F0303",
      node.position,
      "unknown slot type " + quote(*name),
      meant.empty() ? one_of(kinds) + ", or 'list of' one of them" : "did you mean " + quote(right) + "?"
  );
  return {};
}

std::vector<std::string> read_synonyms(Context& context, const Node& node) {
  std::vector<std::string> synonyms;
  if (!expect_list(context, node, "synonyms")) return synonyms;
  for (const Node& item : node.items) {
    if (auto word = read_text(context, item, "synonyms")) synonyms.push_back(*std::move(word));
  }
  return synonyms;
}

void read_choices(Context& context, const Node& node, Slot& slot) {
  if (!expect_list(context, node, "choices")) return;
  if (node.items.empty()) {
    context.error("F0116", node.position, "'choices' is an empty list", "write at least one choice");
  }
  for (const Node& item : node.items) {
    const Node* value = item.is_map() ? item.find("value") : &item;
    if (item.is_map()) check_keys(context, item, kChoiceKeys, "a choice");
    if (value == nullptr) {
      context.error("F0110", item.position, "a choice lacks 'value'", "write {value: s, label: Small}");
      continue;
    }
    auto word = read_text(context, *value, "choices");
    if (!word) continue;
    if (std::ranges::find(slot.choices, *word, &Choice::value) != slot.choices.end()) {
      context.error(
          "F0320", value->position, "the choice " + quote(*word) + " is given twice", "remove one of the two"
      );
      continue;
    }
    Choice choice{.value = *word, .label = *word, .synonyms = {}};
    if (item.is_map()) {
      if (const Node* label = item.find("label")) {
        if (auto shown = read_wording(context, *label, "label", choice.labels))
          choice.label = *std::move(shown);
      }
      if (const Node* synonyms = item.find("synonyms")) choice.synonyms = read_synonyms(context, *synonyms);
    }
    slot.choices.push_back(std::move(choice));
  }
}

void read_validate(Context& context, const Node& node, Slot& slot) {
  const Node* check = &node;
  if (node.is_map()) {
    check_keys(context, node, kValidateKeys, "'validate'");
    check = node.find("check");
    if (const Node* message = node.find("message")) {
      slot.validate_message = compile_text(context, *message, "message");
    }
    if (check == nullptr) {
      context.error(
          "F0110", node.position, "'validate' lacks 'check'", "write {check: \"value > 0\", message: …}"
      );
      return;
    }
  }
  slot.validate = compile_expression(context, *check, "validate");
  if (slot.validate) context.flow.typed.back().slot = slot.name;
}

void read_pattern(Context& context, const Node& node, Slot& slot) {
  const auto source = read_text(context, node, "pattern");
  if (!source) return;
  auto compiled = Regex::compile(*source);
  if (compiled) {
    slot.pattern = *std::move(compiled);
    return;
  }
  context.error(
      "F0306",
      node.position,
      "'pattern' is not a regular expression: " + as_clause(compiled.error().message),
      as_clause(compiled.error().hint)
  );
}

bool takes_length_or_size(SlotKind kind) {
  switch (kind) {
    case SlotKind::text:
    case SlotKind::number:
    case SlotKind::integer:
    case SlotKind::money:
    case SlotKind::list:
    case SlotKind::item:
      return true;
    default:
      return false;
  }
}

// Rules between the keys of one slot.
void check_combination(Context& context, const Node& node, const Slot& slot) {
  const SlotKind element = slot.type.element != nullptr ? slot.type.element->kind : slot.type.kind;
  const Node* choices = node.find("choices");
  if (element == SlotKind::choice && choices == nullptr) {
    context.error(
        "F0304",
        slot.position,
        "slot " + quote(slot.name) + " is a choice without choices",
        "add choices: [small, large]"
    );
  }
  if (element != SlotKind::choice && element != SlotKind::item && choices != nullptr) {
    context.error(
        "F0305",
        choices->position,
        "slot " + quote(slot.name) + " has choices but is of type " + quote(to_string(slot.type)),
        "write type: choice, or type: list of item for things that are counted"
    );
  }
  if (slot.min && slot.max && *slot.min > *slot.max) {
    context.error(
        "F0308",
        node.find("min")->position,
        "the min of slot " + quote(slot.name) + " is larger than its max",
        "swap the two"
    );
  }
  for (const std::string_view key : {"min", "max"}) {
    const Node* bound = node.find(key);
    if (bound == nullptr || takes_length_or_size(slot.type.kind)) continue;
    context.error(
        "F0318",
        bound->position,
        quote(key) + " has no meaning for type " + quote(to_string(slot.type)),
        "use 'validate' with an expression about value"
    );
  }
  const Node* pattern = node.find("pattern");
  if (pattern != nullptr && element != SlotKind::text && element != SlotKind::email &&
      element != SlotKind::phone && element != SlotKind::url) {
    context.error(
        "F0318",
        pattern->position,
        "'pattern' has no meaning for type " + quote(to_string(slot.type)),
        "patterns check text, email, phone and url"
    );
  }
}

void read_words(Context& context, const Node& node, Slot& slot) {
  if (const Node* label = node.find("label")) {
    if (auto words = read_wording(context, *label, "label", slot.labels)) slot.label = *std::move(words);
  }
  if (const Node* ask = node.find("ask")) slot.ask = compile_text(context, *ask, "ask");
  if (const Node* reprompt = node.find("reprompt")) {
    if (!reprompt->is_list()) {
      Text text = compile_text(context, *reprompt, "reprompt");
      if (!text.empty()) slot.reprompt.push_back(std::move(text));
    }
    for (const Node& item : reprompt->items) {
      Text text = compile_text(context, item, "reprompt");
      if (!text.empty()) slot.reprompt.push_back(std::move(text));
    }
  }
}

void read_rules(Context& context, const Node& node, Slot& slot) {
  if (const Node* validate = node.find("validate")) read_validate(context, *validate, slot);
  if (const Node* choices = node.find("choices")) read_choices(context, *choices, slot);
  if (const Node* min = node.find("min")) slot.min = read_number(context, *min, "min");
  if (const Node* max = node.find("max")) slot.max = read_number(context, *max, "max");
  if (const Node* pattern = node.find("pattern")) read_pattern(context, *pattern, slot);
  if (const Node* attempts = node.find("max_attempts")) {
    if (const auto count = read_integer(context, *attempts, "max_attempts", 1, 100)) {
      slot.max_attempts = static_cast<std::uint32_t>(*count);
    }
  }
  if (const Node* target = node.find("on_exhausted")) {
    if (auto id = read_text(context, *target, "on_exhausted")) {
      context.step_targets.push_back({*id, slot.name, target->position, context.owner});
      slot.on_exhausted = *std::move(id);
    }
  }
  if (const Node* before = node.find("depends_on")) {
    for (const Name& name : read_names(context, *before, "depends_on")) {
      context.slot_uses.push_back({name.text, {}, name.position, context.owner});
      slot.depends_on.push_back(name.text);
      if (name.text == slot.name) {
        context.error("F0208", name.position, "slot " + quote(slot.name) + " depends on itself", "remove it");
      }
    }
  }
}

void read_flags(Context& context, const Node& node, Slot& slot) {
  constexpr auto kAskIf = std::to_array<std::string_view>({"empty", "always"});
  constexpr auto kScopes = std::to_array<std::string_view>({"flow", "conversation", "user"});
  if (const Node* flag = node.find("optional")) {
    slot.optional = read_bool(context, *flag, "optional").value_or(false);
  }
  if (const Node* flag = node.find("sensitive")) {
    slot.sensitive = read_bool(context, *flag, "sensitive").value_or(false);
  }
  if (const Node* when = node.find("ask_if")) {
    slot.always_ask = read_choice(context, *when, "ask_if", kAskIf).value_or(0) == 1;
  }
  if (const Node* scope = node.find("scope")) {
    slot.scope = static_cast<SlotScope>(read_choice(context, *scope, "scope", kScopes).value_or(0));
  }
}

// Nothing when the slot is not even of the right shape.
std::optional<Slot> read_slot(Context& context, const Node::Member& member) {
  context.owner = "slot " + quote(member.key);
  Slot slot;
  slot.name = member.key;
  slot.label = member.key;
  std::ranges::replace(slot.label, '_', ' ');
  slot.position = member.key_position;
  check_identifier(context, member.key, member.key_position, "slot");
  const Node& node = member.value;
  if (node.is_scalar()) {
    slot.type = read_type(context, node);
  } else if (node.is_map()) {
    check_keys(context, node, kSlotKeys, "a slot");
    if (const Node* type = node.find("type")) slot.type = read_type(context, *type);
    read_words(context, node, slot);
    read_rules(context, node, slot);
    read_flags(context, node, slot);
  } else if (node.is_list()) {
    context.error(
        "F0111",
        node.position,
        "expected a type or a map for slot " + quote(member.key) + ", got a list",
        "write " + member.key + ": list of text, or {type: …, ask: …}"
    );
    return std::nullopt;
  }
  check_combination(context, node, slot);
  return slot;
}

}  // namespace

std::span<const Key> slot_keys() {
  return kSlotKeys;
}

void load_slots(Context& context, const Node& slots) {
  if (!slots.is_map()) {
    context.error(
        "F0111",
        slots.position,
        "expected a map for 'slots', got " + std::string(describe(slots)),
        "write each slot as name: type, or name: {type: …, ask: …}"
    );
    return;
  }
  for (const Node::Member& member : slots.members) {
    if (auto slot = read_slot(context, member)) context.flow.slots.push_back(*std::move(slot));
  }
  // The order of a map says nothing: a flow must mean the same when it is read from its canonical text again.
  std::ranges::sort(context.flow.slots, {}, &Slot::name);
}

Form read_form(Context& context, const Node& node, std::string_view key) {
  Form form;
  const std::string owner = context.owner;
  const auto add = [&](const Node::Member& member) {
    if (std::ranges::find(form, member.key, &Slot::name) != form.end()) {
      context.error(
          "F0103",
          member.key_position,
          "the field " + quote(member.key) + " is given twice",
          "give each field a name of its own"
      );
      return;
    }
    if (auto field = read_slot(context, member)) form.push_back(*std::move(field));
  };
  if (node.is_list()) {
    for (const Node& item : node.items) {
      if (!item.is_map() || item.members.size() != 1) {
        context.error(
            "F0111",
            item.position,
            "expected a map with one field, got " + std::string(describe(item)),
            "write each field as - name: type, or - name: {type: …, label: …}"
        );
        continue;
      }
      add(item.members.front());
    }
  } else if (expect_map(context, node, key)) {
    for (const Node::Member& member : node.members) add(member);
    // As of slots: the order of a map says nothing. A list keeps its own.
    std::ranges::sort(form, {}, &Slot::name);
  } else {
    return form;
  }
  if (node.members.empty() && node.items.empty()) {
    context.error("F0116", node.position, quote(key) + " is empty", "name at least one field");
  }
  context.owner = owner;
  return form;
}

}  // namespace parley::flow::loading

namespace parley::flow {

namespace {

// Steps may stand in the blocks of others, at any depth that a document can have.
void add_facts(const Node& node, std::vector<std::string>& names) {
  for (const Node& item : node.items) add_facts(item, names);
  if (!node.is_map()) return;
  const Node* type = node.find("type");
  if (type != nullptr && type->text == "remember") {
    const Node* facts = node.find("facts");
    if (facts == nullptr) return;
    for (const Node::Member& member : facts->members) names.push_back(std::string(kFactPrefix) + member.key);
    return;
  }
  for (const Node::Member& member : node.members) add_facts(member.value, names);
}

}  // namespace

std::vector<std::string> shared_slots(const Node& document) {
  std::vector<std::string> names;
  if (const Node* steps = document.find("steps")) add_facts(*steps, names);
  const Node* slots = document.find("slots");
  if (slots == nullptr) return names;
  for (const Node::Member& member : slots->members) {
    const Node* scope = member.value.find("scope");
    if (scope != nullptr && (scope->text == "conversation" || scope->text == "user"))
      names.push_back(member.key);
  }
  return names;
}

}  // namespace parley::flow
