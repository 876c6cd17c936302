#include <algorithm>
#include <map>

#include "base/regex/program.hpp"

namespace parley {
namespace {

using Op = RegexInstruction::Op;

// Bounds what compiling a pattern may cost; patterns beyond run on the slower program, still in linear time.
constexpr std::size_t kMaxTableEntries = 32'768;
constexpr std::size_t kMaxSteps = 100'000;

// A state is the set of instructions to go on from, before following splits and assertions (those need to
// know the next character), and what came before.
class AutomatonBuilder {
 public:
  AutomatonBuilder(const RegexProgram& program, bool full)
      : program_(program), full_(full), visited_(program.code.size(), 0) {}

  RegexAutomaton run() {
    RegexAutomaton automaton;
    columns_ = program_.class_count + 1;
    if (program_.code.size() > kMaxSteps / 16) return automaton;
    automaton.start = state_for({0}, RegexContext::edge);
    for (std::size_t done = 0; done < states_.size(); ++done) {
      if (!fill_row(done)) return {};
    }
    automaton.next = std::move(table_);
    return automaton;
  }

 private:
  struct State {
    std::vector<std::uint32_t> entry;
    RegexContext before;
  };

  struct Closure {
    std::vector<std::uint32_t> sets;  // instructions that wait for a character
    bool matched = false;
  };

  std::uint16_t state_for(std::vector<std::uint32_t> entry, RegexContext before) {
    if (!program_.has_assertions) before = RegexContext::other;
    std::vector<std::uint32_t> key = entry;
    key.push_back(static_cast<std::uint32_t>(before));
    auto next_number = static_cast<std::uint16_t>(states_.size() + RegexAutomaton::kFirstState);
    auto [known, is_new] = numbers_.try_emplace(std::move(key), next_number);
    if (is_new) states_.push_back({std::move(entry), before});
    return known->second;
  }

  Closure close(const State& state, RegexContext after) {
    Closure closure;
    ++round_;
    std::vector<std::uint32_t> stack(state.entry.rbegin(), state.entry.rend());
    while (!stack.empty()) {
      std::uint32_t at = stack.back();
      stack.pop_back();
      if (visited_[at] == round_) continue;
      visited_[at] = round_;
      ++steps_;
      const RegexInstruction& instruction = program_.code[at];
      switch (instruction.op) {
        case Op::set:
          closure.sets.push_back(at);
          break;
        case Op::match:
          closure.matched = true;
          break;
        case Op::save:
          stack.push_back(at + 1);
          break;
        case Op::assertion:
          if (assertion_holds(static_cast<RegexAssertion>(instruction.first), state.before, after)) {
            stack.push_back(at + 1);
          }
          break;
        case Op::split:
          stack.push_back(instruction.second);
          stack.push_back(instruction.first);
          break;
      }
    }
    return closure;
  }

  bool fill_row(std::size_t number) {
    if ((number + 1) * columns_ > kMaxTableEntries) return false;
    table_.resize((number + 1 + RegexAutomaton::kFirstState) * columns_, RegexAutomaton::kDead);
    std::size_t row = (number + RegexAutomaton::kFirstState) * columns_;
    State state = states_[number];
    std::array<Closure, 4> closures;
    for (std::size_t context = 0; context < closures.size(); ++context) {
      // Without assertions the end differs from characters only in that nothing follows.
      if (context == 0 || context == 3 || program_.has_assertions) {
        closures[context] = close(state, static_cast<RegexContext>(context));
      }
    }
    for (std::uint32_t code_class = 0; code_class < program_.class_count; ++code_class) {
      RegexContext after = program_.class_context[code_class];
      table_[row + code_class] = step(closures[static_cast<std::size_t>(after)], code_class);
    }
    bool matched_at_end = closures[static_cast<std::size_t>(RegexContext::edge)].matched;
    table_[row + program_.class_count] = matched_at_end ? RegexAutomaton::kMatched : RegexAutomaton::kDead;
    return steps_ <= kMaxSteps;
  }

  std::uint16_t step(const Closure& closure, std::uint32_t code_class) {
    if (closure.matched && !full_) return RegexAutomaton::kMatched;
    std::vector<std::uint32_t> entry;
    steps_ += closure.sets.size();
    for (std::uint32_t at : closure.sets) {
      if (program_.set_has(program_.code[at].first, code_class)) entry.push_back(at + 1);
    }
    if (!full_ && !program_.anchored) entry.push_back(0);
    if (entry.empty()) return RegexAutomaton::kDead;
    std::sort(entry.begin(), entry.end());
    entry.erase(std::unique(entry.begin(), entry.end()), entry.end());
    return state_for(std::move(entry), program_.class_context[code_class]);
  }

  const RegexProgram& program_;
  bool full_;
  std::size_t columns_ = 0;
  std::size_t steps_ = 0;
  std::uint32_t round_ = 0;
  std::vector<std::uint32_t> visited_;
  std::vector<State> states_;
  std::map<std::vector<std::uint32_t>, std::uint16_t> numbers_;
  std::vector<std::uint16_t> table_;
};

}  // namespace

RegexAutomaton build_automaton(const RegexProgram& program, bool full) {
  return AutomatonBuilder(program, full).run();
}

}  // namespace parley
