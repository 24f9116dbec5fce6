#include "worker/dsp/processors/fft.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "worker/dsp/gain.h"
#include "worker/dsp/mix.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/dsp/processors/fft.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

// What the kernels share with the class; once for all instruction sets.
#ifndef TRACKOUT_DSP_FFT_SHARED_
#define TRACKOUT_DSP_FFT_SHARED_
namespace trackout::dsp {

// Complex numbers, split.
struct FftPlane {
  double* real;
  double* imaginary;
};

// The three twiddles of a butterfly of radix 4: of p, 2p, 3p.
struct FftTwiddles {
  const double* cosine[3];
  const double* sine[3];
};

}  // namespace trackout::dsp
#endif  // TRACKOUT_DSP_FFT_SHARED_

HWY_BEFORE_NAMESPACE();
namespace trackout::dsp {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class V>
struct Complex {
  V real, imaginary;
};

// Whole when made: a constructor without arguments would not be compiled for the instruction set.
template <class V>
struct Four {
  Complex<V> at[4];
};

// A bin and its mirror.
template <class V>
struct Pair {
  Complex<V> near, far;
};

template <class D, class V = hn::Vec<D>>
HWY_INLINE Complex<V> LoadComplex(D d, FftPlane from, size_t i) {
  return {hn::LoadU(d, from.real + i), hn::LoadU(d, from.imaginary + i)};
}

template <class D, class V>
HWY_INLINE void StoreComplex(D d, const Complex<V>& value, FftPlane to, size_t i) {
  hn::StoreU(value.real, d, to.real + i);
  hn::StoreU(value.imaginary, d, to.imaginary + i);
}

// value * (cosine - i sine)
template <class V>
HWY_INLINE Complex<V> Turn(const Complex<V>& value, V cosine, V sine) {
  return {hn::Add(hn::Mul(value.real, cosine), hn::Mul(value.imaginary, sine)),
          hn::Sub(hn::Mul(value.imaginary, cosine), hn::Mul(value.real, sine))};
}

template <class V>
HWY_INLINE Complex<V> Plus(const Complex<V>& a, const Complex<V>& b) {
  return {hn::Add(a.real, b.real), hn::Add(a.imaginary, b.imaginary)};
}

template <class V>
HWY_INLINE Complex<V> Minus(const Complex<V>& a, const Complex<V>& b) {
  return {hn::Sub(a.real, b.real), hn::Sub(a.imaginary, b.imaginary)};
}

// Four values `stride` apart to their transform of four points, each turned by its twiddle.
template <class D, class V>
HWY_INLINE Four<V> Butterfly(D d, FftPlane from, size_t i, size_t stride, const V* cosine, const V* sine) {
  const Complex<V> a = LoadComplex(d, from, i);
  const Complex<V> b = LoadComplex(d, from, i + stride);
  const Complex<V> c = LoadComplex(d, from, i + 2 * stride);
  const Complex<V> e = LoadComplex(d, from, i + 3 * stride);
  const Complex<V> sum = Plus(a, c);
  const Complex<V> difference = Minus(a, c);
  const Complex<V> odd_sum = Plus(b, e);
  const Complex<V> odd = Minus(b, e);
  const Complex<V> first{hn::Add(difference.real, odd.imaginary), hn::Sub(difference.imaginary, odd.real)};
  const Complex<V> third{hn::Sub(difference.real, odd.imaginary), hn::Add(difference.imaginary, odd.real)};
  return {{Plus(sum, odd_sum), Turn(first, cosine[0], sine[0]), Turn(Minus(sum, odd_sum), cosine[1], sine[1]),
           Turn(third, cosine[2], sine[2])}};
}

#if HWY_TARGET == HWY_SCALAR
template <class D, class V>
HWY_INLINE void StoreFour(D, V a, V b, V c, V e, double* to) {
  to[0] = hn::GetLane(a);
  to[1] = hn::GetLane(b);
  to[2] = hn::GetLane(c);
  to[3] = hn::GetLane(e);
}
#else
template <class D, class V>
HWY_INLINE void StoreFour(D d, V a, V b, V c, V e, double* to) {
  hn::StoreInterleaved4(a, b, c, e, d, to);
}
#endif

// The first pass: neighbours have twiddles of their own, and results stand side by side. `quarter` is a
// multiple of 4.
void FirstPass(FftPlane from, FftPlane to, size_t quarter, const FftTwiddles& twiddles) {
  const hn::CappedTag<double, 4> d;
  using V = hn::Vec<decltype(d)>;
  for (size_t p = 0; p < quarter; p += hn::Lanes(d)) {
    V cosine[3], sine[3];
    for (int j = 0; j < 3; ++j) {
      cosine[j] = hn::LoadU(d, twiddles.cosine[j] + p);
      sine[j] = hn::LoadU(d, twiddles.sine[j] + p);
    }
    const Four<V> y = Butterfly(d, from, p, quarter, cosine, sine);
    StoreFour(d, y.at[0].real, y.at[1].real, y.at[2].real, y.at[3].real, to.real + 4 * p);
    StoreFour(d, y.at[0].imaginary, y.at[1].imaginary, y.at[2].imaginary, y.at[3].imaginary,
              to.imaginary + 4 * p);
  }
}

// A later pass: runs of `run` results have one twiddle; `run` is a multiple of d's lanes.
template <class D>
HWY_INLINE void PassBy(D d, FftPlane from, FftPlane to, size_t points, size_t run,
                       const FftTwiddles& twiddles) {
  using V = hn::Vec<D>;
  const size_t quarter = points / 4;
  for (size_t i = 0; i < quarter; i += run) {
    V cosine[3], sine[3];
    for (int j = 0; j < 3; ++j) {
      cosine[j] = hn::Set(d, twiddles.cosine[j][i]);
      sine[j] = hn::Set(d, twiddles.sine[j][i]);
    }
    for (size_t q = 0; q < run; q += hn::Lanes(d)) {
      const Four<V> y = Butterfly(d, from, i + q, quarter, cosine, sine);
      for (size_t k = 0; k < 4; ++k) StoreComplex(d, y.at[k], to, 4 * i + k * run + q);
    }
  }
}

void LastPassOfTwo(FftPlane from, FftPlane to, size_t half) {
  const hn::ScalableTag<double> d;
  for (size_t q = 0; q < half; q += hn::Lanes(d)) {
    const auto a = LoadComplex(d, from, q);
    const auto b = LoadComplex(d, from, q + half);
    StoreComplex(d, Plus(a, b), to, q);
    StoreComplex(d, Minus(a, b), to, q + half);
  }
}

// Transforms `points` complex numbers. Says where they are: `a`, where they were, or `b`.
FftPlane TransformComplex(FftPlane a, FftPlane b, size_t points, const FftTwiddles& twiddles) {
  FirstPass(a, b, points / 4, twiddles);
  std::swap(a, b);
  size_t run = 4;
  for (; 4 * run <= points; run *= 4) {
    if (run == 4) {
      PassBy(hn::CappedTag<double, 4>(), a, b, points, run, twiddles);
    } else {
      PassBy(hn::ScalableTag<double>(), a, b, points, run, twiddles);
    }
    std::swap(a, b);
  }
  if (run == points) return a;
  LastPassOfTwo(a, b, points / 2);
  return b;
}

// The values at k and, in falling order, at points - k.
template <class D, class V = hn::Vec<D>>
HWY_INLINE Pair<V> LoadPair(D d, FftPlane from, size_t k, size_t mirror) {
  const Complex<V> far = LoadComplex(d, from, mirror);
  return {LoadComplex(d, from, k), Complex<V>{hn::Reverse(d, far.real), hn::Reverse(d, far.imaginary)}};
}

template <class D, class V>
HWY_INLINE void StorePair(D d, const Pair<V>& pair, FftPlane to, size_t k, size_t mirror) {
  StoreComplex(d, pair.near, to, k);
  StoreComplex(d, Complex<V>{hn::Reverse(d, pair.far.real), hn::Reverse(d, pair.far.imaginary)}, to, mirror);
}

// What the even frames and the odd ones make of a bin and its mirror.
template <class D>
HWY_INLINE void SplitBins(D d, FftPlane from, FftPlane to, size_t points, size_t k, const double* turns) {
  using V = hn::Vec<D>;
  const size_t mirror = points - k - (hn::Lanes(d) - 1);
  const auto [near, far] = LoadPair(d, from, k, mirror);
  const V cosine = hn::LoadU(d, turns + k);
  const V sine = hn::LoadU(d, turns + points / 2 + k);
  const V half = hn::Set(d, 0.5);
  const V even_real = hn::Add(near.real, far.real);
  const V even_imaginary = hn::Sub(near.imaginary, far.imaginary);
  const V c = hn::Sub(near.real, far.real);
  const V e = hn::Add(near.imaginary, far.imaginary);
  const V odd_real = hn::Sub(hn::Mul(cosine, e), hn::Mul(sine, c));
  const V odd_imaginary = hn::Add(hn::Mul(cosine, c), hn::Mul(sine, e));
  const Complex<V> low{hn::Mul(half, hn::Add(even_real, odd_real)),
                       hn::Mul(half, hn::Sub(even_imaginary, odd_imaginary))};
  const Complex<V> high{hn::Mul(half, hn::Sub(even_real, odd_real)),
                        hn::Neg(hn::Mul(half, hn::Add(even_imaginary, odd_imaginary)))};
  StorePair(d, Pair<V>{low, high}, to, k, mirror);
}

// The other way, times `scale`.
template <class D>
HWY_INLINE void JoinBins(D d, FftPlane from, FftPlane to, size_t points, size_t k, const double* turns,
                         double scale) {
  using V = hn::Vec<D>;
  const size_t mirror = points - k - (hn::Lanes(d) - 1);
  const auto [near, far] = LoadPair(d, from, k, mirror);
  const V cosine = hn::LoadU(d, turns + k);
  const V sine = hn::LoadU(d, turns + points / 2 + k);
  const V by = hn::Set(d, scale);
  const V even_real = hn::Add(near.real, far.real);
  const V even_imaginary = hn::Sub(near.imaginary, far.imaginary);
  const V c = hn::Sub(near.real, far.real);
  const V e = hn::Add(near.imaginary, far.imaginary);
  const V odd_imaginary = hn::Add(hn::Mul(cosine, e), hn::Mul(sine, c));
  const V odd_real = hn::Sub(hn::Mul(cosine, c), hn::Mul(sine, e));
  const Complex<V> low{hn::Mul(by, hn::Sub(even_real, odd_imaginary)),
                       hn::Mul(by, hn::Add(even_imaginary, odd_real))};
  const Complex<V> high{hn::Mul(by, hn::Add(even_real, odd_imaginary)),
                        hn::Mul(by, hn::Sub(odd_real, even_imaginary))};
  StorePair(d, Pair<V>{low, high}, to, k, mirror);
}

void Split(FftPlane from, FftPlane to, size_t points, const double* turns) {
  const double real = from.real[0];
  const double imaginary = from.imaginary[0];
  to.real[0] = real + imaginary;
  to.imaginary[0] = 0;
  to.real[points] = real - imaginary;
  to.imaginary[points] = 0;
  to.real[points / 2] = from.real[points / 2];
  to.imaginary[points / 2] = -from.imaginary[points / 2];
  const hn::ScalableTag<double> d;
  size_t k = 1;
  for (; k + hn::Lanes(d) <= points / 2; k += hn::Lanes(d)) SplitBins(d, from, to, points, k, turns);
  for (; k < points / 2; ++k) SplitBins(hn::CappedTag<double, 1>(), from, to, points, k, turns);
}

void Join(FftPlane from, FftPlane to, size_t points, const double* turns, double scale) {
  to.real[0] = (from.real[0] + from.real[points]) * scale;
  to.imaginary[0] = (from.real[0] - from.real[points]) * scale;
  to.real[points / 2] = 2 * from.real[points / 2] * scale;
  to.imaginary[points / 2] = -2 * from.imaginary[points / 2] * scale;
  const hn::ScalableTag<double> d;
  size_t k = 1;
  for (; k + hn::Lanes(d) <= points / 2; k += hn::Lanes(d)) JoinBins(d, from, to, points, k, turns, scale);
  for (; k < points / 2; ++k) JoinBins(hn::CappedTag<double, 1>(), from, to, points, k, turns, scale);
}

}  // namespace HWY_NAMESPACE
}  // namespace trackout::dsp
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trackout::dsp {
namespace {

HWY_EXPORT(TransformComplex);
HWY_EXPORT(Split);
HWY_EXPORT(Join);

// cos(2 pi k / points), k below points: from the first quarter, so that mirrored ones are equal.
double CosineOfTurn(size_t k, size_t points) {
  if (2 * k > points) k = points - k;
  const double quarters = 4 * static_cast<double>(k) / static_cast<double>(points);
  return quarters <= 1 ? QuarterCosine(quarters) : -QuarterCosine(2 - quarters);
}

double SineOfTurn(size_t k, size_t points) {
  return CosineOfTurn((k + points - points / 4) % points, points);
}

FftTwiddles TwiddlesIn(const std::vector<double>& table) {
  const size_t count = table.size() / 6;
  const double* start = table.data();
  return {{start, start + 2 * count, start + 4 * count},
          {start + count, start + 3 * count, start + 5 * count}};
}

struct TwoPlanes {
  FftPlane first, second;
};

TwoPlanes InScratch(std::span<double> scratch, size_t points) {
  assert(scratch.size() >= 4 * points);
  double* start = scratch.data();
  return {{start, start + points}, {start + 2 * points, start + 3 * points}};
}

}  // namespace

Fft::Fft(size_t size) : size_(size), twiddles_(size / 8 * 6), turns_(size / 2) {
  assert(size >= 32 && size <= size_t{1} << 20 && (size & (size - 1)) == 0);
  const size_t points = size / 2;
  const size_t count = points / 4;
  for (size_t j = 1; j <= 3; ++j) {
    for (size_t p = 0; p < count; ++p) {
      twiddles_[(2 * j - 2) * count + p] = CosineOfTurn(j * p, points);
      twiddles_[(2 * j - 1) * count + p] = SineOfTurn(j * p, points);
    }
  }
  for (size_t k = 0; k < size / 4; ++k) {
    turns_[k] = CosineOfTurn(k, size);
    turns_[size / 4 + k] = SineOfTurn(k, size);
  }
}

void Fft::Forward(std::span<const double> samples, SpectrumView spectrum, std::span<double> scratch) const {
  assert(samples.size() == size_ && spectrum.real.size() >= bins() && spectrum.imaginary.size() >= bins());
  const size_t points = size_ / 2;
  const auto [first, second] = InScratch(scratch, points);
  const std::span<double> planes[] = {{first.real, points}, {first.imaginary, points}};
  Deinterleave(samples, planes);
  const FftPlane done = HWY_DYNAMIC_DISPATCH(TransformComplex)(first, second, points, TwiddlesIn(twiddles_));
  HWY_DYNAMIC_DISPATCH(Split)
  (done, {spectrum.real.data(), spectrum.imaginary.data()}, points, turns_.data());
}

void Fft::Inverse(SpectrumView spectrum, std::span<double> samples, std::span<double> scratch) const {
  assert(samples.size() == size_ && spectrum.real.size() >= bins() && spectrum.imaginary.size() >= bins());
  const size_t points = size_ / 2;
  const auto [first, second] = InScratch(scratch, points);
  HWY_DYNAMIC_DISPATCH(Join)
  ({spectrum.real.data(), spectrum.imaginary.data()}, first, points, turns_.data(),
   1 / static_cast<double>(size_));
  // With real and imaginary parts exchanged before and after, forward is backward.
  const FftPlane done = HWY_DYNAMIC_DISPATCH(TransformComplex)(
      {first.imaginary, first.real}, {second.imaginary, second.real}, points, TwiddlesIn(twiddles_));
  const std::span<const double> planes[] = {{done.imaginary, points}, {done.real, points}};
  Interleave(planes, samples);
}

}  // namespace trackout::dsp
#endif  // HWY_ONCE
