#include "server/welcome.hpp"

#include "assistant/yaml.hpp"
#include "base/result.hpp"
#include "engine/steps/registry.hpp"
#include "flow/load.hpp"

namespace parley {

namespace {

constexpr std::string_view kWelcome = R"(id: welcome
description: Says that there are no flows yet.
steps:
  - id: hello
    type: message
    text: >-
      Hello! This assistant has no flows yet. Save one as flows/hello.yaml in its folder, and it answers here at once.
)";

}  // namespace

flow::FlowPtr welcome_flow() {
  flow::Diagnostics diagnostics;
  const auto document = assistant::read_yaml(kWelcome, "welcome.yaml", diagnostics);
  INVARIANT(document.has_value(), "the built-in welcome is well-formed");
  auto flow = flow::load(*document, "welcome.yaml", engine::step_specs(), diagnostics);
  INVARIANT(flow != nullptr, "the built-in welcome is a valid flow");
  return flow;
}

}  // namespace parley
