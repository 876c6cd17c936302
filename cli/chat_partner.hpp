// Whoever answers in `parley chat`: the engine in this process, or a running server.
// One thread. Errors are for the person who typed.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/value.hpp"
#include "cli/project.hpp"
#include "cli/remote/http_client.hpp"
#include "engine/effect.hpp"

namespace parley::cli {

struct Reply {
  std::vector<engine::Say> messages;
  std::vector<std::string> remarks;  // what a user would not see: tools in test mode, a hand-off
};

// How a conversation begins. What is left out is as the assistant says.
struct ChatStart {
  std::string flow;
  std::string locale;
  Value context;  // a map, or null
};

class ChatPartner {
 public:
  virtual ~ChatPartner() = default;

  // Name, disclosure and what to begin with, as messages.
  virtual Result<Reply> begin() = 0;
  // `payload` is that of a chosen button; then `text` is empty.
  virtual Result<Reply> say(const std::string& text, const std::string& payload) = 0;
  // action: "join" with a name, "reply" with words, "leave" with a note.
  virtual Result<Reply> act_as_operator(const std::string& action, const std::string& text) = 0;
  // What has been said meanwhile, by an operator elsewhere.
  virtual Result<Reply> look() = 0;
};

// The project must outlive its partner. `asks_model`: about messages that the matchers are not sure of.
[[nodiscard]] std::unique_ptr<ChatPartner> local_partner(
    const Project& project, ChatStart start, bool asks_model
);
[[nodiscard]] std::unique_ptr<ChatPartner> remote_partner(HttpClient client, ChatStart start);

}  // namespace parley::cli
