// Coming back from an authorization server, and who has signed in. A port: what signs in is made elsewhere.
#pragma once

#include <string>

#include "base/result.hpp"
#include "server/net/loop.hpp"

namespace parley::api {

struct CameBack {
  std::string connector;
  std::string conversation_id;  // empty: for the team
};

class SignInPort {
 public:
  virtual ~SignInPort() = default;

  // Of the query that the browser came back with. Error::pointer is a code of errors.cpp.
  virtual net::Awaitable<Result<CameBack>> finish(
      std::string state, std::string code, std::string error, std::string issuer
  ) = 0;
  // For the whole team.
  virtual Result<std::string> team_link(const std::string& connector) = 0;
  // An empty conversation is the team.
  virtual net::Awaitable<Result<bool>> is_signed_in(std::string connector, std::string conversation_id) = 0;
  virtual net::Awaitable<Result<bool>> revoke(std::string connector, std::string conversation_id) = 0;
};

}  // namespace parley::api
