#include "base/regex.hpp"

#include <cstdint>

#include "base/regex/program.hpp"
#include "base/utf8.hpp"

namespace parley {
namespace {

using Op = RegexInstruction::Op;

DecodedCodePoint decode_leniently(std::string_view text, std::size_t at) {
  DecodedCodePoint decoded = decode_utf8(text, at);
  return decoded.length == 0 ? DecodedCodePoint{0xFFFD, 1} : decoded;
}

bool run_automaton(const RegexProgram& program, const RegexAutomaton& automaton, std::string_view text) {
  const std::uint16_t* table = automaton.next.data();
  const std::size_t columns = program.class_count + 1;
  std::uint16_t state = automaton.start;
  for (std::size_t at = 0; at < text.size();) {
    auto byte = static_cast<unsigned char>(text[at]);
    std::uint16_t code_class = 0;
    if (byte < 0x80) {
      code_class = program.ascii_class[byte];
      ++at;
    } else {
      DecodedCodePoint decoded = decode_leniently(text, at);
      code_class = program.class_of(decoded.code_point);
      at += decoded.length;
    }
    state = table[state * columns + code_class];
    if (state < RegexAutomaton::kFirstState) return state == RegexAutomaton::kMatched;
  }
  return table[state * columns + program.class_count] == RegexAutomaton::kMatched;
}

// Runs the program with all threads in step (Pike's algorithm): each instruction at most once a character,
// threads in order of preference, each with its own copy of the capture slots.
class ThreadedRun {
 public:
  static constexpr std::size_t kUnset = static_cast<std::size_t>(-1);

  ThreadedRun(const RegexProgram& program, std::string_view text, std::size_t slot_count)
      : program_(program),
        text_(text),
        slot_count_(slot_count),
        slots_(slot_count),
        visited_(program.code.size(), 0) {}

  // The slots of the match, or nothing. `full`: only a match that ends at the text's end counts.
  std::optional<std::vector<std::size_t>> run(std::size_t from, bool full) {
    std::optional<std::vector<std::size_t>> found;
    const bool one_start = full || program_.anchored;
    RegexContext before = context_before(from);
    for (std::size_t at = from;;) {
      const bool at_end = at >= text_.size();
      const DecodedCodePoint decoded = at_end ? DecodedCodePoint{} : decode_leniently(text_, at);
      const std::uint16_t code_class = program_.class_of(decoded.code_point);
      const RegexContext after = at_end ? RegexContext::edge : program_.class_context[code_class];
      make_ready(at, before, after, !found && (at == from || !one_start));

      waiting_.clear();
      for (std::size_t i = 0; i < ready_.at.size(); ++i) {
        const RegexInstruction& instruction = program_.code[ready_.at[i]];
        const std::size_t* slots = ready_.slots.data() + i * slot_count_;
        if (instruction.op == Op::match) {
          if (full && !at_end) continue;
          found.emplace(slots, slots + slot_count_);
          break;  // what follows is less preferred
        }
        if (!at_end && program_.set_has(instruction.first, code_class))
          waiting_.add(ready_.at[i] + 1, slots, slot_count_);
      }
      if (at_end || (waiting_.at.empty() && (found || one_start))) return found;
      at += decoded.length;
      before = after;
    }
  }

 private:
  struct Threads {
    std::vector<std::uint32_t> at;   // instruction of each thread
    std::vector<std::size_t> slots;  // slot_count of each thread

    void clear() {
      at.clear();
      slots.clear();
    }
    void add(std::uint32_t instruction, const std::size_t* thread_slots, std::size_t slot_count) {
      at.push_back(instruction);
      slots.insert(slots.end(), thread_slots, thread_slots + slot_count);
    }
  };

  // Undoes a slot when the branch that set it has been followed.
  struct Pending {
    std::uint32_t at;
    std::size_t slot = kUnset;
    std::size_t old_value = 0;
  };

  RegexContext context_before(std::size_t at) const {
    if (at == 0) return RegexContext::edge;
    return program_.class_context[program_.class_of(decode_utf8_before(text_, at).code_point)];
  }

  // Follows splits, saves and assertions of all waiting threads, which needs to know the next character.
  void make_ready(std::size_t position, RegexContext before, RegexContext after, bool start) {
    ++round_;
    ready_.clear();
    for (std::size_t i = 0; i < waiting_.at.size(); ++i) {
      auto first = waiting_.slots.begin() + static_cast<std::ptrdiff_t>(i * slot_count_);
      slots_.assign(first, first + static_cast<std::ptrdiff_t>(slot_count_));
      follow(waiting_.at[i], position, before, after);
    }
    if (!start) return;
    slots_.assign(slot_count_, kUnset);
    follow(0, position, before, after);
  }

