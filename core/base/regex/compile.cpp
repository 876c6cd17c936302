#include <algorithm>
#include <map>

#include "base/regex/program.hpp"
#include "base/utf8.hpp"

namespace parley {
namespace {

using Op = RegexInstruction::Op;

class Compiler {
 public:
  Compiler(const RegexTree& tree, std::size_t max_size) : tree_(tree), max_size_(max_size) {}

  Result<RegexProgram> run() {
    program_.group_count = tree_.group_count;
    program_.group_names = tree_.group_names;
    emit_save(0);
    emit(tree_.root);
    emit_save(1);
    push({.op = Op::match});
    if (too_large_) {
      return fail(
          ErrorCode::too_large,
          "The pattern is too large when its repeats are written out.",
          "1",
          "Use smaller counts or fewer nested repeats."
      );
    }
    program_.anchored = begins_at_text_begin(tree_.root);
    find_prefix();
    build_classes();
    return std::move(program_);
  }

 private:
  std::uint32_t here() const { return static_cast<std::uint32_t>(program_.code.size()); }

  void push(RegexInstruction instruction) {
    if (here() >= max_size_) {
      too_large_ = true;
      return;
    }
    program_.code.push_back(instruction);
  }

  void emit_save(std::uint32_t slot) { push({.op = Op::save, .first = slot}); }

  // A choice between going on here and a place still unknown; returns where to write that place.
  std::uint32_t emit_open_split() {
    push({.op = Op::split});
    return here() - 1;
  }

  void close_split(std::uint32_t split, std::uint32_t inside, std::uint32_t outside, bool prefer_inside) {
    if (too_large_) return;
    program_.code[split].first = prefer_inside ? inside : outside;
    program_.code[split].second = prefer_inside ? outside : inside;
  }

