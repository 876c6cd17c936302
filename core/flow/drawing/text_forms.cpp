// Mermaid and DOT: text that other programs draw.
#include "flow/drawing/drawing.hpp"
#include "flow/drawing/scene.hpp"

namespace parley::flow::drawing {

namespace {

// In a quoted Mermaid text only these have a meaning.
std::string mermaid_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"') {
      out += "#quot;";
    } else if (c == '#') {
      out += "#35;";
    } else if (c == '<' || c == '>') {
      out += c == '<' ? "#lt;" : "#gt;";
    } else {
      out += c == '\n' ? ' ' : c;
    }
  }
  return out;
}

std::string dot_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string node_name(StepIndex step) {
  return step == kNoStep ? "finish" : "s" + std::to_string(step);
}

std::string visited(const Visits* visits, const Flow& flow, StepIndex step) {
  if (visits == nullptr) return {};
  const auto found = visits->find(flow.steps[step].id);
  const std::uint64_t count = found == visits->end() ? 0 : found->second;
  return count == 0 ? "never reached" : std::to_string(count) + "×";
}

bool missed(const Visits* visits, const Flow& flow, StepIndex step) {
  const auto found = visits == nullptr ? Visits::const_iterator() : visits->find(flow.steps[step].id);
  return visits != nullptr && (found == visits->end() || found->second == 0);
}

struct Shape {
  std::string_view open;
  std::string_view close;
};

Shape mermaid_shape(Family family) {
  switch (family) {
    case Family::say:
      return {"(", ")"};
    case Family::ask:
      return {"[/", "/]"};
    case Family::act:
      return {"[[", "]]"};
    case Family::person:
      return {"{{", "}}"};
    case Family::end:
      return {"([", "])"};
    case Family::control:
      break;
  }
  return {"[", "]"};
}

void mermaid_steps(
    std::string& out,
    const Flow& flow,
    const Scene& scene,
    const std::vector<StepIndex>& steps,
    const std::string& indent,
    const Visits* visits
) {
  for (const StepIndex s : steps) {
    const Card& card = scene.cards[s];
    const Shape shape = mermaid_shape(card.family);
    std::string words = "<b>" + mermaid_text(card.title) + "</b><br/>" + mermaid_text(card.detail);
    if (visits != nullptr) words += "<br/>" + visited(visits, flow, s);
    const std::string node = node_name(s) + std::string(shape.open) + "\"" + words + "\"" +
                             std::string(shape.close) +
                             ":::" + (missed(visits, flow, s) ? "missed" : std::string(name(card.family)));
    if (card.groups.empty()) {
      out += indent + node + "\n";
      continue;
    }
    out += indent + "subgraph box" + std::to_string(s) + " [\" \"]\n" + indent + "  " + node + "\n";
    for (std::size_t g = 0; g < card.groups.size(); ++g) {
      const Group& group = card.groups[g];
      const std::string id = "box" + std::to_string(s) + "_" + std::to_string(g);
      out += indent + "  subgraph " + id + " [\"" + (group.title.empty() ? " " : mermaid_text(group.title)) +
             "\"]\n";
      mermaid_steps(out, flow, scene, group.steps, indent + "    ", visits);
      out += indent + "  end\n";
      if (!group.steps.empty())
        out += indent + "  " + node_name(s) + " --> " + node_name(group.steps.front()) + "\n";
    }
    out += indent + "end\n";
  }
}

void dot_steps(
    std::string& out,
    const Flow& flow,
    const Scene& scene,
    const std::vector<StepIndex>& steps,
    const std::string& indent,
    const Visits* visits
) {
  constexpr std::string_view kShapes[] = {"box", "parallelogram", "box3d", "hexagon", "box", "oval"};
  for (const StepIndex s : steps) {
    const Card& card = scene.cards[s];
    std::string words = dot_text(card.title) + "\\n" + dot_text(card.detail);
    if (visits != nullptr) words += "\\n" + visited(visits, flow, s);
    out += indent + node_name(s) + " [label=\"" + words +
           "\", shape=" + std::string(kShapes[static_cast<std::size_t>(card.family)]) +
           (missed(visits, flow, s) ? ", style=dashed, color=red" : "") + "];\n";
    for (std::size_t g = 0; g < card.groups.size(); ++g) {
      const Group& group = card.groups[g];
      out += indent + "subgraph cluster_" + std::to_string(s) + "_" + std::to_string(g) + " {\n";
      out += indent + "  label=\"" + dot_text(card.title + (group.title.empty() ? "" : ": " + group.title)) +
             "\";\n";
      dot_steps(out, flow, scene, group.steps, indent + "  ", visits);
      out += indent + "}\n";
      if (!group.steps.empty())
        out += indent + node_name(s) + " -> " + node_name(group.steps.front()) + ";\n";
    }
  }
}

}  // namespace

std::string mermaid(const Flow& flow, const Visits* visits) {
  const Scene scene = scene_of(flow);
  std::string out = "flowchart TD\n";
  out += "  begin((\" \")) --> " + node_name(flow.steps.empty() ? kNoStep : 0) + "\n";
  mermaid_steps(out, flow, scene, scene.outer, "  ", visits);
  out += "  finish(((\"end\")))\n";
  for (const Arrow& arrow : scene.arrows) {
    out += "  " + node_name(arrow.from) + (arrow.dashed ? " -.->" : " -->");
    if (!arrow.label.empty()) out += "|\"" + mermaid_text(shortened(arrow.label, 60)) + "\"|";
    out += " " + node_name(arrow.to) + "\n";
  }
  out +=
      "  classDef say fill:#dbeafe,stroke:#2563eb,color:#172554\n"
      "  classDef ask fill:#fef3c7,stroke:#b45309,color:#451a03\n"
      "  classDef act fill:#ede9fe,stroke:#6d28d9,color:#2e1065\n"
      "  classDef person fill:#dcfce7,stroke:#15803d,color:#052e16\n"
      "  classDef control fill:#f1f5f9,stroke:#475569,color:#0f172a\n"
      "  classDef end_ fill:#e2e8f0,stroke:#0f172a,color:#0f172a\n"
      "  classDef missed fill:#fee2e2,stroke:#b91c1c,color:#450a0a,stroke-dasharray:4 3\n";
  // `end` closes a subgraph, so it cannot be the name of a class.
  for (std::size_t at = out.find(":::end\n"); at != std::string::npos; at = out.find(":::end\n", at))
    out.replace(at, 7, ":::end_\n");
  return out;
}

std::string dot(const Flow& flow, const Visits* visits) {
  const Scene scene = scene_of(flow);
  std::string out = "digraph \"" + dot_text(flow.id) + "\" {\n";
  out += "  node [fontname=\"sans-serif\", fontsize=11];\n  edge [fontname=\"sans-serif\", fontsize=10];\n";
  out += "  begin [shape=circle, label=\"\", width=0.2, style=filled];\n";
  out += "  begin -> " + node_name(flow.steps.empty() ? kNoStep : 0) + ";\n";
  dot_steps(out, flow, scene, scene.outer, "  ", visits);
  out += "  finish [shape=doublecircle, label=\"end\"];\n";
  for (const Arrow& arrow : scene.arrows) {
    out += "  " + node_name(arrow.from) + " -> " + node_name(arrow.to) + " [label=\"" +
           dot_text(shortened(arrow.label, 60)) + "\"" + (arrow.dashed ? ", style=dashed" : "") + "];\n";
  }
  return out + "}\n";
}

}  // namespace parley::flow::drawing
