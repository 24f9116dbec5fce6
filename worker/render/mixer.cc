#include "worker/render/mixer.h"

#include <array>

#include "worker/dsp/envelope.h"
#include "worker/dsp/gain.h"
#include "worker/dsp/mix.h"

namespace trackout {
namespace {

// Gains that move are made so many at a time.
constexpr size_t kGains = 512;

}  // namespace

Mixer::Mixer(const Finish& finish) : master_gain_(dsp::FromDecibels(finish.master_fader_db())) {
  master_ = MovingLevel(finish.master_fader(), master_gain_);
  for (const Mix& mix : finish.mixes()) {
    MixOfTerms& made = mixes_.emplace_back();
    for (const MixTerm& term : mix.terms()) {
      const double gain = dsp::FromDecibels(term.gain_db());
      made.terms.push_back({static_cast<size_t>(term.print()), term.inverted() ? -gain : gain});
    }
    if (made.terms.size() == 1 && made.terms[0].gain == 1 && master_gain_ == 1 && master_.empty())
      made.print_as_it_is = static_cast<int>(made.terms[0].print);
  }
}

void Mixer::Render(size_t mix, std::span<const ConstPlanes> prints, int64_t song_frame,
                   const Planes& out) const {
  Clear(out);
  for (const Term& term : mixes_[mix].terms) {
    for (size_t c = 0; c < out.channels(); ++c) dsp::AddScaled(prints[term.print][c], term.gain, out[c]);
  }
  if (master_gain_ != 1) {
    for (const std::span<double> plane : out) dsp::Scale(master_gain_, plane);
  }
  if (master_.empty()) return;
  std::array<double, kGains> buffer;
  for (size_t from = 0; from < out.frames(); from += kGains) {
    const std::span<double> gains = std::span(buffer).first(std::min(kGains, out.frames() - from));
    dsp::DecibelGains(master_, song_frame + static_cast<int64_t>(from), gains);
    for (const std::span<double> plane : out) dsp::ScaleBy(gains, plane.subspan(from, gains.size()));
  }
}

absl::StatusOr<std::unique_ptr<Delivery>> DeliveryOf(const RenderJob& job, FileStore& store,
                                                     int part_frames) {
  const Finish& finish = job.finish();
  const std::vector<int> channels(static_cast<size_t>(finish.mixes_size()), finish.channels());
  auto delivery = std::make_unique<Delivery>(job.sample_rate(), job.frames(), channels, part_frames);
  for (const MixFile& file : finish.mix_files()) {
    const auto seed = file.has_tpdf_seed() ? std::optional<uint64_t>(file.tpdf_seed()) : std::nullopt;
    absl::Status added = delivery->AddFile(store, {file.mix(), file.format(), file.channels(), seed});
    if (!added.ok()) return added;
  }
  for (const StemSet& set : finish.stem_sets()) {
    absl::Status added = delivery->AddSet(
        store, {{set.stems().begin(), set.stems().end()}, set.mix(), set.format(), set.channels()});
    if (!added.ok()) return added;
  }
  return delivery;
}

}  // namespace trackout
