// The three books, and their comparison: what clients were told, what the store remembers, what the tools
// saw.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/turns/answer.hpp"
#include "server/turns/memory_store.hpp"
#include "tests/simulation/simulated_tools.hpp"
#include "tests/simulation/simulation.hpp"

namespace parley::simulation {

// A client's request, and the answer it has seen.
struct Told {
  std::string scope;
  std::string key;
  std::string text;  // empty: a conversation begun
  std::uint64_t sent_at = 0;
  std::uint64_t told_at = 0;
  bool told = false;
  turns::Answer answer;
};

class ClientBook {
 public:
  // Index of the new entry.
  std::size_t sent(std::string scope, std::string key, std::string text, std::uint64_t at);
  // Every answer that reaches a client, repeated ones too: they must be the same to the byte.
  void told(std::size_t index, const turns::Answer& answer, std::uint64_t at);

  [[nodiscard]] const std::vector<Told>& entries() const { return entries_; }
  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }

 private:
  std::vector<Told> entries_;
  std::vector<std::string> violations_;
};

// Adds what does not fit to the report's violations.
void compare(
    const ClientBook& clients, turns::MemoryStore& store, const SimulatedTools& tools, Report& report
);

}  // namespace parley::simulation
