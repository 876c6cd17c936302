// Grants that were given in a browser and are of no use before the conversation that asked for them has shown
// the code which that browser showed: so that nobody can have somebody else sign in for his conversation.
// At most one waits in a conversation; it counts for ten minutes and five wrong codes. Kept sealed beside the
// grants, so any server on the store takes the code, and an erasure finds it. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "server/tools/sign_in/exchange.hpp"
#include "server/tools/sign_in/vault.hpp"

namespace parley::tools {

// The code in a text that is one: six digits, in groups perhaps. Empty: it is something else.
[[nodiscard]] std::string confirmation_code_in(std::string_view text);

struct WaitingGrant {
  std::string connector;
  std::string scheme;
  std::string name;  // that the grant is to be kept under
  Grant grant;       // empty once it was confirmed
};

class Confirmations {
 public:
  static constexpr std::int64_t kSeconds = 600;
  static constexpr int kWrongMax = 5;

  explicit Confirmations(std::shared_ptr<Vault> vault) : vault_(std::move(vault)) {}

  struct Asked {
    std::string code;
    WaitingGrant replaced = {};  // what waited there before; its grant may be empty
  };
  net::Awaitable<Result<Asked>> wait(std::string conversation_id, WaitingGrant grant);

  struct Shown {
    enum class Kind : std::uint8_t { nothing, wrong, given_up, right } kind = Kind::nothing;
    WaitingGrant grant = {};  // given_up, right
  };
  // What a code that was shown in a conversation is; the right one may be shown again.
  net::Awaitable<Result<Shown>> show(std::string conversation_id, std::string code);
  // The grant is where it belongs, and this is only remembered for who shows the code again.
  net::Awaitable<Result<void>> confirmed(std::string conversation_id, std::string code);

 private:
  std::shared_ptr<Vault> vault_;
};

}  // namespace parley::tools
