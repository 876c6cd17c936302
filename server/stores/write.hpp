// What the store can be asked to write.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/turns/ports.hpp"

namespace parley::stores {

struct PutRelease {
  turns::StoredRelease release;
  bool activate = false;
  std::vector<turns::PublicationEntry> history;
  std::optional<std::string> base = {};
};

struct PutSetting {
  std::string name;
  std::string value;
};

struct ReplaceSetting {
  std::string name;
  std::optional<std::string> before;
  std::string value;
};

struct ForgetUser {
  std::string user_id;
};

struct ForgetBefore {
  Timestamp time;
};

struct PutVectors {
  std::string user_id;
  std::vector<turns::StoredVector> vectors;
  Timestamp at;
};

// Asks whether writing works; writes only if it lately did not. Belongs to no tenant.
struct Probe {};

struct Write {
  std::string tenant;
  std::variant<
      turns::Commit,
      turns::FlowVersion,
      PutRelease,
      PutSetting,
      ReplaceSetting,
      ForgetUser,
      ForgetBefore,
      PutVectors,
      turns::Erase,
      Probe>
      work;
};

}  // namespace parley::stores
