#include "flow/drawing/layout.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "base/utf8.hpp"

namespace parley::flow::drawing {

namespace {

constexpr double kCardHeight = 46;
constexpr double kRankGap = 46;
constexpr double kColumnGap = 34;
constexpr double kPadding = 16;
constexpr double kTitleHeight = 20;
constexpr double kLane = 16;
constexpr int kSweeps = 12;

double text_width(std::string_view text, double per_character) {
  return static_cast<double>(count_code_points(text)) * per_character;
}

// One box of a level: a step (with all that is in it), the start or the end.
struct Item {
  StepIndex step = kNoStep;
  double width = 0;
  double height = 0;
  bool dummy = false;  // where a long arrow crosses a rank
  int rank = 0;
  double x = 0;  // of the middle
  double y = 0;  // of the top
};

struct Link {
  std::size_t from = 0;
  std::size_t to = 0;
  const Arrow* arrow = nullptr;
  bool back = false;
  std::vector<std::size_t> through = {};  // dummies
};

// A list of steps that is laid out together.
struct Level {
  std::vector<Item> items;
  std::vector<Link> links;
  double width = 0;
  double height = 0;
};

class LevelLayout {
 public:
  explicit LevelLayout(Level& level) : level_(level) {}

  void run() {
    find_back_links();
    assign_ranks();
    split_long_links();
    order_ranks();
    place();
  }

 private:
  // Depth first from the first item; what leads to an open one leads back.
  void find_back_links() {
    const std::size_t count = level_.items.size();
    out_.resize(count);
    for (std::size_t l = 0; l < level_.links.size(); ++l) out_[level_.links[l].from].push_back(l);
    std::vector<int> colour(count, 0);
    for (std::size_t root = 0; root < count; ++root) {
      if (colour[root] != 0) continue;
      std::vector<std::pair<std::size_t, std::size_t>> stack{{root, 0}};
      colour[root] = 1;
      while (!stack.empty()) {
        auto& [at, next] = stack.back();
        if (next == out_[at].size()) {
          colour[at] = 2;
          stack.pop_back();
          continue;
        }
        Link& link = level_.links[out_[at][next++]];
        if (colour[link.to] == 1) {
          link.back = true;
        } else if (colour[link.to] == 0) {
          colour[link.to] = 1;
          stack.emplace_back(link.to, 0);
        }
      }
    }
  }

  void assign_ranks() {
    const std::size_t count = level_.items.size();
    std::vector<int> waiting(count, 0);
    for (const Link& link : level_.links) {
      if (!link.back) ++waiting[link.to];
    }
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < count; ++i) {
      if (waiting[i] == 0) open.push_back(i);
    }
    for (std::size_t at = 0; at < open.size(); ++at) {
      for (const std::size_t l : out_[open[at]]) {
        const Link& link = level_.links[l];
        if (link.back) continue;
        Item& to = level_.items[link.to];
        to.rank = std::max(to.rank, level_.items[link.from].rank + 1);
        if (--waiting[link.to] == 0) open.push_back(link.to);
      }
    }
  }

  void split_long_links() {
    for (Link& link : level_.links) {
      if (link.back) continue;
      const int last = level_.items[link.to].rank;
      for (int rank = level_.items[link.from].rank + 1; rank < last; ++rank) {
        link.through.push_back(level_.items.size());
        level_.items.push_back({.width = 8, .height = kCardHeight, .dummy = true, .rank = rank});
      }
    }
    before_.resize(level_.items.size());
    after_.resize(level_.items.size());
    for (const Link& link : level_.links) {
      if (link.back) continue;
      std::size_t from = link.from;
      for (const std::size_t dummy : link.through) {
        join(from, dummy);
        from = dummy;
      }
      join(from, link.to);
    }
    for (std::size_t i = 0; i < level_.items.size(); ++i) {
      const auto rank = static_cast<std::size_t>(level_.items[i].rank);
      if (ranks_.size() <= rank) ranks_.resize(rank + 1);
      ranks_[rank].push_back(i);
    }
  }

