#include "worker/dsp/layout.h"

#include <algorithm>
#include <cassert>

namespace trackout::dsp {
namespace {

constexpr double kSqrtHalf = 0.707106781186547524401;

enum class Name { kMono, kL, kR, kC, kLfe, kLs, kRs, kLrs, kRrs, kLss, kRss };

std::span<const Name> NamesOf(int channels) {
  using enum Name;
  static constexpr std::array kOne = {kMono};
  static constexpr std::array kStereo = {kL, kR};
  static constexpr std::array kLcr = {kL, kR, kC};
  static constexpr std::array kQuad = {kL, kR, kLs, kRs};
  static constexpr std::array kFivePoint1 = {kL, kR, kC, kLfe, kLs, kRs};
  static constexpr std::array kSevenPoint1 = {kL, kR, kC, kLfe, kLrs, kRrs, kLss, kRss};
  switch (channels) {
    case 1:
      return kOne;
    case 2:
      return kStereo;
    case 3:
      return kLcr;
    case 4:
      return kQuad;
    case 6:
      return kFivePoint1;
    case 8:
      return kSevenPoint1;
    default:
      return {};
  }
}

// The place of a name in a layout, or -1.
int PlaceOf(Name name, int channels) {
  const std::span<const Name> names = NamesOf(channels);
  const auto at = std::find(names.begin(), names.end(), name);
  return at == names.end() ? -1 : static_cast<int>(at - names.begin());
}

Side SideOf(Name name) {
  switch (name) {
    case Name::kL:
    case Name::kLs:
    case Name::kLrs:
    case Name::kLss:
      return Side::kLeft;
    case Name::kR:
    case Name::kRs:
    case Name::kRrs:
    case Name::kRss:
      return Side::kRight;
    case Name::kMono:
    case Name::kC:
    case Name::kLfe:
      return Side::kNone;
  }
  return Side::kNone;
}

double& At(Matrix& matrix, int to, int from) {
  return matrix.gain[static_cast<size_t>(to)][static_cast<size_t>(from)];
}

double At(const Matrix& matrix, int to, int from) {
  return matrix.gain[static_cast<size_t>(to)][static_cast<size_t>(from)];
}

Matrix Identity(int channels) {
  Matrix matrix{channels, channels, {}};
  for (int c = 0; c < channels; ++c) At(matrix, c, c) = 1;
  return matrix;
}

Matrix Spread(const StereoGain& gain, int to) {
  Matrix matrix{to, 1, {}};
  At(matrix, 0, 0) = gain.left;
  At(matrix, 1, 0) = gain.right;
  return matrix;
}

// Where a surround channel goes that has no place of its own name.
void PlaceSurround(Side side, int from, Matrix& matrix, int column) {
  const bool is_left = side == Side::kLeft;
  const int wide = PlaceOf(is_left ? Name::kLss : Name::kRss, matrix.to);
  const int narrow = PlaceOf(is_left ? Name::kLs : Name::kRs, matrix.to);
  if (wide >= 0 && from < 8) {
    At(matrix, wide, column) = 1;
  } else if (narrow >= 0) {
    At(matrix, narrow, column) = kSqrtHalf;
  } else {
    At(matrix, is_left ? 0 : 1, column) = kSqrtHalf;
  }
}

// Between layouts of two channels and more.
Matrix BetweenWide(int from, int to) {
  Matrix matrix{to, from, {}};
  const std::span<const Name> names = NamesOf(from);
  for (int f = 0; f < from; ++f) {
    const Name name = names[static_cast<size_t>(f)];
    const int place = PlaceOf(name, to);
    if (place >= 0) {
      At(matrix, place, f) = 1;
    } else if (name == Name::kC) {
      At(matrix, 0, f) = kSqrtHalf;
      At(matrix, 1, f) = kSqrtHalf;
    } else if (name != Name::kLfe) {
      PlaceSurround(SideOf(name), from, matrix, f);
    }
  }
  return matrix;
}

Matrix StereoIntoMono() {
  Matrix matrix{1, 2, {}};
  At(matrix, 0, 0) = kSqrtHalf;
  At(matrix, 0, 1) = kSqrtHalf;
  return matrix;
}

Matrix Width(double percent) {
  Matrix matrix{2, 2, {}};
  const double width = percent / 100;
  At(matrix, 0, 0) = At(matrix, 1, 1) = (1 + width) / 2;
  At(matrix, 0, 1) = At(matrix, 1, 0) = (1 - width) / 2;
  return matrix;
}

Matrix Balanced(double pan, int channels) {
  Matrix matrix = Identity(channels);
  const StereoGain gain = Balance(pan);
  for (int c = 0; c < channels; ++c) {
    const Side side = SideOf(NamesOf(channels)[static_cast<size_t>(c)]);
    if (side != Side::kNone) At(matrix, c, c) = side == Side::kLeft ? gain.left : gain.right;
  }
  return matrix;
}

Matrix TwoPanned(PanLaw law, double left_pan, double right_pan) {
  const StereoGain left = Pan(law, left_pan);
  const StereoGain right = Pan(law, right_pan);
  Matrix matrix{2, 2, {}};
  matrix.gain[0] = {left.left, right.left};
  matrix.gain[1] = {left.right, right.right};
  return matrix;
}

}  // namespace

Side SideOf(int channels, int channel) {
  return SideOf(NamesOf(channels)[static_cast<size_t>(channel)]);
}

bool IsLayout(int channels) {
  return !NamesOf(channels).empty();
}

Matrix Product(const Matrix& b, const Matrix& a) {
  assert(b.from == a.to);
  Matrix product{b.to, a.from, {}};
  for (int t = 0; t < b.to; ++t) {
    for (int f = 0; f < a.from; ++f) {
      double sum = 0;
      for (int k = 0; k < a.to; ++k) sum += At(b, t, k) * At(a, k, f);
      At(product, t, f) = sum;
    }
  }
  return product;
}

StereoGain Pan(PanLaw law, double pan) {
  switch (law) {
    case PanLaw::kMinus3:
      return PanMinus3(pan);
    case PanLaw::kMinus4_5:
      return PanMinus4_5(pan);
    case PanLaw::kMinus6:
      return PanMinus6(pan);
    case PanLaw::k0:
      return Pan0(pan);
    case PanLaw::kMinus3Compensated:
      return PanMinus3Compensated(pan);
  }
  return {};
}

Matrix Conversion(int from, int to) {
  assert(IsLayout(from) && IsLayout(to));
  if (from == to) return Identity(from);
  if (from == 1) return Spread(PanMinus3(0), to);
  if (to > 1) return BetweenWide(from, to);
  return from == 2 ? StereoIntoMono() : Product(StereoIntoMono(), BetweenWide(from, 2));
}

Matrix PanMatrix(const Panner& panner, int from, int to) {
  assert(panner.pan.size() <= (from == 2 ? 2u : 1u));
  // Into mono there is no pan; and width leaves L + R as it is.
  if (to == 1) return Conversion(from, to);
  if (from == 1) return Spread(Pan(panner.law, panner.pan.empty() ? 0 : panner.pan[0]), to);
  Matrix matrix = from == 2 && panner.width != 100 ? Width(panner.width) : Identity(from);
  if (panner.pan.size() == 2) {
    matrix = Product(TwoPanned(panner.law, panner.pan[0], panner.pan[1]), matrix);
  } else if (panner.pan.size() == 1) {
    matrix = Product(Balanced(panner.pan[0], from), matrix);
  }
  return from == to ? matrix : Product(Conversion(from, to), matrix);
}

}  // namespace trackout::dsp
