// A flow as one SVG file: no scripts, no fonts, light and dark as the reader prefers, words for screen
// readers.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/utf8.hpp"
#include "flow/drawing/drawing.hpp"
#include "flow/drawing/layout.hpp"
#include "flow/drawing/scene.hpp"

namespace parley::flow::drawing {

namespace {

constexpr std::string_view kStyle = R"(<style>
  svg { --bg: #ffffff; --ink: #0f172a; --dim: #52606d; --wire: #7b8794; --box: #f8fafc; --edge: #cbd5e1;
    --say: #2563eb; --ask: #b45309; --act: #6d28d9; --person: #15803d; --control: #64748b; --end: #0f172a;
    --card: #ffffff; --hit: #15803d; --miss: #b91c1c; --missed: #fef2f2; }
  @media (prefers-color-scheme: dark) { svg { --bg: #0f172a; --ink: #f1f5f9; --dim: #a5b1c2; --wire: #7c8aa0;
    --box: #131d33; --edge: #334155; --say: #60a5fa; --ask: #fbbf24; --act: #a78bfa; --person: #4ade80;
    --control: #94a3b8; --end: #e2e8f0; --card: #1e293b; --hit: #4ade80; --miss: #f87171; --missed: #3b1d24; } }
  text { font: 13px ui-sans-serif, system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--ink); }
  .id { font-weight: 600; } .detail { font-size: 11px; fill: var(--dim); }
  .card { fill: var(--card); stroke: var(--edge); } .missed .card { fill: var(--missed); stroke: var(--miss); stroke-dasharray: 4 3; }
  .box { fill: var(--box); stroke: var(--edge); } .group { fill: none; stroke: var(--edge); stroke-dasharray: 2 4; }
  .wire { fill: none; stroke: var(--wire); stroke-width: 1.4; } .dashed { stroke-dasharray: 5 4; }
  .head { fill: var(--wire); } .label { font-size: 11px; fill: var(--dim); paint-order: stroke; stroke: var(--bg); stroke-width: 4px; stroke-linejoin: round; }
  .say { fill: var(--say); } .ask { fill: var(--ask); } .act { fill: var(--act); } .person { fill: var(--person); }
  .control { fill: var(--control); } .end { fill: var(--end); } .count { font-size: 11px; fill: var(--hit); } .missed .count { fill: var(--miss); }
</style>
)";

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", std::round(value * 10) / 10 + 0.0);
  std::string out = text.data();
  if (out.ends_with(".0")) out.resize(out.size() - 2);
  return out == "-0" ? "0" : out;
}

std::string at(Point point) {
  return number(point.x) + " " + number(point.y);
}

std::string rect(std::string_view style, const Rect& r, double radius) {
  return "<rect class=\"" + std::string(style) + "\" x=\"" + number(r.x) + "\" y=\"" + number(r.y) +
         "\" width=\"" + number(r.width) + "\" height=\"" + number(r.height) + "\" rx=\"" + number(radius) +
         "\"/>";
}

std::string text(
    std::string_view style, Point place, std::string_view words, std::string_view anchor = "start"
) {
  return "<text class=\"" + std::string(style) + "\" x=\"" + number(place.x) + "\" y=\"" + number(place.y) +
         "\" text-anchor=\"" + std::string(anchor) + "\">" + xml(words) + "</text>";
}

class Writer {
 public:
  Writer(const Flow& flow, const Visits* visits)
      : flow_(flow), visits_(visits), scene_(scene_of(flow)), layout_(lay_out(scene_)) {}

  std::string write() {
    for (const Card& card : scene_.cards) write_box(card);
    for (const PlacedGroup& group : layout_.groups) write_group(group);
    for (const Line& line : layout_.lines) write_line(line);
    for (const Card& card : scene_.cards) write_card(card);
    write_ends();
    // Labels come last, so that no line crosses them.
    const std::string left = number(std::floor(left_));
    const std::string width = number(std::ceil(std::max(layout_.width, right_)) - std::floor(left_));
    const std::string height = number(std::ceil(layout_.height));
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width + "\" height=\"" + height +
           "\" viewBox=\"" + left + " 0 " + width + " " + height +
           "\" role=\"img\" aria-labelledby=\"title desc\">\n<title id=\"title\">Flow " + xml(flow_.id) +
           "</title>\n<desc id=\"desc\">" + xml(description()) + "</desc>\n" + std::string(kStyle) +
           "<rect x=\"" + left + "\" width=\"" + width + "\" height=\"" + height +
           "\" fill=\"var(--bg)\"/>\n" + body_ + labels_ + "</svg>\n";
  }

 private:
  [[nodiscard]] std::string name_of(StepIndex step) const {
    return step == kNoStep ? "the end" : flow_.steps[step].id;
  }

  [[nodiscard]] std::string description() const {
    std::string words = std::to_string(flow_.steps.size()) + " steps.";
    for (const Card& card : scene_.cards) {
      words += " " + card.title + " (" + card.detail + ")";
      std::string targets;
      for (const Arrow& arrow : scene_.arrows) {
        if (arrow.from != card.step) continue;
        targets += (targets.empty() ? " leads to " : ", ") + name_of(arrow.to);
        if (!arrow.label.empty()) targets += " if " + arrow.label;
      }
      words += targets + ".";
      if (words.size() > 4000) return words + " …";
    }
    return words;
  }

