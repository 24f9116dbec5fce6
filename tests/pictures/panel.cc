#include "tests/pictures/panel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "fmt/format.h"
#include "worker/dsp/functions.h"

namespace trackout::pictures {
namespace {

// Pixels.
constexpr double kWidth = 860;
constexpr double kPanelHeight = 290;
constexpr double kLeft = 56;  // around the plot
constexpr double kRight = 16;
constexpr double kTop = 32;
constexpr double kBottom = 46;
constexpr double kLegendLine = 16;
constexpr double kLegendSample = 22;
constexpr double kLetter = 6.2;      // about as wide as a letter of the legend
constexpr double kBeyond = 500;      // what lies farther outside is drawn here
constexpr double kTolerance = 0.12;  // a curve may be off by so much where points are left out

// Okabe and Ito's colours, which colour-blind eyes can tell apart too.
constexpr std::array<const char*, 7> kPalette = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                 "#e69f00", "#56b4e9", "#444444"};
constexpr const char* kFaintColour = "#a8a8a8";

constexpr const char* kStyle =
    "<style>text{font-family:'DejaVu Sans',Verdana,Helvetica,Arial,sans-serif;font-size:11px;fill:#333}"
    ".title{font-size:12.5px;font-weight:bold}.grid{stroke:#e4e4e4;fill:none}.frame{stroke:#888;fill:none}"
    ".c{fill:none;stroke-width:1.6;stroke-linejoin:round}.thin{stroke-width:0.9}"
    ".dashed{stroke-dasharray:5 3}</style>\n";

// Where values of an axis lie in pixels.
class Scale {
 public:
  Scale(const Axis& axis, double first_pixel, double last_pixel)
      : is_logarithmic_(axis.is_logarithmic),
        from_(Straight(axis.from)),
        first_pixel_(first_pixel),
        pixels_(last_pixel - first_pixel),
        per_unit_(pixels_ / (Straight(axis.to) - from_)) {}

  double At(double value) const {
    const double way = (Straight(value) - from_) * per_unit_;
    const double low = std::min(0.0, pixels_) - kBeyond;
    const double high = std::max(0.0, pixels_) + kBeyond;
    return first_pixel_ + std::clamp(way, low, high);
  }

 private:
  double Straight(double value) const { return is_logarithmic_ ? dsp::Decibels(value) : value; }

