// Places for the boxes of a picture and lines for its arrows: ranks by the longest way, order within a rank
// by the middle of the neighbours, blocks laid out by themselves inside their owners. Arrows that lead back
// run at the right side. Internal to core/flow/drawing.
#pragma once

#include <vector>

#include "flow/drawing/scene.hpp"

namespace parley::flow::drawing {

struct Point {
  double x = 0;
  double y = 0;
};

struct Rect {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

struct Line {
  const Arrow* arrow = nullptr;
  std::vector<Point> points;  // from the source's border to the target's
  bool back = false;          // against the order of ranks: all its corners are listed
};

struct PlacedGroup {
  StepIndex owner = 0;
  std::size_t number = 0;
  Rect rect;
};

struct Layout {
  std::vector<Rect> cards;  // by step; that of an owner is its header
  std::vector<Rect> boxes;  // by step; owners with all their blocks
  std::vector<PlacedGroup> groups;
  Rect begin;
  Rect end;
  std::vector<Line> lines;
  double width = 0;
  double height = 0;
};

[[nodiscard]] Layout lay_out(const Scene& scene);

}  // namespace parley::flow::drawing
