// Recorded conversations and the flows they ran on, as lines of JSON. A line is either
//   {"release":hash,"settings":{…},"flows":{id: document}}           or
//   {"name":…,"release":hash,"events":[…],"effects":[digest…],"state":hash}
// with one digest for each event: the first 12 hexadecimal digits of the SHA-256 of its effects. What was
// recorded once is never written again: every later version must give the same.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "engine/effect.hpp"
#include "engine/event.hpp"
#include "engine/release.hpp"
#include "engine/state.hpp"
#include "engine/steps/registry.hpp"
#include "flow/document.hpp"
#include "flow/load.hpp"

namespace parley::histories {

inline std::string digest(const engine::Effects& effects) {
  ListBuilder list;
  for (const engine::Effect& effect : effects) list.add(engine::to_value(effect));
  return sha256_hex(write_typed(list.build())).substr(0, 12);
}

inline std::string release_line(const engine::Release& release) {
  MapBuilder flows;
  for (const auto& [id, flow] : release.flows()) flows.set(id, parse_json(flow->canonical).value_or(Value()));
  return write_json(MapBuilder()
                        .set("release", release.hash())
                        .set("settings", release.settings().to_value())
                        .set("flows", flows.build())
                        .build());
}

// Null, with the reason in `why`, when this version cannot make the release any more.
inline engine::ReleasePtr read_release(const Value& line, std::string& why) {
  std::vector<std::pair<std::string, flow::Node>> documents;
  std::vector<std::string> shared;
  for (const auto& [id, document] : line["flows"].entries()) {
    auto node = flow::parse_json_document(write_json(document));
    if (!node) return why = node.error().message, nullptr;
    for (std::string& name : flow::shared_slots(*node)) shared.push_back(std::move(name));
    documents.emplace_back(id.as_string(), std::move(*node));
  }
  std::vector<flow::FlowPtr> flows;
  for (const auto& [id, document] : documents) {
    flow::Diagnostics diagnostics;
    auto flow = flow::load(document, id + ".json", engine::step_specs(), diagnostics, shared);
    if (flow == nullptr)
      return why = id + ": " + (diagnostics.empty() ? std::string() : diagnostics.front().message), nullptr;
    flows.push_back(std::move(flow));
  }
  auto release =
      engine::make_release(std::move(flows), engine::AssistantSettings::from_value(line["settings"]));
  if (release->hash() != line.text("release")) return why = "its hash has changed", nullptr;
  return release;
}

}  // namespace parley::histories
