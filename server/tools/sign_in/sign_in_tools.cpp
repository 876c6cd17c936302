#include "server/tools/sign_in/sign_in_tools.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"

namespace parley::tools {

namespace {

constexpr std::string_view kList = "sign_ins.list";
constexpr std::string_view kEnd = "sign_ins.end";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

// As words of their own.
bool names(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

Value answer_of(const std::vector<std::string>& services) {
  ListBuilder list;
  for (const std::string& each : services) list.add(each);
  return MapBuilder().set("services", list.build()).build();
}

Value parameters(MapBuilder properties) {
  return MapBuilder()
      .set("type", "object")
      .set("properties", properties.build())
      .set("additionalProperties", false)
      .build();
}

}  // namespace

std::vector<std::string> services_meant(const std::vector<std::string>& services, std::string_view said) {
  const std::string text = ascii_lower(said);
  std::vector<std::string> named;
  for (const std::string& each : services) {
    std::string spoken = each;
    std::ranges::replace(spoken, '_', ' ');
    if (names(text, each) || names(text, spoken)) named.push_back(each);
  }
  return named.empty() ? services : named;
}

bool SignInTools::has(std::string_view tool) const {
  return tool == kList || tool == kEnd;
}

turns::EffectClass SignInTools::effect_class(std::string_view tool) const {
  return tool == kList ? turns::EffectClass::read : turns::EffectClass::natural;
}

turns::Awaitable<Result<turns::ToolAnswer>> SignInTools::run(const turns::ToolCall& call) {
  if (!has(call.tool))
    co_return fail(ErrorCode::not_found, "there is no tool '" + call.tool + "'", "unknown_tool");
  const bool end = call.tool == kEnd;
  const std::string said(call.arguments.text("said"));
  const turns::Caller& caller = call.caller;
  if (sign_ins_ == nullptr || caller.conversation_id.empty())
    co_return turns::ToolAnswer{answer_of({}), false};
  const SignInFor whom{caller.conversation_id, caller.user_known ? caller.user_id : std::string()};
  auto services = co_await sign_ins_->signed_in_at(whom);
  if (!services) co_return std::unexpected(std::move(services.error()));
  if (!end) co_return turns::ToolAnswer{answer_of(*services), false};
  std::vector<std::string> ended;
  for (const std::string& each : services_meant(*services, said)) {
    auto done = co_await sign_ins_->revoke(each, whom);
    // Forgotten here it counts, whatever the service says to it.
    if (!done) {
      const auto still = co_await sign_ins_->is_signed_in(each, whom);
      if (!still || *still) co_return std::unexpected(std::move(done.error()));
    }
    ended.push_back(each);
  }
  co_return turns::ToolAnswer{answer_of(ended), false};
}

std::vector<flow::ToolSignature> SignInTools::signatures() const {
  const Value text = MapBuilder().set("type", "string").build();
  const Value services = MapBuilder().set("type", "array").set("items", text).build();
  const Value result = MapBuilder()
                           .set("type", "object")
                           .set("properties", MapBuilder().set("services", services).build())
                           .build();
  return {
      {.name = std::string(kEnd),
       .parameters = parameters(std::move(MapBuilder().set("said", text))),
       .result = result,
       .effect = "natural"},
      {.name = std::string(kList), .parameters = parameters({}), .result = result, .effect = "read"},
  };
}

}  // namespace parley::tools
