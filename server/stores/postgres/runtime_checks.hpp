// What a server asks a database before it runs on it: whether row-level security means what the program
// relies on, and whether what is acknowledged is saved. Static data.
#pragma once

#include <span>
#include <string_view>

namespace parley::stores::postgres {

// A question that a sound database answers with no row. Otherwise the first row's name is `wrong`, and `hint`
// says what to do. Asked with an empty search_path.
struct RuntimeCheck {
  const char* sql;
  std::string_view wrong;
  std::string_view hint;
};

[[nodiscard]] std::span<const RuntimeCheck> runtime_checks();

}  // namespace parley::stores::postgres
