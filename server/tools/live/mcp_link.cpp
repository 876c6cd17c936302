#include "server/tools/live/mcp_link.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "base/utf8.hpp"

namespace parley::tools {
namespace {

constexpr std::string_view kAlone = "2026-07-28";
constexpr std::string_view kSessions =
    "2025-11-25";  // the newest of the other era; the server may choose an older one
constexpr std::size_t kSessionsMax = 10'000;
constexpr std::string_view kMeta = "io.modelcontextprotocol/";

Value client_info() {
  return MapBuilder().set("name", "parley").set("version", "1").build();
}

// Waits for the one response in what arrives: a JSON body, or the events of a stream that may bring other
// messages before it and stay open after it.
class ResponseReader {
 public:
  // False when the response is there.
  bool take(std::string_view piece) {
    text_ += piece;
    if (!is_stream()) return true;
    for (std::size_t end; !response_ && (end = text_.find('\n', at_)) != std::string::npos; at_ = end + 1) {
      std::string_view line = std::string_view(text_).substr(at_, end - at_);
      if (line.ends_with('\r')) line.remove_suffix(1);
      read_line(line);
    }
    return !response_;
  }

  [[nodiscard]] std::optional<std::string> response() && {
    if (response_) return std::move(response_);
    return is_stream() ? std::nullopt : std::optional<std::string>(std::move(text_));
  }

 private:
  [[nodiscard]] bool is_stream() const {
    const std::size_t first = text_.find_first_not_of(" \t\r\n");
    return first != std::string::npos && text_[first] != '{' && text_[first] != '[';
  }

  void read_line(std::string_view line) {
    if (line.starts_with("data:")) {
      line.remove_prefix(line.starts_with("data: ") ? 6 : 5);
      data_.append(data_.empty() ? "" : "\n").append(line);
    } else if (line.empty() && !data_.empty()) {
      const auto message = parse_json(data_, {.reject_duplicate_keys = false});
      if (message && (*message)["id"] == Value(1) && message->find("method") == nullptr) response_ = data_;
      data_.clear();
    }
  }

  std::string text_;
  std::size_t at_ = 0;
  std::string data_;
  std::optional<std::string> response_;
};

void add(net::Headers& headers, std::string_view name, std::string_view value) {
  std::erase_if(headers, [&](const auto& header) { return ascii_lower(header.first) == ascii_lower(name); });
  headers.emplace_back(name, value);
}

// Of what goes before a call: whatever happened, nothing of the call itself was sent.
std::unexpected<Error> not_begun(Error problem) {
  if (net::may_have_arrived(problem)) problem.pointer = "unreachable";
  return std::unexpected(std::move(problem));
}

bool offers(const net::IncomingAnswer& answer, std::string_view version) {
  if (answer.status != 200) return false;
  const auto body = parse_json(answer.body, {.reject_duplicate_keys = false});
  if (!body) return false;
  const Value& versions = (*body)["result"]["supportedVersions"];
  return versions.is_list() &&
         std::ranges::any_of(versions.as_list(), [&](const Value& each) { return each == Value(version); });
}

}  // namespace

std::string McpLink::caller_of(const net::OutgoingRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (ascii_lower(name) == "authorization") return sha256_hex(value);
  }
  return {};
}

McpLink::Agreed McpLink::agreed(const std::string& caller) {
  const std::lock_guard lock(mutex_);
  if (era_ != Era::sessions)
    return {.era = era_, .version = era_ == Era::alone ? std::string(kAlone) : std::string()};
  const auto known = sessions_.find(caller);
  return known == sessions_.end() ? Agreed{.era = Era::sessions} : known->second;
}

void McpLink::agree(const std::string& caller, Agreed now) {
  const std::lock_guard lock(mutex_);
  era_ = now.era;
  if (era_ != Era::sessions) return;
  if (sessions_.size() >= kSessionsMax && !sessions_.contains(caller)) sessions_.erase(sessions_.begin());
  sessions_.insert_or_assign(caller, std::move(now));
}

void McpLink::forget(const std::string& caller) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(caller);
  if (sessions_.empty()) era_ = Era::unknown;
}