  bool is_logarithmic_;
  double from_, first_pixel_, pixels_, per_unit_;
};

std::string Pixel(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

// "20", "0.5", "2k"
std::string TickText(double value, bool is_logarithmic) {
  if (is_logarithmic && value >= 1000) return fmt::format("{:g}k", value / 1000);
  std::string text = fmt::format("{:g}", value);
  if (text.starts_with("-")) text.replace(0, 1, "\u2212");
  return text;
}

std::string Text(double x, double y, const std::string& more, const std::string& text) {
  return fmt::format("<text x=\"{}\" y=\"{}\"{}>{}</text>\n", Pixel(x), Pixel(y), more, text);
}

double DistanceFromLine(const Point& p, const Point& a, const Point& b) {
  const double x = b.x - a.x;
  const double y = b.y - a.y;
  const double length = std::sqrt(x * x + y * y);
  if (length == 0) return std::sqrt((p.x - a.x) * (p.x - a.x) + (p.y - a.y) * (p.y - a.y));
  return std::abs(x * (p.y - a.y) - y * (p.x - a.x)) / length;
}

// Without points that lie on the way between others (U. Ramer, 1972; D. Douglas, T. Peucker, 1973).
void Thin(const Points& points, size_t first, size_t last, Points& kept) {
  size_t farthest = first;
  double most = kTolerance;
  for (size_t i = first + 1; i < last; ++i) {
    const double distance = DistanceFromLine(points[i], points[first], points[last]);
    if (distance > most) {
      most = distance;
      farthest = i;
    }
  }
  if (farthest == first) {
    kept.push_back(points[last]);
    return;
  }
  Thin(points, first, farthest, kept);
  Thin(points, farthest, last, kept);
}

std::string LinePath(const Points& pixels) {
  Points kept{pixels.front()};
  Thin(pixels, 0, pixels.size() - 1, kept);
  std::string path = "M";
  for (const Point& p : kept) path += Pixel(p.x) + " " + Pixel(p.y) + (&p == &kept.back() ? "" : " ");
  return path;
}

std::string StemPath(const Points& pixels, double bottom) {
  std::string path;
  for (const Point& p : pixels) {
    if (p.y < bottom) path += fmt::format("M{} {}V{}", Pixel(p.x), Pixel(bottom), Pixel(p.y));
  }
  return path;
}

std::string ClassOf(Stroke stroke) {
  switch (stroke) {
    case Stroke::kDashed:
      return "c dashed";
    case Stroke::kThin:
    case Stroke::kFaint:
      return "c thin";
    default:
      return "c";
  }
}

// One panel with its upper left corner at (left, top) of the picture.
class Drawing {
 public:
  Drawing(const Panel& panel, double left, double top, size_t number)
      : panel_(panel),
        left_(left + kLeft),
        right_(left + (panel.is_wide ? kWidth : kWidth / 2) - kRight),
        top_(top + kTop),
        bottom_(top + kPanelHeight - kBottom),
        x_(panel.x, left_, right_),
        y_(panel.y, bottom_, top_),
        clip_(fmt::format("p{}", number)) {}

  std::string Draw() const {
    std::string svg = Grid();
    int next_colour = 0;
    std::vector<std::string> colours;
    for (const Curve& curve : panel_.curves) {
      const bool is_faint = curve.stroke == Stroke::kFaint;
      const int colour = curve.colour >= 0 || is_faint ? curve.colour : next_colour++;
      colours.emplace_back(is_faint ? kFaintColour : kPalette[static_cast<size_t>(colour) % kPalette.size()]);
    }
    svg += fmt::format("<clipPath id=\"{}\"><rect {}/></clipPath>\n<g clip-path=\"url(#{})\">\n", clip_,
                       Box(), clip_);
    for (size_t i = 0; i < panel_.curves.size(); ++i) svg += Path(panel_.curves[i], colours[i]);
    svg += "</g>\n";
    svg += fmt::format("<rect class=\"frame\" {}/>\n", Box());
    return svg + Legend(colours);
  }

 private:
  std::string Box() const {
    return fmt::format("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", Pixel(left_), Pixel(top_),
                       Pixel(right_ - left_), Pixel(bottom_ - top_));
  }

  std::string Grid() const {
    std::string lines;
    std::string texts;
    for (const double tick : panel_.x.ticks) {
      const double x = x_.At(tick);
      lines += fmt::format("M{} {}V{}", Pixel(x), Pixel(top_), Pixel(bottom_));
      texts += Text(x, bottom_ + 15, " text-anchor=\"middle\"", TickText(tick, panel_.x.is_logarithmic));
    }
    for (const double tick : panel_.y.ticks) {
      const double y = y_.At(tick);
      lines += fmt::format("M{} {}H{}", Pixel(left_), Pixel(y), Pixel(right_));
      texts += Text(left_ - 6, y + 4, " text-anchor=\"end\"", TickText(tick, panel_.y.is_logarithmic));
    }
    const double middle = (top_ + bottom_) / 2;
    texts += Text((left_ + right_) / 2, bottom_ + 33, " text-anchor=\"middle\"", panel_.x.title);
    texts += Text(left_ - 42, middle,
                  fmt::format(" text-anchor=\"middle\" transform=\"rotate(-90 {} {})\"", Pixel(left_ - 42),
                              Pixel(middle)),
                  panel_.y.title);
    texts += Text(left_, top_ - 10, " class=\"title\"", panel_.title);
    return fmt::format("<path class=\"grid\" d=\"{}\"/>\n{}", lines, texts);
  }

  std::string Path(const Curve& curve, const std::string& colour) const {
    Points pixels;
    for (const Point& p : curve.points) pixels.push_back({x_.At(p.x), y_.At(p.y)});
    if (pixels.empty()) return "";
    const std::string path = curve.stroke == Stroke::kStems ? StemPath(pixels, bottom_) : LinePath(pixels);
    std::string svg =
        fmt::format("<path class=\"{}\" stroke=\"{}\" d=\"{}\"/>\n", ClassOf(curve.stroke), colour, path);
    if (curve.stroke != Stroke::kStems) return svg;
    for (const Point& p : pixels) {
      if (p.y < bottom_)
        svg += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"2.4\" fill=\"{}\"/>\n", Pixel(p.x), Pixel(p.y),
                           colour);
    }
    return svg;
  }

  // Letters of a name, not bytes.
  static size_t LengthOf(const std::string& name) {
    return static_cast<size_t>(std::ranges::count_if(name, [](char c) { return (c & 0xc0) != 0x80; }));
  }

  std::string Legend(const std::vector<std::string>& colours) const {
    size_t lines = 0;
    size_t longest = 0;
    for (const Curve& curve : panel_.curves) {
      if (curve.name.empty()) continue;
      ++lines;
      longest = std::max(longest, LengthOf(curve.name));
    }
    if (lines == 0) return "";
    const double width = kLegendSample + 14 + kLetter * static_cast<double>(longest);
    const double height = kLegendLine * static_cast<double>(lines) + 6;
    const bool is_left = panel_.legend == Corner::kTopLeft || panel_.legend == Corner::kBottomLeft;
    const bool is_top = panel_.legend == Corner::kTopLeft || panel_.legend == Corner::kTopRight;
    const double x = is_left ? left_ + 6 : right_ - 6 - width;
    double y = is_top ? top_ + 6 : bottom_ - 6 - height;
    std::string svg = fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#fff\" fill-opacity=\"0.85\"/>\n",
        Pixel(x), Pixel(y), Pixel(width), Pixel(height));
    for (size_t i = 0; i < panel_.curves.size(); ++i) {
      const Curve& curve = panel_.curves[i];
      if (curve.name.empty()) continue;
      y += kLegendLine;
      svg += fmt::format("<path class=\"{}\" stroke=\"{}\" d=\"M{} {}h{}\"/>\n", ClassOf(curve.stroke),
                         colours[i], Pixel(x + 4), Pixel(y - 4), Pixel(kLegendSample - 4));
      svg += Text(x + kLegendSample + 6, y, "", curve.name);
    }
    return svg;
  }

