// GET /v1/events: what happens, as it happens. With ?conversation=ID the turns and the changes of owner and
// status of one conversation; ids are sequences of its log, so that Last-Event-ID goes on where the client
// was. What a model is writing comes as `delta` events without an id, until its turn replaces them. Without
// the query, everything that is final, for operators; `missed` says that something may be lacking.
#include <charconv>
#include <memory>
#include <optional>

#include "base/json.hpp"
#include "server/api/handlers.hpp"
#include "server/api/heartbeat.hpp"
#include "server/api/live/follower.hpp"
#include "wire/sse.hpp"

namespace parley::api {

namespace {

constexpr std::size_t kEverything = 4096;  // elements that a listener to all may leave unread

std::optional<std::uint64_t> last_event_id(const net::Request& request) {
  const auto text = request.header("last-event-id");
  std::uint64_t id = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), id);
  return error == std::errc() && end == text->data() + text->size() ? std::optional(id) : std::nullopt;
}

class StreamSink : public EventSink {
 public:
  explicit StreamSink(net::StreamWriter stream) : stream_(std::move(stream)) {}

  void event(std::string_view kind, std::string_view json, std::uint64_t sequence) override {
    std::string bytes;
    wire::append_sse_event(bytes, json, kind, std::to_string(sequence));
    stream_.send(bytes);
  }
  // Without an id: whoever connects again gets the turn itself.
  void provisional(std::string_view json) override {
    std::string bytes;
    wire::append_sse_event(bytes, json, "delta");
    stream_.send(bytes);
  }

 private:
  net::StreamWriter stream_;
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
  const auto follower = std::make_shared<Follower>(api.driver(), api.store(), api.tenant(), id);
  const auto exists = co_await follower->begin(last_event_id(call.request));
  if (!exists) co_return failed(exists.error(), call);
  if (!*exists) {
    co_return refused(
        {"conversation_not_found", "There is no conversation " + id + ".", {}, "conversation"}, call
    );
  }
  const net::StreamWriter stream = open_stream(api, call);
  const Heartbeat heartbeat(call.exchange.executor(), stream);
  StreamSink sink(stream);
  stream.on_end([follower] { follower->stop(); });
  co_await follower->run(sink);
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
  auto subscription = api.driver().hub().subscribe(api.tenant(), {}, kEverything);
  const net::StreamWriter stream = open_stream(api, call);
  const Heartbeat heartbeat(call.exchange.executor(), stream);
  for (;;) {
    stream.on_end([subscription] { subscription->close(); });
    while (const auto element = co_await subscription->next()) {
      std::string data = "{\"conversation_id\":";
      append_json_string(data, element->conversation_id);
      data += ",\"sequence\":" + std::to_string(element->sequence) + ",\"data\":" + element->json + "}";
      std::string bytes;
      wire::append_sse_event(bytes, data, element->kind);
      stream.send(bytes);
    }
    if (!subscription->overflowed() || !stream.open()) break;
    // There is no log of everything: whoever shows lists reads them anew.
    subscription = api.driver().hub().subscribe(api.tenant(), {}, kEverything);
    std::string bytes;
    wire::append_sse_event(bytes, "{}", "missed");
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