net::Awaitable<Result<net::IncomingAnswer>> McpLink::send(
    net::OutgoingRequest request, std::string method, Value params
) {
  const std::string caller = caller_of(request);
  Agreed how = agreed(caller);
  const bool begun_before = !how.session.empty();
  if (how.version.empty()) {
    auto found = co_await (how.era == Era::sessions ? begin_session(request) : find_out(request));
    if (!found) co_return not_begun(std::move(found.error()));
    how = *std::move(found);
  }
  auto answer = co_await post(request, how, method, params);
  // Some say with 400 what 404 says, but it may mean the request too: the next call finds out anew.
  if (answer && answer->status == 400) forget(caller);
  // A session that the server does not know any more: it has not looked at the request.
  if (!answer || answer->status != 404 || !begun_before) co_return answer;
  auto again = co_await begin_session(request);
  if (!again) co_return not_begun(std::move(again.error()));
  co_return co_await post(std::move(request), *std::move(again), std::move(method), std::move(params));
}

net::Awaitable<Result<McpLink::Agreed>> McpLink::find_out(const net::OutgoingRequest& request) {
  const Agreed alone{.era = Era::alone, .version = std::string(kAlone)};
  const auto discovered = co_await post(request, alone, "server/discover", Value::map());
  if (!discovered) co_return std::unexpected(discovered.error());
  // Who may not come in does not learn more by trying the other era.
  if (discovered->status == 401 || discovered->status == 403) co_return alone;
  if (offers(*discovered, kAlone)) {
    agree(caller_of(request), alone);
    co_return alone;
  }
  co_return co_await begin_session(request);
}

net::Awaitable<Result<McpLink::Agreed>> McpLink::begin_session(const net::OutgoingRequest& request) {
  Agreed how{.era = Era::sessions};
  const Value params = MapBuilder()
                           .set("protocolVersion", kSessions)
                           .set("capabilities", Value::map())
                           .set("clientInfo", client_info())
                           .build();
  const auto answer = co_await post(request, how, "initialize", params);
  if (!answer) co_return std::unexpected(answer.error());
  const auto body = parse_json(answer->body, {.reject_duplicate_keys = false});
  how.version = body ? std::string((*body)["result"].text("protocolVersion")) : std::string();
  if (answer->status != 200 || how.version.empty()) {
    co_return fail(
        ErrorCode::unavailable,
        "the server does not speak MCP (it answered " + std::to_string(answer->status) + ")",
        "bad_url",
        "check the address, it often ends with /mcp"
    );
  }
  how.session = answer->header("mcp-session-id");
  const auto told = co_await post(request, how, "notifications/initialized", Value());
  if (!told) co_return std::unexpected(told.error());
  agree(caller_of(request), how);
  co_return how;
}

net::Awaitable<Result<net::IncomingAnswer>> McpLink::post(
    net::OutgoingRequest request, Agreed how, std::string method, Value params
) {
  request.method = "POST";
  add(request.headers, "Content-Type", "application/json");
  add(request.headers, "Accept", "application/json, text/event-stream");
  if (!how.version.empty()) add(request.headers, "MCP-Protocol-Version", how.version);
  if (!how.session.empty()) add(request.headers, "Mcp-Session-Id", how.session);
  if (how.era == Era::alone) {
    add(request.headers, "Mcp-Method", method);
    if (!params.text("name").empty()) add(request.headers, "Mcp-Name", params.text("name"));
    const std::string meta(kMeta);
    params = params.with(
        "_meta",
        MapBuilder()
            .set(meta + "protocolVersion", how.version)
            .set(meta + "clientCapabilities", Value::map())
            .set(meta + "clientInfo", client_info())
            .build()
    );
  }
  MapBuilder body;
  body.set("jsonrpc", "2.0");
  if (!method.starts_with("notifications/")) body.set("id", 1);
  body.set("method", method);
  if (params.is_map()) body.set("params", std::move(params));
  request.body = write_json(body.build());
  ResponseReader reader;
  // The session is named in a header, and headers come only with an answer that was heard to its end.
  const bool to_the_end = method == "initialize";
  auto answer = co_await client_->stream(std::move(request), [&](std::string_view piece) {
    return reader.take(piece) || to_the_end;
  });
  std::optional<std::string> response = std::move(reader).response();
  if (!answer) {
    // We stopped listening because the response was there.
    if (answer.error().pointer != "stopped" || !response) co_return answer;
    answer = net::IncomingAnswer{.status = 200};
  }
  if (answer->status < 200 || answer->status >= 300) co_return answer;
  answer->body = std::move(response).value_or("");
  std::erase_if(answer->headers, [](const auto& header) { return header.first == "content-type"; });
  answer->headers.emplace_back("content-type", "application/json");
  co_return answer;
}

}  // namespace parley::tools
