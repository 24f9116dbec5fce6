// The pictures of worker/dsp/README.md, each measured at the processor that it shows.
#pragma once

#include <span>
#include <string>

namespace trackout::pictures {

std::string DrawEq();
std::string DrawWidth();
std::string DrawCompressor();
std::string DrawExpander();
std::string DrawDeesser();
std::string DrawLimiter();
std::string DrawSaturator();
std::string DrawDelay();
std::string DrawReverb();

struct Picture {
  const char* file;  // in worker/dsp/pictures
  std::string (*draw)();
};

std::span<const Picture> Pictures();

}  // namespace trackout::pictures
