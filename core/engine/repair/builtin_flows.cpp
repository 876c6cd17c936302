#include "engine/repair/builtin_flows.hpp"

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "engine/steps/registry.hpp"
#include "flow/load.hpp"

namespace parley::engine {

namespace {

// Made by the build from flows/*.yaml.
constexpr BuiltinDocument kDocuments[] = {
#include "engine_repair_flows.inc"
};

struct Builtins {
  std::vector<flow::FlowPtr> flows;
  std::map<std::string, const flow::Flow*, std::less<>> by_id;
};

const Builtins& builtins() {
  static const Builtins* const all = [] {
    auto* made = new Builtins;
    for (const BuiltinDocument& handler : kDocuments) {
      const std::string id = "repair." + std::string(handler.handler);
      auto document = flow::parse_json_document(handler.json);
      INVARIANT(document.has_value(), "a built-in flow is valid JSON");
      flow::Diagnostics diagnostics;
      flow::FlowPtr flow = flow::load(*document, id + ".json", step_specs(), diagnostics);
      if (flow == nullptr) {
        for (const auto& diagnostic : diagnostics)
          std::fprintf(stderr, "%s: %s\n", id.c_str(), diagnostic.message.c_str());
      }
      INVARIANT(flow != nullptr, "a built-in flow is a valid flow");
      made->by_id.emplace(id, flow.get());
      made->flows.push_back(std::move(flow));
    }
    return made;
  }();
  return *all;
}

}  // namespace

const flow::Flow* builtin_flow(std::string_view id) {
  const auto& by_id = builtins().by_id;
  const auto found = by_id.find(id);
  return found == by_id.end() ? nullptr : found->second;
}

std::span<const BuiltinDocument> builtin_documents() {
  return kDocuments;
}

std::span<const flow::FlowPtr> builtin_flows() {
  return builtins().flows;
}

}  // namespace parley::engine
