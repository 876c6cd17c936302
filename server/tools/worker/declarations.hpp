// What is known of the tools of workers: those that files of the assistant's folder declare, and those that
// workers registered or a push declared, which are kept. A flow is checked against these, whether a worker is
// connected or not, and a call holds the contract that it began with. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_schema.hpp"
#include "base/result.hpp"
#include "flow/load.hpp"
#include "server/tools/arguments.hpp"
#include "server/turns/ports.hpp"
#include "wire/tool.hpp"

namespace parley::tools {

// What is agreed of one tool. Immutable.
struct Contract {
  explicit Contract(wire::Tool declared);

  // Failure codes: "too_large", "bad_answer".
  [[nodiscard]] Result<Value> checked_result(std::string_view json, std::size_t max_bytes) const;

  wire::Tool tool;
  turns::EffectClass effect;
  ArgumentCheck arguments;
  std::optional<Schema> result;
};
using ContractPtr = std::shared_ptr<const Contract>;

class WorkerDeclarations {
 public:
  // The store's setting that keeps what encode() gives.
  static constexpr std::string_view kSetting = "worker_tools";
  using Described = std::map<std::string, std::shared_ptr<const wire::Connector>, std::less<>>;
  static constexpr std::size_t kMaxConnectors = 32;

  // What a folder declares, each time it is read; `taken` are the names of its other connectors.
  void set_folder(const Described& declared, std::set<std::string, std::less<>> taken);

  [[nodiscard]] ContractPtr find(std::string_view tool) const;
  // Of the tools of one connector; with "" of all those that no file declares.
  [[nodiscard]] std::vector<flow::ToolSignature> signatures(std::string_view connector) const;
  // Of the connector, if the document were declared. Error::pointer is a place in the document.
  [[nodiscard]] Result<std::vector<flow::ToolSignature>> signatures_with(
      const std::string& connector, const Value& document
  ) const;

  struct Accepted {
    std::vector<std::string> tools;  // ids
    std::vector<wire::DroppedOperation> refused;
    bool changed = false;  // what encode() gives
  };
  // The tools that a worker registers. What a file declares counts; a worker may offer it, not change it.
  [[nodiscard]] Result<Accepted> accept(const std::string& connector, const Value& tools);
  // A connector's tools anew, as a push declares them. True if that changed anything.
  [[nodiscard]] Result<bool> replace(const std::string& connector, const Value& document);

  // Those that no file declares, as JSON text, and back.
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] Result<void> restore(std::string_view text);

  // {id, effect, declared_by: file | worker} of each.
  [[nodiscard]] Value describe() const;

 private:
  using Contracts = std::map<std::string, ContractPtr, std::less<>>;  // by id
  struct Registered {
    Value document;
    Contracts contracts;
  };

  [[nodiscard]] Result<void> check_name(const std::string& connector) const;
  [[nodiscard]] Result<void> check_declared(const std::string& connector, const Value& document) const;
  static Result<Registered> read(const std::string& connector, const Value& document);
  [[nodiscard]] Accepted accept_declared(
      const std::string& connector, const Contracts& declared, const Value& tools
  ) const;

  mutable std::mutex mutex_;
  std::map<std::string, Contracts, std::less<>> folder_;
  std::set<std::string, std::less<>> taken_;
  std::map<std::string, Registered, std::less<>> registered_;
};

}  // namespace parley::tools
