// Bytes as a flow document, in YAML and in JSON: whatever they are, they load or are refused with diagnostics
// that can be shown, and what loads has an identity that survives being stored.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "assistant/yaml.hpp"
#include "base/result.hpp"
#include "engine/steps/registry.hpp"
#include "flow/analysis/analyse.hpp"
#include "flow/drawing/drawing.hpp"
#include "flow/load.hpp"

namespace {

void check(std::string_view text, std::string_view file) {
  namespace flow = parley::flow;
  flow::Diagnostics diagnostics;
  const auto document = parley::assistant::read_document(text, file, diagnostics);
  std::vector<flow::FlowPtr> flows;
  if (document) {
    if (auto loaded = flow::load(*document, file, parley::engine::step_specs(), diagnostics)) {
      flows.push_back(std::move(loaded));
    }
    flow::check_all(flows, {}, diagnostics);
    flow::analysis::analyse({.flows = flows, .start = "", .steps_per_turn = 200}, diagnostics);
    for (const flow::FlowPtr& loaded : flows) {
      INVARIANT(!flow::drawing::svg(*loaded).empty(), "every flow can be drawn");
    }
  } else {
    INVARIANT(flow::has_errors(diagnostics), "a document that is refused has a reason");
  }
  flow::sort_diagnostics(diagnostics);
  for (const flow::Diagnostic& diagnostic : diagnostics) {
    INVARIANT(!flow::render(diagnostic, text).empty(), "every diagnostic can be shown");
    INVARIANT(!flow::explain(diagnostic.code).empty(), "every code can be explained");
  }
  if (flows.empty()) return;
  const auto stored = flow::parse_json_document(flows[0]->canonical);
  INVARIANT(stored.has_value(), "the canonical form is JSON");
  flow::Diagnostics again;
  const auto reloaded = flow::load(*stored, "stored", parley::engine::step_specs(), again);
  INVARIANT(
      reloaded != nullptr && reloaded->hash == flows[0]->hash, "the canonical form loads to the same identity"
  );
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text, "flows/fuzz.yaml");
  check(text, "flows/fuzz.json");
  return 0;
}