  void join(std::size_t from, std::size_t to) {
    after_[from].push_back(to);
    before_[to].push_back(from);
  }

  // The middle of the neighbours decides, downwards and upwards by turns.
  void order_ranks() {
    std::vector<double> position(level_.items.size(), 0);
    const auto number = [&](const std::vector<std::size_t>& rank) {
      for (std::size_t i = 0; i < rank.size(); ++i) position[rank[i]] = static_cast<double>(i);
    };
    for (const auto& rank : ranks_) number(rank);
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      const bool down = sweep % 2 == 0;
      for (std::size_t r = 0; r < ranks_.size(); ++r) {
        auto& rank = ranks_[down ? r : ranks_.size() - 1 - r];
        const auto& neighbours = down ? before_ : after_;
        std::vector<std::pair<double, std::size_t>> keyed;
        for (const std::size_t item : rank) {
          double sum = 0;
          for (const std::size_t other : neighbours[item]) sum += position[other];
          const auto count = static_cast<double>(neighbours[item].size());
          keyed.emplace_back(count == 0 ? position[item] : sum / count, item);
        }
        std::ranges::sort(keyed, [&](const auto& a, const auto& b) {
          return std::pair(a.first, position[a.second]) < std::pair(b.first, position[b.second]);
        });
        for (std::size_t i = 0; i < rank.size(); ++i) rank[i] = keyed[i].second;
        number(rank);
      }
    }
  }

  void place() {
    double y = 0;
    for (const auto& rank : ranks_) {
      double height = 0;
      double x = 0;
      for (const std::size_t i : rank) {
        Item& item = level_.items[i];
        item.x = x + item.width / 2;
        item.y = y;
        x += item.width + kColumnGap;
        height = std::max(height, item.height);
      }
      for (const std::size_t i : rank) {
        if (level_.items[i].dummy) level_.items[i].height = height;
      }
      y += height + kRankGap;
    }
    level_.height = std::max(0.0, y - kRankGap);
    for (int sweep = 0; sweep < 2 * kSweeps; ++sweep) {
      const bool down = sweep % 2 == 0;
      for (std::size_t r = 0; r < ranks_.size(); ++r) {
        settle(ranks_[down ? r : ranks_.size() - 1 - r], down ? before_ : after_);
      }
    }
    double left = 0;
    double right = 0;
    bool first = true;
    for (const Item& item : level_.items) {
      left = first ? item.x - item.width / 2 : std::min(left, item.x - item.width / 2);
      right = first ? item.x + item.width / 2 : std::max(right, item.x + item.width / 2);
      first = false;
    }
    for (Item& item : level_.items) item.x -= left;
    level_.width = right - left;
  }

  // Every item goes as near to the middle of its neighbours as the others of its rank allow.
  void settle(const std::vector<std::size_t>& rank, const std::vector<std::vector<std::size_t>>& neighbours) {
    std::vector<double> wanted;
    for (const std::size_t i : rank) {
      double sum = 0;
      for (const std::size_t other : neighbours[i]) sum += level_.items[other].x;
      const auto count = static_cast<double>(neighbours[i].size());
      wanted.push_back(count == 0 ? level_.items[i].x : sum / count);
    }
    std::vector<double> forwards = wanted;
    std::vector<double> backwards = wanted;
    const auto apart = [&](std::size_t i) {
      return (level_.items[rank[i - 1]].width + level_.items[rank[i]].width) / 2 + kColumnGap;
    };
    for (std::size_t i = 1; i < rank.size(); ++i)
      forwards[i] = std::max(wanted[i], forwards[i - 1] + apart(i));
    for (std::size_t i = rank.size() - 1; i-- > 0;)
      backwards[i] = std::min(wanted[i], backwards[i + 1] - apart(i + 1));
    for (std::size_t i = 0; i < rank.size(); ++i) level_.items[rank[i]].x = (forwards[i] + backwards[i]) / 2;
  }

