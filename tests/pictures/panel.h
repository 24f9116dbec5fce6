// Panels with axes and curves, as SVG. The text is the same on every machine: numbers have fixed decimals,
// and are made without libm (worker/dsp/functions.h).
#pragma once

#include <string>
#include <vector>

namespace trackout::pictures {

struct Point {
  double x = 0;
  double y = 0;
};
using Points = std::vector<Point>;

struct Axis {
  std::string title;  // with the unit
  double from = 0;
  double to = 1;
  std::vector<double> ticks;
  bool is_logarithmic = false;
};

enum class Stroke {
  kLine,
  kDashed,
  kThin,   // of waveforms
  kFaint,  // grey, no colour of its own: what others are compared with
  kStems   // from the bottom of the panel to each point
};

struct Curve {
  std::string name;  // in the legend; empty: not there
  Points points;     // x ascends
  Stroke stroke = Stroke::kLine;
  int colour = -1;  // of the palette; -1: the next one
};

enum class Corner { kTopLeft, kTopRight, kBottomLeft, kBottomRight };

struct Panel {
  std::string title;
  Axis x, y;
  std::vector<Curve> curves;
  Corner legend = Corner::kTopRight;
  bool is_wide = false;  // a row of its own; else two stand side by side
};

// 20 Hz .. 20 kHz
Axis FrequencyAxis();
// Ticks at multiples of `step`, between the ends.
Axis EvenAxis(std::string title, double from, double to, double step);

std::string Svg(const std::vector<Panel>& panels);

}  // namespace trackout::pictures
