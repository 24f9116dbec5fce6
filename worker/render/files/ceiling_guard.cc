#include "worker/render/files/ceiling_guard.h"

#include <algorithm>
#include <utility>

#include "core/job_key.h"
#include "worker/dsp/processors/limiter.h"

namespace trackout {
namespace {

// Below it a master is silent.
constexpr double kLowestCeiling = -120;

bool IsWholeMix(const Finish& finish, const Mix& mix) {
  if (mix.master() != MASTER_KEYED || mix.without_limiters()) return false;
  Mix terms = mix;
  terms.clear_master();
  Mix whole = finish.whole_mix();
  whole.clear_master();
  return CanonicalEncoding(terms) == CanonicalEncoding(whole);
}

int IndexOfWholeMix(const Finish& finish) {
  int index = 0;
  while (index < finish.mixes_size() && !IsWholeMix(finish, finish.mixes(index))) ++index;
  return index;
}

// The highest that the limiter, or the fader behind it, lets through.
double HighestOf(const Finish& finish) {
  const Processor& limiter = *finish.master().inserts().rbegin();
  double ceiling = limiter.insert().limiter().ceiling();
  for (const Motion& motion : limiter.motions()) {
    if (motion.parameter() != "ceiling") continue;
    ceiling = motion.envelope().points(0).value();
    for (const Point& point : motion.envelope().points()) ceiling = std::max(ceiling, point.value());
  }
  if (finish.master().behind_fader()) return ceiling;
  double fader = 0;
  if (!finish.master_fader().points().empty()) fader = finish.master_fader().points(0).value();
  for (const Point& point : finish.master_fader().points()) fader = std::max(fader, point.value());
  return ceiling + finish.master_fader_db() + fader;
}

dsp::LimiterSettings SettingsOf(const Ceiling& ceiling) {
  dsp::LimiterSettings settings;
  settings.ceiling = ceiling.dbtp;
  return settings;
}

}  // namespace

std::optional<Ceiling> CeilingOf(const Finish& finish) {
  const auto& inserts = finish.master().inserts();
  if (inserts.empty() || !inserts.rbegin()->insert().has_limiter()) return std::nullopt;
  Ceiling ceiling{HighestOf(finish), {}};
  const int whole = IndexOfWholeMix(finish);
  for (int i = 0; i < finish.mixes_size(); ++i) {
    const Mix& mix = finish.mixes(i);
    const bool is_limited = mix.master() != MASTER_NONE && !mix.without_limiters();
    ceiling.keys.push_back(!is_limited ? -1 : mix.master() == MASTER_KEYED ? whole : i);
  }
  const bool is_used =
      std::any_of(ceiling.keys.begin(), ceiling.keys.end(), [](int key) { return key >= 0; });
  if (!is_used || ceiling.dbtp < kLowestCeiling) return std::nullopt;
  if (WholeMixIsApart(finish)) ceiling.keys.push_back(whole);
  return ceiling;
}

bool WholeMixIsApart(const Finish& finish) {
  const bool is_keyed = std::any_of(finish.mixes().begin(), finish.mixes().end(),
                                    [](const Mix& mix) { return mix.master() == MASTER_KEYED; });
  const auto& inserts = finish.master().inserts();
  return is_keyed && !inserts.empty() && inserts.rbegin()->insert().has_limiter() &&
         IndexOfWholeMix(finish) == finish.mixes_size();
}

CeilingGuard::CeilingGuard(Ceiling ceiling, int channels, int sample_rate)
    : ceiling_(std::move(ceiling)), limiter_(dsp::NewLimiter(SettingsOf(ceiling_), channels, sample_rate)) {
  for (const int key : ceiling_.keys) {
    appliers_.push_back(limiter_->NewApplier());
    if (key >= 0 && !detectors_.contains(key)) detectors_[key] = limiter_->NewDetector();
  }
}

void CeilingGuard::Run(std::span<const Planes> signals) {
  const auto there = std::find_if(signals.begin(), signals.end(),
                                  [](const Planes& planes) { return planes.channels() > 0; });
  const size_t frames = there == signals.end() ? 0 : there->frames();
  for (const auto& [key, detector] : detectors_) {
    std::vector<double>& control = controls_[key];
    control.resize(frames * static_cast<size_t>(detector->width()));
    const Planes& planes = signals[static_cast<size_t>(key)];
    if (planes.channels() > 0) detector->Detect(frame_, ConstPlanes(planes), {}, control);
  }
  still_.assign(frames, 1.0);
  for (size_t i = 0; i < signals.size(); ++i) {
    if (signals[i].channels() == 0) continue;
    const int key = ceiling_.keys[i];
    appliers_[i]->Apply(frame_, key < 0 ? still_ : controls_[key], signals[i]);
  }
  frame_ += static_cast<int64_t>(frames);
}

}  // namespace trackout
