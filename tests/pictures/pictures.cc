#include "tests/pictures/pictures.h"

#include <array>

namespace trackout::pictures {
namespace {

constexpr std::array<Picture, 9> kPictures = {{{"width.svg", DrawWidth},
                                               {"eq.svg", DrawEq},
                                               {"compressor.svg", DrawCompressor},
                                               {"expander.svg", DrawExpander},
                                               {"deesser.svg", DrawDeesser},
                                               {"limiter.svg", DrawLimiter},
                                               {"saturator.svg", DrawSaturator},
                                               {"delay.svg", DrawDelay},
                                               {"reverb.svg", DrawReverb}}};

}  // namespace

std::span<const Picture> Pictures() {
  return kPictures;
}

}  // namespace trackout::pictures
