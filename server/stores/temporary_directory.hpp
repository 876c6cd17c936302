// A folder for one test, removed at its end. In memory where the system has such a place: these tests sync
// thousands of times.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/result.hpp"

namespace parley::stores {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    const bool memory = ::access("/dev/shm", W_OK) == 0;
    const std::filesystem::path parent = memory ? "/dev/shm" : std::filesystem::temp_directory_path();
    std::string pattern = (parent / "parley-store-XXXXXX").string();
    INVARIANT(::mkdtemp(pattern.data()) != nullptr, "a test needs a temporary folder");
    path_ = pattern;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace parley::stores
