// Runs a test with every instruction set of this machine in turn, and checks by the bits.
#pragma once

#include <cstddef>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "worker/dsp/isa.h"

namespace trackout::dsp {

using Samples = std::vector<double>;

// A fixture: each test of it is run once for each instruction set, and the best is restored.
class EachIsa : public ::testing::TestWithParam<Isa> {
 protected:
  void SetUp() override { ASSERT_TRUE(UseIsa(GetParam())); }
  void TearDown() override { UseIsa(AvailableIsas().back()); }
};

inline std::string NameOfParam(const ::testing::TestParamInfo<Isa>& info) {
  return std::string(NameOf(info.param));
}

#define TRACKOUT_FOR_EACH_ISA(Fixture) \
  INSTANTIATE_TEST_SUITE_P(Isa, Fixture, ::testing::ValuesIn(AvailableIsas()), NameOfParam)

// Lengths with every tail of every vector, and a few long ones.
inline std::vector<size_t> Lengths() {
  std::vector<size_t> lengths{127, 128, 1001, 8192, 8195};
  for (size_t length = 0; length <= 70; ++length) lengths.push_back(length);
  return lengths;
}

// Values whose products and sums round, of both signs, so that a fused multiply-add would show.
inline Samples Noise(size_t count, unsigned seed, double most = 1) {
  std::mt19937_64 random(seed);
  Samples samples(count);
  for (double& sample : samples) sample = (static_cast<double>(random() >> 11) * 0x1p-52 - 1) * most;
  return samples;
}

template <typename T>
::testing::AssertionResult SameBits(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) return ::testing::AssertionFailure() << a.size() << " and " << b.size();
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::memcmp(&a[i], &b[i], sizeof(T)) != 0) {
      return ::testing::AssertionFailure()
             << "at " << i << " of " << a.size() << ": " << ::testing::PrintToString(a[i]) << " and "
             << ::testing::PrintToString(b[i]);
    }
  }
  return ::testing::AssertionSuccess();
}

}  // namespace trackout::dsp
