// What a subcommand is: a row of data and a function. Parsing, --help, "did you mean" and
// docs/reference/cli.md are all made from the rows. A new subcommand is one source file and one row in
// registry.cpp. Static data; thread-safe.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFindings = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitConfiguration = 3;

// "--name" with a `value` takes one, and several with "VALUE..."; without it is a flag; "FOLDER" is taken by
// its place and "FILE..." takes all that follow.
struct Option {
  std::string_view name;
  std::string_view value;
  std::string_view doc;
  bool required = false;
};

class Arguments {
 public:
  void add(std::string_view option, std::string value) {
    values_[std::string(option)].push_back(std::move(value));
  }

  [[nodiscard]] bool has(std::string_view option) const { return values_.contains(option); }
  [[nodiscard]] std::string text(std::string_view option, std::string_view fallback = {}) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view option) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

struct Command {
  std::string_view name;     // "check", or "conv list" in the group "conv"
  std::string_view summary;  // one line
  std::string_view details;  // may be empty
  std::span<const Option> options;
  std::string_view examples;  // one command a line
  int (*run)(const Arguments& arguments);
};

[[nodiscard]] std::span<const Command* const> commands();

// The options that several commands share.
inline constexpr Option kFolderOption{"FOLDER", "", "The assistant's folder; this one when left out."};
inline constexpr Option kJsonOption{"--json", "", "Print JSON, for programs."};
inline constexpr Option kDataDirOption{
    "--data-dir", "DIR", "Where conversations are stored; as parley.yaml says when left out."
};
inline constexpr Option kDbOption{
    "--db", "URL", "A PostgreSQL database instead of a data folder; PARLEY_STORE__URL when both are left out."
};
inline constexpr Option kUrlOption{"--url", "URL", "Ask a running server instead."};
inline constexpr Option kKeyFileOption{
    "--key-file", "FILE", "An API key for --url; PARLEY_API_KEY when left out."
};

}  // namespace parley::cli
