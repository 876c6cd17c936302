// The function table. A function is one row: its name, how it is called, how many arguments it takes and the
// code. Each topic in functions/ has its own table; functions.cpp joins them.
//
// Functions are pure: the same arguments give the same result. They check their argument types themselves and
// answer no_overload when they do not apply.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/value.hpp"

namespace parley::expr {

// What an evaluation may still spend.
struct Budget {
  std::uint64_t left = 0;
  bool exhausted = false;

  [[nodiscard]] bool spend(std::uint64_t units) {
    if (units > left) {
      exhausted = true;
      left = 0;
      return false;
    }
    left -= units;
    return true;
  }
  [[nodiscard]] bool spend_bytes(std::size_t bytes) { return spend(bytes / 16); }
};

enum class Outcome : std::uint8_t { done, no_overload, failed };

// One call: arguments in, result or problem out. The receiver of a method is argument 0.
class Call {
 public:
  Call(std::span<const Value* const> arguments, Budget& budget, Value& result, std::string& problem)
      : arguments_(arguments), budget_(budget), result_(result), problem_(problem) {}

  [[nodiscard]] std::size_t count() const { return arguments_.size(); }
  [[nodiscard]] const Value& operator[](std::size_t index) const { return *arguments_[index]; }
  [[nodiscard]] Budget& budget() const { return budget_; }

  Outcome give(Value result) {
    result_ = std::move(result);
    return Outcome::done;
  }
  // `problem` continues the sentence "<source of the call>: …".
  Outcome fail(std::string problem) {
    problem_ = std::move(problem);
    return Outcome::failed;
  }
  // Text that the function makes has to be paid for before it is made.
  [[nodiscard]] bool afford(std::size_t bytes) { return budget_.spend_bytes(bytes); }

 private:
  std::span<const Value* const> arguments_;
  Budget& budget_;
  Value& result_;
  std::string& problem_;
};

enum class Style : std::uint8_t { global, method, either };

inline constexpr std::uint8_t kAnyNumber = 255;  // two or more arguments arrive as one list

struct Function {
  std::string_view name;  // with its namespace: "math.greatest"
  Style style = Style::global;
  // What it takes and gives, for the checker (check/signature.hpp); a method's receiver comes first.
  std::string_view signatures;
  Outcome (*body)(Call& call) = nullptr;
  std::string_view usage;    // shown when a call does not fit: "text.startsWith(prefix)"
  std::string_view doc;      // one sentence for the reference
  std::string_view example;  // "expression → value", both CEL; a test evaluates them
  std::uint8_t min_arguments;
  std::uint8_t max_arguments;

  constexpr Function(
      std::string_view name,
      Style style,
      std::string_view signatures,
      Outcome (*body)(Call& call),
      std::string_view usage,
      std::string_view doc,
      std::string_view example
  );
};

// How many arguments a signature takes, from its commas: "list(A), map(A, B) -> A" takes two.
constexpr std::uint8_t count_parameters(std::string_view signature) {
  std::string_view parameters = signature.substr(0, signature.find("->"));
  if (parameters.find_first_not_of(' ') == std::string_view::npos) return 0;
  std::uint8_t count = 1;
  int depth = 0;
  for (char c : parameters) {
    depth += (c == '(') - (c == ')');
    if (c == ',' && depth == 0) ++count;
  }
  return count;
}

constexpr Function::Function(
    std::string_view name,
    Style style,
    std::string_view signatures,
    Outcome (*body)(Call& call),
    std::string_view usage,
    std::string_view doc,
    std::string_view example
)
    : name(name),
      style(style),
      signatures(signatures),
      body(body),
      usage(usage),
      doc(doc),
      example(example),
      min_arguments(kAnyNumber),
      max_arguments(0) {
  for (std::string_view rest = signatures; !rest.empty();) {
    std::uint8_t count = count_parameters(rest.substr(0, rest.find(';')));
    if (count < min_arguments) min_arguments = count;
    if (count > max_arguments) max_arguments = count;
    rest.remove_prefix(rest.find(';') == std::string_view::npos ? rest.size() : rest.find(';') + 1);
  }
  if (signatures.find("...") != std::string_view::npos) max_arguments = kAnyNumber;
}

[[nodiscard]] std::span<const Function> conversion_functions();
[[nodiscard]] std::span<const Function> format_functions();
[[nodiscard]] std::span<const Function> list_functions();
[[nodiscard]] std::span<const Function> math_functions();
[[nodiscard]] std::span<const Function> money_functions();
[[nodiscard]] std::span<const Function> optional_functions();
[[nodiscard]] std::span<const Function> string_functions();
[[nodiscard]] std::span<const Function> text_functions();
[[nodiscard]] std::span<const Function> time_functions();

// All rows, topic by topic.
[[nodiscard]] std::span<const std::span<const Function>> function_tables();

// The row for a call with this name and number of arguments, or null.
[[nodiscard]] const Function* find_function(std::string_view name, bool as_method, std::size_t arguments);
// A row of this name whatever its arguments, or null.
[[nodiscard]] const Function* find_function_named(std::string_view name);
// The known name that a misspelt or foreign one probably means; empty when nothing is near.
[[nodiscard]] std::string_view nearest_function(std::string_view name);

}  // namespace parley::expr
