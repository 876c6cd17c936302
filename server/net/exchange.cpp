#include "server/net/exchange.hpp"

#include "server/net/connection.hpp"
#include "server/net/worker.hpp"

namespace parley::net {

StreamWriter Exchange::start_stream(
    int status, std::string content_type, std::vector<std::pair<std::string, std::string>> headers
) {
  const Response head{
      .status = status, .content_type = std::move(content_type), .headers = std::move(headers)
  };
  return StreamWriter(connection_.start_stream(head));
}

std::expected<WebSocket, Response> Exchange::accept_websocket(const std::vector<std::string>& protocols) {
  return connection_.accept_websocket(protocols);
}

bool Exchange::wants_websocket() const {
  const auto upgrade = connection_.request().header("upgrade");
  return upgrade && lists_word(*upgrade, "websocket");
}

void Exchange::on_disconnect(std::function<void()> callback) {
  connection_.on_disconnect(std::move(callback));
}

Executor Exchange::executor() const {
  return connection_.worker().executor();
}

std::size_t Exchange::loop() const {
  return connection_.worker().index();
}

bool Exchange::draining() const {
  return connection_.worker().draining();
}

}  // namespace parley::net
