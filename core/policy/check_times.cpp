#include "policy/check_times.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/edit_distance.hpp"
#include "policy/schedule.hpp"

namespace parley::policy {

namespace {

void error(
    flow::Diagnostics& diagnostics,
    const flow::Flow& flow,
    std::string_view code,
    flow::Position position,
    std::string message,
    std::string help
) {
  diagnostics.push_back(
      {std::string(code), flow::Severity::error, flow.file, position, std::move(message), std::move(help)}
  );
}

void check_schedules(const flow::Flow& flow, flow::Diagnostics& diagnostics) {
  for (const flow::Trigger& trigger : flow.triggers) {
    if (trigger.kind != flow::Trigger::Kind::schedule) continue;
    if (const auto read = parse_schedule(trigger.name); !read)
      error(diagnostics, flow, "F0323", trigger.position, read.error().message, read.error().hint);
  }
}

void check_calendars(const flow::Flow& flow, const Value& calendars, flow::Diagnostics& diagnostics) {
  std::vector<std::string_view> names;
  if (calendars.is_map()) {
    for (const auto& [name, calendar] : calendars.entries()) names.push_back(name.as_string());
  }
  for (const flow::Step& step : flow.steps) {
    for (std::size_t k = 0; k < step.fields.size(); ++k) {
      if (step.spec->keywords[k].name != "business_hours") continue;
      const auto* used = step.get<flow::Name>(k);
      if (used == nullptr || std::ranges::find(names, used->text) != names.end()) continue;
      const std::string_view near = nearest(used->text, names);
      error(
          diagnostics,
          flow,
          "F0416",
          used->position,
          "there is no calendar '" + used->text + "'",
          near.empty() ? "add it under calendars: in parley.yaml"
                       : "did you mean '" + std::string(near) + "'?"
      );
    }
  }
}

}  // namespace

void check_times(
    std::span<const flow::FlowPtr> flows, const Value& calendars, flow::Diagnostics& diagnostics
) {
  for (const flow::FlowPtr& flow : flows) {
    check_schedules(*flow, diagnostics);
    check_calendars(*flow, calendars, diagnostics);
  }
}

}  // namespace parley::policy
