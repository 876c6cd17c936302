// A connector whose tools are called: arguments checked, rendered as the description says, sent by the HTTP
// client, and the answer read. OpenAPI, Swagger, GraphQL, JSON-RPC and MCP alike.
//
// A call is repeated here only if repeating does no harm and the service says when (Retry-After), or once
// with a fresh token when it refused the old one. A call of effect `reconcile` leaves a marker at the service
// and is looked for by it when nobody knows what became of it. Everything else is the flow's to decide.
// Thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/client/http_client.hpp"
#include "server/tools/arguments.hpp"
#include "server/tools/live/credentials.hpp"
#include "server/tools/live/mcp_link.hpp"
#include "server/tools/live/stdio_server.hpp"
#include "server/tools/live/tokens.hpp"
#include "server/tools/sign_in/sign_ins.hpp"
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
  std::shared_ptr<SignIns> sign_ins;  // of people; null: nobody can sign in here
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
  [[nodiscard]] std::optional<turns::CallPreview> preview(const turns::ToolCall& call) const override;
  [[nodiscard]] Result<void> check_arguments(std::string_view tool, const Value& arguments) const override;
  [[nodiscard]] Result<void> check_result(std::string_view tool, const Value& result) const override;
  // Failure codes: those of answers.hpp, "unknown_tool", "invalid_arguments", "no_server", "no_credentials",
  // "no_token", "insecure", "in_doubt" when an earlier attempt cannot be found.
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& call) override;
  [[nodiscard]] std::vector<flow::ToolSignature> signatures() const override;
  void stop() override;

 private:
  using Clock = std::chrono::steady_clock;

  // One call of a flow on its way: what was given, and until when there is time.
  struct Work {
    const wire::Tool& tool;
    const turns::ToolCall& call;
    Value arguments;
    std::string marker;
    turns::EffectClass effect;
    Clock::time_point deadline;

    [[nodiscard]] std::chrono::milliseconds left() const;
  };

  turns::Awaitable<Result<turns::ToolAnswer>> make(const Work& work);
  // What an earlier attempt has done, if the service knows of it. The error is always "in_doubt".
  turns::Awaitable<Result<std::optional<Value>>> look_up(const Work& work);
  [[nodiscard]] turns::ToolAnswer kept(const wire::Tool& tool, const Value& found) const;
  turns::Awaitable<Result<net::IncomingAnswer>> read_pages(
      const Work& work, Value arguments, net::IncomingAnswer first
  );
  // The service's answer, whatever its status.
  turns::Awaitable<Result<net::IncomingAnswer>> exchange(const Work& work, net::OutgoingRequest request);
  [[nodiscard]] Result<net::OutgoingRequest> request_of(const Work& work, const Value& arguments) const;
  void offer_sign_in(const Credential& credential);
  [[nodiscard]] Result<void> check_plain(std::string_view url) const;
  // Gives the token it used, if it used one.
  net::Awaitable<Result<std::string>> authenticate(
      const Work& work, net::OutgoingRequest& request, std::string refused
  );
  net::Awaitable<Result<std::string>> fetch_token(
      const Credential& credential, const Work& work, std::string refused
  );
  // Error: "sign_in_required". Nothing: the answer is what it is.
  net::Awaitable<std::optional<Error>> more_needed(const Work& work, const net::IncomingAnswer& answer);
  net::Awaitable<Result<net::IncomingAnswer>> transfer(const wire::Tool& tool, net::OutgoingRequest request);

  std::shared_ptr<const wire::Connector> connector_;
  LiveOptions options_;
  std::shared_ptr<net::HttpClient> client_;
  TokenSource tokens_;
  McpLink mcp_;
  std::unique_ptr<StdioServer> program_;  // null: the service is reached over HTTP
  std::map<std::string, ArgumentCheck, std::less<>> checks_;
};

}  // namespace parley::tools
