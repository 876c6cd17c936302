#include "edge/session.hpp"

#include <utility>
#include <vector>

#include "base/json.hpp"
#include "engine/advance.hpp"
#include "engine/event.hpp"
#include "engine/steps/registry.hpp"
#include "engine/turn.hpp"
#include "flow/load.hpp"

namespace parley::edge {

namespace {

Value effects_value(const engine::Effects& effects) {
  ListBuilder list;
  for (const engine::Effect& effect : effects) list.add(engine::to_value(effect));
  return list.build();
}

}  // namespace

std::string Session::handle(std::string_view request) {
  auto parsed = parse_typed(request);
  Result<Value> result = parsed ? answer(*parsed) : std::unexpected(parsed.error());
  if (result) return write_typed(*result);
  const Error& error = result.error();
  return write_typed(MapBuilder()
                         .set(
                             "error",
                             MapBuilder()
                                 .set("code", name(error.code))
                                 .set("message", error.message)
                                 .set("pointer", error.pointer)
                                 .build()
                         )
                         .build());
}

Result<Value> Session::answer(const Value& request) {
  const std::string_view what = request.text("do");
  if (what == "open") return open(request);
  if (release_ == nullptr) return fail(ErrorCode::conflict, "open a release first");
  if (what == "event") return event(request);
  if (what == "message") return message(request);
  if (what == "snapshot") return MapBuilder().set("snapshot", engine::snapshot(state_)).build();
  if (what == "restore") return restore(request);
  if (what == "stub") {
    stub_ = request["result"];
    return Value::map();
  }
  return fail(
      ErrorCode::invalid_input,
      "unknown request '" + std::string(what) + "'",
      "/do",
      "open, event, message, stub, snapshot or restore"
  );
}

Result<Value> Session::open(const Value& request) {
  std::vector<flow::FlowPtr> flows;
  if (!request["flows"].is_list()) return fail(ErrorCode::invalid_input, "flows must be a list", "/flows");
  for (const Value& source : request["flows"].as_list()) {
    auto document = flow::parse_json_document(write_canonical(source));
    if (!document) return std::unexpected(std::move(document.error()));
    flow::Diagnostics diagnostics;
    flow::FlowPtr flow =
        flow::load(*document, std::string(source.text("id")) + ".json", engine::step_specs(), diagnostics);
    if (flow == nullptr) return fail(ErrorCode::invalid_input, diagnostics.front().message, "/flows");
    flows.push_back(std::move(flow));
  }
  release_ =
      engine::make_release(std::move(flows), engine::AssistantSettings::from_value(request["settings"]));
  state_ = {};
  return MapBuilder().set("release", release_->hash()).build();
}

Result<Value> Session::event(const Value& request) {
  auto read = engine::event_from(request["event"]);
  if (!read) return std::unexpected(std::move(read.error()));
  engine::Effects effects;
  engine::advance(*release_, state_, *read, effects);
  return MapBuilder()
      .set("effects", effects_value(effects))
      .set("state_hash", engine::state_hash(state_))
      .build();
}

Result<Value> Session::message(const Value& request) {
  const Value& at = request["at"];
  if (!at.is_timestamp()) return fail(ErrorCode::invalid_input, "a message needs a time", "/at");
  std::vector<engine::Event> events;
  engine::Effects effects;
  engine::MessageReceived received{
      "", std::string(request.text("text")), std::string(request.text("payload"))
  };
  engine::take_message(*release_, state_, at.as_timestamp(), std::move(received), events, effects);
  ListBuilder log;
  for (const engine::Event& event : events) log.add(engine::to_value(event));
  return MapBuilder()
      .set("events", log.build())
      .set("effects", effects_value(effects))
      .set("state_hash", engine::state_hash(state_))
      .build();
}

Result<Value> Session::restore(const Value& request) {
  auto restored = engine::restore(request.text("snapshot"));
  if (!restored) return std::unexpected(std::move(restored.error()));
  state_ = std::move(*restored);
  return MapBuilder().set("state_hash", engine::state_hash(state_)).build();
}

std::size_t Session::message(std::string_view text, std::int64_t at_seconds) {
  if (release_ == nullptr) return 0;
  std::vector<engine::Event> events;
  engine::Effects effects;
  const Timestamp at{at_seconds, 0};
  engine::take_message(*release_, state_, at, {"", std::string(text), ""}, events, effects);
  for (std::size_t i = 0; stub_ && i < effects.size(); ++i) {
    const auto* call = std::get_if<engine::CallTool>(&effects[i]);
    if (call == nullptr) continue;
    engine::ToolReturned returned{call->effect_id, *stub_, true};
    engine::advance(*release_, state_, {at, std::move(returned)}, effects);
  }
  return effects.size();
}

}  // namespace parley::edge
