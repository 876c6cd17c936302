// Maps of settings inside of parley.yaml, read by tables of rows: unknown keys with "did you mean", values
// that do not fit with what is expected. For settings that are too deep for the table in settings.cpp.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/edit_distance.hpp"
#include "flow/diagnostic.hpp"
#include "flow/document.hpp"

namespace parley::assistant {

template <typename Target>
struct SettingRow {
  std::string_view name;
  std::string_view expected;
  bool (*read)(const flow::Node& node, Target& target);  // null: read by somebody else
};

class MemberReader {
 public:
  MemberReader(std::string_view file, flow::Diagnostics& diagnostics)
      : file_(file), diagnostics_(diagnostics) {}

  template <typename Target>
  void read_members(
      const flow::Node& node,
      const std::string& name,
      std::span<const SettingRow<Target>> rows,
      Target& target
  ) {
    for (const flow::Node::Member& member : node.members) {
      const auto row = std::ranges::find(rows, std::string_view(member.key), &SettingRow<Target>::name);
      if (row == rows.end()) {
        std::vector<std::string_view> known;
        for (const auto& each : rows) known.push_back(each.name);
        unknown(member, name, known);
      } else if (row->read != nullptr && !row->read(member.value, target)) {
        wrong(member.value.position, name + "." + member.key, row->expected);
      }
    }
  }

  void unknown(
      const flow::Node::Member& member, const std::string& name, std::span<const std::string_view> known
  ) {
    const std::string_view meant = nearest(member.key, known);
    std::string help = "did you mean '" + std::string(meant) + "'?";
    if (meant.empty()) {
      help = "one of: ";
      for (const std::string_view key : known) help += (key == known.front() ? "" : ", ") + std::string(key);
    }
    error("F0601", member.key_position, "unknown setting '" + name + "." + member.key + "'", std::move(help));
  }

  bool map_expected(const flow::Node& node, const std::string& name, std::string_view expected) {
    if (node.is_map()) return true;
    if (!node.is_null()) wrong(node.position, name, expected);
    return false;
  }

  void wrong(flow::Position position, const std::string& name, std::string_view expected) {
    error(
        "F0602", position, "the value of '" + name + "' does not fit", "it must be " + std::string(expected)
    );
  }

  void error(std::string_view code, flow::Position position, std::string message, std::string help) {
    diagnostics_.push_back(
        {std::string(code), flow::Severity::error, file_, position, std::move(message), std::move(help)}
    );
  }

 private:
  std::string file_;
  flow::Diagnostics& diagnostics_;
};

}  // namespace parley::assistant
