// Sections side by side against a plain loop, by bits.
#include "worker/dsp/processors/filter_chain.h"

#include "tests/worker/dsp/each_isa.h"

namespace trackout::dsp {
namespace {

// The formulas of filter_section.h; volatile keeps a compiler from fusing.
double PlainStep(const FilterSection& c, double x, double& s1, double& s2) {
  const auto product = [](double a, double b) {
    const volatile double p = a * b;
    return p;
  };
  const double t = x - s2;
  const double y = product(c.out_x, x) + product(c.out_1, s1) + product(c.out_2, s2);
  s2 = s2 + product(c.band, s1) + product(c.low, t);
  s1 = product(c.own, s1) + product(c.band, t);
  return y;
}

std::vector<FilterSection> Sections(size_t count) {
  std::vector<FilterSection> sections;
  for (size_t k = 0; k < count; ++k)
    sections.push_back(
        BellSection(100 + 900 * static_cast<double>(k), 7 - static_cast<double>(k), 1.3, 48000));
  return sections;
}

class FilterChain : public EachIsa {};
TRACKOUT_FOR_EACH_ISA(FilterChain);

TEST_P(FilterChain, IsOneSectionBehindTheOther) {
  for (size_t count = 0; count <= 9; ++count) {
    const std::vector<FilterSection> sections = Sections(count);
    for (const size_t channels : {1, 2}) {
      std::vector<SectionState> states(count);
      std::vector<SectionState> plain(count);
      for (const size_t frames : {1, 7, 64, 3}) {
        Samples tile = Noise(channels * frames, 4);
        Samples expected = tile;
        for (size_t i = 0; i < tile.size(); ++i) {
          const size_t lane = i % channels;
          for (size_t k = 0; k < count; ++k)
            expected[i] = PlainStep(sections[k], expected[i], plain[k].s1[lane], plain[k].s2[lane]);
        }
        RunSections(sections, states, channels, tile);
        ASSERT_TRUE(SameBits(tile, expected)) << count << " sections";
      }
    }
  }
}

TEST_P(FilterChain, MovesStraight) {
  const FilterSection from = HighCutSection(500, 2, 48000);
  const FilterSection slope{
      .own = 1e-3, .band = -2e-4, .low = 3e-5, .out_x = 1e-3, .out_1 = 2e-3, .out_2 = -1e-3};
  for (const size_t channels : {1, 2}) {
    SectionState state;
    SectionState plain;
    for (const size_t at : {0, 5, 31}) {
      Samples tile = Noise(channels * 20, 4);
      Samples expected = tile;
      for (size_t i = 0; i < tile.size(); ++i) {
        const auto n = static_cast<double>(at + i / channels);
        const auto way = [&](double FilterSection::*number) {
          const volatile double step = n * slope.*number;
          return from.*number + step;
        };
        const FilterSection c{way(&FilterSection::own),   way(&FilterSection::band),
                              way(&FilterSection::low),   way(&FilterSection::out_x),
                              way(&FilterSection::out_1), way(&FilterSection::out_2)};
        expected[i] = PlainStep(c, expected[i], plain.s1[i % channels], plain.s2[i % channels]);
      }
      RunMovingSection(from, slope, static_cast<double>(at), state, channels, tile);
      ASSERT_TRUE(SameBits(tile, expected));
    }
  }
}

TEST(FilterChains, ForgetWhatIsTiny) {
  std::vector<SectionState> states{{.s1 = {1e-31, -1e-31}, .s2 = {2e-30, -2e-30}}};
  FlushTiny(states);
  EXPECT_EQ(states[0].s1[0], 0);
  EXPECT_EQ(states[0].s1[1], 0);
  EXPECT_EQ(states[0].s2[0], 2e-30);
  EXPECT_EQ(states[0].s2[1], -2e-30);
}

}  // namespace
}  // namespace trackout::dsp
