// parley doctor: looks at everything a server needs and says what to do about what is wrong.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "cli/command_files.hpp"
#include "cli/data_folder.hpp"
#include "cli/project.hpp"
#include "cli/terminal.hpp"
#include "server/model_setup.hpp"
#include "server/stores/postgres/schema.hpp"
#include "server/stores/sqlite/connection.hpp"
#include "server/vector_setup.hpp"

namespace parley::cli {
namespace {

namespace fs = std::filesystem;

struct Check {
  std::string name;
  bool good = true;
  std::string found;
  std::string advice = {};  // of a problem
};

using Checks = std::vector<Check>;

constexpr std::uintmax_t kFreeBytesMin = 512U << 20;
constexpr int kSqliteVersionMin = 3'040'000;

Check check_folder(const std::string& folder) {
  const auto project = open_project(folder);
  if (!project) return {"assistant", false, project.error().message, project.error().hint};
  std::size_t errors = 0;
  for (const auto& diagnostic : project->diagnostics())
    errors += diagnostic.severity == flow::Severity::error ? 1 : 0;
  if (errors != 0)
    return {"assistant", false, counted(errors, "error"), "parley check " + folder + " shows them"};
  return {"assistant", true, counted(project->space.folder.flows.size(), "flow") + ", no errors"};
}

// The nearest folder that exists: where a new data folder would be made.
fs::path existing(fs::path path) {
  std::error_code problem;
  path = fs::absolute(path, problem);
  while (!fs::exists(path, problem) && path.has_relative_path()) path = path.parent_path();
  return path;
}

Check check_data_dir(const std::string& directory) {
  const fs::path place = existing(directory);
  if (::access(place.c_str(), W_OK | X_OK) != 0) {
    return {
        "data folder",
        false,
        place.string() + " cannot be written",
        "give it to the server's user, or name another with --data-dir"
    };
  }
  struct stat status{};
  const bool there = ::stat(directory.c_str(), &status) == 0;
  if (!there) return {"data folder", true, directory + " will be made"};
  if (!S_ISDIR(status.st_mode))
    return {"data folder", false, directory + " is not a folder", "name another with --data-dir"};
  if ((status.st_mode & 077) != 0) {
    return {
        "data folder",
        false,
        directory + " can be read by other users of this machine",
        "chmod 700 " + directory
    };
  }
  return {"data folder", true, directory};
}

Check check_disk(const std::string& directory) {
  std::error_code problem;
  const fs::space_info space = fs::space(existing(directory), problem);
  if (problem) return {"disk", false, problem.message(), "check the disk of " + directory};
  const std::string free = std::to_string(space.available >> 20) + " MiB free";
  if (space.available < kFreeBytesMin)
    return {"disk", false, free, "free some space: at least 512 MiB should be left"};
  return {"disk", true, free};
}

// A database made the way the server makes them, in the same place.
Check check_sqlite(const std::string& directory) {
  const std::string version = std::string("SQLite ") + sqlite3_libversion();
  if (sqlite3_libversion_number() < kSqliteVersionMin) {
    return {"database", false, version, "install SQLite 3.40 or newer"};
  }
  const std::string path =
      (existing(directory) / (".parley-doctor-" + std::to_string(::getpid()) + ".db")).string();
  Check check{"database", true, version};
  try {
    std::FILE* file = std::fopen(path.c_str(), "wbx");
    if (file == nullptr)
      return {"database", false, path + " cannot be made", "check the folder's permissions"};
    std::fclose(file);
    stores::Connection connection(path, stores::Connection::Mode::write);
    connection.execute("CREATE TABLE probe (x INTEGER)");
    const auto begun = std::chrono::steady_clock::now();
    connection.execute("INSERT INTO probe VALUES (1)");
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
    const std::string journal = connection.text("PRAGMA journal_mode");
    const bool synced = connection.integer("PRAGMA synchronous") >= 2;
    check.found += ", journal " + journal + ", synchronous " + (synced ? "FULL" : "not FULL") +
                   ", a commit takes " + std::to_string(took.count()) + " µs";
    if (journal != "wal" || !synced) {
      check.good = false;
      check.advice =
          "put the data folder on a local disk; network file systems lack what write-ahead logs need";
    }
  } catch (const stores::SqliteFailure& failure) {
    const Error error = to_error(failure);
    check = {"database", false, error.message, error.hint};
  }
  for (const char* ending : {"", "-wal", "-shm"}) ::unlink((path + ending).c_str());
  return check;
}

Check check_port(const std::string& listen) {
  const auto endpoint = ops::parse_endpoint(listen);
  if (!endpoint) return {"port", false, endpoint.error().message, endpoint.error().hint};
  sockaddr_in6 six{.sin6_family = AF_INET6, .sin6_port = htons(endpoint->port)};
  sockaddr_in four{.sin_family = AF_INET, .sin_port = htons(endpoint->port)};
  const bool is_four = ::inet_pton(AF_INET, endpoint->address.c_str(), &four.sin_addr) == 1;
  if (!is_four && ::inet_pton(AF_INET6, endpoint->address.c_str(), &six.sin6_addr) != 1) {
    return {"port", false, endpoint->address + " is not an address", "use one such as 127.0.0.1:8080"};
  }
  const int file = ::socket(is_four ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const int bound = is_four ? ::bind(file, reinterpret_cast<const sockaddr*>(&four), sizeof four)
                            : ::bind(file, reinterpret_cast<const sockaddr*>(&six), sizeof six);
  ::close(file);
  if (bound != 0)
    return {
        "port",
        false,
        listen + " is in use or not allowed",
        "stop what uses it, or choose another with --listen"
    };
  const bool local = ops::is_loopback(endpoint->address);
  return {
      "port", true, listen + (local ? " is free, for this machine only" : " is free, for other machines too")
  };
}

// Wrong clocks make timers fire at once or never, and ids sort wrongly.
Check check_clock(const std::string& directory) {
  constexpr std::int64_t kYear2026 = 1'767'225'600;
  constexpr std::int64_t kYear2100 = 4'102'444'800;
  constexpr std::int64_t kToleranceSeconds = 60;
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(since).count();
  const std::string advice = "set the clock, best with a time service such as systemd-timesyncd";
  if (now < kYear2026 || now > kYear2100) return {"clock", false, shown({now, 0}) + " UTC cannot be", advice};
  if (auto data = DataFolder::open_at(directory)) {
    const auto newest = data->conversations({.limit = 1});
    if (newest && !newest->empty() && newest->front().updated_at.seconds > now + kToleranceSeconds) {
      return {
          "clock",
          false,
          "the newest conversation is of " + shown(newest->front().updated_at) + ", later than now",
          advice
      };
    }
  }
  return {"clock", true, shown({now, 0}) + " UTC"};
}

// Whether those that are named could be asked; nobody is.
Check check_models(const assistant::Settings& settings) {
  const auto endpoints = model_endpoints(settings, ops::process_environment());
  const auto lacks_key =
      std::ranges::find_if(endpoints, [](const models::Endpoint& each) { return !each.missing_key.empty(); });
  if (lacks_key != endpoints.end()) {
    return {
        "models",
        false,
        lacks_key->name + " needs a key, and " + lacks_key->missing_key + " is not set",
        "set " + lacks_key->missing_key + ", or " + lacks_key->missing_key + "_FILE to a file that holds it"
    };
  }
  return {"models", true, model_words(endpoints)};
}

// Every stored conversation is protected by checksums; SQLite's own check finds damage of pages.
void check_databases(const std::string& directory, Checks& checks) {
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(fs::path(directory) / "tenants", problem)) {
    if (entry.path().extension() != ".db") continue;
    const std::string name = "tenant " + entry.path().stem().string();
    try {
      stores::Connection connection(entry.path().string(), stores::Connection::Mode::read);
      const std::string verdict = connection.text("PRAGMA quick_check(1)");
      if (verdict == "ok") {
        checks.push_back({name, true, std::to_string(entry.file_size(problem) >> 10) + " KiB, no damage"});
      } else {
        checks.push_back({name, false, verdict, "stop the server and restore the data folder from a backup"});
      }
    } catch (const stores::SqliteFailure& failure) {
      const Error error = to_error(failure);
      checks.push_back({name, false, error.message, error.hint});
    }
  }
}

void print_checks(const Checks& checks) {
  const bool colour = wants_colour(stdout);
  for (const Check& check : checks) {
    const std::string mark = check.good ? (colour ? "\033[32mok\033[0m       " : "ok       ")
                                        : (colour ? "\033[31mproblem\033[0m  " : "problem  ");
    print(mark + check.name + ": " + check.found + "\n");
    if (!check.good) print("         " + check.advice + "\n");
  }
}

void print_checks_as_json(const Checks& checks) {
  ListBuilder list;
  for (const Check& check : checks) {
    MapBuilder map;
    map.set("name", check.name).set("ok", check.good).set("found", check.found);
    if (!check.good) map.set("advice", check.advice);
    list.add(map.build());
  }
  print_json(list.build());
}

Check check_vectors(const ops::Config& config) {
  VectorPlace place;
  if (auto chosen = place.choose(config); !chosen)
    return {"vectors", false, chosen.error().message, chosen.error().hint};
  return {"vectors", !place.falls_back(), place.words(), place.advice()};
}

Check check_postgres(const std::string& url) {
  const auto sound = stores::postgres::check_runtime(url);
  if (!sound) return {"database", false, sound.error().message, sound.error().hint};
  return {
      "database",
      true,
      std::string("PostgreSQL") + (sound->pooled ? " behind a pooler" : "") +
          ", tenants kept apart, commits synced"
  };
}

int run(const Arguments& arguments) {
  const std::string folder = arguments.text("FOLDER", ".");
  ops::Assignments flags;
  if (arguments.has("--data-dir")) flags.emplace_back("server.data_dir", arguments.text("--data-dir"));
  if (arguments.has("--listen")) flags.emplace_back("server.listen", arguments.text("--listen"));
  Checks checks{check_folder(folder)};
  const auto config = read_configuration(folder, flags);
  if (!config) {
    checks.push_back({"settings", false, config.error().message, config.error().hint});
  } else {
    const assistant::Settings& settings = config->assistant();
    checks.push_back({"settings", true, "flags, environment and parley.yaml agree"});
    checks.push_back(check_models(settings));
    checks.push_back(check_data_dir(settings.data_dir));
    checks.push_back(check_disk(settings.data_dir));
    if (const std::string& url = config->text("store.url"); !url.empty()) {
      checks.push_back(check_postgres(url));
      if (checks.back().good) checks.push_back(check_vectors(*config));
    } else {
      checks.push_back(check_sqlite(settings.data_dir));
      check_databases(settings.data_dir, checks);
    }
    checks.push_back(check_port(settings.listen));
    checks.push_back(check_clock(settings.data_dir));
  }
  arguments.has("--json") ? print_checks_as_json(checks) : print_checks(checks);
  const bool good = std::ranges::all_of(checks, &Check::good);
  return good ? kExitOk : kExitFindings;
}

constexpr Option kOptions[] = {
    kFolderOption,
    kDataDirOption,
    {"--listen", "ADDRESS", "The address to try; as parley.yaml says when left out."},
    kJsonOption,
};

}  // namespace

constinit const Command kDoctor{
    "doctor",
    "Check everything that a server needs",
    "The assistant, settings, models, data folder, disk, database, port and clock; each with what to do\n"
    "about a problem. Exit code 1 when there is one. A server that runs here makes the port a problem.",
    kOptions,
    "parley doctor\n"
    "parley doctor examples/shop --data-dir /var/lib/parley",
    run,
};

}  // namespace parley::cli
