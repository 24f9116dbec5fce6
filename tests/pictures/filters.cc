// Eq and width.
#include "fmt/format.h"
#include "tests/pictures/listening.h"
#include "tests/pictures/panel.h"
#include "tests/pictures/pictures.h"
#include "worker/dsp/processors/eq.h"
#include "worker/dsp/processors/level.h"

namespace trackout::pictures {
namespace {

using dsp::BandSettings;
using dsp::BandShape;

constexpr size_t kImpulseFrames = 1 << 16;

Points Response(const BandSettings& band) {
  return ResponseOf(Hear(*dsp::NewEq({band}, 1, kRate), {Impulse(kImpulseFrames)}).out[0], 20, 20000);
}

Panel ResponsePanel(std::string title, double from_db, double to_db, double step_db, Corner legend) {
  return {std::move(title), FrequencyAxis(), EvenAxis("gain, dB", from_db, to_db, step_db), {}, legend};
}

Panel Bells() {
  Panel panel = ResponsePanel("bell, 1 kHz, ±12 dB, by q", -15, 20, 5, Corner::kTopRight);
  int colour = 0;
  for (const double q : {0.4, 0.7071, 2.0, 8.0}) {
    const BandSettings up{BandShape::kBell, 1000, 12, q};
    const BandSettings down{BandShape::kBell, 1000, -12, q};
    panel.curves.push_back({fmt::format("q {:g}", q), Response(up), Stroke::kLine, colour});
    panel.curves.push_back({"", Response(down), Stroke::kLine, colour++});
  }
  return panel;
}

Panel Shelves() {
  Panel panel =
      ResponsePanel("low shelf, 200 Hz, +9 dB; high shelf, 4 kHz, −9 dB", -15, 15, 5, Corner::kTopRight);
  int colour = 0;
  for (const double q : {0.4, 0.7071, 1.4}) {
    const BandSettings low{BandShape::kLowShelf, 200, 9, q};
    const BandSettings high{BandShape::kHighShelf, 4000, -9, q};
    panel.curves.push_back({fmt::format("q {:g}", q), Response(low), Stroke::kLine, colour});
    panel.curves.push_back({"", Response(high), Stroke::kLine, colour++});
  }
  return panel;
}

Panel Tilts() {
  Panel panel = ResponsePanel("tilt, 1 kHz, by gain", -15, 15, 5, Corner::kTopLeft);
  for (const double gain : {6.0, 12.0, 24.0}) {
    const BandSettings tilt{BandShape::kTilt, 1000, gain};
    panel.curves.push_back({fmt::format("{:g} dB", gain), Response(tilt)});
  }
  return panel;
}

Panel Notches() {
  Panel panel = ResponsePanel("notch, 1 kHz, by q", -40, 5, 5, Corner::kBottomLeft);
  panel.y.ticks = {-40, -30, -20, -10, 0};
  for (const double q : {0.7071, 2.0, 8.0, 30.0}) {
    const BandSettings notch{BandShape::kNotch, 1000, 0, q};
    panel.curves.push_back({fmt::format("q {:g}", q), Response(notch)});
  }
  return panel;
}

Panel Slopes(BandShape shape) {
  const bool is_low = shape == BandShape::kLowCut;
  Panel panel = ResponsePanel(is_low ? "low cut, 100 Hz, by slope" : "high cut, 2 kHz, by slope", -72, 6, 12,
                              is_low ? Corner::kBottomRight : Corner::kBottomLeft);
  panel.y.ticks = {-72, -60, -48, -36, -24, -12, 0};
  for (const int slope : {6, 12, 18, 24, 36, 48}) {
    const BandSettings cut{shape, is_low ? 100 : 2000, 0, 0.7071, slope};
    panel.curves.push_back({fmt::format("{} dB/oct", slope), Response(cut)});
  }
  return panel;
}

Sound Stereo(double left, double right) {
  return {{left}, {right}};
}

}  // namespace

std::string DrawEq() {
  return Svg(
      {Bells(), Shelves(), Tilts(), Notches(), Slopes(BandShape::kLowCut), Slopes(BandShape::kHighCut)});
}

std::string DrawWidth() {
  const Axis width = EvenAxis("width, percent", 0, 200, 25);
  Panel sides{"left and right", width, EvenAxis("gain", -0.75, 1.75, 0.25), {}, Corner::kBottomLeft};
  Panel middle{"middle and side", width, EvenAxis("gain", -0.25, 2.25, 0.25), {}, Corner::kTopLeft};
  sides.curves = {{"left to left, right to right", {}}, {"left to right, right to left", {}}};
  middle.curves = {{"middle (L + R)", {}}, {"side (L − R)", {}}};
  for (double w = 0; w <= 200; w += 5) {
    const auto processor = dsp::NewWidth({w}, 2);
    const Sound of_left = Hear(*processor, Stereo(1, 0)).out;
    sides.curves[0].points.push_back({w, of_left[0][0]});
    sides.curves[1].points.push_back({w, of_left[1][0]});
    const Sound of_middle = Hear(*processor, Stereo(1, 1)).out;
    const Sound of_side = Hear(*processor, Stereo(1, -1)).out;
    middle.curves[0].points.push_back({w, of_middle[0][0]});
    middle.curves[1].points.push_back({w, of_side[0][0]});
  }
  return Svg({sides, middle});
}

}  // namespace trackout::pictures
