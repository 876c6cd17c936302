// The pages of a sign-in, coming back from an authorization server, and who has signed in. A port: what signs
// in is made elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "server/net/loop.hpp"

namespace parley::api {

struct CameBack {
  std::string connector;
  std::string conversation_id;  // empty: for the team
  std::string code;             // to be shown in the conversation before it counts; empty: it counts already
};

// What a link asks whoever opens it.
struct SignInAsked {
  std::string connector;
  std::string conversation_id;  // empty: for the team
  std::string user_id;          // empty: who it is, is not known for sure
  std::string host;             // of the authorization server
  std::int64_t asked_at = 0;    // Unix seconds
};

// Where somebody types a code in.
struct DeviceLink {
  std::string url;
  std::string code;
  std::int64_t lives_seconds = 0;
};

class SignInPort {
 public:
  virtual ~SignInPort() = default;

  // Error::pointer is a code of errors.cpp, here and below.
  virtual net::Awaitable<Result<SignInAsked>> open(std::string link) = 0;
  // Whoever opened it has said yes: where he signs in. `browser` is a secret that his browser keeps.
  virtual net::Awaitable<Result<std::string>> follow(std::string link, std::string browser) = 0;
  // Of the query that the browser came back with, and what it kept.
  virtual net::Awaitable<Result<CameBack>> finish(
      std::string state, std::string code, std::string error, std::string issuer, std::string browser
  ) = 0;
  // The conversation shows a text that may be the code: the connector; nothing: it is not.
  virtual net::Awaitable<Result<std::optional<std::string>>> confirm(
      std::string conversation_id, std::string text
  ) = 0;
  // Browsers reach this server by https:.
  [[nodiscard]] virtual bool is_secure() const = 0;
  // For the whole team.
  virtual net::Awaitable<Result<std::string>> team_link(std::string connector) = 0;
  virtual net::Awaitable<Result<DeviceLink>> team_device(std::string connector) = 0;
  // An empty conversation is the team.
  virtual net::Awaitable<Result<bool>> is_signed_in(std::string connector, std::string conversation_id) = 0;
  // `user_id`: who he is, where that is known; then what he has given in any conversation.
  virtual net::Awaitable<Result<bool>> revoke(
      std::string connector, std::string conversation_id, std::string user_id
  ) = 0;
  // What this server shows of itself as a client, as JSON; empty where it has no address for that.
  [[nodiscard]] virtual std::string client_document() const = 0;
};

}  // namespace parley::api