  Level& level_;
  std::vector<std::vector<std::size_t>> out_;
  std::vector<std::vector<std::size_t>> before_;
  std::vector<std::vector<std::size_t>> after_;
  std::vector<std::vector<std::size_t>> ranks_;
};

class Drawer {
 public:
  explicit Drawer(const Scene& scene) : scene_(scene) {}

  Layout run() {
    const std::size_t count = scene_.cards.size();
    layout_.cards.resize(count);
    layout_.boxes.resize(count);
    inner_.resize(count);
    const std::size_t outer = arrange(scene_.outer, kNoStep);
    put(outer, {kPadding, kPadding});
    layout_.width = levels_[outer].width + 2 * kPadding;
    layout_.height = levels_[outer].height + 2 * kPadding;
    draw_lines();
    return std::move(layout_);
  }

 private:
  // Sizes from the inside out. Returns the level's index.
  std::size_t arrange(const std::vector<StepIndex>& steps, StepIndex owner) {
    Level level;
    std::map<StepIndex, std::size_t> items;
    if (owner == kNoStep) level.items.push_back({.width = 18, .height = 18});
    for (const StepIndex step : steps) {
      const auto [width, height] = size_of(step);
      items.emplace(step, level.items.size());
      level.items.push_back({.step = step, .width = width, .height = height});
    }
    if (owner == kNoStep) {
      level.items.push_back({.width = 54, .height = 30});
      if (!steps.empty()) level.links.push_back({.from = 0, .to = 1});
    }
    const std::size_t end = level.items.size() - 1;
    for (const Arrow& arrow : scene_.arrows) {
      const auto from = items.find(lifted(arrow.from, owner));
      if (from == items.end()) continue;
      const bool leads_out = arrow.to == kNoStep;
      if (leads_out && owner != kNoStep) continue;
      const auto to = leads_out ? items.end() : items.find(lifted(arrow.to, owner));
      if (!leads_out && (to == items.end() || (to == from && arrow.from != arrow.to))) continue;
      level.links.push_back({.from = from->second, .to = leads_out ? end : to->second, .arrow = &arrow});
      if (level.links.back().from == level.links.back().to) level.links.back().back = true;
    }
    LevelLayout(level).run();
    const auto lanes = static_cast<double>(std::ranges::count_if(level.links, &Link::back));
    if (lanes > 0) level.width += kLane * (lanes + 1);
    levels_.push_back(std::move(level));
    return levels_.size() - 1;
  }

  // The step, or the owner around it, that stands directly in the blocks of `owner`.
  [[nodiscard]] StepIndex lifted(StepIndex step, StepIndex owner) const {
    while (step != kNoStep && parent_of(step) != owner) step = parent_of(step);
    return step;
  }

  [[nodiscard]] StepIndex parent_of(StepIndex step) const {
    // Owners are arranged after what is in them, so the scene itself is asked.
    for (StepIndex owner = step; owner-- > 0;) {
      for (const Group& group : scene_.cards[owner].groups) {
        if (std::ranges::find(group.steps, step) != group.steps.end()) return owner;
      }
    }
    return kNoStep;
  }

  std::pair<double, double> size_of(StepIndex step) {
    const Card& card = scene_.cards[step];
    const double words = std::max(text_width(card.title, 8.2), text_width(card.detail, 6.6));
    const double width = std::max(120.0, words + 30);
    if (card.groups.empty()) return {width, kCardHeight};
    double inner_width = kPadding;
    double inner_height = 0;
    for (const Group& group : card.groups) {
      const std::size_t level = arrange(group.steps, step);
      inner_[step].push_back(level);
      const double wide = std::max(levels_[level].width, text_width(group.title, 6.6)) + 2 * kPadding;
      inner_width += wide + kPadding;
      inner_height = std::max(inner_height, levels_[level].height + kTitleHeight + kPadding);
    }
    return {std::max(width, inner_width), kCardHeight + kPadding + inner_height + kPadding};
  }

