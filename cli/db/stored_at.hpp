// Where a command finds what a server stores: a PostgreSQL database, or the files of a data folder.
#pragma once

#include <string>

#include "base/result.hpp"
#include "cli/command.hpp"

namespace parley::cli {

struct StoredAt {
  std::string url;       // postgres://…; empty: files in data_dir
  std::string read_url;  // of a replica of it, for who only reads; empty: none, or the URL was given by hand
  std::string data_dir;  // in any case: it keeps the secret key
};

// `option` names a database; --data-dir alone means its files; else what the assistant's settings say.
[[nodiscard]] Result<StoredAt> stored_at(const Arguments& arguments, std::string_view option = "--db");

}  // namespace parley::cli
