// Makes the names in a folder durable, which syncing the files in it does not. Any thread.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <string>

namespace parley::stores {

// False, with errno, when it cannot be promised. "" is where the process is.
[[nodiscard]] inline bool sync_folder(const std::string& path) {
  const int folder = ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return false;
  const bool synced = ::fsync(folder) == 0;
  ::close(folder);
  return synced;
}

}  // namespace parley::stores
