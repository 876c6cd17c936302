// The single analyses behind analyse(). Internal to core/flow.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flow/analysis/analyse.hpp"
#include "flow/analysis/findings.hpp"
#include "flow/analysis/model.hpp"
#include "flow/load.hpp"

namespace parley::flow::analysis {

// All flows with their models, by id.
class Models {
 public:
  explicit Models(std::span<const FlowPtr> flows);

  [[nodiscard]] const Model* find(std::string_view flow_id) const;
  [[nodiscard]] const std::map<std::string_view, Model>& all() const { return by_id_; }
  // The flow that a step runs, or null: it calls none, or none that exists.
  [[nodiscard]] const Model* called_by(const Step& step) const;

 private:
  std::map<std::string_view, Model> by_id_;
};

// Slots and results that are read where they may not have a value; slots that nothing reads.
void check_assignments(const Model& model, const Models& models, Diagnostics& diagnostics);
// Loops that ask only once, parts without a way to the end, ends without a word.
void check_endings(const Model& model, const Models& models, Diagnostics& diagnostics);
// Flows that call themselves without a way out, calls that never return.
void check_calls(const Models& models, Diagnostics& diagnostics);
// Turns that may run more steps than the limit allows; 0: there is none.
void check_bounds(const Models& models, std::uint32_t limit, Diagnostics& diagnostics);
// Time limits whose end nobody handles.
void check_timeouts(const Flow& flow, Diagnostics& diagnostics);
// Calls that may wait for a person because of where their arguments come from.
void check_origins(
    std::span<const FlowPtr> flows, std::span<const ToolSignature> tools, Diagnostics& diagnostics
);
// Texts that some languages have and others lack.
void check_languages(const Flow& flow, Diagnostics& diagnostics);

}  // namespace parley::flow::analysis
