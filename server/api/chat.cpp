// POST /v1/chat, POST /v1/conversations and POST /v1/events: one turn, as JSON; of a chat also as a stream.
#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "base/json.hpp"
#include "server/api/chat_request.hpp"
#include "server/api/handlers.hpp"
#include "server/api/heartbeat.hpp"
#include "server/api/schemas.hpp"
#include "wire/sse.hpp"

namespace parley::api {

namespace {

// curl -d sends form-urlencoded unless told otherwise; it is read as JSON, which a form never is.
std::optional<Problem> check_media(const net::Request& request) {
  const auto type = request.header("content-type");
  if (!type) return std::nullopt;
  std::string_view media = type->substr(0, type->find(';'));
  while (media.ends_with(' ')) media.remove_suffix(1);
  if (net::equals_ignoring_case(media, "application/json")) return std::nullopt;
  if (net::equals_ignoring_case(media, "application/x-www-form-urlencoded")) return std::nullopt;
  return Problem{
      "unsupported_media_type",
      "The body must be JSON, not " + std::string(media) + ".",
      "send Content-Type: application/json"
  };
}

bool wants_stream(const net::Request& request) {
  const auto accept = request.header("accept");
  return accept && accept->find("text/event-stream") != std::string_view::npos;
}

// Sends what happens in a turn as it happens. The stream begins with the first event, so that a request that
// is refused before gets a proper status.
class StreamedTurn : public turns::Observer {
 public:
  StreamedTurn(Api& api, Call& call, Throttle::Headers limits)
      : api_(api), call_(call), limits_(std::move(limits)) {}

  void on_turn_started(std::string_view conversation_id, std::uint64_t turn) override {
    std::string data = "{\"conversation_id\":";
    append_json_string(data, conversation_id);
    data += ",\"turn\":" + std::to_string(turn) + "}";
    send("turn.started", data);
  }

  void on_say(const engine::Say& message) override {
    std::string data;
    turns::append_message(data, message);
    send("message", data);
  }

  void on_provisional(const turns::Provisional& words) override {
    send("delta", turns::encode_provisional(words));
  }

  void on_effect(std::string_view tool, std::string_view state, bool test_mode) override {
    send("effect", effect_json(tool, state, test_mode));
  }

  void send(std::string_view event, std::string_view data) {
    if (!stream_) {
      auto headers = stream_headers(api_, call_.request);
      std::ranges::move(limits_, std::back_inserter(headers));
      stream_.emplace(call_.exchange.start_stream(200, "text/event-stream", std::move(headers)));
      heartbeat_ = std::make_unique<Heartbeat>(call_.exchange.executor(), *stream_);
    }
    std::string bytes;
    wire::append_sse_event(bytes, data, event);
    stream_->send(bytes);
  }

  [[nodiscard]] bool started() const { return stream_.has_value(); }

 private:
  Api& api_;
  Call& call_;
  Throttle::Headers limits_;
  std::optional<net::StreamWriter> stream_;
  std::unique_ptr<Heartbeat> heartbeat_;
};

Reply stream_turn(Api& api, Call& call, turns::ChatRequest request, Throttle::Headers limits) {
  StreamedTurn turn(api, call, std::move(limits));
  auto answer = co_await api.driver().chat(request, &turn);
  if (answer) {
    // A repeated request has nothing to watch: it gets the messages it got before.
    if (!turn.started()) {
      turn.on_turn_started(answer->conversation_id, answer->turn);
      for (const engine::Say& message : answer->messages) turn.on_say(message);
    }
    turn.send("turn.committed", answer_json(api, *answer));
    co_return net::Response{};
  }
  const Problem problem = chat_problem(api, answer.error(), request, call.request.request_id);
  if (!turn.started()) co_return refused(problem, call);
  turn.send("error", error_body(problem, call.request.request_id));
  co_return net::Response{};
}

std::expected<turns::ChatRequest, Problem> read_request(Api& api, Call& call, const Schema& schema) {
  if (auto problem = check_media(call.request)) return std::unexpected(std::move(*problem));
  auto body = read_body(call.request.body, schema);
  if (!body) return std::unexpected(std::move(body.error()));
  const auto key = call.request.header("idempotency-key");
  if (key && key->empty()) {
    return std::unexpected(Problem{
        "idempotency_key_invalid", "The Idempotency-Key is empty.", "leave it out or send a random UUID"
    });
  }
  return chat_request(
      api,
      *body,
      {.caller = call.caller,
       .idempotency_key = key.value_or(""),
       .fingerprinted = call.request.body,
       .accept_language = call.request.header("accept-language").value_or(""),
       .peer = call.request.peer,
       .channel = call.request.header("origin") ? "web" : "api"}
  );
}

net::Response chat_refusal(
    const Api& api, const Error& error, const turns::ChatRequest& request, const Call& call
) {
  return refused(chat_problem(api, error, request, call.request.request_id), call);
}

net::Response with_headers(net::Response response, Throttle::Headers headers) {
  std::ranges::move(headers, std::back_inserter(response.headers));
  return response;
}

}  // namespace

Reply post_chat(Api& api, Call& call) {
  auto request = read_request(api, call, kChatRequest);
  if (!request) co_return refused(request.error(), call);
  Throttle::Headers limits;
  if (auto problem = co_await api.throttle().refuse_turn(call.caller, *request, call.request.peer, limits))
    co_return with_headers(refused(*problem, call), std::move(limits));
  if (wants_stream(call.request))
    co_return co_await stream_turn(api, call, std::move(*request), std::move(limits));
  auto answer = co_await api.driver().chat(*request);
  if (!answer) co_return with_headers(chat_refusal(api, answer.error(), *request, call), std::move(limits));
  co_return with_headers(json_response(answer_json(api, *answer)), std::move(limits));
}

Reply start_conversation(Api& api, Call& call) {
  auto request = read_request(api, call, kStartRequest);
  if (!request) co_return refused(request.error(), call);
  Throttle::Headers limits;
  if (auto problem = co_await api.throttle().refuse_turn(call.caller, *request, call.request.peer, limits))
    co_return with_headers(refused(*problem, call), std::move(limits));
  auto answer = co_await api.driver().start(*request);
  if (!answer) co_return with_headers(chat_refusal(api, answer.error(), *request, call), std::move(limits));
  co_return with_headers(json_response(answer_json(api, *answer), 201), std::move(limits));
}

Reply post_event(Api& api, Call& call) {
  auto request = read_request(api, call, kEventRequest);
  if (!request) co_return refused(request.error(), call);
  Throttle::Headers limits;
  if (auto problem = co_await api.throttle().refuse_turn(call.caller, *request, call.request.peer, limits))
    co_return with_headers(refused(*problem, call), std::move(limits));
  auto answer = co_await api.driver().arrive(*request);
  if (answer) co_return json_response(answer_json(api, *answer));
  if (answer.error().pointer == "event_not_wanted") co_return failed(answer.error(), call);
  co_return chat_refusal(api, answer.error(), *request, call);
}

}  // namespace parley::api
