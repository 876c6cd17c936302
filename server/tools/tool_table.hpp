// All connectors of an assistant behind one turns::ToolRunner: "stripe.charge" is operation "charge" of
// connector "stripe". Thread-safe; a connector may be replaced while calls run (they finish on the one they
// began with).
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "flow/load.hpp"
#include "server/turns/ports.hpp"
#include "server/turns/text_vectors.hpp"

namespace parley::tools {

// A runner that can say what its tools take.
class ConnectorRunner : public turns::ToolRunner {
 public:
  [[nodiscard]] virtual std::vector<flow::ToolSignature> signatures() const = 0;
  // What finds texts by what they mean, for those who look things up; before the first call.
  virtual void use_vectors(std::shared_ptr<turns::TextVectors> /*vectors*/) {}
  // Lets go of what calls under way hold outside of the loops, whose end follows.
  virtual void stop() {}
};

using Connectors = std::map<std::string, std::shared_ptr<ConnectorRunner>, std::less<>>;

class ToolTable : public turns::ToolRunner {
 public:
  explicit ToolTable(Connectors connectors = {}) { replace_all(std::move(connectors)); }

  // Tools of connectors that are not in the table; before the first call only.
  void set_others(std::shared_ptr<ConnectorRunner> others) { others_ = std::move(others); }
  // The whole set at once, as a reloaded folder gives it.
  void replace_all(Connectors connectors);

  [[nodiscard]] bool has(std::string_view tool) const override;
  [[nodiscard]] turns::EffectClass effect_class(std::string_view tool) const override;
  [[nodiscard]] std::optional<turns::CallPreview> preview(const turns::ToolCall& call) const override;
  [[nodiscard]] Result<void> check_arguments(std::string_view tool, const Value& arguments) const override;
  [[nodiscard]] Result<void> check_result(std::string_view tool, const Value& result) const override;
  turns::Awaitable<Result<turns::ToolAnswer>> run(const turns::ToolCall& call) override;

  // Stops all connectors and forgets them.
  void stop();

  // Of every tool, sorted by name; for flow::check_all.
  [[nodiscard]] std::vector<flow::ToolSignature> signatures() const;

 private:
  [[nodiscard]] std::shared_ptr<const Connectors> current() const;
  [[nodiscard]] std::shared_ptr<ConnectorRunner> runner_of(std::string_view tool) const;

  mutable std::mutex mutex_;
  std::shared_ptr<const Connectors> connectors_;
  std::shared_ptr<ConnectorRunner> others_;  // may be null
};

}  // namespace parley::tools
