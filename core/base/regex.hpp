// Regular expressions whose matching time grows linearly with the text, whatever the pattern: untrusted
// patterns and untrusted text are both fine. No back-references and no look-around, because those cannot be
// linear.
//
// Text is UTF-8 and matched by code point; an ill-formed byte counts as U+FFFD. A Regex is an immutable value
// that shares its program between copies; it may be used from several threads at once.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace parley {

enum class RegexDialect {
  re2,   // RE2's syntax, as CEL's matches() wants it
  ecma,  // ECMA-262 with the u flag, as JSON Schema's pattern wants it
};

struct RegexOptions {
  RegexDialect dialect = RegexDialect::re2;
  bool ignore_case = false;
  std::size_t max_program_size = 20'000;  // instructions; counted repeats multiply what they repeat
};

struct RegexProgram;

class Regex {
 public:
  // Error::pointer is the 1-based column (in code points) in the pattern.
  [[nodiscard]] static Result<Regex> compile(std::string_view pattern, const RegexOptions& options = {});

  // Whether any part of the text, or the whole of it, matches.
  [[nodiscard]] bool search(std::string_view text) const;
  [[nodiscard]] bool full_match(std::string_view text) const;

  // The leftmost match that begins at or after byte `from`, as Perl would choose it: group 0 is the whole
  // match, a group that took no part has data() == nullptr. Views point into `text`.
  [[nodiscard]] std::optional<std::vector<std::string_view>> captures(
      std::string_view text, std::size_t from = 0
  ) const;

  // Groups without group 0, and the number of a named one.
  [[nodiscard]] std::size_t group_count() const;
  [[nodiscard]] std::optional<std::size_t> group_named(std::string_view name) const;

  [[nodiscard]] const std::string& pattern() const;

 private:
  explicit Regex(std::shared_ptr<const RegexProgram> program) : program_(std::move(program)) {}

  std::shared_ptr<const RegexProgram> program_;
};

// `text` with every character that means something in a pattern escaped.
[[nodiscard]] std::string regex_escape(std::string_view text);

}  // namespace parley