  void emit(std::uint32_t index) {
    // Counted repeats of nothing emit nothing, so visits are limited as well as instructions.
    if (++visits_ > 4 * max_size_ + 1'000) too_large_ = true;
    if (too_large_) return;
    const RegexNode& node = tree_.nodes[index];
    switch (node.kind) {
      case RegexNode::Kind::empty:
        return;
      case RegexNode::Kind::set:
        return push({.op = Op::set, .first = node.index});
      case RegexNode::Kind::concat:
        for (std::uint32_t child : node.children) emit(child);
        return;
      case RegexNode::Kind::alternate:
        return emit_alternatives(node);
      case RegexNode::Kind::repeat:
        return emit_repeat(node);
      case RegexNode::Kind::capture:
        emit_save(2 * node.index);
        emit(node.children[0]);
        return emit_save(2 * node.index + 1);
      case RegexNode::Kind::assertion:
        program_.has_assertions = true;
        return push({.op = Op::assertion, .first = static_cast<std::uint32_t>(node.assertion)});
    }
  }

  void emit_alternatives(const RegexNode& node) {
    // Each alternative but the last ends with a split whose both ways lead behind the whole.
    std::vector<std::uint32_t> exits;
    for (std::size_t i = 0; i + 1 < node.children.size(); ++i) {
      std::uint32_t split = emit_open_split();
      emit(node.children[i]);
      exits.push_back(emit_open_split());
      close_split(split, split + 1, here(), true);
    }
    emit(node.children.back());
    for (std::uint32_t exit : exits) close_split(exit, here(), here(), true);
  }

  void emit_repeat(const RegexNode& node) {
    std::uint32_t child = node.children[0];
    if (node.max == RegexNode::kUnbounded) {
      for (std::uint32_t i = 1; i < node.min && !too_large_; ++i) emit(child);
      // x* is (x+)?, which treats an x that matches nothing as Perl does.
      std::uint32_t skip = node.min == 0 ? emit_open_split() : 0;
      std::uint32_t body = here();
      emit(child);
      std::uint32_t again = emit_open_split();
      close_split(again, body, here(), node.greedy);
      if (node.min == 0) close_split(skip, body, here(), node.greedy);
      return;
    }
    for (std::uint32_t i = 0; i < node.min && !too_large_; ++i) emit(child);
    std::vector<std::uint32_t> skips;
    for (std::uint32_t i = node.min; i < node.max && !too_large_; ++i) {
      skips.push_back(emit_open_split());
      emit(child);
    }
    for (std::uint32_t skip : skips) close_split(skip, skip + 1, here(), node.greedy);
  }

  bool begins_at_text_begin(std::uint32_t index) const {
    const RegexNode& node = tree_.nodes[index];
    auto begins = [this](std::uint32_t child) { return begins_at_text_begin(child); };
    switch (node.kind) {
      case RegexNode::Kind::assertion:
        return node.assertion == RegexAssertion::text_begin;
      case RegexNode::Kind::concat:
      case RegexNode::Kind::capture:
        return begins(node.children[0]);
      case RegexNode::Kind::alternate:
        return std::all_of(node.children.begin(), node.children.end(), begins);
      default:
        return false;
    }
  }

  void find_prefix() {
    const RegexNode& root = tree_.nodes[tree_.root];
    std::vector<std::uint32_t> sequence{tree_.root};
    if (root.kind == RegexNode::Kind::concat) sequence = root.children;
    for (std::uint32_t index : sequence) {
      const RegexNode& node = tree_.nodes[index];
      if (node.kind != RegexNode::Kind::set) return;
      const std::vector<CodePointRange>& ranges = tree_.sets[node.index].ranges();
      // U+FFFD also stands for ill-formed bytes, which a search for bytes would miss.
      if (ranges.size() != 1 || ranges[0].first != ranges[0].last || ranges[0].first == 0xFFFD) return;
      append_utf8(program_.prefix, ranges[0].first);
    }
    program_.prefix_is_all = !program_.prefix.empty();
  }

  // --- classes ---

  std::size_t interval_at(char32_t code_point) const {
    auto above = std::upper_bound(program_.class_begin.begin(), program_.class_begin.end(), code_point);
    return static_cast<std::size_t>(above - program_.class_begin.begin()) - 1;
  }

  void build_classes() {
    std::vector<CodePointSet> sets = tree_.sets;
    if (program_.has_assertions) {
      // So that no class mixes word characters or line breaks with others.
      CodePointSet word;
      for (CodePointRange range : {CodePointRange{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}) {
        word.add(range.first, range.last);
      }
      CodePointSet newline;
      newline.add('\n', '\n');
      sets.push_back(std::move(word));
      sets.push_back(std::move(newline));
    }
    collect_intervals(sets);

    std::size_t words = sets.size() / 64 + 1;
    std::size_t intervals = program_.class_begin.size();
    std::vector<std::vector<std::uint64_t>> signatures(intervals, std::vector<std::uint64_t>(words));
    for (std::size_t set = 0; set < sets.size(); ++set) {
      for (CodePointRange range : sets[set].ranges()) {
        for (std::size_t i = interval_at(range.first); i < intervals && program_.class_begin[i] <= range.last;
             ++i) {
          signatures[i][set / 64] |= std::uint64_t{1} << (set % 64);
        }
      }
    }
    std::map<std::vector<std::uint64_t>, std::uint16_t> known;
    for (const auto& signature : signatures) {
      auto number = static_cast<std::uint16_t>(known.size());
      program_.interval_class.push_back(known.try_emplace(signature, number).first->second);
    }
    program_.class_count = static_cast<std::uint32_t>(known.size());
    fill_class_tables(known, sets.size());
  }

  void collect_intervals(const std::vector<CodePointSet>& sets) {
    program_.class_begin.push_back(0);
    for (const CodePointSet& set : sets) {
      for (CodePointRange range : set.ranges()) {
        program_.class_begin.push_back(range.first);
        if (range.last < kLastCodePoint) program_.class_begin.push_back(range.last + 1);
      }
    }
    std::sort(program_.class_begin.begin(), program_.class_begin.end());
    program_.class_begin.erase(
        std::unique(program_.class_begin.begin(), program_.class_begin.end()), program_.class_begin.end()
    );
  }

  void fill_class_tables(
      const std::map<std::vector<std::uint64_t>, std::uint16_t>& known, std::size_t set_count
  ) {
    program_.words_per_set = program_.class_count / 64 + 1;
    program_.set_members.assign(set_count * program_.words_per_set, 0);
    program_.class_context.assign(program_.class_count, RegexContext::other);
    for (const auto& [signature, number] : known) {
      for (std::size_t set = 0; set < set_count; ++set) {
        if ((signature[set / 64] >> (set % 64) & 1) == 0) continue;
        program_.set_members[set * program_.words_per_set + number / 64] |= std::uint64_t{1} << (number % 64);
        if (program_.has_assertions && set + 2 == set_count)
          program_.class_context[number] = RegexContext::word;
        if (program_.has_assertions && set + 1 == set_count)
          program_.class_context[number] = RegexContext::newline;
      }
    }
    for (char32_t c = 0; c < 128; ++c) program_.ascii_class[c] = program_.interval_class[interval_at(c)];
  }

  const RegexTree& tree_;
  std::size_t max_size_;
  std::size_t visits_ = 0;
  bool too_large_ = false;
  RegexProgram program_;
};

}  // namespace

std::uint16_t RegexProgram::class_of(char32_t code_point) const {
  if (code_point < 128) return ascii_class[code_point];
  auto above = std::upper_bound(class_begin.begin(), class_begin.end(), code_point);
  return interval_class[static_cast<std::size_t>(above - class_begin.begin()) - 1];
}

bool assertion_holds(RegexAssertion assertion, RegexContext before, RegexContext after) {
  bool boundary = (before == RegexContext::word) != (after == RegexContext::word);
  switch (assertion) {
    case RegexAssertion::text_begin:
      return before == RegexContext::edge;
    case RegexAssertion::text_end:
      return after == RegexContext::edge;
    case RegexAssertion::line_begin:
      return before == RegexContext::edge || before == RegexContext::newline;
    case RegexAssertion::line_end:
      return after == RegexContext::edge || after == RegexContext::newline;
    case RegexAssertion::word_boundary:
      return boundary;
    case RegexAssertion::no_word_boundary:
      return !boundary;
  }
  return false;
}

Result<RegexProgram> compile_regex(const RegexTree& tree, std::size_t max_program_size) {
  auto program = Compiler(tree, max_program_size).run();
  if (!program) return program;
  program->search = build_automaton(*program, false);
  program->full = build_automaton(*program, true);
  return program;
}

}  // namespace parley