  void follow(std::uint32_t start, std::size_t position, RegexContext before, RegexContext after) {
    stack_.push_back({.at = start});
    while (!stack_.empty()) {
      Pending pending = stack_.back();
      stack_.pop_back();
      if (pending.slot != kUnset) {
        slots_[pending.slot] = pending.old_value;
        continue;
      }
      if (visited_[pending.at] == round_) continue;
      visited_[pending.at] = round_;
      const RegexInstruction& instruction = program_.code[pending.at];
      switch (instruction.op) {
        case Op::set:
        case Op::match:
          ready_.add(pending.at, slots_.data(), slot_count_);
          break;
        case Op::save:
          if (instruction.first < slot_count_) {
            stack_.push_back({.at = 0, .slot = instruction.first, .old_value = slots_[instruction.first]});
            slots_[instruction.first] = position;
          }
          stack_.push_back({.at = pending.at + 1});
          break;
        case Op::assertion:
          if (assertion_holds(static_cast<RegexAssertion>(instruction.first), before, after)) {
            stack_.push_back({.at = pending.at + 1});
          }
          break;
        case Op::split:
          stack_.push_back({.at = instruction.second});
          stack_.push_back({.at = instruction.first});
          break;
      }
    }
  }

  const RegexProgram& program_;
  std::string_view text_;
  std::size_t slot_count_;
  Threads waiting_;
  Threads ready_;
  std::vector<std::size_t> slots_;  // of the thread being followed
  std::vector<Pending> stack_;
  std::vector<std::uint64_t> visited_;  // round in which each instruction was last followed
  std::uint64_t round_ = 0;
};

}  // namespace

Result<Regex> Regex::compile(std::string_view pattern, const RegexOptions& options) {
  auto tree = parse_regex(pattern, options);
  if (!tree) return std::unexpected(std::move(tree.error()));
  auto program = compile_regex(*tree, options.max_program_size);
  if (!program) return std::unexpected(std::move(program.error()));
  program->pattern = pattern;
  return Regex(std::make_shared<const RegexProgram>(std::move(*program)));
}

bool Regex::search(std::string_view text) const {
  if (!program_->prefix.empty()) {
    std::size_t first = text.find(program_->prefix);
    if (first == std::string_view::npos) return false;
    if (program_->prefix_is_all) return true;
    if (!program_->has_assertions) text.remove_prefix(first);
  }
  if (!program_->search.next.empty()) return run_automaton(*program_, program_->search, text);
  return ThreadedRun(*program_, text, 0).run(0, false).has_value();
}

bool Regex::full_match(std::string_view text) const {
  if (!text.starts_with(program_->prefix)) return false;
  if (!program_->full.next.empty()) return run_automaton(*program_, program_->full, text);
  return ThreadedRun(*program_, text, 0).run(0, true).has_value();
}

std::optional<std::vector<std::string_view>> Regex::captures(std::string_view text, std::size_t from) const {
  if (from > text.size()) return std::nullopt;
  if (!program_->prefix.empty()) {
    from = text.find(program_->prefix, from);
    if (from == std::string_view::npos) return std::nullopt;
  }
  std::size_t slot_count = 2 * (std::size_t{program_->group_count} + 1);
  auto slots = ThreadedRun(*program_, text, slot_count).run(from, false);
  if (!slots) return std::nullopt;
  std::vector<std::string_view> groups(slot_count / 2);
  for (std::size_t group = 0; group < groups.size(); ++group) {
    std::size_t begin = (*slots)[2 * group];
    std::size_t end = (*slots)[2 * group + 1];
    if (begin != ThreadedRun::kUnset && end != ThreadedRun::kUnset)
      groups[group] = text.substr(begin, end - begin);
  }
  return groups;
}

std::size_t Regex::group_count() const {
  return program_->group_count;
}

std::optional<std::size_t> Regex::group_named(std::string_view name) const {
  for (const auto& [known, index] : program_->group_names) {
    if (known == name) return index;
  }
  return std::nullopt;
}

const std::string& Regex::pattern() const {
  return program_->pattern;
}

std::string regex_escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (std::string_view("\\^$.|?*+()[]{}/-").contains(c)) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace parley
