#include "flow/drawing/scene.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "flow/analysis/model.hpp"
#include "flow/graph.hpp"

namespace parley::flow::drawing {

namespace {

Family family_of(const Step& step) {
  const std::string_view type = step.spec->type;
  if (analysis::called_tool(step) != nullptr || analysis::called_flow(step) != nullptr) return Family::act;
  if (step.spec->model_calls > 0 || type == "search" || type == "recall") return Family::act;
  if (type == "review" || type == "handoff") return Family::person;
  if (step.spec->hears) return Family::ask;
  if (!step.spec->continues) return type == "end" ? Family::end : Family::control;
  if (step.spec->says) return Family::say;
  return Family::control;
}

std::string detail_of(const Step& step) {
  std::string detail(step.spec->type);
  const auto add = [&](std::string_view words) { detail += " " + std::string(words); };
  if (const Name* tool = analysis::called_tool(step)) add(tool->text);
  if (const Name* called = analysis::called_flow(step)) add(called->text);
  if (const auto* outcome = analysis::find_field<Name>(step, "outcome")) add(outcome->text);
  if (const auto* queue = analysis::find_field<Name>(step, "queue")) add(queue->text);
  for (const std::string_view keyword : {"gather", "slots"}) {
    if (const auto* names = analysis::find_field<Names>(step, keyword)) {
      for (std::size_t i = 0; i < names->size(); ++i)
        add((*names)[i].text + (i + 1 < names->size() ? "," : ""));
    }
  }
  for (const std::string_view keyword : {"while", "for_each"}) {
    if (const auto* condition = analysis::find_field<expr::Expression>(step, keyword))
      add(std::string(keyword == "while" ? "while " : "for each ") + condition->source());
  }
  if (const auto* values = analysis::find_field<Assignments>(step, "values")) {
    for (std::size_t i = 0; i < values->size(); ++i)
      add((*values)[i].slot.text + (i + 1 < values->size() ? "," : ""));
  }
  return shortened(detail, 34);
}

std::string tip_of(const Step& step) {
  for (std::size_t k = 0; k < step.fields.size(); ++k) {
    const auto* text = step.get<Text>(k);
    const expr::Template* words = text == nullptr ? nullptr : text->first();
    if (words != nullptr) return shortened(words->source(), 120);
  }
  return {};
}

std::string title_of(const Block& block, const Keyword& keyword, bool several) {
  if (keyword.kind == FieldKind::catches) {
    std::string codes;
    for (const Name& code : block.match) codes += (codes.empty() ? "" : ", ") + code.text;
    return codes == "*" || codes.empty() ? "on any error" : "on " + shortened(codes, 28);
  }
  if (!block.id.empty()) return block.id;
  if (keyword.name == "finally") return "at last";
  if (keyword.kind == FieldKind::step_lists) return "branch " + std::to_string(block.number + 1);
  return several ? "first" : "";
}

std::vector<Group> groups_of(const Flow& flow, StepIndex owner) {
  const Step& step = flow.steps[owner];
  std::vector<Group> groups;
  for (std::size_t k = 0; k < step.fields.size(); ++k) {
    const auto* blocks = step.get<Blocks>(k);
    if (blocks == nullptr) continue;
    for (const Block& block : *blocks) {
      Group group{.title = title_of(block, step.spec->keywords[k], false), .steps = {}};
      for (StepIndex s = owner + 1; s < step.end; ++s) {
        if (flow.steps[s].parent == owner && flow.steps[s].block == block.number) group.steps.push_back(s);
      }
      groups.push_back(std::move(group));
    }
  }
  return groups;
}

bool inside(const Flow& flow, StepIndex step, StepIndex owner) {
  return owner != kNoStep && step > owner && step < flow.steps[owner].end;
}

void add_arrow(Scene& scene, const Flow& flow, const Edge& edge) {
  if (edge.kind == EdgeKind::enter || edge.kind == EdgeKind::leave) return;
  if (edge.to != kNoStep && inside(flow, edge.to, edge.from)) return;  // into a catch
  const bool plain = edge.kind == EdgeKind::next || edge.kind == EdgeKind::skip;
  if (plain && edge.to != kNoStep && inside(flow, edge.from, edge.to)) return;  // the end of a block
  Arrow arrow{
      .from = edge.from,
      .to = edge.to,
      .label = analysis::label(flow.steps[edge.from], edge.kind, edge.number)
  };
  arrow.dashed = edge.kind == EdgeKind::error || edge.kind == EdgeKind::timeout ||
                 edge.kind == EdgeKind::exhausted || edge.kind == EdgeKind::skip;
  for (Arrow& known : scene.arrows) {
    if (known.from != arrow.from || known.to != arrow.to) continue;
    // One arrow for several ways between the same two steps.
    if (!arrow.label.empty() && known.label != arrow.label)
      known.label += (known.label.empty() ? "" : " / ") + arrow.label;
    known.dashed = known.dashed && arrow.dashed;
    return;
  }
  scene.arrows.push_back(std::move(arrow));
}

}  // namespace

std::string_view name(Family family) {
  constexpr std::string_view kNames[] = {"say", "ask", "act", "person", "control", "end"};
  return kNames[static_cast<std::size_t>(family)];
}

Scene scene_of(const Flow& flow) {
  Scene scene;
  for (StepIndex s = 0; s < flow.steps.size(); ++s) {
    const Step& step = flow.steps[s];
    scene.cards.push_back({
        .step = s,
        .family = family_of(step),
        .title = shortened(step.id, 30),
        .detail = detail_of(step),
        .tip = tip_of(step),
        .groups = groups_of(flow, s),
    });
    if (step.parent == kNoStep) scene.outer.push_back(s);
  }
  const Graph graph(flow);
  for (const Edge& edge : graph.edges()) add_arrow(scene, flow, edge);
  return scene;
}

std::string shortened(std::string_view text, std::size_t most) {
  std::string out;
  std::size_t count = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U && ++count > most) {
      out += "…";
      break;
    }
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

}  // namespace parley::flow::drawing
