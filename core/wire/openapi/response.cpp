// What a tool answers with: the schema and the example of the first success.
#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "base/utf8.hpp"
#include "wire/openapi/operation.hpp"

namespace parley::wire::openapi {
namespace {

// 200…299; 300 for "2XX", 301 for "default", 1000 for everything else. Unquoted YAML keys are numbers.
int success_status(const Value& key) {
  constexpr int kNone = 1000;
  if (key.is_int()) return key.as_int() >= 200 && key.as_int() < 300 ? static_cast<int>(key.as_int()) : kNone;
  if (!key.is_string()) return kNone;
  const std::string_view text = key.as_string();
  if (text == "default") return 301;
  if (text.size() != 3 || text[0] != '2') return kNone;
  if (ascii_lower(text) == "2xx") return 300;
  const bool digits = text[1] >= '0' && text[1] <= '9' && text[2] >= '0' && text[2] <= '9';
  return digits ? 200 + (text[1] - '0') * 10 + (text[2] - '0') : kNone;
}

std::optional<Value> example_in(const Value& media, Document& document) {
  if (const Value* example = media.find("example")) return *example;
  const Value& examples = media["examples"];
  if (!examples.is_map()) return std::nullopt;
  for (const auto& entry : examples.entries()) {
    const auto resolved = document.follow(entry.value);
    if (!resolved) continue;
    if (const Value* value = (*resolved)->find("value")) return *value;
  }
  return std::nullopt;
}

}  // namespace

OperationCompiler::Success OperationCompiler::success() const {
  Success best;
  const Value& responses = source_["responses"];
  if (!responses.is_map()) return best;
  for (const auto& [key, response] : responses.entries()) {
    const int status = success_status(key);
    if (status < best.status) best = {status, &response};
  }
  return best;
}

// A service that has no JSON here answers a wish for JSON with 406.
void OperationCompiler::fix_accept() {
  const Success best = success();
  const auto response =
      best.response == nullptr ? Result<const Value*>(&source_) : shared_.document.follow(*best.response);
  if (!response) return;
  Value content = (**response)["content"];
  if (shared_.document.version() == Version::swagger2) {
    const Value* produced = source_.find("produces");
    if (produced == nullptr) produced = &shared_.document.root()["produces"];
    MapBuilder types;
    for (const Value& type : produced->is_list() ? produced->as_list() : std::span<const Value>{}) {
      if (type.is_string()) types.set(type, Value::map());
    }
    content = types.build();
  }
  if (!content.is_map()) return;
  const bool any = std::ranges::any_of(content.entries(), [](const Value::Entry& entry) {
    return entry.key.is_string() && entry.key.as_string().contains('*');
  });
  const MediaChoice choice = choose_media(shared_.document, content);
  if (any || choice.media == nullptr || choice.media_type.starts_with("application/json")) return;
  fix_header("Accept", MapBuilder().set("default", choice.media_type).build());
}

Result<void> OperationCompiler::read_response() {
  const Success best = success();
  if (best.response == nullptr) return {};
  out_.success_status = static_cast<std::uint16_t>(best.status > 299 ? 200 : best.status);
  auto response = shared_.document.follow(*best.response);
  if (!response) return std::unexpected(std::move(response.error()));
  const Value* source = (**response).find("schema");  // 2.0
  if (const auto choice = choose_media(shared_.document, (**response)["content"]); choice.media != nullptr) {
    source = choice.media->find("schema");
    out_.example = example_in(*choice.media, shared_.document);
  } else if (const Value& examples = (**response)["examples"]; examples.is_map() && examples.size() > 0) {
    out_.example = examples.entries()[0].value;
  }
  if (source == nullptr) return {};
  auto schema = shared_.results.compile(*source, Carrier::response);
  if (!schema) return std::unexpected(std::move(schema.error()));
  auto complete = shared_.results.with_definitions(*std::move(schema));
  if (!complete) return std::unexpected(std::move(complete.error()));
  out_.result_schema = *std::move(complete);
  return {};
}

}  // namespace parley::wire::openapi