  const Panel& panel_;
  double left_, right_, top_, bottom_;
  Scale x_, y_;
  std::string clip_;
};

}  // namespace

Axis FrequencyAxis() {
  return {"frequency, Hz", 20, 20000, {20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000}, true};
}

Axis EvenAxis(std::string title, double from, double to, double step) {
  Axis axis{std::move(title), from, to, {}};
  const auto count = static_cast<int>((to - from) / step + 0.5);
  for (int i = 0; i <= count; ++i) {
    // Rounded, for 3 * 0.1 is not 0.3.
    const double tick = std::nearbyint((from + step * i) * 1e6) / 1e6;
    axis.ticks.push_back(tick == 0 ? 0 : tick);
  }
  return axis;
}

std::string Svg(const std::vector<Panel>& panels) {
  std::string body;
  double left = 0;
  double top = 0;
  for (size_t i = 0; i < panels.size(); ++i) {
    if (panels[i].is_wide && left > 0) {
      left = 0;
      top += kPanelHeight;
    }
    body += Drawing(panels[i], left, top, i).Draw();
    left = panels[i].is_wide || left > 0 ? 0 : kWidth / 2;
    if (left == 0) top += kPanelHeight;
  }
  const double height = left > 0 ? top + kPanelHeight : top;
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n"
      "{2}<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n{3}</svg>\n",
      Pixel(kWidth), Pixel(height), kStyle, body);
}

}  // namespace trackout::pictures
