// A running server, spoken to through its HTTP API.
#include <algorithm>
#include <utility>

#include "cli/chat_partner.hpp"

namespace parley::cli {
namespace {

std::string text_of(const Value& value) {
  return value.is_string() ? std::string(value.as_string()) : std::string();
}

std::vector<engine::SaidButton> buttons_of(const Value& list) {
  std::vector<engine::SaidButton> buttons;
  if (!list.is_list()) return buttons;
  for (const Value& button : list.as_list())
    buttons.push_back({text_of(button["label"]), text_of(button["payload"])});
  return buttons;
}

void add_messages(const Value& list, Reply& reply) {
  if (!list.is_list()) return;
  for (const Value& message : list.as_list()) {
    engine::Say said{.text = text_of(message["text"]), .buttons = buttons_of(message["buttons"])};
    const std::string role = text_of(message["role"]);
    if (role == "operator") said.speaker = engine::Speaker::operator_;
    if (role == "system") said.speaker = engine::Speaker::system;
    said.author = text_of(message["name"]);
    reply.messages.push_back(std::move(said));
  }
}

class RemotePartner final : public ChatPartner {
 public:
  RemotePartner(HttpClient client, ChatStart start) : client_(std::move(client)), start_(std::move(start)) {}

  Result<Reply> begin() override {
    const auto assistant = client_.get("/v1/assistant");
    if (!assistant) return std::unexpected(assistant.error());
    Reply reply;
    reply.messages.push_back({.speaker = engine::Speaker::system, .text = text_of((*assistant)["disclosure"])}
    );
    reply.messages.back().buttons = buttons_of((*assistant)["suggestions"]);
    MapBuilder body;
    if (!start_.flow.empty()) body.set("flow_id", start_.flow);
    if (!start_.locale.empty()) body.set("locale", start_.locale);
    if (start_.context.is_map()) body.set("context", start_.context);
    return take(client_.post("/v1/conversations", body.build()), std::move(reply));
  }

  Result<Reply> say(const std::string& text, const std::string& payload) override {
    MapBuilder body;
    body.set("conversation_id", id_);
    if (!text.empty()) body.set("message", text);
    if (!payload.empty()) body.set("payload", payload);
    return take(client_.post("/v1/chat", body.build()), {});
  }

  Result<Reply> act_as_operator(const std::string& action, const std::string& text) override {
    MapBuilder body;
    if (action == "join" && !text.empty()) operator_ = text;
    body.set("action", action).set("operator", operator_);
    if (action == "join") body.set("name", operator_);
    if (action == "reply") body.set("text", text);
    if (action == "leave" && !text.empty()) body.set("note", text);
    return take(client_.post_as_operator("/v1/conversations/" + escaped(id_) + "/human", body.build()), {});
  }

  Result<Reply> look() override {
    const auto page =
        client_.get("/v1/conversations/" + escaped(id_) + "/turns?after=" + std::to_string(turn_));
    if (!page) return std::unexpected(page.error());
    Reply reply;
    if (!(*page)["data"].is_list()) return reply;
    for (const Value& turn : (*page)["data"].as_list()) {
      add_messages(turn["messages"], reply);
      note_turn(turn);
    }
    return reply;
  }

 private:
  Result<Reply> take(const Result<Value>& answer, Reply reply) {
    if (!answer) return std::unexpected(answer.error());
    if (id_.empty()) id_ = text_of((*answer)["conversation_id"]);
    if ((*answer)["token"].is_string()) client_.set_token((*answer)["token"].as_string());
    add_messages((*answer)["messages"], reply);
    note_turn(*answer);
    if ((*answer)["test_mode"] == Value(true)) reply.remarks.emplace_back("a tool answered in test mode");
    if (text_of((*answer)["status"]) == "pending_human" && reply.messages.empty()) {
      reply.remarks.emplace_back("waiting for a person; Enter looks for an answer");
    }
    return reply;
  }

  void note_turn(const Value& answer) {
    const Value& turn = answer["turn"];
    if (turn.is_int()) turn_ = std::max(turn_, turn.as_int());
  }

  HttpClient client_;
  ChatStart start_;
  std::string operator_ = "Operator";  // who the person plays
  std::string id_;
  std::int64_t turn_ = 0;
};

}  // namespace

std::unique_ptr<ChatPartner> remote_partner(HttpClient client, ChatStart start) {
  return std::make_unique<RemotePartner>(std::move(client), std::move(start));
}

}  // namespace parley::cli
