// Forms that people fill in: their fields as data, their answers as typed values. Answers come from programs,
// so they are read in one fixed way whatever the user's language is.
#include <cmath>
#include <string>
#include <utility>

#include "base/edit_distance.hpp"
#include "base/json.hpp"
#include "engine/people/reviews.hpp"
#include "engine/repair/repair.hpp"
#include "language/extract.hpp"

namespace parley::engine::reviews {

namespace {

std::unexpected<Error> refused(const flow::Slot& field, std::string message) {
  return fail(ErrorCode::invalid_input, std::move(message), "values." + field.name);
}

// The words that a person would type for a value that JSON has a type for.
std::optional<std::string> as_words(const flow::SlotType& type, const Value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_number()) return write_json(value);
  if (type.kind == flow::SlotKind::money && value.is_map()) {
    return std::string(value.text("amount")) + " " + std::string(value.text("currency"));
  }
  return std::nullopt;
}

Result<Value> read_value(const Run& run, const flow::Slot& field, const Value& value);

Result<Value> read_list(const Run& run, const flow::Slot& field, const Value& value) {
  flow::Slot element = field;
  element.type = *field.type.element;
  element.min.reset();
  element.max.reset();
  ListBuilder list;
  for (const Value& item : value.as_list()) {
    auto read = read_value(run, element, item);
    if (!read) return read;
    list.add(std::move(*read));
  }
  const auto size = static_cast<double>(value.as_list().size());
  if (field.min && size < *field.min) return refused(field, "'" + field.name + "' has too few entries");
  if (field.max && size > *field.max) return refused(field, "'" + field.name + "' has too many entries");
  return list.build();
}

Result<Value> read_value(const Run& run, const flow::Slot& field, const Value& value) {
  const flow::SlotKind kind = field.type.kind;
  if (kind == flow::SlotKind::list && value.is_list()) return read_list(run, field, value);
  if (kind == flow::SlotKind::boolean && value.is_bool()) return value;
  const bool record = kind == flow::SlotKind::object || kind == flow::SlotKind::item;
  if (record && value.is_map()) return value;
  const auto words = as_words(field.type, value);
  if (!words) {
    return refused(
        field,
        "'" + field.name + "' must be of type " + flow::to_string(field.type) + ", not " +
            std::string(parley::name(value.type()))
    );
  }
  const State& state = run.state();
  auto read =
      language::read_answer(field, *words, {run.at(), state.utc_offset_seconds, "en", state.currency});
  if (!read) return refused(field, "'" + field.name + "': " + read.error().message);
  return std::move(*read);
}

}  // namespace

Value describe_form(Run& run, std::span<const flow::Slot> fields) {
  ListBuilder list;
  for (const flow::Slot& field : fields) {
    MapBuilder map;
    map.set("name", field.name).set("label", field.label).set("type", flow::to_string(field.type));
    if (!field.ask.empty()) {
      if (auto question = run.render(field.ask)) map.set("ask", std::move(*question));
    }
    if (!field.choices.empty()) {
      ListBuilder choices;
      for (const flow::Choice& choice : field.choices) {
        choices.add(MapBuilder().set("value", choice.value).set("label", choice.label).build());
      }
      map.set("choices", choices.build());
    }
    if (field.min) map.set("min", *field.min);
    if (field.max) map.set("max", *field.max);
    if (field.optional) map.set("optional", true);
    list.add(map.build());
  }
  return list.build();
}

Result<Value> read_form(Run& run, std::span<const flow::Slot> fields, const Value& values) {
  if (!values.is_map() && !values.is_null()) {
    return fail(ErrorCode::invalid_input, "the values of a form are a map of field names", "values");
  }
  std::vector<std::string_view> names;
  for (const flow::Slot& field : fields) names.push_back(field.name);
  if (values.is_map()) {
    for (const auto& [key, value] : values.entries()) {
      if (std::ranges::find(names, key.as_string()) != names.end()) continue;
      const std::string_view near = nearest(key.as_string(), names);
      return fail(
          ErrorCode::invalid_input,
          "the form has no field '" + std::string(key.as_string()) + "'",
          "values",
          near.empty() ? "" : "did you mean '" + std::string(near) + "'?"
      );
    }
  }
  MapBuilder read;
  for (const flow::Slot& field : fields) {
    const Value& given = values.is_map() ? values[field.name] : values;
    if (given.is_null()) {
      if (field.optional) continue;
      return refused(field, "'" + field.name + "' is missing");
    }
    auto value = read_value(run, field, given);
    if (!value) return value;
    if (auto why = repair::refusal(run, field, *value)) return refused(field, std::move(*why));
    read.set(field.name, std::move(*value));
  }
  return read.build();
}

}  // namespace parley::engine::reviews
