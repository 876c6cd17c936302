#include "server/tools/preview.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/json_schema.hpp"
#include "base/sha256.hpp"
#include "base/utf8.hpp"
#include "expr/display.hpp"
#include "wire/prose.hpp"

namespace parley::tools {

namespace {

constexpr std::size_t kShownBody = 32U << 10U;  // bytes
constexpr std::size_t kShownArgument = 200;     // bytes

std::string_view consequence(std::string_view effect) {
  if (effect == "read") return "It only reads.";
  if (effect == "keyed") return "The service recognises a repetition, so it is done once.";
  if (effect == "natural") return "Doing it again changes nothing more.";
  if (effect == "reconcile") return "Before it is repeated, the service is asked whether it was done.";
  return "It is never repeated by itself: the service would do it again.";
}

std::string cut(std::string_view text, std::size_t most) {
  return text.size() <= most ? std::string(text) : std::string(utf8_prefix(text, most)) + "…";
}

std::string fingerprint_of(const ShownRequest& request, std::string_view key_header) {
  std::string bytes = request.method + "\n" + request.url + "\n";
  for (const auto& [name, value] : request.headers) {
    if (ascii_lower(name) != ascii_lower(key_header)) bytes += name + ": " + value + "\n";
  }
  return sha256_hex(bytes + "\n" + request.body);
}

Value as_value(const ShownRequest& request) {
  MapBuilder headers;
  for (const auto& [name, value] : request.headers) headers.set(name, value);
  MapBuilder shown;
  shown.set("method", request.method).set("url", request.url).set("headers", headers.build());
  shown.set("body", cut(request.body, kShownBody));
  if (request.body.size() > kShownBody)
    shown.set("body_bytes", static_cast<std::int64_t>(request.body.size()));
  return shown.build();
}

}  // namespace

std::string call_in_words(const wire::Tool& tool, const Value& arguments) {
  std::string words =
      tool.description.empty() ? "Calls " + tool.id : wire::tool_description({}, tool.description);
  if (!words.ends_with('.') && !words.ends_with('!') && !words.ends_with('?')) words += '.';
  if (arguments.is_map() && arguments.size() > 0) {
    std::string_view separator = " ";
    for (const auto& [name, value] : arguments.entries()) {
      words += separator;
      words += cut(expr::display(name) + ": " + expr::display(value), kShownArgument);
      separator = ", ";
    }
    words += '.';
  }
  return words + " " + std::string(consequence(tool.effect));
}

turns::CallPreview preview_of(
    const wire::Tool& tool,
    const Value& arguments,
    const Result<ShownRequest>& request,
    std::string_view key_header
) {
  turns::CallPreview preview{
      .words = call_in_words(tool, arguments), .effect = tool.effect, .request = {}, .fingerprint = {}
  };
  if (!request) {
    preview.words += " It cannot be made as it is: " + request.error().message + ".";
    return preview;
  }
  preview.request = as_value(*request);
  preview.fingerprint = fingerprint_of(*request, key_header);
  return preview;
}

Result<void> check_against_result(const wire::Tool& tool, const Value& result) {
  if (!tool.result_schema.is_map()) return {};
  const auto schema = Schema::compile(tool.result_schema);
  if (!schema) return {};  // what cannot be used does not stand in a person's way
  const auto problems = schema->validate(result);
  if (problems.empty()) return {};
  const std::string& at = problems.front().instance_pointer;
  return fail(
      ErrorCode::invalid_input,
      tool.id + " does not answer like this: " + (at.empty() ? "" : at.substr(1) + ": ") +
          problems.front().message,
      "values",
      "give what the tool would have returned"
  );
}

}  // namespace parley::tools
