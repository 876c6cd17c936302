#include "server/tools/worker/declarations.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "server/tools/test_mode.hpp"
#include "wire/kept.hpp"
#include "wire/tool_signature.hpp"
#include "wire/worker/compile.hpp"

namespace parley::tools {
namespace {

// Whether a call waits for a person is decided by its contract; flows that were checked without knowing the
// effect keep their findings.
flow::ToolSignature declared_signature(const wire::Tool& tool) {
  flow::ToolSignature signature = wire::signature_of(tool);
  signature.effect.clear();
  return signature;
}

bool is_connector_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !name.empty() && name.size() <= 32 && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

Value document_of(Value tools) {
  return MapBuilder()
      .set("worker", MapBuilder().set("version", wire::worker::kVersion).build())
      .set("tools", std::move(tools))
      .build();
}

// The old tools that are not among the new ones, then the new ones; those that were dropped are not kept.
Value merged(const Value& before, const Value& tools, const std::vector<wire::DroppedOperation>& dropped) {
  ListBuilder all;
  const auto named = [&](std::string_view name) {
    return std::ranges::any_of(tools.as_list(), [&](const Value& tool) { return tool.text("name") == name; });
  };
  if (before.is_map()) {
    for (const Value& tool : before["tools"].as_list()) {
      if (!named(tool.text("name"))) all.add(tool);
    }
  }
  std::size_t index = 0;
  for (const Value& tool : tools.as_list()) {
    const std::string place = "/tools/" + std::to_string(index++);
    const bool bad = std::ranges::any_of(dropped, [&](const wire::DroppedOperation& each) {
      return each.pointer == place || each.pointer.starts_with(place + "/");
    });
    if (!bad) all.add(tool);
  }
  return document_of(all.build());
}

}  // namespace

Contract::Contract(wire::Tool declared)
    : tool(std::move(declared)), effect(effect_class_named(tool.effect)), arguments(tool.parameters) {
  if (!tool.result_schema.is_map()) return;
  if (auto compiled = Schema::compile(tool.result_schema)) result = *std::move(compiled);
}

Result<Value> Contract::checked_result(std::string_view json, std::size_t max_bytes) const {
  if (json.size() > max_bytes) {
    return fail(
        ErrorCode::too_large,
        tool.id + " gave a result of " + std::to_string(json.size()) + " bytes; " +
            std::to_string(max_bytes) + " are kept of one",
        "too_large",
        "return what the flow needs and no more"
    );
  }
  auto value = parse_json(json);
  if (!value) {
    return fail(ErrorCode::invalid_input, tool.id + " gave no JSON: " + value.error().message, "bad_answer");
  }
  const std::vector<SchemaProblem> problems =
      result ? result->validate(*value) : std::vector<SchemaProblem>();
  if (!problems.empty()) {
    const SchemaProblem& first = problems.front();
    const std::string place = first.instance_pointer.empty() ? "" : first.instance_pointer.substr(1) + ": ";
    return fail(
        ErrorCode::invalid_input,
        tool.id + " gave a result that is not as declared: " + place + first.message,
        "bad_answer"
    );
  }
  return tool.fields.empty() ? *std::move(value) : wire::project(*value, tool.fields);
}

void WorkerDeclarations::set_folder(const Described& declared, std::set<std::string, std::less<>> taken) {
  std::map<std::string, Contracts, std::less<>> folder;
  for (const auto& [name, connector] : declared) {
    Contracts contracts;
    for (const wire::Tool& tool : connector->tools)
      contracts.emplace(tool.id, std::make_shared<const Contract>(tool));
    folder.emplace(name, std::move(contracts));
  }
  const std::lock_guard lock(mutex_);
  folder_ = std::move(folder);
  taken_ = std::move(taken);
}

ContractPtr WorkerDeclarations::find(std::string_view tool) const {
  const std::string_view connector = tool.substr(0, tool.find('.'));
  const std::lock_guard lock(mutex_);
  const Contracts* contracts = nullptr;
  if (const auto file = folder_.find(connector); file != folder_.end()) {
    contracts = &file->second;
  } else if (const auto other = registered_.find(connector); other != registered_.end()) {
    contracts = &other->second.contracts;
  }
  if (contracts == nullptr) return nullptr;
  const auto found = contracts->find(tool);
  return found == contracts->end() ? nullptr : found->second;
}

std::vector<flow::ToolSignature> WorkerDeclarations::signatures(std::string_view connector) const {
  std::vector<flow::ToolSignature> all;
  const auto add = [&](const Contracts& contracts) {
    for (const auto& [id, contract] : contracts) all.push_back(declared_signature(contract->tool));
  };
  const std::lock_guard lock(mutex_);
  if (const auto file = folder_.find(connector); file != folder_.end()) add(file->second);
  if (!connector.empty()) return all;
  for (const auto& [name, registered] : registered_) {
    if (!folder_.contains(name) && !taken_.contains(name)) add(registered.contracts);
  }
  return all;
}

Result<std::vector<flow::ToolSignature>> WorkerDeclarations::signatures_with(
    const std::string& connector, const Value& document
) const {
  auto fresh = read(connector, document);
  if (!fresh) return std::unexpected(std::move(fresh.error()));
  const std::lock_guard lock(mutex_);
  if (auto sound = check_declared(connector, document); !sound)
    return std::unexpected(std::move(sound.error()));
  const auto file = folder_.find(connector);
  std::vector<flow::ToolSignature> all;
  for (const auto& [id, contract] : file == folder_.end() ? fresh->contracts : file->second)
    all.push_back(declared_signature(contract->tool));
  return all;
}

// With the lock held.
Result<void> WorkerDeclarations::check_name(const std::string& connector) const {
  if (!is_connector_name(connector)) {
    return fail(
        ErrorCode::invalid_input,
        "'" + connector.substr(0, 64) + "' cannot be the name of a connector",
        "/connector",
        "use at most 32 letters, digits, '_' and '-'"
    );
  }
  if (taken_.contains(connector)) {
    return fail(
        ErrorCode::conflict,
        "this assistant has another connector called '" + connector + "'",
        "/connector",
        "give the worker's tools another connector, such as 'worker'"
    );
  }
  if (registered_.size() >= kMaxConnectors && !registered_.contains(connector))
    return fail(ErrorCode::limit_exceeded, "workers have too many connectors already", "/connector");
  return {};
}

// Whether the document may be declared as the connector; what a file declares must be the same. With the lock
// held.
Result<void> WorkerDeclarations::check_declared(const std::string& connector, const Value& document) const {
  const auto file = folder_.find(connector);
  if (file == folder_.end()) return check_name(connector);
  const Accepted accepted = accept_declared(connector, file->second, document["tools"]);
  if (accepted.refused.empty()) return {};
  const wire::DroppedOperation& first = accepted.refused.front();
  return fail(
      ErrorCode::conflict,
      "the tool '" + first.operation + "' cannot be declared: " + first.reason,
      first.pointer,
      "change tools/" + connector + ".yaml, or remove it"
  );
}

// Every tool must be right.
Result<WorkerDeclarations::Registered> WorkerDeclarations::read(
    const std::string& connector, const Value& document
) {
  auto compiled = wire::worker::compile(document, {.connector = connector});
  if (!compiled) return std::unexpected(std::move(compiled.error()));
  if (!compiled->dropped.empty()) {
    const wire::DroppedOperation& first = compiled->dropped.front();
    return fail(
        ErrorCode::invalid_input,
        "the tool '" + first.operation + "' cannot be used: " + first.reason,
        first.pointer
    );
  }
  Registered out{.document = document};
  for (wire::Tool& tool : compiled->tools) {
    std::string id = tool.id;
    out.contracts.emplace(std::move(id), std::make_shared<const Contract>(std::move(tool)));
  }
  return out;
}

WorkerDeclarations::Accepted WorkerDeclarations::accept_declared(
    const std::string& connector, const Contracts& declared, const Value& tools
) const {
  Accepted out;
  std::size_t index = 0;
  for (const Value& tool : tools.as_list()) {
    const std::string pointer = "/tools/" + std::to_string(index++);
    const std::string name(tool.text("name"));
    const auto found = declared.find(connector + "." + name);
    const std::string file = "tools/" + connector + ".yaml";
    if (found == declared.end()) {
      out.refused.push_back({name, file + " does not declare it", pointer});
    } else if (const std::string effect(tool.text("effect", "unsafe"));
               effect != found->second->tool.effect) {
      out.refused.push_back(
          {name,
           "its effect is " + effect + " here and " + found->second->tool.effect + " in " + file,
           pointer}
      );
    } else {
      out.tools.push_back(found->first);
    }
  }
  return out;
}

Result<WorkerDeclarations::Accepted> WorkerDeclarations::accept(
    const std::string& connector, const Value& tools
) {
  const std::lock_guard lock(mutex_);
  if (const auto file = folder_.find(connector); file != folder_.end())
    return accept_declared(connector, file->second, tools);
  if (auto free = check_name(connector); !free) return std::unexpected(std::move(free.error()));
  auto compiled = wire::worker::compile(document_of(tools), {.connector = connector});
  if (!compiled) return std::unexpected(std::move(compiled.error()));
  const auto before = registered_.find(connector);
  Value document =
      merged(before == registered_.end() ? Value() : before->second.document, tools, compiled->dropped);
  auto fresh = read(connector, document);
  if (!fresh) return std::unexpected(std::move(fresh.error()));
  Accepted out{.refused = std::move(compiled->dropped)};
  for (const wire::Tool& tool : compiled->tools) out.tools.push_back(tool.id);
  out.changed =
      before == registered_.end() || write_canonical(before->second.document) != write_canonical(document);
  if (out.changed) registered_.insert_or_assign(connector, *std::move(fresh));
  return out;
}

Result<bool> WorkerDeclarations::replace(const std::string& connector, const Value& document) {
  auto fresh = read(connector, document);
  if (!fresh) return std::unexpected(std::move(fresh.error()));
  const std::lock_guard lock(mutex_);
  if (auto sound = check_declared(connector, document); !sound)
    return std::unexpected(std::move(sound.error()));
  if (folder_.contains(connector)) return false;
  const auto before = registered_.find(connector);
  if (before != registered_.end() && write_canonical(before->second.document) == write_canonical(document))
    return false;
  registered_.insert_or_assign(connector, *std::move(fresh));
  return true;
}

std::string WorkerDeclarations::encode() const {
  MapBuilder all;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, registered] : registered_) all.set(name, registered.document);
  return write_canonical(all.build());
}

Result<void> WorkerDeclarations::restore(std::string_view text) {
  const auto all = parse_json(text);
  if (!all || !all->is_map())
    return fail(ErrorCode::internal, "the stored declarations of workers cannot be read");
  std::map<std::string, Registered, std::less<>> registered;
  for (const auto& [name, document] : all->entries()) {
    auto one = read(std::string(name.as_string()), document);
    if (!one) return std::unexpected(std::move(one.error()));
    registered.emplace(name.as_string(), *std::move(one));
  }
  const std::lock_guard lock(mutex_);
  registered_ = std::move(registered);
  return {};
}

Value WorkerDeclarations::describe() const {
  ListBuilder list;
  const auto add = [&](const Contracts& contracts, std::string_view by) {
    for (const auto& [id, contract] : contracts) {
      list.add(MapBuilder().set("id", id).set("effect", contract->tool.effect).set("declared_by", by).build()
      );
    }
  };
  const std::lock_guard lock(mutex_);
  for (const auto& [name, contracts] : folder_) add(contracts, "file");
  for (const auto& [name, registered] : registered_) {
    if (!folder_.contains(name) && !taken_.contains(name)) add(registered.contracts, "worker");
  }
  return list.build();
}

}  // namespace parley::tools
