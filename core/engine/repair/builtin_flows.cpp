#include "engine/repair/builtin_flows.hpp"

#include <map>
#include <string>
#include <vector>

#include "engine/steps/registry.hpp"
#include "flow/load.hpp"

namespace parley::engine {

namespace {

// What each handler says; `repair` holds what happened. A handler that says nothing has only an end step.
struct Handler {
  std::string_view name;
  std::string_view document;
};

constexpr Handler kHandlers[] = {
    {"correction", R"({"description": "The user changed an earlier answer.", "steps": [
      {"id": "noted", "type": "message", "text": "Okay, {{repair.label}} is now {{repair.value}}."}]})"},
    {"digression", R"({"description": "The user wants something else in the middle of a flow.", "steps": [
      {"id": "silent", "type": "end"}]})"},
    {"resume", R"({"description": "A digression is over.", "steps": [
      {"id": "back", "type": "message", "text": "Now back to {{repair.title}}."}]})"},
    {"cancel", R"({"description": "The user wants to stop.", "steps": [
      {"id": "stopped", "type": "message",
       "text": "{{repair.title == '' ? 'There is nothing to stop right now.' : 'Okay, I have stopped ' + repair.title + '.'}}"}]})"
    },
    {"skip", R"({"description": "The user wants to skip a question.", "steps": [
      {"id": "skipped", "type": "message", "if": "!repair.possible", "text": "I do need {{repair.label}} to go on."}]})"
    },
    {"repeat", R"({"description": "The user wants to hear it again.", "steps": [
      {"id": "silent", "type": "end"}]})"},
    {"unknown", R"({"description": "A message that means nothing to us.", "steps": [
      {"id": "sorry", "type": "message",
       "text": "{{repair.open || size(repair.offers) == 0 ? 'Sorry, I did not understand that.' : 'Sorry, I did not understand that. Here is what I can do:'}}",
       "buttons_from": "repair.open ? [] : repair.offers"}]})"},
    {"invalid", R"({"description": "An answer that cannot be taken.", "steps": [
      {"id": "why", "type": "message", "text": "{{repair.reason}}"}]})"},
    {"too_many_attempts", R"({"description": "Too many failed attempts.", "steps": [
      {"id": "give_up", "type": "message", "text": "I could not get that right, so I am bringing in a person. You can keep writing here; they will see it."}]})"
    },
    {"denied", R"({"description": "The user said no to a summary.", "steps": [
      {"id": "what_instead", "type": "message", "text": "Okay, I have not done anything yet. What should I change?",
       "buttons": [{"label": "Stop", "payload": "/cancel"}]}]})"},
    {"handoff_request", R"({"description": "The user wants a person.", "steps": [
      {"id": "coming", "type": "message", "text": "A person will be with you shortly. You can keep writing here; they will see it."}]})"
    },
    {"completed", R"({"description": "A flow ended and nothing else is open.", "steps": [
      {"id": "more", "type": "message", "text": "Is there anything else I can help you with?"}]})"},
    {"error", R"({"description": "Something failed that the flow has no branch for.", "steps": [
      {"id": "kind", "type": "switch", "cases": [{"when": "repair.in_doubt", "next": "checking"}, {"else": "failed"}]},
      {"id": "checking", "type": "message", "next": "end",
       "text": "I could not find out whether that went through, so I will not try it again. A person will check and get back to you here."},
      {"id": "failed", "type": "message",
       "text": "Something went wrong on our side, so I had to stop {{repair.title}}. Please try again later, or ask for a person.",
       "buttons": [{"label": "Talk to a person", "payload": "/human"}]}]})"},
};

struct Builtins {
  std::vector<flow::FlowPtr> flows;
  std::map<std::string, const flow::Flow*, std::less<>> by_id;
};

const Builtins& builtins() {
  static const Builtins* const all = [] {
    auto* made = new Builtins;
    for (const Handler& handler : kHandlers) {
      const std::string id = "repair." + std::string(handler.name);
      auto document = flow::parse_json_document(handler.document);
      INVARIANT(document.has_value(), "a built-in flow is valid JSON");
      flow::Diagnostics diagnostics;
      flow::FlowPtr flow = flow::load(*document, id + ".json", step_specs(), diagnostics);
      if (flow == nullptr) {
        for (const auto& diagnostic : diagnostics)
          std::fprintf(stderr, "%s: %s\n", id.c_str(), diagnostic.message.c_str());
      }
      INVARIANT(flow != nullptr, "a built-in flow is a valid flow");
      made->by_id.emplace(id, flow.get());
      made->flows.push_back(std::move(flow));
    }
    return made;
  }();
  return *all;
}

}  // namespace

const flow::Flow* builtin_flow(std::string_view id) {
  const auto& by_id = builtins().by_id;
  const auto found = by_id.find(id);
  return found == by_id.end() ? nullptr : found->second;
}

std::span<const flow::FlowPtr> builtin_flows() {
  return builtins().flows;
}

}  // namespace parley::engine
