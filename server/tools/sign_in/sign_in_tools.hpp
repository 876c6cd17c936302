// The built-in connector `sign_ins`: where the user of a conversation lets the assistant act for him, and the
// end of it. Without a server nobody signs in, and there is nowhere. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/tools/sign_in/sign_ins.hpp"
#include "server/tools/tool_table.hpp"

namespace parley::tools {

// The services that a text names, if any; else all of them.
[[nodiscard]] std::vector<std::string> services_meant(
    const std::vector<std::string>& services, std::string_view said
);

// sign_ins.list {} → {services}: names of connectors.
// sign_ins.end {said} → {services}: those whose permission was taken back, at the service too where it can.
class SignInTools : public ConnectorRunner {
 public:
  explicit SignInTools(std::shared_ptr<SignIns> sign_ins = nullptr) : sign_ins_(std::move(sign_ins)) {}

  [[nodiscard]] bool has(std::string_view tool) const override;
  [[nodiscard]] turns::EffectClass effect_class(std::string_view tool) const override;
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& call) override;
  [[nodiscard]] std::vector<flow::ToolSignature> signatures() const override;

 private:
  std::shared_ptr<SignIns> sign_ins_;  // may be null
};

}  // namespace parley::tools
