#include "worker/dsp/meters/sample_sums.h"

#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/meters/sample_sums.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::CappedTag<double, 8>;
using Vector = hn::Vec<Lanes>;
constexpr size_t kWidth = hn::MaxLanes(Lanes());

// Some of the eight sums: those of one vector.
struct Part {
  Vector sum, squares, peak;
};

HWY_INLINE Part LoadPart(const double* sum, const double* squares) {
  const Lanes d;
  return {hn::LoadU(d, sum), hn::LoadU(d, squares), hn::Zero(d)};
}

HWY_INLINE void StorePart(const Part& part, double* sum, double* squares) {
  const Lanes d;
  hn::StoreU(part.sum, d, sum);
  hn::StoreU(part.squares, d, squares);
}

HWY_INLINE void SurveyVector(const double* samples, float* floats, Part& part) {
  const Lanes d;
  const hn::Rebind<float, Lanes> to_float;
  const Vector x = hn::LoadU(d, samples);
  hn::StoreU(hn::DemoteTo(to_float, x), to_float, floats);
  part.peak = hn::Max(part.peak, hn::Abs(x));
  part.sum = hn::Add(part.sum, x);
  part.squares = hn::Add(part.squares, hn::Mul(x, x));
}

HWY_INLINE void Raise(Vector peak, double& highest) {
  const double value = hn::GetLane(hn::MaxOfLanes(Lanes(), peak));
  if (value > highest) highest = value;
}

#if HWY_MAX_BYTES >= 64
// All eight sums are one vector.
void SurveyPlane(const double* samples, size_t frames, double* sum, double* squares, float* floats,
                 double* peaks) {
  Part part = LoadPart(sum, squares);
  for (size_t i = 0; i < frames; i += 64) {
    part.peak = hn::Zero(Lanes());
    for (size_t k = i; k < i + 64; k += 8) SurveyVector(samples + k, floats + k, part);
    peaks[i / 64] = 0;
    Raise(part.peak, peaks[i / 64]);
  }
  StorePart(part, sum, squares);
}
#else
// Two vectors at a time. The sums that there is no room for have their own pass, while the samples are in the
// nearest cache.
void SurveyPlane(const double* samples, size_t frames, double* sum, double* squares, float* floats,
                 double* peaks) {
  for (size_t i = 0; i < frames / 64; ++i) peaks[i] = 0;
  for (size_t low = 0; low < 8; low += 2 * kWidth) {
    const size_t high = low + kWidth;
    Part a = LoadPart(sum + low, squares + low);
    Part b = LoadPart(sum + high, squares + high);
    for (size_t i = 0; i < frames; i += 64) {
      a.peak = b.peak = hn::Zero(Lanes());
      for (size_t k = i; k < i + 64; k += 8) {
        SurveyVector(samples + k + low, floats + k + low, a);
        SurveyVector(samples + k + high, floats + k + high, b);
      }
      Raise(hn::Max(a.peak, b.peak), peaks[i / 64]);
    }
    StorePart(a, sum + low, squares + low);
    StorePart(b, sum + high, squares + high);
  }
}
#endif

void AddProductsOfPlanes(const double* left, const double* right, size_t frames, double* products) {
  const Lanes d;
  for (size_t part = 0; part < 8; part += kWidth) {
    Vector sums = hn::LoadU(d, products + part);
    for (size_t i = part; i < frames; i += 8) {
      sums = hn::Add(sums, hn::Mul(hn::LoadU(d, left + i), hn::LoadU(d, right + i)));
    }
    hn::StoreU(sums, d, products + part);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace trackout::dsp
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {
namespace {

HWY_EXPORT(SurveyPlane);
HWY_EXPORT(AddProductsOfPlanes);

}  // namespace

double Total(const EightSums& sums) {
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

void Survey(const double* samples, size_t frames, SampleSums& sums, float* floats, double* peaks) {
  assert(frames % 64 == 0);
  HWY_DYNAMIC_DISPATCH(SurveyPlane)
  (samples, frames, sums.sum.data(), sums.squares.data(), floats, peaks);
}

void AddProducts(const double* left, const double* right, size_t frames, EightSums& products) {
  assert(frames % 64 == 0);
  HWY_DYNAMIC_DISPATCH(AddProductsOfPlanes)(left, right, frames, products.data());
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
