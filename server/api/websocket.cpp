// GET /v1/ws: the messages of POST /v1/chat and the events of GET /v1/events over one WebSocket.
//
// In: {"type":"message", …ChatRequest, "token"?, "idempotency_key"?} and {"type":"subscribe",
// "conversation_id", "token"?, "after"?}. Out:
// {"type":"turn.started"|"message"|"delta"|"effect"|"turn.committed"|"turn"|"owner"|"status"|"error",
// "data":…}. Messages are answered in order. What is followed comes with its "sequence"; `after` goes on from
// there.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>
#include <vector>

#include "base/json.hpp"
#include "server/api/chat_request.hpp"
#include "server/api/handlers.hpp"
#include "server/api/live/follower.hpp"
#include "server/api/schemas.hpp"

namespace parley::api {

namespace {

constexpr std::size_t kMaxSubscriptions = 16;

void send_event(const net::WebSocketSender& sender, std::string_view type, std::string_view data) {
  std::string text = "{\"type\":\"";
  text += type;
  text += "\",\"data\":";
  text += data;
  text += '}';
  sender.send(text);
}

class SocketTurn : public turns::Observer {
 public:
  explicit SocketTurn(const net::WebSocketSender& sender) : sender_(sender) {}

  void on_turn_started(std::string_view conversation_id, std::uint64_t turn) override {
    std::string data = "{\"conversation_id\":";
    append_json_string(data, conversation_id);
    data += ",\"turn\":" + std::to_string(turn) + "}";
    send_event(sender_, "turn.started", data);
    started_ = true;
  }
  void on_say(const engine::Say& message) override {
    std::string data;
    turns::append_message(data, message);
    send_event(sender_, "message", data);
  }
  void on_provisional(const turns::Provisional& words) override {
    send_event(sender_, "delta", turns::encode_provisional(words));
  }
  void on_effect(std::string_view tool, std::string_view state, bool test_mode) override {
    send_event(sender_, "effect", effect_json(tool, state, test_mode));
  }
  [[nodiscard]] bool started() const { return started_; }

 private:
  const net::WebSocketSender& sender_;
  bool started_ = false;
};

class SocketSink : public EventSink {
 public:
  explicit SocketSink(net::WebSocketSender sender) : sender_(std::move(sender)) {}

  void event(std::string_view kind, std::string_view json, std::uint64_t sequence) override {
    std::string text = "{\"type\":\"";
    text += kind;
    text += "\",\"sequence\":" + std::to_string(sequence) + ",\"data\":";
    text += json;
    text += '}';
    sender_.send(text);
  }
  void provisional(std::string_view json) override { send_event(sender_, "delta", json); }

 private:
  net::WebSocketSender sender_;
};

Awaitable<void> forward(std::shared_ptr<Follower> follower, net::WebSocketSender sender) {
  SocketSink sink(std::move(sender));
  co_await follower->run(sink);
}

class Session {
 public:
  Session(Api& api, Call& call, net::WebSocket& socket) : api_(api), call_(call), socket_(socket) {}
  ~Session() {
    for (const auto& follower : following_) follower->stop();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Awaitable<void> run() {
    for (;;) {
      const auto message = co_await socket_.receive();
      if (!message) co_return;
      auto body = read_body(message->payload, kSocketMessage);
      if (!body) {
        report(body.error());
        continue;
      }
      const auto caller = caller_of(*body);
      if (!caller) {
        report(caller.error());
      } else if (body->text("type") == "subscribe") {
        co_await subscribe(*body, *caller);
      } else {
        co_await say(*body, message->payload, *caller);
      }
    }
  }

 private:
  void report(const Problem& problem) {
    send_event(socket_.sender(), "error", error_body(problem, call_.request.request_id));
  }

  // A message may bring its own credential: browsers cannot set headers of a handshake.
  [[nodiscard]] std::expected<Caller, Problem> caller_of(const Value& body) const {
    const std::string_view token = body.text("token");
    return token.empty() ? std::expected<Caller, Problem>(call_.caller)
                         : api_.access().identify_credential(token);
  }

  Awaitable<void> subscribe(const Value& body, Caller caller) {
    const std::string id(body.text("conversation_id"));
    if (id.empty())
      co_return report({"missing_field", "'conversation_id' is missing.", {}, "conversation_id"});
    if (auto allowed = api_.access().check_conversation(caller, id); !allowed)
      co_return report(allowed.error());
    if (following_.size() >= kMaxSubscriptions) {
      co_return report({"limit_exceeded", "One WebSocket may follow at most 16 conversations."});
    }
    const auto follower = std::make_shared<Follower>(api_.driver(), api_.store(), api_.tenant(), id);
    const Value& after = body["after"];
    const auto begun = co_await follower->begin(
        after.is_int() ? std::optional(static_cast<std::uint64_t>(after.as_int())) : std::nullopt
    );
    if (!begun) {
      note_failure(begun.error(), call_.request.request_id);
      co_return report(problem_from(begun.error()));
    }
    if (!*begun)
      co_return report(
          {"conversation_not_found", "There is no conversation " + id + ".", {}, "conversation_id"}
      );
    following_.push_back(follower);
    std::string data = "{\"conversation_id\":";
    append_json_string(data, id);
    send_event(socket_.sender(), "subscribed", data + "}");
    boost::asio::co_spawn(
        call_.exchange.executor(), forward(follower, socket_.sender()), boost::asio::detached
    );
  }

  Awaitable<void> say(const Value& body, std::string_view bytes, const Caller& caller) {
    auto request = chat_request(
        api_,
        body,
        {.caller = caller,
         .idempotency_key = body.text("idempotency_key"),
         .fingerprinted = bytes,
         .accept_language = call_.request.header("accept-language").value_or(""),
         .peer = call_.request.peer,
         .channel = "websocket"}
    );
    if (!request) {
      report(request.error());
      co_return;
    }
    Throttle::Headers unsent;
    const auto problem = co_await api_.throttle().refuse_turn(caller, *request, call_.request.peer, unsent);
    if (problem) {
      report(*problem);
      co_return;
    }
    SocketTurn turn(socket_.sender());
    auto answer = co_await api_.driver().chat(*request, &turn);
    if (!answer) {
      report(chat_problem(api_, answer.error(), *request, call_.request.request_id));
      co_return;
    }
    if (!turn.started()) {
      turn.on_turn_started(answer->conversation_id, answer->turn);
      for (const engine::Say& message : answer->messages) turn.on_say(message);
    }
    send_event(socket_.sender(), "turn.committed", answer_json(api_, *answer));
  }

  Api& api_;
  Call& call_;
  net::WebSocket& socket_;
  std::vector<std::shared_ptr<Follower>> following_;
};

}  // namespace

Reply open_websocket(Api& api, Call& call) {
  if (!call.exchange.wants_websocket()) {
    net::Response response = refused(
        {"websocket_required", "This path speaks WebSocket only.", "POST /v1/chat takes plain requests"}, call
    );
    response.headers.emplace_back("Upgrade", "websocket");
    co_return response;
  }
  auto socket = call.exchange.accept_websocket();
  if (!socket) co_return std::move(socket.error());
  Session session(api, call, *socket);
  co_await session.run();
  co_return net::Response{.status = 101};
}

}  // namespace parley::api
