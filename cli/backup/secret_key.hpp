// The secret key beside data that comes from elsewhere: a server refuses data that was made with another key,
// so whoever brings data brings its key, and is told when it is the wrong one.
#pragma once

#include <string>

#include "base/result.hpp"

namespace parley::cli {

// Sees to it that `data_dir` has the key with this fingerprint: it is there already, or it is copied from the
// file `key` (may be empty). Refuses another one, and never replaces a key. An empty fingerprint needs none.
[[nodiscard]] Result<void> bring_secret_key(
    const std::string& data_dir, const std::string& fingerprint, const std::string& key
);

// The fingerprint of the key in a file; not_found when there is none.
[[nodiscard]] Result<std::string> fingerprint_of(const std::string& file);

// Whether the file is there and has the key with this fingerprint; an empty one is that of any key.
[[nodiscard]] Result<void> check_secret_key(const std::string& file, const std::string& fingerprint);

// With mode 0600, synced. The target must not exist.
[[nodiscard]] Result<void> copy_secret_key(const std::string& from, const std::string& to);

}  // namespace parley::cli
