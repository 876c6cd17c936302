// inotify on the folder and its subfolders. Directories are watched, not files: a rename over a file
// gives it a new inode, which a watch on the old one would never notice.
#include "assistant/watch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <algorithm>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace parley::assistant {
namespace {

constexpr std::uint32_t kMask = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// Swap and backup files come and go while somebody types; only documents and folders matter.
bool matters(const inotify_event& event) {
  if ((event.mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF | IN_ISDIR)) != 0) return true;
  // A new file is empty or half written until it is closed; hard links, which are never closed, are rare.
  if (event.len == 0 || (event.mask & (IN_CREATE | IN_IGNORED)) != 0) return false;
  const std::string_view name(event.name);
  constexpr std::string_view kEndings[] = {
      ".yaml", ".yml", ".json", ".md", ".markdown", ".txt", ".html", ".htm"
  };
  return !name.starts_with('.') &&
         std::ranges::any_of(kEndings, [&](std::string_view ending) { return name.ends_with(ending); });
}

class InotifyWatcher final : public Watcher {
 public:
  InotifyWatcher(
      int inotify,
      int wake,
      std::filesystem::path folder,
      std::function<void()> on_change,
      std::chrono::milliseconds quiet
  )
      : inotify_(inotify),
        wake_(wake),
        folder_(std::move(folder)),
        on_change_(std::move(on_change)),
        quiet_(quiet) {}

  ~InotifyWatcher() override {
    const std::uint64_t one = 1;
    // Fails only when the counter is full, which wakes the thread as well.
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof(one));
    if (thread_.joinable()) thread_.join();
  }

  // Adding a watch that exists already changes nothing, so this also picks up folders made later.
  bool watch_folders() {
    const bool root = ::inotify_add_watch(inotify_.get(), folder_.c_str(), kMask) >= 0;
    for (const char* const sub : {"flows", "messages", "tools", "tests"}) {
      ::inotify_add_watch(inotify_.get(), (folder_ / sub).c_str(), kMask);
    }
    watch_knowledge();
    return root;
  }

  // Also folders within folders, up to a number that no wrong link can exceed.
  void watch_knowledge() {
    constexpr int kMostFolders = 500;
    int watched = 0;
    std::error_code problem;
    const std::filesystem::path knowledge = folder_ / "knowledge";
    ::inotify_add_watch(inotify_.get(), knowledge.c_str(), kMask);
    std::filesystem::recursive_directory_iterator each(knowledge, problem);
    for (; !problem && each != std::filesystem::recursive_directory_iterator(); each.increment(problem)) {
      if (!each->is_directory(problem)) continue;
      if (++watched > kMostFolders) return;
      ::inotify_add_watch(inotify_.get(), each->path().c_str(), kMask);
    }
  }

  void run() {
    thread_ = std::thread([this] { loop(); });
  }

 private:
  void loop() {
    bool changed = false;
    while (true) {
      std::array<pollfd, 2> ready{pollfd{inotify_.get(), POLLIN, 0}, pollfd{wake_.get(), POLLIN, 0}};
      const int count = ::poll(ready.data(), ready.size(), changed ? static_cast<int>(quiet_.count()) : -1);
      if (count < 0 && errno != EINTR) return;
      if (ready[1].revents != 0) return;
      if (count > 0 && ready[0].revents != 0) {
        changed = drain() || changed;
      } else if (count == 0 && changed) {
        changed = false;
        watch_folders();
        on_change_();
      }
    }
  }

  // Reads everything that is queued; true when any of it matters.
  bool drain() {
    bool any = false;
    alignas(inotify_event) std::array<char, 16 * 1024> buffer;
    while (true) {
      const ssize_t size = ::read(inotify_.get(), buffer.data(), buffer.size());
      if (size <= 0) return any;
      for (ssize_t at = 0; at < size;) {
        const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        any = matters(*event) || any;
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      }
    }
  }

  Descriptor inotify_;
  Descriptor wake_;
  std::filesystem::path folder_;
  std::function<void()> on_change_;
  std::chrono::milliseconds quiet_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Watcher>> Watcher::start(
    const std::filesystem::path& folder, std::function<void()> on_change, std::chrono::milliseconds quiet
) {
  const int inotify = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  const int wake = ::eventfd(0, EFD_CLOEXEC);
  auto watcher = std::make_unique<InotifyWatcher>(inotify, wake, folder, std::move(on_change), quiet);
  if (inotify < 0 || wake < 0 || !watcher->watch_folders()) {
    return fail(
        ErrorCode::unavailable,
        "the folder cannot be watched for changes: " + std::string(std::strerror(errno)),
        folder.string(),
        "restart the server after changes, or raise fs.inotify.max_user_watches"
    );
  }
  watcher->run();
  return watcher;
}

}  // namespace parley::assistant
