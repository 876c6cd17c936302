#include "server/turns/session_state.hpp"

#include <array>
#include <optional>
#include <utility>

#include "base/json.hpp"
#include "base/time.hpp"
#include "base/value.hpp"

namespace parley::turns {

namespace {

// Of the head alone: a snapshot knows its own version.
constexpr std::int64_t kVersion = 1;

constexpr std::array kTexts{
    std::pair("id", &ConversationSummary::id),
    std::pair("user", &ConversationSummary::user_id),
    std::pair("channel", &ConversationSummary::channel),
    std::pair("release", &ConversationSummary::release),
    std::pair("flow", &ConversationSummary::flow),
    std::pair("owner", &ConversationSummary::owner),
    std::pair("status", &ConversationSummary::status),
    std::pair("outcome", &ConversationSummary::outcome),
};

std::unexpected<Error> not_a_session(std::string_view why) {
  return fail(ErrorCode::invalid_input, "these bytes are no conversation's state: " + std::string(why));
}

std::optional<std::uint64_t> number(const Value& value) {
  if (!value.is_int() || value.as_int() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(value.as_int());
}

}  // namespace

std::string encode_session(const ConversationSummary& summary, const engine::State& state) {
  MapBuilder head;
  head.set("v", kVersion);
  for (const auto& [name, field] : kTexts) head.set(name, summary.*field);
  head.set("turn", static_cast<std::int64_t>(summary.turn));
  head.set("sequence", static_cast<std::int64_t>(summary.sequence));
  head.set("created", format_timestamp(summary.created_at));
  head.set("updated", format_timestamp(summary.updated_at));
  std::string bytes = write_json(head.build());
  bytes += '\n';  // JSON on one line has none
  bytes += engine::snapshot(state);
  return bytes;
}

Result<SessionState> decode_session(std::string_view bytes) {
  const auto end = bytes.find('\n');
  if (end == std::string_view::npos) return not_a_session("they have no head");
  const auto head = parse_json(bytes.substr(0, end));
  if (!head) return not_a_session(head.error().message);
  if (number((*head)["v"]) != kVersion) return not_a_session("they are of another version");
  SessionState session;
  for (const auto& [name, field] : kTexts) {
    const Value& text = (*head)[name];
    if (!text.is_string()) return not_a_session(std::string(name) + " is missing");
    session.summary.*field = std::string(text.as_string());
  }
  const auto turn = number((*head)["turn"]);
  const auto sequence = number((*head)["sequence"]);
  const auto created = parse_timestamp((*head).text("created"));
  const auto updated = parse_timestamp((*head).text("updated"));
  if (!turn || !sequence || !created || !updated) return not_a_session("a number or a time is missing");
  session.summary.turn = *turn;
  session.summary.sequence = *sequence;
  session.summary.created_at = *created;
  session.summary.updated_at = *updated;
  auto state = engine::restore(bytes.substr(end + 1));
  if (!state) return not_a_session(state.error().message);
  session.state = std::move(*state);
  return session;
}

}  // namespace parley::turns
