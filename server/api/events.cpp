// GET /v1/events: what happens, as it happens. With ?conversation=ID the turns and the changes of owner and
// status of one conversation; ids are sequences of its log, so that Last-Event-ID goes on where the client
// was. What a model is writing comes as `delta` events without an id, until its turn replaces them. Without
// the query, everything that is final, for operators.
#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

#include "base/json.hpp"
#include "server/api/handlers.hpp"
#include "server/api/heartbeat.hpp"
#include "server/turns/transcript.hpp"
#include "wire/sse.hpp"

namespace parley::api {

namespace {

constexpr std::uint32_t kReplayPage = 200;

std::optional<std::uint64_t> last_event_id(const net::Request& request) {
  const auto text = request.header("last-event-id");
  std::uint64_t id = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), id);
  return error == std::errc() && end == text->data() + text->size() ? std::optional(id) : std::nullopt;
}

void send_event(
    const net::StreamWriter& stream, std::string_view kind, std::string_view json, std::uint64_t sequence
) {
  std::string bytes;
  wire::append_sse_event(bytes, json, kind, std::to_string(sequence));
  stream.send(bytes);
}

// Follows one conversation from `seen` on.
class Follower {
 public:
  Follower(Api& api, std::string conversation_id, net::StreamWriter stream)
      : api_(api), id_(std::move(conversation_id)), stream_(std::move(stream)) {}

  // What was committed after `after`, from the log: whole turns, then where things stand.
  Awaitable<Result<void>> replay(std::uint64_t after) {
    std::uint64_t sequence = after > 0 ? after - 1 : 0;
    std::optional<std::uint64_t> known_turn;
    std::vector<turns::TranscriptTurn> turns;
    std::uint64_t last = after;
    for (bool more = true; more;) {
      const auto records = co_await api_.store().records(api_.tenant(), id_, sequence, kReplayPage);
      if (!records) co_return std::unexpected(records.error());
      more = records->size() == kReplayPage;
      for (const turns::LogRecord& record : *records) {
        sequence = last = record.sequence;
        if (record.sequence <= after) {
          known_turn = record.turn;
          continue;
        }
        if (known_turn && record.turn == *known_turn) continue;
        if (!turns.empty() && turns.back().turn != record.turn) show(turns, record.sequence - 1);
        if (auto added = turns::add_to_transcript(turns, record); !added) co_return added;
      }
    }
    if (!turns.empty()) show(turns, last);
    const auto view = co_await api_.driver().conversation(api_.tenant(), id_);
    if (!view) co_return std::unexpected(view.error());
    send_event(stream_, "owner", "{\"owner\":\"" + view->summary.owner + "\"}", last);
    send_event(stream_, "status", "{\"status\":\"" + view->summary.status + "\"}", last);
    seen_ = last;
    co_return Result<void>();
  }

  // Until the client or the server goes away, or the client was too slow (false: replay from seen()).
  Awaitable<bool> follow(turns::Subscription& subscription) {
    while (const auto element = co_await subscription.next()) {
      if (element->sequence == turns::kProvisional) {
        send_provisional(element->json);
        continue;
      }
      if (element->sequence <= seen_) continue;
      if (element->sequence != last_sequence_) seen_ = std::max(seen_, last_sequence_);
      last_sequence_ = element->sequence;
      send_event(stream_, element->kind, element->json, element->sequence);
    }
    co_return !subscription.overflowed();
  }

  [[nodiscard]] std::uint64_t seen() const { return seen_; }

 private:
  // Without an id: whoever connects again gets the turn itself.
  void send_provisional(std::string_view json) {
    std::string bytes;
    wire::append_sse_event(bytes, json, "delta");
    stream_.send(bytes);
  }

  void show(std::vector<turns::TranscriptTurn>& turns, std::uint64_t sequence) {
    const turns::TranscriptTurn& turn = turns.back();
    // A rating, for instance, is a turn in which nobody says anything.
    if (turn.user.by_user || !turn.messages.empty()) {
      send_event(stream_, "turn", turns::encode_transcript_turn(turn), sequence);
    }
    turns.clear();
  }

  Api& api_;
  std::string id_;
  net::StreamWriter stream_;
  std::uint64_t seen_ = 0;           // everything up to here was sent
  std::uint64_t last_sequence_ = 0;  // of the element sent last; one commit has several
};

net::StreamWriter open_stream(Api& api, Call& call) {
  net::StreamWriter stream =
      call.exchange.start_stream(200, "text/event-stream", stream_headers(api, call.request));
  // Something at once: proxies and browsers pass the head on with the first byte.
  stream.send(": open\n\n");
  return stream;
}

Reply stream_conversation(Api& api, Call& call, std::string id) {
  if (auto allowed = api.access().check_conversation(call.caller, id); !allowed)
    co_return refused(allowed.error(), call);
  auto subscription = api.driver().hub().subscribe(api.tenant(), id);
  const auto exists = co_await api.store().records(api.tenant(), id, 0, 1);
  if (!exists) co_return failed(exists.error(), call);
  if (exists->empty()) {
    co_return refused(
        {"conversation_not_found", "There is no conversation " + id + ".", {}, "conversation"}, call
    );
  }
  const net::StreamWriter stream = open_stream(api, call);
  const Heartbeat heartbeat(call.exchange.executor(), stream);
  Follower follower(api, id, stream);
  auto after = last_event_id(call.request);
  for (;;) {
    stream.on_end([subscription] { subscription->close(); });
    if (after) {
      if (auto replayed = co_await follower.replay(*after); !replayed) break;
    }
    if (co_await follower.follow(*subscription)) break;
    after = follower.seen();
    subscription = api.driver().hub().subscribe(api.tenant(), id);
  }
  co_return net::Response{};
}

Reply stream_everything(Api& api, Call& call) {
  if (call.caller.role < Role::operator_) {
    co_return refused(
        {"forbidden",
         "All conversations at once are for operators.",
         "name one with ?conversation=ID",
         "conversation"},
        call
    );
  }
  auto subscription = api.driver().hub().subscribe(api.tenant(), {}, 4096);
  const net::StreamWriter stream = open_stream(api, call);
  const Heartbeat heartbeat(call.exchange.executor(), stream);
  stream.on_end([subscription] { subscription->close(); });
  while (const auto element = co_await subscription->next()) {
    std::string data = "{\"conversation_id\":";
    append_json_string(data, element->conversation_id);
    data += ",\"sequence\":" + std::to_string(element->sequence) + ",\"data\":" + element->json + "}";
    std::string bytes;
    wire::append_sse_event(bytes, data, element->kind);
    stream.send(bytes);
  }
  co_return net::Response{};
}

}  // namespace

Reply stream_events(Api& api, Call& call) {
  const std::string id(call.request.query.find("conversation").value_or(""));
  if (id.empty()) co_return co_await stream_everything(api, call);
  co_return co_await stream_conversation(api, call, id);
}

}  // namespace parley::api
