#include "server/models/prompts/prompt.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.hpp"
#include "base/json_schema.hpp"
#include "wire/dialect/dialect.hpp"
#include "wire/model_api/loose_json.hpp"

namespace parley::models {

namespace {

constexpr std::array<const Task*, 6> kTasks{
    &kGenerate, &kRephrase, &kClassify, &kExtract, &kAgent, &kUnderstand
};

}  // namespace

std::span<const Task* const> tasks() {
  return kTasks;
}

const Task* task_named(std::string_view name) {
  const auto* const found = std::ranges::find(kTasks, name, &Task::name);
  return found == kTasks.end() ? nullptr : *found;
}

Question two_messages(std::string instructions, std::string data) {
  Question question;
  question.messages.push_back({Message::Role::system, std::move(instructions)});
  question.messages.push_back({Message::Role::user, std::move(data)});
  return question;
}

std::string set_off(std::string_view name, std::string_view text) {
  std::string out(name);
  out += ":\n<<<\n";
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view mark = text.substr(at, 3);
    if (mark == ">>>" || mark == "<<<") {
      out += mark[0];
      out += ' ';
      ++at;
      continue;
    }
    out += text[at++];
  }
  return out + "\n>>>\n";
}

namespace {

std::string_view manner(std::int64_t tone) {
  constexpr std::array<std::string_view, 5> kManners{
      "formal and reserved",
      "polite and plain",
      "friendly and plain",
      "warm and relaxed",
      "casual and playful"
  };
  constexpr std::int64_t kMost = 100;
  const auto clamped = static_cast<std::size_t>(std::clamp<std::int64_t>(tone, 0, kMost));
  return kManners[std::min(kManners.size() - 1, clamped * kManners.size() / kMost)];
}

std::string_view amount(std::string_view length) {
  if (length == "short") return "Write as little as it takes, two sentences at most.";
  if (length == "detailed") return "Explain, with what helps to understand.";
  return {};
}

}  // namespace

std::string style_in_words(const Value& style) {
  if (!style.is_map()) return {};
  const std::int64_t tone = style["tone"].is_int() ? style["tone"].as_int() : 50;
  std::string out = "Write ";
  if (const Value& tones = style["tones"]; tones.is_map() && tones.size() > 0) {
    out += "at " + std::to_string(tone) + " on a scale of tones where ";
    std::string stops;
    for (const auto& [name, place] : tones.entries()) {
      if (!name.is_string() || !place.is_int()) continue;
      stops += (stops.empty() ? "" : ", ") + std::to_string(place.as_int()) + " is " +
               std::string(name.as_string());
    }
    out += stops;
  } else {
    out += "in a tone that is " + std::string(manner(tone));
  }
  if (const std::string_view locale = style.text("locale"); !locale.empty())
    out += ", in the language '" + std::string(locale) + "'";
  out += ".";
  if (const std::string_view words = amount(style.text("length")); !words.empty())
    out += " " + std::string(words);
  return out;
}

std::string facts_of(const Value& facts) {
  return facts.is_null() ? std::string() : set_off("FACTS", write_json_pretty(facts));
}

std::string context_of(const Value& input) {
  const std::string_view context = input.text("context");
  return context.empty() ? std::string() : set_off("Context", context);
}

std::string schema_in_words(const Value& schema) {
  return "Answer with JSON only, no other words. It must fit this JSON Schema:\n" + write_json(schema);
}

std::unexpected<Error> lacks(std::string_view task, std::string_view member) {
  return fail(
      ErrorCode::invalid_input,
      "model." + std::string(task) + " lacks '" + std::string(member) + "'",
      "invalid_arguments"
  );
}

std::unexpected<Error> wrong_answer(std::string what) {
  return fail(ErrorCode::evaluation, std::move(what), "model_answer");
}

Result<Value> fitting_json(const Answer& answer, const Value& schema) {
  if (answer.finish == "length") return wrong_answer("the answer was longer than allowed and was cut off");
  auto value = wire::model_api::json_in(answer.text);
  if (!value) {
    // What the grammar of a schema allows and no number holds: 1e999.
    const auto whole = parse_json(answer.text);
    return wrong_answer("the answer is no JSON" + (whole ? std::string() : ": " + whole.error().message));
  }
  const auto compiled = Schema::compile(schema);
  if (!compiled) {
    return fail(
        ErrorCode::invalid_input,
        "the schema cannot be used: " + compiled.error().message,
        "invalid_arguments"
    );
  }
  if (compiled->valid(*value)) return value;
  Value cleaned = wire::without_nulls(schema, *value);
  if (compiled->valid(cleaned)) return cleaned;
  const SchemaProblem problem = compiled->validate(cleaned).front();
  const std::string at = problem.instance_pointer.empty() ? "the answer" : problem.instance_pointer;
  return wrong_answer(at + ": " + problem.message);
}

}  // namespace parley::models
