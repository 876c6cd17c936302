#include "assistant/flow_diff.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "base/json.hpp"

namespace parley::assistant {

namespace {

using Kind = FlowDifference::Kind;

constexpr std::string_view kKinds[] = {"added", "removed", "changed", "moved"};
constexpr std::string_view kMarks[] = {"+", "-", "~", ">"};

bool is_step(const Value& value) {
  return value.is_map() && value["id"].is_string() && value["type"].is_string();
}

// A step without the steps inside it, which stand for themselves.
struct FlatStep {
  std::string id;
  Value own;
};

Value without_steps(const Value& value) {
  if (value.is_list()) {
    ListBuilder list;
    for (const Value& item : value.as_list()) list.add(is_step(item) ? item["id"] : without_steps(item));
    return list.build();
  }
  if (!value.is_map()) return value;
  MapBuilder map;
  for (const auto& [key, member] : value.entries()) map.set(key.as_string(), without_steps(member));
  return map.build();
}

void collect(const Value& value, std::vector<FlatStep>& steps) {
  if (value.is_list()) {
    for (const Value& item : value.as_list()) {
      if (is_step(item)) steps.push_back({std::string(item.text("id")), without_steps(item)});
      collect(item, steps);
    }
  } else if (value.is_map()) {
    for (const auto& [key, member] : value.entries()) collect(member, steps);
  }
}

class Differ {
 public:
  std::vector<FlowDifference> run(const Value& before, const Value& after) {
    compare_steps(before["steps"], after["steps"]);
    compare_named("slot ", before["slots"], after["slots"]);
    compare_members({}, before, after, {"steps", "slots"});
    return std::move(found_);
  }

 private:
  void add(Kind kind, std::string what, const Value* before = nullptr, const Value* after = nullptr) {
    found_.push_back(
        {kind,
         std::move(what),
         before == nullptr ? std::string() : write_canonical(*before),
         after == nullptr ? std::string() : write_canonical(*after)}
    );
  }

  void compare_steps(const Value& before, const Value& after) {
    std::vector<FlatStep> old;
    std::vector<FlatStep> now;
    collect(before, old);
    collect(after, now);
    std::vector<std::string> kept_before;
    std::vector<std::string> kept_after;
    for (const FlatStep& step : old) {
      const auto same = std::ranges::find(now, step.id, &FlatStep::id);
      if (same == now.end()) {
        add(Kind::removed, "step " + step.id);
        continue;
      }
      kept_before.push_back(step.id);
      if (!(step.own == same->own)) compare_members("step " + step.id + " ", step.own, same->own, {"id"});
    }
    for (const FlatStep& step : now) {
      if (std::ranges::find(old, step.id, &FlatStep::id) == old.end()) {
        add(Kind::added, "step " + step.id);
      } else {
        kept_after.push_back(step.id);
      }
    }
    for (std::size_t i = 0; i < std::min(kept_before.size(), kept_after.size()); ++i) {
      if (kept_before[i] == kept_after[i]) continue;
      add(Kind::moved, "step " + kept_after[i]);
      std::erase(kept_before, kept_after[i]);
      kept_before.insert(kept_before.begin() + static_cast<std::ptrdiff_t>(i), kept_after[i]);
    }
  }

  void compare_named(const std::string& what, const Value& before, const Value& after) {
    for_each(before, [&](std::string_view name, const Value& old) {
      const Value* now = after.is_map() ? after.find(name) : nullptr;
      const std::string one = what + std::string(name);
      if (now == nullptr)
        add(Kind::removed, one);
      else if (old.is_map() && now->is_map())
        compare_members(one + " ", old, *now, {});
      else if (!(old == *now))
        add(Kind::changed, one, &old, now);
    });
    for_each(after, [&](std::string_view name, const Value&) {
      if (!before.is_map() || before.find(name) == nullptr) add(Kind::added, what + std::string(name));
    });
  }

  void compare_members(
      const std::string& of, const Value& before, const Value& after, std::vector<std::string_view> except
  ) {
    const auto skipped = [&](std::string_view name) {
      return std::ranges::find(except, name) != except.end();
    };
    for_each(before, [&](std::string_view name, const Value& old) {
      const Value* now = after.find(name);
      if (skipped(name) || (now != nullptr && *now == old)) return;
      add(now == nullptr ? Kind::removed : Kind::changed, of + std::string(name), &old, now);
    });
    for_each(after, [&](std::string_view name, const Value& now) {
      if (!skipped(name) && before.find(name) == nullptr)
        add(Kind::added, of + std::string(name), nullptr, &now);
    });
  }

  template <typename Visit>
  static void for_each(const Value& map, Visit visit) {
    if (!map.is_map()) return;
    for (const auto& [key, value] : map.entries()) visit(key.as_string(), value);
  }

  std::vector<FlowDifference> found_;
};

}  // namespace

std::vector<FlowDifference> diff_flows(const Value& before, const Value& after) {
  return Differ().run(before, after);
}

std::string render(const std::vector<FlowDifference>& differences) {
  std::string text;
  for (const FlowDifference& each : differences) {
    text += std::string(kMarks[static_cast<std::size_t>(each.kind)]) + " " + each.what;
    if (!each.before.empty() && !each.after.empty()) {
      text += "\n    - " + each.before + "\n    + " + each.after;
    } else if (!each.before.empty() || !each.after.empty()) {
      text += ": " + (each.before.empty() ? each.after : each.before);
    }
    text += '\n';
  }
  return text;
}

Value to_value(const std::vector<FlowDifference>& differences) {
  ListBuilder list;
  for (const FlowDifference& each : differences) {
    MapBuilder map;
    map.set("change", kKinds[static_cast<std::size_t>(each.kind)]).set("what", each.what);
    if (!each.before.empty()) map.set("before", each.before);
    if (!each.after.empty()) map.set("after", each.after);
    list.add(map.build());
  }
  return list.build();
}

}  // namespace parley::assistant
