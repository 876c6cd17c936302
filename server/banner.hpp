// What a person sees when the server starts and when flows change. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/api/flow_publisher.hpp"

namespace parley {

struct BannerFacts {
  std::string version;
  std::string url;  // "http://127.0.0.1:8080"
  std::string data_directory;
  bool shared = false;       // the conversations are in PostgreSQL, not in the data directory
  bool development = false;  // only this machine, no key
  bool test_mode = true;
  std::string model;     // "openai/gpt-4o-mini"
  bool welcome = false;  // the folder has no flows
  std::string folder;
  std::vector<std::string> flows;
  std::optional<std::string> setup_token;
};

[[nodiscard]] std::string banner(const BannerFacts& facts);

// "order v2 active (v1 kept for 3 open conversations)"
struct VersionChange {
  std::string flow_id;
  std::string version;   // "v2"; empty: the flow is gone
  std::string previous;  // empty: it is new
  std::uint64_t open_conversations = 0;
};
[[nodiscard]] std::string describe(const VersionChange& change);

// "error: message" with place and hint, for the terminal.
[[nodiscard]] std::string describe(const Error& error);

}  // namespace parley
