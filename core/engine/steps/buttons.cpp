#include "engine/steps/step_files.hpp"
#include "expr/display.hpp"

namespace parley::engine::steps {

Result<std::vector<SaidButton>> render_buttons(Run& run, const flow::Buttons& buttons) {
  std::vector<SaidButton> said;
  said.reserve(buttons.size());
  for (const flow::Button& button : buttons) {
    auto label = run.render(button.label);
    if (!label) return std::unexpected(std::move(label.error()));
    auto payload = button.payload.evaluate(run.scope());
    if (!payload) return std::unexpected(std::move(payload.error()));
    std::string pressed = payload->is_null() ? *label : expr::display(*payload, run.state().locale);
    said.push_back({std::move(*label), std::move(pressed)});
  }
  return said;
}

std::vector<SaidButton> yes_and_no(Run& run) {
  return {{run.words("parley.yes"), "yes"}, {run.words("parley.no"), "no"}};
}

std::vector<SaidButton> buttons_of(const Value& list) {
  std::vector<SaidButton> said;
  if (!list.is_list()) return said;
  for (const Value& item : list.as_list()) {
    if (item.is_string()) {
      said.push_back({std::string(item.as_string()), std::string(item.as_string())});
    } else if (item.is_map()) {
      const std::string label(item.text("label"));
      said.push_back({label, std::string(item.text("payload", label))});
    }
  }
  return said;
}

}  // namespace parley::engine::steps
