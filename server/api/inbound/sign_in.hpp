// Coming back from an authorization server, and who has signed in. A port: what signs in is made elsewhere.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "server/net/loop.hpp"

namespace parley::api {

struct CameBack {
  std::string connector;
  std::string conversation_id;  // empty: for the team
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

  // Of the query that the browser came back with. Error::pointer is a code of errors.cpp.
  virtual net::Awaitable<Result<CameBack>> finish(
      std::string state, std::string code, std::string error, std::string issuer
  ) = 0;
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
