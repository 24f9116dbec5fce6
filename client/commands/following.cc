#include "client/commands/following.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <memory>
#include <set>

#include "client/progress.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// What a person sees of an order that is watched.
class Scene {
 public:
  void Show(const OrderStatus& status) {
    while (songs_.size() < static_cast<size_t>(status.songs_size())) {
      const SongStatus& song = status.songs(static_cast<int>(songs_.size()));
      SongProgress& progress = songs_.emplace_back();
      progress.title = song.title();
      progress.sound_seconds = song.sound_seconds();
      progress.steps_total = 1;
    }
    for (int i = 0; i < status.songs_size(); ++i) ShowSong(status.songs(i), songs_[static_cast<size_t>(i)]);
    if (display_ == nullptr && !songs_.empty())
      display_ = std::make_unique<ProgressDisplay>(songs_, ProgressStyleOfStderr());
  }

  void TellTrouble(const OrderStatus& status) {
    if (display_ == nullptr) return;
    for (const SongStatus& song : status.songs()) {
      if (song.state() != SongStatus::failed || !told_failures_.insert(song.number()).second) continue;
      display_->Say(fmt::format("song {} failed: {}", Quoted(song.title()), Printable(song.failure())));
    }
    if (status.trouble() == told_trouble_) return;
    told_trouble_ = status.trouble();
    if (!told_trouble_.empty()) display_->Say(Printable(told_trouble_));
  }

  // Above the bars, where there are some.
  void Say(const std::string& line) {
    if (display_ != nullptr) return display_->Say(line);
    std::fputs((line + "\n").c_str(), stderr);
  }

 private:
  // A song is done when the farm says so, not when its last frame is: its proof comes after it.
  static void ShowSong(const SongStatus& song, SongProgress& progress) {
    const int64_t total = std::max<int64_t>(1, song.steps_total());
    const bool is_done = song.state() == SongStatus::done;
    progress.steps_total = total;
    progress.steps_done = is_done ? total : std::min(song.steps_done(), total - 1);
  }

  std::deque<SongProgress> songs_;
  std::set<int> told_failures_;
  std::string told_trouble_;
  std::unique_ptr<ProgressDisplay> display_;  // reads songs_, and goes first
};

}  // namespace

absl::StatusOr<OrderStatus> FollowOrder(Farm& farm, const std::string& order, Until until) {
  Scene scene;
  farm.SpeakBy([&scene](const std::string& line) { scene.Say(line); });
  absl::StatusOr<OrderStatus> last = farm.Watch(order, [&](const OrderStatus& status) {
    scene.Show(status);
    if (until == Until::kFirstFailure) return FailedSong(status) != nullptr ? Onward::kLeave : Onward::kGoOn;
    scene.TellTrouble(status);
    return Onward::kGoOn;
  });
  farm.SpeakBy(nullptr);
  return last;
}

const SongStatus* FailedSong(const OrderStatus& status) {
  const auto song = std::find_if(status.songs().begin(), status.songs().end(),
                                 [](const SongStatus& one) { return one.state() == SongStatus::failed; });
  return song != status.songs().end() ? &*song : nullptr;
}

ExitCode CodeOfEnd(const OrderStatus& status) {
  if (status.state() == OrderStatus::done) return status.verdict() == "failed" ? kProofFailed : kDone;
  const bool is_albums_fault = std::any_of(
      status.songs().begin(), status.songs().end(),
      [](const SongStatus& song) { return song.state() == SongStatus::failed && song.source_at_fault(); });
  return status.state() == OrderStatus::failed && is_albums_fault ? kAlbumWrong : kRenderFailed;
}

}  // namespace trackout