  [[nodiscard]] std::uint64_t visits(StepIndex step) const {
    if (visits_ == nullptr) return 0;
    const auto found = visits_->find(flow_.steps[step].id);
    return found == visits_->end() ? 0 : found->second;
  }

  void write_box(const Card& card) {
    if (!card.groups.empty()) body_ += rect("box", layout_.boxes[card.step], 10) + "\n";
  }

  void write_group(const PlacedGroup& group) {
    const std::string& title = scene_.cards[group.owner].groups[group.number].title;
    body_ += rect("group", group.rect, 8);
    if (!title.empty()) body_ += text("detail", {group.rect.x + 8, group.rect.y + 14}, title);
    body_ += "\n";
  }

  void write_card(const Card& card) {
    const Rect& r = layout_.cards[card.step];
    const bool missed = visits_ != nullptr && visits(card.step) == 0;
    body_ += missed ? "<g class=\"missed\">" : "<g>";
    body_ += "<title>" + xml(card.tip.empty() ? card.detail : card.tip) + "</title>";
    body_ += rect("card", r, 8);
    body_ += rect(name(card.family), {r.x, r.y + 8, 4, r.height - 16}, 2);
    body_ += text("id", {r.x + 14, r.y + 20}, card.title);
    body_ += text("detail", {r.x + 14, r.y + 36}, card.detail);
    if (visits_ != nullptr) {
      const std::string count = missed ? "never" : std::to_string(visits(card.step)) + "×";
      body_ += text("count", {r.x + r.width - 8, r.y + 18}, count, "end");
    }
    body_ += "</g>\n";
  }

  void write_ends() {
    const Rect& begin = layout_.begin;
    body_ += "<circle class=\"end\" cx=\"" + number(begin.x + begin.width / 2) + "\" cy=\"" +
             number(begin.y + begin.height / 2) + "\" r=\"7\"/>\n";
    const Rect& end = layout_.end;
    body_ += rect("card", end, end.height / 2) +
             text("detail", {end.x + end.width / 2, end.y + end.height / 2 + 4}, "end", "middle") + "\n";
  }

  // Corners of a line that leads back are rounded; others are smooth curves from rank to rank.
  [[nodiscard]] static std::string path_of(const Line& line) {
    const auto& p = line.points;
    std::string path = "M" + at(p[0]);
    if (line.back && p.size() == 4) {
      const double r = 10;
      const double turn = p[2].y < p[1].y ? -1 : 1;
      path += " H" + number(p[1].x - r) + " Q" + at(p[1]) + " " + at({p[1].x, p[1].y + turn * r});
      path += " V" + number(p[2].y - turn * r) + " Q" + at(p[2]) + " " + at({p[2].x - r, p[2].y});
      return path + " H" + number(p[3].x);
    }
    for (std::size_t i = 1; i < p.size(); ++i) {
      const double bend = std::abs(p[i].y - p[i - 1].y) * 0.5;
      if (p[i].x == p[i - 1].x) {
        path += " L" + at(p[i]);
      } else {
        path +=
            " C" + at({p[i - 1].x, p[i - 1].y + bend}) + " " + at({p[i].x, p[i].y - bend}) + " " + at(p[i]);
      }
    }
    return path;
  }

  void write_line(const Line& line) {
    Line drawn = line;
    Point tip = drawn.points.back();
    const bool sideways = drawn.back && drawn.points.size() == 4;
    if (sideways) {
      drawn.points.back().x += 7;
    } else {
      drawn.points.back().y -= 7;
    }
    const bool dashed = line.arrow != nullptr && line.arrow->dashed;
    body_ +=
        "<path class=\"wire" + std::string(dashed ? " dashed" : "") + "\" d=\"" + path_of(drawn) + "\"/>";
    const Point a = sideways ? Point{tip.x + 8, tip.y - 4} : Point{tip.x - 4, tip.y - 8};
    const Point b = sideways ? Point{tip.x + 8, tip.y + 4} : Point{tip.x + 4, tip.y - 8};
    body_ += "<path class=\"head\" d=\"M" + at(tip) + " L" + at(a) + " L" + at(b) + " Z\"/>\n";
    if (line.arrow != nullptr && !line.arrow->label.empty()) write_label(line);
  }

  void write_label(const Line& line) {
    const std::string words = shortened(line.arrow->label, 30);
    Point place = line.points[0];
    std::string_view anchor = "start";
    if (line.back) {
      place = {place.x + 8, place.y - 5};
    } else {
      // Beside the line, on the side to which it leads.
      const Point next = line.points[1];
      const double aside = next.x - place.x;
      place = {place.x + aside * 0.5 + (aside < 0 ? -6 : 6), place.y + (next.y - place.y) * 0.5 + 2};
      if (aside < 0) anchor = "end";
    }
    const double width = static_cast<double>(count_code_points(words)) * 6;
    if (anchor == "start") right_ = std::max(right_, place.x + width + 8);
    if (anchor == "end") left_ = std::min(left_, place.x - width - 8);
    labels_ +=
        "<g><title>" + xml(line.arrow->label) + "</title>" + text("label", place, words, anchor) + "</g>\n";
  }

  const Flow& flow_;
  const Visits* visits_;
  Scene scene_;
  Layout layout_;
  std::string body_;
  std::string labels_;
  double left_ = 0;  // labels may stand out
  double right_ = 0;
};

}  // namespace

std::string svg(const Flow& flow, const Visits* visits) {
  return Writer(flow, visits).write();
}

}  // namespace parley::flow::drawing
