// An experiment: several ways to say something or to go on, divided between users or conversations by weight.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "expr/expression.hpp"
#include "flow/document.hpp"

namespace parley::flow {

struct Experiment {
  enum class Unit : std::uint8_t { conversation, user };
  struct Variant {
    std::string name;
    std::uint32_t weight = 1;
    std::string next;  // of an experiment on a step: where the variant leads
    Position position;
  };

  std::string id;  // unique in the assistant; several places may take part in one experiment
  Unit unit = Unit::conversation;
  std::vector<Variant> variants;          // the first is what those see who do not take part
  std::string metric;                     // what is compared; only recorded
  std::optional<expr::Expression> guard;  // who takes part; empty: everybody
  Position position;
};

}  // namespace parley::flow
