// A connector whose tools are called: arguments checked, rendered as the description says, sent by the HTTP
// client, and the answer read. OpenAPI, Swagger, GraphQL, JSON-RPC and MCP alike.
//
// A call is repeated here only if repeating does no harm and the service says when (Retry-After), or once
// with a fresh token when it refused the old one. Everything else is the flow's to decide. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/client/http_client.hpp"
#include "server/tools/arguments.hpp"
#include "server/tools/live/credentials.hpp"
#include "server/tools/live/mcp_link.hpp"
#include "server/tools/live/stdio_server.hpp"
#include "server/tools/live/tokens.hpp"
#include "server/tools/tool_table.hpp"
#include "wire/tool.hpp"

namespace parley::tools {

struct LiveOptions {
  std::string server;  // instead of what the description says; no final slash
  std::vector<Credential> credentials;
  StdioProgram program;  // an MCP server that is started here, instead of a server
  net::Headers headers;  // of every call
  std::string idempotency_header = "Idempotency-Key";
  std::size_t answer_bytes = 1U << 20U;
  std::size_t kept_bytes = 64U << 10U;
  // Hosts ("host" or "host:port") to which credentials may go without TLS; "*" is any.
  std::vector<std::string> plain_hosts;
};

class LiveRunner : public ConnectorRunner {
 public:
  LiveRunner(
      std::shared_ptr<const wire::Connector> connector,
      LiveOptions options,
      std::shared_ptr<net::HttpClient> client
  );

  [[nodiscard]] bool has(std::string_view tool) const override;
  [[nodiscard]] turns::EffectClass effect_class(std::string_view tool) const override;
  // Failure codes: those of answers.hpp, "unknown_tool", "invalid_arguments", "no_server", "no_credentials",
  // "no_token", "insecure".
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& call) override;
  [[nodiscard]] std::vector<flow::ToolSignature> signatures() const override;
  void stop() override;

 private:
  [[nodiscard]] Result<net::OutgoingRequest> request_of(const wire::Tool& tool, const turns::ToolCall& call)
      const;
  [[nodiscard]] Result<void> check_plain(std::string_view url) const;
  // Gives the token it used, if it used one.
  net::Awaitable<Result<std::string>> authenticate(
      const wire::Tool& tool, net::OutgoingRequest& request, std::string refused
  );
  net::Awaitable<Result<net::IncomingAnswer>> transfer(const wire::Tool& tool, net::OutgoingRequest request);
  turns::Awaitable<Result<turns::ToolAnswer>> send(
      const wire::Tool& tool,
      turns::EffectClass effect,
      net::OutgoingRequest request,
      std::uint32_t timeout_ms
  );

  std::shared_ptr<const wire::Connector> connector_;
  LiveOptions options_;
  std::shared_ptr<net::HttpClient> client_;
  TokenSource tokens_;
  McpLink mcp_;
  std::unique_ptr<StdioServer> program_;  // null: the service is reached over HTTP
  std::map<std::string, ArgumentCheck, std::less<>> checks_;
};

}  // namespace parley::tools
