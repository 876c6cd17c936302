// What a step reads, sets and clears: the names of slots and results, with what is known of them on each way
// on. All functions are pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "expr/needs.hpp"
#include "flow/analysis/model.hpp"
#include "flow/flow.hpp"

namespace parley::flow::analysis {

struct Read {
  expr::Need need;
  Position position;
  std::vector<std::string> known;  // hold a value here, whatever came before: sorted
};

struct Uses {
  std::vector<Read> reads;           // in the order of the document
  std::vector<std::string> clears;   // when the step begins
  std::vector<std::string> skipped;  // hold a value when its `if` was false: sorted
};

[[nodiscard]] Uses uses_of(const Flow& flow, const Step& step);

// Names that hold a value when the step is left this way. `outputs` are those of the flow that it calls.
[[nodiscard]] std::vector<std::string> set_by(
    const Flow& flow, const Step& step, const Arc& arc, std::span<const Parameter> outputs
);

// Every name that the flow reads anywhere; "slots" when it reads them as a whole.
[[nodiscard]] std::vector<std::string> names_read(const Flow& flow);

// The same of one step's keywords, of data, of an expression.
[[nodiscard]] std::vector<std::string> names_in(const Step& step);
[[nodiscard]] std::vector<std::string> names_in(const Data& data);
[[nodiscard]] std::vector<std::string> names_in(const expr::Expression& expression);

}  // namespace parley::flow::analysis
