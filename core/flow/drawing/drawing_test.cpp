#include "flow/drawing/drawing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "flow/analysis/test_flows.hpp"
#include "flow/drawing/layout.hpp"
#include "flow/drawing/scene.hpp"

namespace parley::flow::drawing {
namespace {

using analysis::test::flow_of;

FlowPtr nested() {
  return flow_of(R"({"id": "trip", "steps": [
    {"id": "ask", "type": "input", "gather": "city"},
    {"id": "y", "type": "try", "steps": [
      {"id": "p", "type": "parallel", "branches": [
        {"id": "hotel", "steps": [{"id": "h", "type": "tool", "call": "hotel.book"}]},
        {"id": "train", "steps": [{"id": "t", "type": "tool", "call": "train.book"}, {"id": "m", "type": "message", "text": "<b> & \"q\""}]}]}],
      "catch": [{"match": "full", "steps": [{"id": "sorry", "type": "message", "text": "No.", "next": "ask"}]}]},
    {"id": "sure", "type": "confirm", "text": "?", "no": "ask"}]})");
}

bool apart(const Rect& a, const Rect& b) {
  return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
}

bool within(const Rect& inner, const Rect& outer) {
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width + 0.01 &&
         inner.y + inner.height <= outer.y + outer.height + 0.01;
}

}  // namespace

TEST_CASE("texts for other programs name every step and every arrow") {
  const FlowPtr flow = flow_of(R"({"id": "f", "steps": [
    {"id": "c", "type": "confirm", "text": "?", "no": "end"},
    {"id": "s", "type": "switch", "cases": [{"when": "now == \"x\"", "next": "c"}]},
    {"id": "m", "type": "message", "text": "x"}]})");
  const std::string text = mermaid(*flow);
  CHECK(text.contains("s0[/\"<b>c</b><br/>confirm\"/]:::ask"));
  CHECK(text.contains("s0 -->|\"no\"| finish"));
  CHECK(text.contains("s1 -->|\"now == #quot;x#quot;\"| s0"));
  CHECK(text.contains("s1 --> s2"));
  const std::string graphviz = dot(*flow);
  CHECK(graphviz.contains("s1 -> s0 [label=\"now == \\\"x\\\"\"]"));
  const Visits visits{{"c", 3}};
  CHECK(mermaid(*flow, &visits).contains("3×"));
  CHECK(mermaid(*flow, &visits).contains(":::missed"));
  CHECK(svg(*flow, &visits).contains("class=\"missed\""));
}

TEST_CASE("blocks stand inside their owners, and no two steps on each other") {
  const FlowPtr flow = nested();
  const Scene scene = scene_of(*flow);
  const Layout layout = lay_out(scene);
  for (StepIndex a = 0; a < flow->steps.size(); ++a) {
    CAPTURE(flow->steps[a].id);
    CHECK(within(layout.boxes[a], {0, 0, layout.width, layout.height}));
    const StepIndex owner = flow->steps[a].parent;
    if (owner != kNoStep) CHECK(within(layout.boxes[a], layout.boxes[owner]));
    for (StepIndex b = a + 1; b < flow->steps.size(); ++b) {
      CAPTURE(flow->steps[b].id);
      CHECK(apart(layout.cards[a], layout.cards[b]));
    }
  }
  const std::string picture = svg(*flow);
  CHECK(picture.contains("&lt;b&gt; &amp; &quot;q&quot;"));
  CHECK(picture.contains("on full"));
  CHECK(picture.contains("<title id=\"title\">Flow trip</title>"));
  CHECK(picture == svg(*flow));
}

TEST_CASE("steps of random flows do not overlap, and every arrow is drawn") {
  std::mt19937 dice(3);
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    const unsigned count = 2 + dice() % 14;
    std::string steps;
    for (unsigned s = 0; s < count; ++s) {
      steps += (s == 0 ? "" : ",") + std::string(R"({"id": "s)") + std::to_string(s) +
               R"(", "type": "confirm", "text": "?", "yes": "s)" + std::to_string(dice() % count) +
               R"(", "no": "s)" + std::to_string(dice() % count) + "\"}";
    }
    const FlowPtr flow = flow_of(R"({"id": "f", "steps": [)" + steps + "]}");
    const Scene scene = scene_of(*flow);
    const Layout layout = lay_out(scene);
    for (StepIndex a = 0; a < count; ++a) {
      for (StepIndex b = a + 1; b < count; ++b) CHECK(apart(layout.cards[a], layout.cards[b]));
    }
    for (const Arrow& arrow : scene.arrows) {
      CHECK(std::ranges::any_of(layout.lines, [&](const Line& line) { return line.arrow == &arrow; }));
    }
  }
}

}  // namespace parley::flow::drawing
