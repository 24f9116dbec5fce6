// Filter sections one behind the other, over two channels at most, side by side.
//
// A section's sums run around a loop, one frame after the other, so that one filter alone leaves a processor
// idle most of the time. Up to four sections go through the frames in one loop: the first is at a later frame
// while the last still adds. Channels are the lanes; each does what it would do alone, to the last bit.
#pragma once

#include <cstddef>
#include <span>

#include "worker/dsp/processors/filter_section.h"

namespace trackout::dsp {

// The integrators of a section for two channels.
struct SectionState {
  double s1[2] = {};
  double s2[2] = {};
};

// `tile`: `channels` (1 or 2) interleaved, in place. One state for each section.
void RunSections(std::span<const FilterSection> sections, std::span<SectionState> states, size_t channels,
                 std::span<double> tile);

// One section whose coefficients at frame i of the tile are from + (at + i) * slope, each.
void RunMovingSection(const FilterSection& from, const FilterSection& slope, double at, SectionState& state,
                      size_t channels, std::span<double> tile);

// What is below 1e-30 becomes 0.
void FlushTiny(std::span<SectionState> states);

}  // namespace trackout::dsp