  void put(std::size_t level_index, Point at) {
    // Copies: putting what is inside does not change the levels.
    for (const Item& item : levels_[level_index].items) {
      const Rect rect{at.x + item.x - item.width / 2, at.y + item.y, item.width, item.height};
      if (item.step == kNoStep) {
        if (!item.dummy) (&item == levels_[level_index].items.data() ? layout_.begin : layout_.end) = rect;
        continue;
      }
      layout_.boxes[item.step] = rect;
      layout_.cards[item.step] = {rect.x, rect.y, rect.width, kCardHeight};
      const Card& card = scene_.cards[item.step];
      double x = rect.x + kPadding;
      for (std::size_t g = 0; g < card.groups.size(); ++g) {
        const Level& inside = levels_[inner_[item.step][g]];
        const double wide = std::max(inside.width, text_width(card.groups[g].title, 6.6)) + 2 * kPadding;
        const Rect group{x, rect.y + kCardHeight + kPadding, wide, inside.height + kTitleHeight + kPadding};
        layout_.groups.push_back({item.step, g, group});
        put(inner_[item.step][g], {x + (wide - inside.width) / 2, group.y + kTitleHeight});
        x += wide + kPadding;
      }
    }
    origin_[level_index] = at;
  }

  void draw_lines() {
    for (const auto& [index, at] : origin_) {
      const Level& level = levels_[index];
      double lane = at.x + level.width;
      const auto lanes = static_cast<double>(std::ranges::count_if(level.links, &Link::back));
      lane -= kLane * lanes;
      for (const Link& link : level.links) {
        if (link.back) {
          layout_.lines.push_back(back_line(level, link, at, lane));
          lane += kLane;
        } else {
          layout_.lines.push_back(forward_line(level, link, at));
        }
      }
    }
    for (const Arrow& arrow : scene_.arrows) {
      const StepIndex from = parent_of(arrow.from);
      const StepIndex to = arrow.to == kNoStep ? kNoStep : parent_of(arrow.to);
      const bool drawn =
          std::ranges::any_of(layout_.lines, [&](const Line& line) { return line.arrow == &arrow; });
      if (!drawn && (from != to || arrow.to == kNoStep)) layout_.lines.push_back(line_out(arrow));
    }
  }

  [[nodiscard]] static Line forward_line(const Level& level, const Link& link, Point at) {
    const Item& from = level.items[link.from];
    const Item& to = level.items[link.to];
    Line line{.arrow = link.arrow, .points = {{at.x + from.x, at.y + from.y + from.height}}};
    for (const std::size_t dummy : link.through) {
      const Item& item = level.items[dummy];
      line.points.push_back({at.x + item.x, at.y + item.y});
      line.points.push_back({at.x + item.x, at.y + item.y + item.height});
    }
    line.points.push_back({at.x + to.x, at.y + to.y});
    return line;
  }

  [[nodiscard]] static Line back_line(const Level& level, const Link& link, Point at, double lane) {
    const Item& from = level.items[link.from];
    const Item& to = level.items[link.to];
    const double high = at.y + from.y + from.height - 12;
    const double low = at.y + to.y + 12;
    return {
        .arrow = link.arrow,
        .points =
            {{at.x + from.x + from.width / 2, high},
             {lane, high},
             {lane, low},
             {at.x + to.x + to.width / 2, low}},
        .back = true,
    };
  }

  // Out of a block to a step elsewhere: from the side of one card to the side of the other.
  [[nodiscard]] Line line_out(const Arrow& arrow) const {
    const Rect& from = layout_.cards[arrow.from];
    const Rect& to = arrow.to == kNoStep ? layout_.end : layout_.cards[arrow.to];
    return {
        .arrow = &arrow,
        .points = {{from.x + from.width / 2, from.y + from.height}, {to.x + to.width / 2, to.y}},
    };
  }

  const Scene& scene_;
  Layout layout_;
  std::vector<Level> levels_;
  std::map<std::size_t, Point> origin_;
  std::vector<std::vector<std::size_t>> inner_;  // by step: the levels of its blocks
};

}  // namespace

Layout lay_out(const Scene& scene) {
  return Drawer(scene).run();
}

}  // namespace parley::flow::drawing
